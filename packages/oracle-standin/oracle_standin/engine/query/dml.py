"""Parses INSERT, UPDATE, DELETE and MERGE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.query import (
    change_nodes,
    expressions,
    from_items,
    inline_targets,
    nodes,
    query_nodes,
    selects,
    tree,
)
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.lexer import Kind
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.query.cursor import Cursor


def statement(cursor: Cursor) -> change_nodes.Statement:
    """Read a whole query or DML statement; ORA-00900 for others, ORA-00933 for a rest."""
    found = _statement(cursor)
    if cursor.at_word("LOG"):
        refuse("LOG ERRORS")
    if not cursor.at_end():
        raise cursor.error(933)
    return found


def _statement(cursor: Cursor) -> change_nodes.Statement:
    if cursor.at_word("SELECT", "WITH") or selects.at_query_in_parentheses(cursor):
        return selects.query(cursor)
    for word, read in _READERS.items():
        if cursor.skip_words(word):
            return read(cursor)
    raise cursor.error(900)


def _target(cursor: Cursor) -> query_nodes.Table:
    if cursor.at_operator("("):
        refuse("this kind of DML on a subquery")
    found = from_items.table(cursor)
    if found.sample is not None:
        raise cursor.error(933)
    if found.flashback is not None:
        raise OracleError(8187, "snapshot expression not allowed here")
    return found


# -------------------------------------------------------------------------------- INSERT


def _insert(cursor: Cursor) -> change_nodes.Statement:
    if cursor.at_word("ALL", "FIRST"):
        return _multi_insert(cursor)
    cursor.expect_words("INTO", code=925)
    inline = inline_targets.read(cursor)
    target = inline.table if inline else _target(cursor)
    columns = _insert_columns(cursor) or (inline.columns if inline else ())
    rows: tuple[tuple[nodes.Expression, ...], ...] = ()
    query = None
    if cursor.skip_words("VALUES"):
        rows = _rows(cursor)
    elif cursor.at_word("SELECT", "WITH") or cursor.at_operator("("):
        query = selects.query(cursor)
    else:
        raise cursor.error(926)
    returning, binds = _returning(cursor)
    return change_nodes.Insert(target, columns, rows, query, returning, binds)


def _insert_columns(cursor: Cursor) -> tuple[str, ...]:
    if not cursor.at_operator("(") or selects.at_query_in_parentheses(cursor):
        return ()
    return cursor.names_in_parentheses()


def _rows(cursor: Cursor) -> tuple[tuple[nodes.Expression, ...], ...]:
    rows = [_values(cursor)]
    while cursor.skip_operator(","):
        rows.append(_values(cursor))
    return tuple(rows)


def _values(cursor: Cursor) -> tuple[nodes.Expression, ...]:
    cursor.expect_open()
    items = expressions.expression_list(cursor)
    cursor.expect_close()
    return items


def _multi_insert(cursor: Cursor) -> change_nodes.MultiInsert:
    """Read INSERT ALL and FIRST. A row goes to all conditions that it meets, or to the first."""
    first = cursor.take().value == "FIRST"
    branches: list[change_nodes.InsertBranch] = []
    met: list[nodes.Expression] = []
    condition: nodes.Expression | None = None
    while True:
        if cursor.skip_words("WHEN"):
            tested = expressions.expression(cursor)
            cursor.expect_words("THEN")
            condition = tree.conjunction([*(map(_not_true, met) if first else ()), tested])
            met.append(tested)
        elif met and cursor.skip_words("ELSE"):
            condition = tree.conjunction(list(map(_not_true, met)))
        if not cursor.skip_words("INTO"):
            break
        target = _target(cursor)
        columns = _insert_columns(cursor)
        values = _values(cursor) if cursor.skip_words("VALUES") else ()
        branches.append(change_nodes.InsertBranch(target, columns, values, condition))
    if not branches:
        raise cursor.error(925)
    return change_nodes.MultiInsert(tuple(branches), selects.query(cursor))


def _not_true(condition: nodes.Expression) -> nodes.Expression:
    return nodes.Call(("LNNVL",), (condition,))


# ----------------------------------------------------------------------- UPDATE and DELETE


def _update(cursor: Cursor) -> change_nodes.Statement:
    inline = inline_targets.read(cursor)
    target = inline.table if inline else _target(cursor)
    cursor.expect_words("SET", code=971)
    assignments = _assignments(cursor)
    if cursor.at_word("FROM"):
        refuse("UPDATE ... FROM")
    where = expressions.condition(cursor) if cursor.skip_words("WHERE") else None
    if inline is not None:
        inline_targets.check(inline, [name for item in assignments for name in item.columns])
        where = inline_targets.narrowed(inline, where)
    returning, binds = _returning(cursor)
    return change_nodes.Update(target, assignments, where, returning, binds)


def _assignments(cursor: Cursor) -> tuple[change_nodes.Assignment, ...]:
    found = [_assignment(cursor)]
    while cursor.skip_operator(","):
        found.append(_assignment(cursor))
    return tuple(found)


def _assignment(cursor: Cursor) -> change_nodes.Assignment:
    if cursor.at_operator("("):
        columns = cursor.names_in_parentheses()
        _expect_equals(cursor)
        if not selects.at_query_in_parentheses(cursor):
            raise OracleError(1767, "UPDATE ... SET expression must be a subquery")
        return change_nodes.Assignment(
            columns, query_nodes.Subquery(selects.query_in_parentheses(cursor))
        )
    column = cursor.column_name()
    _expect_equals(cursor)
    return change_nodes.Assignment((column,), expressions.expression(cursor))


def _expect_equals(cursor: Cursor) -> None:
    if not cursor.skip_operator("="):
        raise cursor.error(927)


def _delete(cursor: Cursor) -> change_nodes.Statement:
    cursor.skip_words("FROM")
    inline = inline_targets.read(cursor)
    target = inline.table if inline else _target(cursor)
    if cursor.at_word("FROM"):
        refuse("DELETE ... FROM ... FROM")
    where = expressions.condition(cursor) if cursor.skip_words("WHERE") else None
    if inline is not None:
        where = inline_targets.narrowed(inline, where)
    returning, binds = _returning(cursor)
    return change_nodes.Delete(target, where, returning, binds)


def _returning(cursor: Cursor) -> tuple[tuple[nodes.Expression, ...], tuple[int, ...]]:
    if not (cursor.skip_words("RETURNING") or cursor.skip_words("RETURN")):
        return (), ()
    if cursor.at_word("OLD", "NEW"):
        refuse("OLD and NEW in RETURNING")
    items = expressions.expression_list(cursor)
    cursor.expect_words("INTO", code=925)
    binds = []
    while True:
        token = cursor.take()
        if token.kind is not Kind.BIND:
            raise OracleError(1745, "invalid host/bind variable name", token.start)
        binds.append(cursor.bind_position(token))
        if not cursor.skip_operator(","):
            break
    if len(binds) != len(items):
        raise cursor.error(947 if len(items) < len(binds) else 913)
    return items, tuple(binds)


# --------------------------------------------------------------------------------- MERGE


def _merge(cursor: Cursor) -> change_nodes.Statement:
    cursor.expect_words("INTO", code=925)
    target = _target(cursor)
    if not cursor.skip_words("USING"):
        raise OracleError(928, "missing USING keyword")
    source = from_items.source(cursor)
    if not cursor.skip_words("ON") or not cursor.at_operator("("):
        raise cursor.error(969)
    cursor.expect_open()
    condition = expressions.expression(cursor)
    cursor.expect_close()
    update: _MergeUpdate = ((), None, None)
    insert: _MergeInsert = ((), (), None)
    seen = 0
    while cursor.skip_words("WHEN"):
        seen += 1
        if cursor.skip_words("MATCHED"):
            update = _merge_update(cursor)
        else:
            cursor.expect_words("NOT", "MATCHED")
            insert = _merge_insert(cursor)
    if not seen:
        raise cursor.error(905)
    if cursor.at_word("RETURNING"):
        refuse("RETURNING of MERGE")
    return change_nodes.Merge(target, source, condition, *update, *insert)


_MergeUpdate = tuple[
    tuple[change_nodes.Assignment, ...], nodes.Expression | None, nodes.Expression | None
]
_MergeInsert = tuple[tuple[str, ...], tuple[nodes.Expression, ...], nodes.Expression | None]


def _merge_update(cursor: Cursor) -> _MergeUpdate:
    cursor.expect_words("THEN")
    cursor.expect_words("UPDATE")
    cursor.expect_words("SET", code=971)
    assignments = _assignments(cursor)
    where = expressions.condition(cursor) if cursor.skip_words("WHERE") else None
    delete_where = None
    if cursor.skip_words("DELETE"):
        cursor.expect_words("WHERE")
        delete_where = expressions.expression(cursor)
    return assignments, where, delete_where


def _merge_insert(cursor: Cursor) -> _MergeInsert:
    cursor.expect_words("THEN")
    cursor.expect_words("INSERT")
    columns = cursor.names_in_parentheses() if cursor.at_operator("(") else ()
    cursor.expect_words("VALUES", code=926)
    values = _values(cursor)
    where = expressions.condition(cursor) if cursor.skip_words("WHERE") else None
    return columns, values, where


_READERS = {"INSERT": _insert, "UPDATE": _update, "DELETE": _delete, "MERGE": _merge}
