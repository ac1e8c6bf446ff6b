"""What Oracle refuses by the declared sizes of binds, whatever their values are.

A text or binary bind that is declared longer than a VARCHAR2 can be travels like a LONG value.
Source: Error Messages, ORA-24816 (such a bind after one for a LONG or LOB column) and ORA-01461 (in
the source query of a MERGE, which has no LONG column to take it); observed in ownCloud 18363 and
python-oracledb 523.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.lengths import list_items
from oracle_standin.lexer import Kind, Token, tokens
from oracle_standin.protocol import OracleError, TypeCode

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from oracle_standin.backend import Bind
    from oracle_standin.protocol import BindValue

_SIZED = frozenset(
    {TypeCode.VARCHAR, TypeCode.CHAR, TypeCode.LONG, TypeCode.RAW, TypeCode.LONG_RAW}
)


def check(
    statement: str,
    binds: Sequence[Bind],
    rows: Sequence[Sequence[BindValue]],
    longest: int,
    large_columns: Callable[[], Collection[str]],
) -> None:
    """Raise OracleError 24816 or 1461 for binds that are declared too long for their place.

    Args:
        statement: An INSERT, UPDATE, DELETE or MERGE.
        binds: One for each placeholder of it.
        rows: Their values; a bind that is NULL in every row supplies no data (python-oracledb's
            test 2028).
        longest: The most bytes of a VARCHAR2.
        large_columns: Gives the LOB and LONG columns of the statement's table.
    """
    expanded = [
        _is_expanded(bind, longest) and any(row[place] is not None for row in rows)
        for place, bind in enumerate(binds)
    ]
    if not any(expanded):
        return
    found = tokens(statement)
    if found[0].is_word("MERGE"):
        _check_source(found, expanded)
    elif found[0].is_word("INSERT", "UPDATE"):
        _check_order(found, expanded, large_columns())


def _is_expanded(bind: Bind, longest: int) -> bool:
    return bind.type_code in _SIZED and bind.size_bytes > longest and not bind.is_return


def _check_source(found: Sequence[Token], expanded: Sequence[bool]) -> None:
    """Raise OracleError 1461 for a long bind in what MERGE uses."""
    number = 0
    in_source = False
    for token in found:
        if token.is_word("USING", "WHEN"):
            in_source = token.is_word("USING")
        if token.kind is Kind.BIND:
            if in_source and number < len(expanded) and expanded[number]:
                message = "can bind a LONG value only for insert into a LONG column"
                raise OracleError(1461, message, token.start)
            number += 1


def _check_order(
    found: Sequence[Token], expanded: Sequence[bool], large_columns: Collection[str]
) -> None:
    """Raise OracleError 24816 for a long bind after one that goes into a LOB or LONG column."""
    after_large = False
    for number, column in enumerate(_columns(found)):
        if number >= len(expanded) or not expanded[number]:
            continue
        if column in large_columns:
            after_large = True
        elif after_large:
            message = "Expanded non LONG bind data supplied after actual LONG or LOB column"
            raise OracleError(24816, message)


def _columns(found: Sequence[Token]) -> Iterator[str]:
    """Yield for each bind the column that it is assigned to as it is, "" for another use."""
    assigned = dict(_inserted(found) if found[0].is_word("INSERT") else _set(found))
    for token in found:
        if token.kind is Kind.BIND:
            yield assigned.get(token.start, "")


def _inserted(found: Sequence[Token]) -> Iterator[tuple[int, str]]:
    """Yield the places of binds that are values of their own, with their columns."""
    at = next((place for place, token in enumerate(found) if token.is_word("VALUES")), None)
    if at is None or not found[at - 1].is_operator(")"):
        return
    opening = max(place for place in range(at) if found[place].is_operator("("))
    columns = [part[-1].value for part in list_items(found, opening)]
    for column, item in zip(columns, list_items(found, at + 1), strict=False):
        if len(item) == 1 and item[0].kind is Kind.BIND:
            yield item[0].start, column


def _set(found: Sequence[Token]) -> Iterator[tuple[int, str]]:
    for place, token in enumerate(found[:-1]):
        if token.is_word("WHERE"):
            return
        is_bind = found[place + 1].kind is Kind.BIND
        if token.is_operator("=") and place and is_bind:
            yield found[place + 1].start, found[place - 1].value
