"""Writes queries: blocks, set operations, WITH, row limits, locks."""

from __future__ import annotations

from oracle_standin.engine.names import quoted
from oracle_standin.engine.query import (
    aggregates,
    external_sources,
    hierarchy,
    nested_aggregates,
    nodes,
    outer_joins,
    pseudo_columns,
    query_nodes,
    recursive_queries,
    row_numbers,
    sources,
    tree,
    vector_calls,
)
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.engine.query.render import render, render_list
from oracle_standin.engine.query.scope import (  # noqa: TC001 - singledispatch reads it
    Output,
    Scope,
    Source,
)
from oracle_standin.protocol import OracleError

_LABEL_BYTES = 128


@render.register
def _subquery(node: query_nodes.Subquery, out: Output) -> str:
    return f"({render_query(node.query, out)})"


@render.register
def _cursor_of(_node: query_nodes.CursorOf, _out: Output) -> str:
    raise OracleError(22902, "CURSOR expression not allowed")


@render.register
def _cursor_rows(node: query_nodes.CursorRows, out: Output) -> str:
    rows = f'({render_query(node.query, out)}) AS "ORA$ROW"'
    entries = "pg_catalog.string_agg(ora.cursor_entry(\"ORA$ROW\"::text), '')"
    return f"(SELECT coalesce({entries}, '')::ora.\"CURSOR\" FROM {rows})"  # noqa: S608 - our own


@render.register
def _exists(node: query_nodes.Exists, out: Output) -> str:
    return f"EXISTS ({render_query(node.query, out)})"


def render_query(query: query_nodes.Query, out: Output) -> str:
    """Return the PostgreSQL text of a query."""
    out.enter()
    try:
        with_clause = _with_clause(query.with_queries, out)
        if isinstance(query.body, query_nodes.Select):
            return with_clause + _block(query.body, query, out)
        if query.for_update is not None:
            message = "FOR UPDATE of this query expression is not allowed"
            raise OracleError(2014, message)
        text = _combined(query.body, out)
        if query.order_by:
            text += f" ORDER BY {', '.join(_combined_key(item) for item in query.order_by)}"
        return with_clause + text + _row_limit(query.fetch, text, out)
    finally:
        out.leave()


def _with_clause(with_queries: tuple[query_nodes.WithQuery, ...], out: Output) -> str:
    if not with_queries:
        return ""
    parts = []
    for item in with_queries:
        # A query that names itself is recursive when its columns are listed; else it means a table.
        if item.columns and recursive_queries.names_itself(item):
            out.scope.with_names[item.name] = item.columns
            parts.append(recursive_queries.render(item, out))
            listed = recursive_queries.result_columns(item)
        else:
            parts.append(_plain_with_query(item, out))
            listed = item.columns or sources.query_columns(item.query, out)
        out.scope.with_names[item.name] = listed
    return f"WITH {', '.join(parts)} "


def _plain_with_query(item: query_nodes.WithQuery, out: Output) -> str:
    if item.search or item.cycle:
        raise OracleError(32484, "SEARCH and CYCLE clauses need a recursive query")
    columns = f" ({', '.join(map(quoted, item.columns))})" if item.columns else ""
    return f"{quoted(item.name)}{columns} AS ({render_query(item.query, out)})"


def _combined(body: query_nodes.Body | query_nodes.Query, out: Output) -> str:
    if isinstance(body, query_nodes.Query):
        return f"({render_query(body, out)})"
    if isinstance(body, query_nodes.Select):
        return _block(body, None, out)
    if not isinstance(body, query_nodes.SetOperation):
        refuse(type(body).__name__)
    body = vector_calls.united(body)
    word = body.operator + (" ALL" if body.keep_duplicates else "")
    return f"({_combined(body.left, out)}) {word} ({_combined(body.right, out)})"


def _combined_key(item: nodes.OrderItem) -> str:
    if isinstance(item.key, nodes.Number):
        return aggregates.order_item(item, item.key.text)
    if isinstance(item.key, nodes.Name):
        return aggregates.order_item(item, quoted(item.key.parts[-1]))
    raise OracleError(1785, "ORDER BY item must be the number of a SELECT-list expression")


# ------------------------------------------------------------------------------ one block


def _block(select: query_nodes.Select, query: query_nodes.Query | None, out: Output) -> str:
    scope = out.enter()
    try:
        order = query.order_by if query else ()
        select = nested_aggregates.unnested(select)
        select, order, limits = row_numbers.separate(select, order, out)
        references = outer_joins.references(select.sources)
        if select.connect_by is not None:
            siblings = query.siblings if query else ()
            select, order, from_clause = hierarchy.rows(select, order, siblings, out)
        else:
            select = outer_joins.to_ansi(select, out)
            from_clause = sources.from_clause(select.sources, out)
            scope.sources.sort(key=lambda source: references.index(source.reference))
        parts = _clauses(select, from_clause, scope, out)
        if order:
            parts.append(f"ORDER BY {_order(order, select, out)}")
        text = " ".join(parts)
        return text + _ends(query, limits, text, out)
    finally:
        out.leave()


def _clauses(select: query_nodes.Select, from_clause: str, scope: Scope, out: Output) -> list[str]:
    if scope.rownum is None:
        scope.rownum = "(row_number() OVER ())::numeric"
    items = ", ".join(_item(item, out) for item in select.items)
    parts = [f"SELECT {'DISTINCT ' if select.distinct else ''}{items}"]
    if from_clause:
        parts.append(f"FROM {from_clause}")
    numbered = scope.rownum
    if scope.level is None:
        scope.rownum = None
    conditions = list(scope.conditions)
    _refuse_sequences(select)
    if select.where is not None:
        conditions.append(render(select.where, out))
    if conditions:
        parts.append(f"WHERE {' AND '.join(conditions)}")
    if select.group_by is not None:
        parts.append(f"GROUP BY {', '.join(_group_item(i, out) for i in select.group_by.items)}")
    if select.having is not None:
        parts.append(f"HAVING {render(select.having, out)}")
    scope.rownum = numbered
    return parts


def _refuse_sequences(select: query_nodes.Select) -> None:
    """Raise ORA-02287 for the value of a sequence where it may not stand."""
    places = [select.where, select.group_by, select.having]
    if select.distinct or select.group_by is not None:
        places.extend(item.value for item in select.items)
    for node in tree.walk(
        tuple(place for place in places if place is not None), into_queries=False
    ):
        if not isinstance(node, nodes.Name) or len(node.parts) == 1 or node.quoted[-1]:
            continue
        if node.parts[-1] in {"NEXTVAL", "CURRVAL"}:
            raise OracleError(2287, "sequence number not allowed here")


def _group_item(node: nodes.Expression, out: Output) -> str:
    if isinstance(node, nodes.Call) and node.parts[0] in {"ROLLUP", "CUBE", "GROUPING SETS"}:
        items = ", ".join(
            f"({render_list(item.items, out)})"
            if isinstance(item, nodes.Row)
            else render(item, out)
            for item in node.arguments
        )
        return f"{node.parts[0]} ({items})"
    return render(node, out)


def _item(item: query_nodes.SelectItem, out: Output) -> str:
    if isinstance(item.value, nodes.Star):
        return sources.star(item.value, out)
    text = render(item.value, out)
    pseudo_columns.note_drawn(item.value, out)
    if isinstance(item.value, nodes.Text) and item.value.value:
        text += f"({len(item.value.value)})"  # of a literal the length is known
    label = item.name.encode()[:_LABEL_BYTES].decode(errors="ignore")
    return f"{text} AS {quoted(label)}"


def _order(order: tuple[nodes.OrderItem, ...], select: query_nodes.Select, out: Output) -> str:
    aliases = {item.name: item.value for item in select.items if item.aliased}
    keys = []
    for item in order:
        if isinstance(item.key, nodes.Number) and item.key.text.isdigit():
            key = item.key.text
        elif isinstance(item.key, nodes.Name) and _is_alias(item.key, aliases):
            key = quoted(item.key.parts[0])
        else:
            _refuse_large_key(item.key, out)
            key = render(_without_aliases(item.key, aliases), out)
        keys.append(aggregates.order_item(item, key))
    return ", ".join(keys)


def _refuse_large_key(key: nodes.Expression, out: Output) -> None:
    """Raise ORA-22848, or ORA-00997 for a LONG, for a column that rows cannot be sorted by."""
    if not isinstance(key, nodes.Name):
        return
    name = key.parts[-1]
    source = out.scope.source(key.qualifier) if key.qualifier else out.scope.owner_of(name)
    kind = (
        out.context.resolver.large_columns(source.ref).get(name) if source and source.ref else None
    )
    if kind in {"LONG", "LONG RAW"}:
        raise OracleError(997, "illegal use of LONG datatype")
    if kind is not None:
        raise OracleError(22848, f"cannot use {kind} type as comparison key")


def _is_alias(name: nodes.Name, aliases: dict[str, nodes.Expression]) -> bool:
    return len(name.parts) == 1 and name.parts[0] in aliases


def _without_aliases(
    key: nodes.Expression, aliases: dict[str, nodes.Expression]
) -> nodes.Expression:
    """Return a sort key in which column aliases are replaced by what they stand for."""

    def replaced(node: nodes.Node) -> nodes.Node | None:
        if isinstance(node, nodes.Name) and _is_alias(node, aliases):
            return nodes.Row((aliases[node.parts[0]],))
        return node if isinstance(node, query_nodes.Query) else None

    return tree.substitute(key, replaced) if aliases else key


# ------------------------------------------------------------------- limits and row locks


def _ends(
    query: query_nodes.Query | None, limits: list[nodes.Expression], block: str, out: Output
) -> str:
    text = row_numbers.limit_clause(limits, out)
    if query is None:
        return text
    if text and query.fetch is not None:
        refuse("ROWNUM together with FETCH in one query block")
    text += _row_limit(query.fetch, block, out)
    if query.for_update is not None:
        _check_lockable(query)
        text += _row_locks(query.for_update, out)
    return text


def _check_lockable(query: query_nodes.Query) -> None:
    """Raise OracleError 2014 for FOR UPDATE of rows that are not those of a table.

    Source: SQL Language Reference, SELECT: the row limiting clause does not go with FOR UPDATE, nor
    do inline views that sort, limit, group or combine.
    """
    sources = query.body.sources if isinstance(query.body, query_nodes.Select) else ()
    derived = [source.query for source in sources if isinstance(source, query_nodes.Derived)]
    if query.fetch is not None or any(map(_is_computed, derived)):
        message = "cannot select FOR UPDATE from view with DISTINCT, GROUP BY, etc."
        raise OracleError(2014, message)


def _is_computed(query: query_nodes.Query) -> bool:
    body = query.body
    return bool(
        query.fetch is not None
        or query.order_by
        or not isinstance(body, query_nodes.Select)
        or body.distinct
        or body.group_by is not None
    )


def _row_limit(fetch: query_nodes.Fetch | None, block: str, out: Output) -> str:
    """Return OFFSET and FETCH behind a query, which is counted for a percentage."""
    if fetch is None:
        return ""
    text = ""
    if fetch.offset is not None:
        text += f" OFFSET {_count(fetch.offset, out)}"
    if fetch.count is not None:
        ties = "WITH TIES" if fetch.with_ties else "ONLY"
        count = _share(fetch.count, block, out) if fetch.percent else _count(fetch.count, out)
        text += f" FETCH FIRST ({count}) ROWS {ties}"
    return text


def _share(percent: nodes.Expression, block: str, out: Output) -> str:
    rows = f"pg_catalog.count(*)::numeric * GREATEST({render(percent, out)}, 0) / 100::numeric"
    return f"SELECT pg_catalog.ceil({rows})::int8 FROM ({block}) AS ora$counted"  # noqa: S608


def _count(node: nodes.Expression, out: Output) -> str:
    if isinstance(node, nodes.Number) and node.text.isdigit():
        return node.text
    # Negative and NULL counts are no rows.
    return f"GREATEST(pg_catalog.floor({render(node, out)}), 0)::int8"


def _row_locks(lock: query_nodes.ForUpdate, out: Output) -> str:
    out.locks_rows = True
    text = " FOR UPDATE"
    tables = [_locked_table(column, out) for column in lock.columns]
    for source in tables or out.scope.sources:
        if source.ref is not None:
            external_sources.refuse_change(source.ref)
    if tables:
        text += f" OF {', '.join(dict.fromkeys(source.sql for source in tables))}"
    if lock.wait.isdigit():
        out.lock_wait_seconds = int(lock.wait)
    elif lock.wait:
        text += f" {lock.wait}"
    return text


def _locked_table(column: nodes.Name, out: Output) -> Source:
    qualifier = column.qualifier
    source = out.scope.source(qualifier) if qualifier else out.scope.owner_of(column.parts[-1])
    if source is None and len(out.scope.sources) == 1:
        source = out.scope.sources[0]
    unknown = source is None or (source.columns and column.parts[-1] not in source.columns)
    if source is None or unknown:
        raise OracleError(904, f'"{column.parts[-1]}": invalid identifier')
    return source
