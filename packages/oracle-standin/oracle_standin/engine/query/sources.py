"""Writes FROM: tables, subqueries, joins; and `*`, which leaves invisible columns out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.names import quoted
from oracle_standin.engine.query import (
    external_sources,
    flashbacks,
    nodes,
    past_views,
    pivots,
    queries,
    query_nodes,
)
from oracle_standin.engine.query.literals import quoted_text
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.engine.query.render import render
from oracle_standin.engine.query.scope import Source, missing_table
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.contract import ObjectRef
    from oracle_standin.engine.query.scope import Output

_STORED_KINDS = {"r", "p", "m"}


def from_clause(items: tuple[query_nodes.FromItem, ...], out: Output) -> str:
    """Return what follows FROM, and put the sources in the scope."""
    return ", ".join(_source(item, out) for item in items)


def _source(item: query_nodes.FromItem, out: Output) -> str:
    if isinstance(item, query_nodes.Table):
        return _table(item, out)
    if isinstance(item, query_nodes.Derived):
        return _derived(item, out)
    if isinstance(item, query_nodes.Pivot | query_nodes.Unpivot):
        return _derived(query_nodes.Derived(_pivoted(item, out), item.alias), out)
    if not isinstance(item, query_nodes.Join):
        refuse(type(item).__name__)
    return _join(item, out)


def columns_of(table: query_nodes.Table, out: Output) -> tuple[str, ...]:
    """Return the columns of a source with a name, empty where they are not listed."""
    if table.schema is None and out.scope.has_with_name(table.name):
        return out.scope.with_columns(table.name)
    if is_dual(table):
        return ("DUMMY",)
    return tuple(out.context.resolver.columns(resolve(table, out)))


def known_columns(item: query_nodes.FromItem, out: Output) -> tuple[str, ...]:
    """Return the columns of a source, empty where they are not known without asking the engine."""
    if isinstance(item, query_nodes.Table):
        return columns_of(item, out)
    if isinstance(item, query_nodes.Derived):
        return query_columns(item.query, out)
    if isinstance(item, query_nodes.Pivot | query_nodes.Unpivot):
        return query_columns(_pivoted(item, out), out)
    if isinstance(item, query_nodes.Join) and not (item.natural or item.using):
        return (*known_columns(item.left, out), *known_columns(item.right, out))
    return ()


def query_columns(query: query_nodes.Query, out: Output) -> tuple[str, ...]:
    """Return the names of a query's columns, empty where a `*` hides some."""
    body: query_nodes.Body | query_nodes.Query = query
    while not isinstance(body, query_nodes.Select):
        if isinstance(body, query_nodes.Query):
            body = body.body
        elif isinstance(body, query_nodes.SetOperation):
            body = body.left
        else:
            return ()
    if not any(isinstance(item.value, nodes.Star) for item in body.items):
        return tuple(item.name for item in body.items)
    if len(body.items) > 1 or query.with_queries:
        return ()
    found = [known_columns(source, out) for source in body.sources]
    return tuple(name for names in found for name in names) if all(found) else ()


def _pivoted(item: query_nodes.Pivot | query_nodes.Unpivot, out: Output) -> query_nodes.Query:
    columns = known_columns(item.source, out)
    if not columns:
        refuse("PIVOT and UNPIVOT of a subquery whose columns are not listed")
    return pivots.as_query(item, columns)


def is_dual(table: query_nodes.FromItem) -> bool:
    """Return whether a source is DUAL."""
    return (
        isinstance(table, query_nodes.Table)
        and table.name == "DUAL"
        and table.schema in {None, "SYS"}
    )


def _table(table: query_nodes.Table, out: Output) -> str:
    alias = quoted(table.reference)
    if table.schema is None and out.scope.has_with_name(table.name):
        flashbacks.refuse_here(table)
        out.scope.sources.append(Source(table.reference))
        return f"{quoted(table.name)} AS {alias}"
    if is_dual(table):
        flashbacks.refuse_here(table)
        out.scope.sources.append(Source(table.reference, columns=("DUMMY",)))
        return f"(VALUES ('X'::text)) AS {alias} (\"DUMMY\")"
    ref = resolve(table, out)
    view = past_views.definition(table, ref, out)
    if view is not None:
        return past_views.source(table, ref, view, out)
    if external_sources.applies(ref):
        rows = external_sources.source(table, ref, out)
        return f"{rows} AS {alias}{_sample(table.sample)}"
    if flashbacks.applies(table, ref, out):
        return f"{flashbacks.source(table, ref, out)} AS {alias}{_sample(table.sample)}"
    columns = tuple(out.context.resolver.columns(ref))
    stored = ref.kind in _STORED_KINDS
    source = Source(table.reference, ref, columns, stored=stored)
    out.scope.sources.append(source)
    if table.partition is not None:
        out.scope.conditions.append(partition_condition(source, table.partition))
    return f"{relation(ref)} AS {alias}{_sample(table.sample)}"


def resolve(table: query_nodes.Table, out: Output) -> ObjectRef:
    """Return the object that a table's name stands for; ORA-00942 when there is none."""
    ref = out.context.resolver.resolve(table.schema, table.name)
    if ref is None:
        raise missing_table(out.context.current_schema, table)
    if ref.kind == "n":
        message = "cannot reference nested table column's storage table"
        raise OracleError(22812, message)
    if ref.kind == "S":
        raise OracleError(2201, "sequence not allowed here")
    return ref


def relation(ref: ObjectRef) -> str:
    """Return the PostgreSQL name of an object."""
    return f"{quoted(ref.owner)}.{quoted(ref.name)}"


def partition_condition(source: Source, partition: str) -> str:
    """Return the condition that a row is in a partition; ORA-02149 when it does not exist."""
    oid = source.ref.oid if source.ref else 0
    return f"{source.sql}.tableoid = ora.partition_of({oid}, {quoted_text(partition)})"


def _sample(sample: query_nodes.Sample | None) -> str:
    if sample is None:
        return ""
    method = "SYSTEM" if sample.block else "BERNOULLI"
    seed = f" REPEATABLE ({sample.seed})" if sample.seed else ""
    return f" TABLESAMPLE {method} ({sample.percent}){seed}"


def _derived(derived: query_nodes.Derived, out: Output) -> str:
    text = queries.render_query(derived.query, out)
    reference = derived.alias or out.new_name()
    out.scope.sources.append(Source(reference, numbered=True))
    return f"{'LATERAL ' if derived.lateral else ''}({text}) AS {quoted(reference)}"


def _join(join: query_nodes.Join, out: Output) -> str:
    first = len(out.scope.sources)
    left = _source(join.left, out)
    right = _source(join.right, out)
    if isinstance(join.right, query_nodes.Join):
        right = f"({right})"
    if join.natural or join.using:
        out.scope.merged = True
    word = "NATURAL " if join.natural else ""
    text = f"{left} {word}{join.kind} JOIN {right}"
    if join.using:
        joined = out.scope.sources[first:]
        out.scope.using |= {(s.reference, column) for s in joined for column in join.using}
        return f"{text} USING ({', '.join(map(quoted, join.using))})"
    if join.condition is not None:
        return f"{text} ON {render(join.condition, out)}"
    return text


def star(node: nodes.Star, out: Output) -> str:
    """Return the columns that `*` or `t.*` stands for."""
    if node.qualifier:
        source = out.scope.source(node.qualifier[-1])
        if source is None:
            name = ".".join(f'"{part}"' for part in node.qualifier)
            raise OracleError(904, f"{name}: invalid identifier")
        return _columns_of(source)
    if out.scope.merged:
        return "*"
    if not out.scope.sources:
        raise OracleError(923, "FROM keyword not found where expected")
    return ", ".join(_columns_of(source) for source in out.scope.sources)


def _columns_of(source: Source) -> str:
    if not source.columns:
        return f"{source.sql}.*"
    return ", ".join(f"{source.sql}.{quoted(column)}" for column in source.columns)
