"""Evaluation of expressions: names become binds, the SQL engine does the rest."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from oracle_standin import codecs
from oracle_standin.backend import Bind
from oracle_standin.engine.conversions import converter
from oracle_standin.engine.plsql.compile_errors import not_declared, not_here
from oracle_standin.engine.plsql.conditions import Parts, ordered_parts
from oracle_standin.engine.plsql.constants import CONSTANTS
from oracle_standin.engine.plsql.exceptions import value_error
from oracle_standin.engine.plsql.kinds import DataType
from oracle_standin.engine.plsql.positions import position_in
from oracle_standin.engine.plsql.scope import NUMBER, TEXT, Scope, Variable
from oracle_standin.lexer import Kind, Token
from oracle_standin.protocol import CharsetForm, OracleError, TypeCode, Value

if TYPE_CHECKING:
    from collections.abc import Container

    from oracle_standin.engine.plsql.context import Context
    from oracle_standin.engine.plsql.nodes import Fragment
    from oracle_standin.protocol import BindValue
    from oracle_standin.rows import Column

_TEXT_CODES = frozenset({TypeCode.VARCHAR, TypeCode.CHAR, TypeCode.LONG, TypeCode.CLOB})
_BACKTRACE = [".", "FORMAT_ERROR_BACKTRACE"]
_CONVERSION_ERRORS = {
    1722: "character to number conversion error",
    1438: "number precision too large",
    1426: "numeric overflow",
}


@dataclass(slots=True)
class Rewritten:
    """SQL text with a bind for each variable, one bind for each occurrence."""

    text: str
    binds: list[Bind] = field(default_factory=list)
    values: list[BindValue] = field(default_factory=list)


def rewrite(
    fragment: Fragment, scope: Scope, context: Context, columns: Container[str] | None = None
) -> Rewritten:
    """Return an expression, or a statement of SQL, as SQL.

    `columns` are names that the statement's tables have, None for an expression: in SQL a column
    goes before a variable.
    """
    result = Rewritten("")
    pieces: list[str] = []
    found = fragment.tokens
    place, written = 0, found[0].start if found else 0
    while place < len(found):
        token = found[place]
        variable, length = _variable_at(fragment, place, scope, context, columns)
        if variable is not None:
            result.binds.append(variable.as_bind())
            result.values.append(variable.value)
            pieces += (fragment.source[written : token.start], f":PLSQL{len(result.binds)}")
            written = found[place + length - 1].end
        elif token.is_operator("**"):
            raise not_here(position_in(fragment.source, token.start), "the operator **")
        elif token.kind is Kind.BIND:
            result.binds.append(context.binds.bind(token.value))
            position = position_in(fragment.source, token.start)
            result.values.append(context.binds.scalar(token.value, position))
        place += max(length, 1)
    pieces.append(fragment.source[written : found[-1].end] if found else "")
    result.text = "".join(pieces)
    return result


def _variable_at(  # noqa: PLR0911 - one for each kind of name
    fragment: Fragment,
    place: int,
    scope: Scope,
    context: Context,
    columns: Container[str] | None,
) -> tuple[Variable | None, int]:
    """Return the variable that begins at a token and how many tokens it takes."""
    found = fragment.tokens
    token = found[place]
    if token.kind not in {Kind.WORD, Kind.QUOTED}:
        return None, 1
    if place and found[place - 1].is_operator("."):
        return None, 1
    following = [found[index] for index in range(place + 1, min(place + 4, len(found)))]
    dotted = len(following) > 1 and following[0].is_operator(".")
    if dotted and (token.value, following[1].value) in CONSTANTS:
        name = (token.value, following[1].value)
        return number_variable(name[1], CONSTANTS[name]), 3
    if dotted and scope.is_record(token.value):
        return scope.variable((token.value, following[1].value)), 3
    if following and following[0].is_operator("=>"):
        return None, 1
    special = _special_at(fragment, token, following, context)
    if special is not None:
        return special
    if not dotted and columns is not None and token.value in columns:
        return None, 1
    plain = not dotted and not (following and following[0].is_operator("("))
    variable = scope.variable((token.value,)) if plain else None
    if variable is not None:
        if variable.data_type.type_code is TypeCode.CURSOR and len(following) > 1:
            return _cursor_attribute(variable, following, context) or (variable, 1)
        return variable, 1
    in_sql = columns is not None
    return context.references.at(fragment, place, scope, context, in_sql=in_sql)


def _special_at(
    fragment: Fragment, token: Token, following: list[Token], context: Context
) -> tuple[Variable, int] | None:
    current = context.current
    if token.is_word("SQLCODE"):
        return number_variable("SQLCODE", current.sqlcode if current else 0), 1
    if token.is_word("SQLERRM"):
        text = current.sqlerrm if current else "ORA-0000: normal, successful completion"
        return text_variable("SQLERRM", text), 1
    if token.is_word("DBMS_UTILITY") and [one.value for one in following[:2]] == _BACKTRACE:
        places = current.places if current else ()
        text = "".join(f"ORA-06512: {place}\n" for place in places)
        return text_variable("BACKTRACE", text), 3
    if token.is_word("SQL") and len(following) > 1 and following[0].is_operator("%"):
        count = context.row_count
        if following[1].is_word("ROWCOUNT"):
            return number_variable("ROWCOUNT", count), 3
        if following[1].is_word("BULK_ROWCOUNT", "BULK_EXCEPTIONS"):
            what = f"SQL%{following[1].value}"
            raise not_here(position_in(fragment.source, token.start), what)
        if following[1].is_word("FOUND", "NOTFOUND", "ISOPEN"):
            truth = None if count is None else (count > 0) == following[1].is_word("FOUND")
            if following[1].is_word("ISOPEN"):
                truth = False
            return truth_variable(following[1].value, truth), 3
    return None


def _cursor_attribute(
    variable: Variable, following: list[Token], context: Context
) -> tuple[Variable, int] | None:
    """Return what `cursor%attribute` stands for; ORA-01001 where the cursor must be open.

    Source: PL/SQL Language Reference, "Named Cursor Attribute".
    """
    if not following[0].is_operator("%"):
        return None
    name = following[1].value
    opened = context.host.open_cursors
    if name == "ISOPEN":
        return truth_variable(name, opened.is_open(variable.value)), 3
    cursor = None if context.checking else opened.find(variable.value)
    if name == "ROWCOUNT":
        return number_variable(name, cursor.fetched if cursor else None), 3
    if name not in {"FOUND", "NOTFOUND"}:
        return None
    found = cursor.found if cursor else None
    return truth_variable(name, None if found is None else found == (name == "FOUND")), 3


def number_variable(name: str, amount: int | None) -> Variable:
    """Return a NUMBER to bind."""
    return Variable(name, NUMBER, None if amount is None else number_bytes(amount))


def number_bytes(amount: int) -> bytes:
    """Return an integer as a NUMBER."""
    return codecs.number_from_text(str(amount))


def text_variable(name: str, text: str) -> Variable:
    """Return a text to bind."""
    return Variable(name, TEXT, text.encode() or None)


def truth_variable(name: str, truth: bool | None) -> Variable:  # noqa: FBT001
    """Return a BOOLEAN to bind."""
    value = None if truth is None else (b"\1" if truth else b"\0")
    return Variable(name, DataType(TypeCode.BOOLEAN, CharsetForm.NONE, "BOOLEAN"), value)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A value and its type."""

    type_code: TypeCode
    value: BindValue


def evaluate(fragment: Fragment, scope: Scope, context: Context) -> Evaluated:
    """Return the value of an expression."""
    simple = simple_value(fragment, scope, context)
    if simple is not None:
        return simple
    sql = rewrite(fragment, scope, context)
    column, value = _ask(fragment, sql, sql.text, 1, context)
    return Evaluated(column.type_code, value)


def _ask(
    fragment: Fragment, sql: Rewritten, text: str, times: int, context: Context
) -> tuple[Column, Value]:
    """Evaluate SQL; a name that it does not know is one that the block does not know."""
    try:
        return context.host.evaluate(text, sql.binds * times, sql.values * times)
    except OracleError as error:
        if error.code != 904:
            raise
        position = position_in(fragment.source, fragment.tokens[0].start)
        name = error.message.split(":")[0].strip('"')
        raise not_declared(position, name) from None


def simple_value(  # noqa: PLR0911 - one for each kind of token
    fragment: Fragment, scope: Scope, context: Context
) -> Evaluated | None:
    """Return the value of a literal, a variable or a bind without asking the SQL engine."""
    found = fragment.tokens
    token = found[0]
    if len(found) == 1:
        if token.kind is Kind.STRING:
            return Evaluated(TypeCode.VARCHAR, token.value.encode() or None)
        if token.kind is Kind.NUMBER and token.text.isdecimal():
            return Evaluated(TypeCode.NUMBER, codecs.number_from_text(token.text))
        if token.kind is Kind.BIND:
            bind = context.binds.bind(token.value)
            return Evaluated(bind.type_code, context.binds.value(token.value))
        if token.is_word("NULL"):
            return Evaluated(TypeCode.VARCHAR, None)
        if token.is_word("TRUE", "FALSE"):
            return Evaluated(TypeCode.BOOLEAN, b"\1" if token.is_word("TRUE") else b"\0")
    # First only looked at: a function that is but a part of the expression must not run here.
    quiet = context if context.checking else replace(context, checking=True)
    variable, length = _variable_at(fragment, 0, scope, quiet, None)
    if length != len(found):
        return None
    if variable is not None and not context.checking:
        variable, _ = _variable_at(fragment, 0, scope, context, None)
    if variable is not None:
        return Evaluated(variable.data_type.type_code, variable.value)
    return None


def integer(fragment: Fragment, scope: Scope, context: Context) -> int:
    """Return an expression as a whole number; raises ORA-06502 for NULL."""
    value = evaluate_as(fragment, NUMBER, scope, context)
    if not isinstance(value, bytes):
        raise value_error()
    return round(float(codecs.number_to_text(value)))


def is_true(condition: Fragment, scope: Scope, context: Context) -> bool:
    """Return whether a condition is true, and not false or unknown."""
    return truth(condition, scope, context) is True


def truth(condition: Fragment, scope: Scope, context: Context) -> bool | None:
    """Return the truth of a condition, None for unknown."""
    simple = simple_value(condition, scope, context)
    if simple is not None and simple.type_code is TypeCode.BOOLEAN:
        return None if simple.value is None else simple.value != b"\0"
    if simple is not None and simple.value is None:
        return None
    parts = ordered_parts(condition, scope, context)
    if parts is not None:
        return _in_order(parts, scope, context)
    sql = rewrite(condition, scope, context)
    twice = f"CASE WHEN ({sql.text}) THEN 1 WHEN NOT ({sql.text}) THEN 0 END"
    _, value = _ask(condition, sql, twice, 2, context)
    return None if value is None else codecs.number_to_text(value) == "1"


def _in_order(parts: Parts, scope: Scope, context: Context) -> bool | None:
    """Return the truth of a condition whose parts are worked out from left to right.

    Source: PL/SQL Language Reference, "Short-Circuit Evaluation".
    """
    if parts.operator == "NOT":
        answer = truth(parts.operands[0], scope, context)
        return None if answer is None else not answer
    decisive = parts.operator == "OR"
    unknown = False
    for operand in parts.operands:
        answer = truth(operand, scope, context)
        if answer is decisive:
            return decisive
        unknown = unknown or answer is None
    return None if unknown else not decisive


def evaluate_as(
    fragment: Fragment, data_type: DataType, scope: Scope, context: Context
) -> BindValue:
    """Return the value of an expression as a type; raises ORA-06502 when it does not fit."""
    if data_type.type_code is TypeCode.BOOLEAN:
        answer = truth(fragment, scope, context)
        return None if answer is None else (b"\1" if answer else b"\0")
    return fit(evaluate(fragment, scope, context), data_type, context)


def fit(evaluated: Evaluated, data_type: DataType, context: Context) -> BindValue:
    """Return a value as another type; raises ORA-06502 when it does not fit."""
    value = evaluated.value
    if isinstance(value, list):
        return value
    if value is None:
        return None
    value = _converted(Evaluated(evaluated.type_code, value), value, data_type, context)
    if value is not None and data_type.type_code in _TEXT_CODES:
        return _sized(value, data_type)
    if value is not None and data_type.size_bytes and data_type.type_code is TypeCode.RAW:
        return _sized(value, data_type)
    return value


def _converted(evaluated: Evaluated, value: bytes, data_type: DataType, context: Context) -> Value:
    have, want = evaluated.type_code, data_type.type_code
    try:
        if not data_type.constrained:
            try:
                return converter(have, want)(value)
            except OracleError as error:
                if error.code != 932:
                    raise
        bind = Bind("V", have, CharsetForm.DATABASE if have in _TEXT_CODES else CharsetForm.NONE)
        expression = "TO_CHAR(:V)" if want in _TEXT_CODES else f"CAST(:V AS {data_type.sql})"
        return context.host.evaluate(expression, [bind], [value])[1]
    except OracleError as error:
        detail = _CONVERSION_ERRORS.get(error.code)
        if detail is None:
            raise
        raise value_error(detail) from None


def _sized(value: bytes, data_type: DataType) -> bytes:
    if data_type.type_code is TypeCode.CLOB:
        return value
    text = value.decode() if data_type.type_code is not TypeCode.RAW else ""
    if data_type.size_chars and len(text) > data_type.size_chars:
        detail = "character string buffer too small"
        raise value_error(detail)
    if data_type.size_bytes and len(value) > data_type.size_bytes:
        kind = "raw variable length too long" if not text else "character string buffer too small"
        raise value_error(kind)
    if data_type.type_code is TypeCode.CHAR and (data_type.size_chars or data_type.size_bytes):
        missing = (data_type.size_chars or data_type.size_bytes) - (
            len(text) if data_type.size_chars else len(value)
        )
        return value + b" " * missing
    return value
