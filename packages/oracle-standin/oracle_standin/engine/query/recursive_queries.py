"""Writes recursive WITH queries.

Without CYCLE Oracle fails when a row has the same values as one of its ancestors in the columns
that the recursive member's conditions name (SQL Language Reference, SELECT,
subquery_factoring_clause). That is looked for where the member joins: a member of one source makes
at most one row of each.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from oracle_standin.engine.names import quoted
from oracle_standin.engine.query import nodes, queries, query_nodes, tree
from oracle_standin.engine.query.literals import quoted_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_standin.engine.query.scope import Output

_ORDER, _LOOP, _WAY = '"ora$order"', '"ora$loop"', '"ora$way"'


def names_itself(item: query_nodes.WithQuery) -> bool:
    """Return whether a query reads from its own name."""
    return any(_is_own(node, item) for node in tree.walk(item.query))


def _is_own(node: nodes.Node, item: query_nodes.WithQuery) -> bool:
    return isinstance(node, query_nodes.Table) and node.schema is None and node.name == item.name


def result_columns(item: query_nodes.WithQuery) -> tuple[str, ...]:
    """Return the columns of a recursive query with those that SEARCH and CYCLE add."""
    added = [clause.column for clause in (item.search, item.cycle) if clause is not None]
    return (*item.columns, *added)


def render(item: query_nodes.WithQuery, out: Output) -> str:
    """Return the definition of a recursive query, whose name is in the scope."""
    text = queries.render_query(_open_types(item.query), out)
    name, columns = quoted(item.name), ", ".join(map(quoted, item.columns))
    clauses, shown, condition = "", columns, ""
    if item.search is not None:
        keys = ", ".join(map(quoted, item.search.keys))
        clauses += f" SEARCH {item.search.first} FIRST BY {keys} SET {_ORDER}"
        shown += f", (row_number() OVER (ORDER BY {_ORDER}))::numeric"
    looked_at = _watched(item)
    if item.cycle is not None:
        clauses += _cycle(item.cycle)
        shown += f", {quoted(item.cycle.column)}"
    elif looked_at:
        clauses += f" CYCLE {', '.join(map(quoted, looked_at))} SET {_LOOP} USING {_WAY}"
        condition = f" WHERE ora.no_cycle({_LOOP})"
    inner = f"WITH RECURSIVE {name} ({columns}) AS ({text}){clauses}"
    listed = ", ".join(map(quoted, result_columns(item)))
    return f"{name} ({listed}) AS ({inner} SELECT {shown} FROM {name}{condition})"  # noqa: S608


def _open_types(query: query_nodes.Query) -> query_nodes.Query:
    """Let columns that the recursive member computes grow beyond what the first rows hold."""
    body = query.body
    if not isinstance(body, query_nodes.SetOperation):
        return query
    if not isinstance(body.right, query_nodes.Select):
        return query
    computed = {
        place
        for place, item in enumerate(body.right.items)
        if not isinstance(item.value, nodes.Name)
    }
    return replace(query, body=replace(body, left=_opened(body.left, computed)))


def _opened(
    body: query_nodes.Body | query_nodes.Query, computed: set[int]
) -> query_nodes.Body | query_nodes.Query:
    if isinstance(body, query_nodes.Query):
        return replace(body, body=cast("query_nodes.Body", _opened(body.body, computed)))
    if isinstance(body, query_nodes.SetOperation):
        left, right = _opened(body.left, computed), _opened(body.right, computed)
        return replace(body, left=left, right=right)
    if not isinstance(body, query_nodes.Select):
        return body
    items = tuple(
        replace(item, value=_open_type(item.value)) if place in computed else item
        for place, item in enumerate(body.items)
    )
    return replace(body, items=items)


def _open_type(value: nodes.Expression) -> nodes.Expression:
    return nodes.Call(("ORA$OPEN_TYPE",), (value,))


def _cycle(cycle: query_nodes.Cycle) -> str:
    marks = f"TO text {quoted_text(cycle.marked)} DEFAULT text {quoted_text(cycle.unmarked)}"
    keys = ", ".join(map(quoted, cycle.keys))
    return f" CYCLE {keys} SET {quoted(cycle.column)} {marks} USING {_WAY}"


def _watched(item: query_nodes.WithQuery) -> tuple[str, ...]:
    """Return the columns whose return is a loop, none for a member that joins nothing."""
    body = item.query.body
    member = body.right if isinstance(body, query_nodes.SetOperation) else None
    if not isinstance(member, query_nodes.Select):
        return ()
    tables = [node for node in tree.walk(member.sources) if isinstance(node, query_nodes.Table)]
    own = {table.reference for table in tables if _is_own(table, item)}
    if len(tables) < 2 or not own:
        return ()
    found = {
        name.parts[-1]
        for name in _condition_names(member)
        if name.parts[-1] in item.columns and (name.qualifier is None or name.qualifier in own)
    }
    return tuple(column for column in item.columns if column in found) or item.columns


def _condition_names(member: query_nodes.Select) -> Iterator[nodes.Name]:
    joins = [n for n in tree.walk(member.sources) if isinstance(n, query_nodes.Join)]
    conditions = (member.where, *(join.condition for join in joins))
    for condition in conditions:
        for node in tree.walk(condition, into_queries=False):
            if isinstance(node, nodes.Name):
                yield node
