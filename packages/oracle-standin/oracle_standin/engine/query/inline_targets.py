"""Tables that a statement changes through a subquery: UPDATE (SELECT ...) SET ...

Source: SQL Language Reference, UPDATE, dml_table_expression_clause. Only subqueries of columns of
one table are taken; key-preserved joins are not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from oracle_standin.engine.query import nodes, query_nodes, selects, tree
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.engine.query.cursor import Cursor


@dataclass(frozen=True, slots=True)
class InlineTarget:
    """The table, the columns that the subquery lists, none for all, and its condition."""

    table: query_nodes.Table
    columns: tuple[str, ...]
    where: nodes.Expression | None


def read(cursor: Cursor) -> InlineTarget | None:
    """Read a subquery in the place of a table; None when there is none. Others are refused."""
    if not selects.at_query_in_parentheses(cursor):
        return None
    query = selects.query_in_parentheses(cursor)
    select, plain = query.body, query_nodes.Query(query.body)
    if query != plain or not isinstance(select, query_nodes.Select):
        refuse("DML on this kind of subquery")
    simple = query_nodes.Select(select.items, select.sources, where=select.where)
    table = select.sources[0] if len(select.sources) == 1 else None
    if select != simple or not isinstance(table, query_nodes.Table):
        refuse("DML on this kind of subquery")
    if cursor.skip_words("WITH", "CHECK", "OPTION"):
        refuse("DML on a subquery WITH CHECK OPTION")
    if cursor.at_name() and not cursor.at_word("SET", "WHERE", "VALUES", "RETURNING", "RETURN"):
        if table.alias is not None:
            refuse("DML on a subquery with two aliases")
        table = replace(table, alias=cursor.name())
    return InlineTarget(table, _columns(select.items), select.where)


def _columns(items: tuple[query_nodes.SelectItem, ...]) -> tuple[str, ...]:
    if len(items) == 1 and isinstance(items[0].value, nodes.Star):
        return ()
    for item in items:
        if not isinstance(item.value, nodes.Name) or item.value.parts[-1] != item.name:
            refuse("DML on a subquery with computed or renamed columns")
    return tuple(item.name for item in items)


def check(target: InlineTarget, named: Sequence[str]) -> None:
    """Raise ORA-00904 for a column that the subquery does not list."""
    for name in named:
        if target.columns and name not in target.columns:
            raise OracleError(904, f'"{name}": invalid identifier')


def narrowed(target: InlineTarget, where: nodes.Expression | None) -> nodes.Expression | None:
    """Return the condition of the statement together with that of the subquery."""
    return tree.conjunction([*tree.conjuncts(target.where), *tree.conjuncts(where)])
