"""Names in expressions: elements and methods of tables, calls of functions, package variables.

The SQL engine gets their values as binds. Names of the block come before those of the schema, and
the built-in functions, which package STANDARD declares, between them (PL/SQL Language Reference,
"PL/SQL Name Resolution").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.plsql import calls
from oracle_standin.engine.plsql.assignment import index_of
from oracle_standin.engine.plsql.call_parts import read_call
from oracle_standin.engine.plsql.compile_errors import compile_error, complainer, not_here
from oracle_standin.engine.plsql.expressions import number_variable, truth_variable
from oracle_standin.engine.plsql.kinds import DataType
from oracle_standin.engine.plsql.lookup import (
    find_composite,
    find_table,
    find_variable,
    resolve_type,
)
from oracle_standin.engine.plsql.nodes import Fragment
from oracle_standin.engine.plsql.positions import position_in
from oracle_standin.engine.plsql.reader import Reader
from oracle_standin.engine.plsql.scope import NUMBER, Variable
from oracle_standin.engine.plsql.static import check_value
from oracle_standin.engine.plsql.tables import METHODS, Index, IndexedTable
from oracle_standin.engine.plsql.targets import closing_bracket
from oracle_standin.engine.query.functions import is_built_in
from oracle_standin.lexer import Kind
from oracle_standin.reserved_words import RESERVED_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.engine.plsql.context import Context
    from oracle_standin.engine.plsql.positions import Position
    from oracle_standin.engine.plsql.scope import Composite, Program, Scope
    from oracle_standin.lexer import Token

_BEFORE_TABLES_OF_SQL = ("INTO", "FROM", "UPDATE", "JOIN", "TABLE")
# Functions of SQL that do not evaluate all of their arguments.
_LAZY = ("COALESCE", "DECODE")
_MOST_PARTS = 3


def at(
    fragment: Fragment, place: int, scope: Scope, context: Context, *, in_sql: bool
) -> tuple[Variable | None, int]:
    """Return the value that begins at a token, None for none, and the tokens it takes."""
    found = fragment.tokens
    if found[place].is_word(*RESERVED_WORDS) or (
        in_sql and place and found[place - 1].is_word(*_BEFORE_TABLES_OF_SQL)
    ):
        return None, 1
    names = _names(found, place)
    position = position_in(fragment.source, found[place].start)
    for count in range(1, len(names) + 1):
        table = find_table(names[:count], position, scope, context)
        if table is not None:
            _refuse_lazy(found, place, position)
            return _part_of(table, fragment, place, place + 2 * count - 1, scope, context)
    if len(names) == 1 and scope.is_record(names[0]):
        _refuse_whole_record(found, place, position, in_sql=in_sql)
        return None, 1
    programs = _functions(names, position, scope, context)
    bracketed = _is_open(found, place + 2 * len(names) - 1)
    if programs and (bracketed or not in_sql):
        if in_sql:
            what = f"the call of the stored function {'.'.join(names)} in SQL"
            raise not_here(position, what)
        _refuse_lazy(found, place, position)
        return _called(programs, fragment, place, scope, context)
    variable = find_variable(names, position, scope, context)
    return variable, 2 * len(names) - 1 if variable else 1


def begins(fragment: Fragment, place: int, scope: Scope, context: Context) -> bool:
    """Return whether the call of a function or the use of a table begins at a token."""
    found = fragment.tokens
    if found[place].is_word(*RESERVED_WORDS):
        return False
    names = _names(found, place)
    position = position_in(fragment.source, found[place].start)
    if any(
        find_table(names[:count], position, scope, context) is not None
        for count in range(1, len(names) + 1)
    ):
        return True
    if scope.named(names) is not None:
        return False
    return bool(_functions(names, position, scope, context))


def composite_of(value: Fragment, scope: Scope, context: Context) -> Composite | None:
    """Return the whole table or record that an expression stands for; None for a scalar."""
    found = value.tokens
    if found[0].kind not in {Kind.WORD, Kind.QUOTED} or found[0].is_word(*RESERVED_WORDS):
        return None
    names, position = _names(found, 0), value.start
    end = 2 * len(names) - 1
    if end == len(found):
        whole = find_composite(names, position, scope, context)
        if whole is not None:
            return whole
    elif not (_is_open(found, end) and closing_bracket(found, end) == len(found) - 1):
        return None
    programs = _functions(names, position, scope, context)
    if not any(_gives_composite(program, context) for program in programs):
        return None
    call = read_call(Reader(value.source, found, complainer(value.source)))
    result = calls.run(call, programs, scope, context)
    return None if isinstance(result, Variable) else result


def _gives_composite(program: Program, context: Context) -> bool:
    returns = program.head.returns
    if returns is None:
        return False
    return not isinstance(resolve_type(returns, program.scope, context), DataType)


def _names(found: Sequence[Token], place: int) -> tuple[str, ...]:
    names = [found[place].value]
    while (
        len(names) < _MOST_PARTS
        and place + 2 < len(found)
        and found[place + 1].is_operator(".")
        and found[place + 2].kind in {Kind.WORD, Kind.QUOTED}
    ):
        place += 2
        names.append(found[place].value)
    return tuple(names)


def _is_open(found: Sequence[Token], place: int) -> bool:
    return place < len(found) and found[place].is_operator("(")


def _functions(
    names: tuple[str, ...], position: Position, scope: Scope, context: Context
) -> Sequence[Program]:
    local = scope.programs_of(names)
    if not local and len(names) == 1 and is_built_in(names[0]):
        return ()
    return local or context.stored.programs(names, position, context)


def _refuse_lazy(found: Sequence[Token], place: int, position: Position) -> None:
    """Refuse what must be worked out only if an expression comes to it."""
    depth = 0
    for index in range(place - 1, -1, -1):
        token = found[index]
        depth += token.is_operator(")") + token.is_word("END")
        depth -= token.is_operator("(") + token.is_word("CASE")
        opens = depth < 0
        if opens and (token.is_word("CASE") or (index and found[index - 1].is_word(*_LAZY))):
            what = "a function or an element of a table in CASE, COALESCE or DECODE"
            raise not_here(position, what)
        depth = max(depth, 0)


# Tables


def _part_of(
    table: IndexedTable, fragment: Fragment, start: int, place: int, scope: Scope, context: Context
) -> tuple[Variable, int]:
    """Return an element of a table or what a method gives, and the tokens from `start` on.

    `place` is that of the token after the table's name.
    """
    found = fragment.tokens
    if _is_open(found, place):
        index, after = _index(table, fragment, place, scope, context)
        value = None if index is None else table.get(index)
        return Variable(table.name, table.kind.element, value), after - start
    position = position_in(fragment.source, found[start].start)
    if place + 1 >= len(found) or not found[place].is_operator("."):
        raise compile_error(position, "PLS-00382: expression is of wrong type")
    method = found[place + 1].value
    if method not in METHODS - {"DELETE"}:
        raise compile_error(position, f"PLS-00302: component '{method}' must be declared")
    if not _is_open(found, place + 2):
        return _answer(table, method, table.ask(method)), place + 2 - start
    index, after = _index(table, fragment, place + 2, scope, context)
    if method == "EXISTS":
        known = None if index is None else index in table.elements
        return truth_variable(method, known), after - start
    found_index = None if index is None else table.ask(method, index)
    return _answer(table, method, found_index), after - start


def _answer(table: IndexedTable, method: str, answer: Index | None) -> Variable:
    """Return what a method gives as a variable: an index has the type of the table's indexes."""
    if table.kind.key is not None and method not in {"COUNT", "LIMIT"}:
        return Variable(
            method, table.kind.key, str(answer).encode() if answer is not None else None
        )
    return number_variable(method, answer if isinstance(answer, int) else None)


def _index(
    table: IndexedTable, fragment: Fragment, opening: int, scope: Scope, context: Context
) -> tuple[Index | None, int]:
    """Return the index in brackets and the place after them; None while names are checked."""
    end = closing_bracket(fragment.tokens, opening)
    inner = Fragment(fragment.source, fragment.tokens[opening + 1 : end])
    if context.checking:
        check_value(inner, table.kind.key or NUMBER, scope, context)
        return None, end + 1
    return index_of(inner, table, scope, context), end + 1


# Functions


def _refuse_whole_record(
    found: Sequence[Token], place: int, position: Position, *, in_sql: bool
) -> None:
    """Raise PLS-00382 for a record where a scalar belongs, and refuse the record of an INSERT."""
    if not in_sql:
        raise compile_error(position, "PLS-00382: expression is of wrong type")
    if place and found[place - 1].is_word("VALUES"):
        what = "INSERT of a whole record"
        raise not_here(position, what)


def _called(
    programs: Sequence[Program], fragment: Fragment, place: int, scope: Scope, context: Context
) -> tuple[Variable, int]:
    reader = Reader(fragment.source, fragment.tokens[place:], complainer(fragment.source))
    call = read_call(reader)
    result = calls.run(call, programs, scope, context)
    if isinstance(result, Variable):
        return result, reader.position
    if result is None:
        text = f"PLS-00222: no function with name '{call.name}' exists in this scope"
        raise compile_error(call.position, text)
    raise compile_error(call.position, "PLS-00382: expression is of wrong type")
