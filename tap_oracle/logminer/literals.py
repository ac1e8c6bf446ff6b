"""From literals of SQL_REDO to what the driver would have fetched, a column at a time.

A column's `FetchPlan` then makes JSON values of them, so that a row from the redo log and the same
row from a query give the same record.

The literals of moments follow the masks of the session that mines; `MINING_PARAMETERS` are the
ones that are understood here. Source: Database Utilities, "Using LogMiner to Analyze Redo Log
Files"; that SQL_REDO follows NLS_DATE_FORMAT and its kin is said under "Formatting Reconstructed
SQL Statements".
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from oracle_core.errors import DataError
from oracle_core.types import Family, row_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from oracle_core.types.oracle_type import OracleType
    from oracle_core.types.plans import FetchPlan

    Literal = str | None
    Reader = Callable[[str], object]

MINING_PARAMETERS: Mapping[str, str] = {
    "TIME_ZONE": "+00:00",
    "NLS_DATE_FORMAT": "SYYYY-MM-DD HH24:MI:SS",
    "NLS_TIMESTAMP_FORMAT": "SYYYY-MM-DD HH24:MI:SS.FF9",
    "NLS_TIMESTAMP_TZ_FORMAT": "SYYYY-MM-DD HH24:MI:SS.FF9 TZH:TZM",
    "NLS_NUMERIC_CHARACTERS": ".,",
}
"""Session parameters, to be set before START_LOGMNR, that fix the form of literals."""

# SYYYY writes a blank or a minus before the year (SQL Language Reference, "Datetime Format
# Models").
_MASKED = r"(?:, ?'[^']*')?\)"
_MOMENT = re.compile(
    r"TO_(?:DATE|TIMESTAMP|TIMESTAMP_TZ|TIMESTAMP_ITZ)\('"
    r"( ?|-)([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2})"
    rf"(?:\.([0-9]{{1,9}}))?(?: ([+-][0-9]{{2}}:[0-9]{{2}}))?'{_MASKED}"
)
_DATE_BEGIN, _DATE_END = "TO_DATE(' ", "', 'SYYYY-MM-DD HH24:MI:SS')"
_TIMESTAMP_BEGIN, _TIMESTAMP_END = "TO_TIMESTAMP(' ", "000')"
# Possessive quantifiers: a literal that does not match fails without backtracking.
_TEXT = re.compile(r"'((?:[^']|'')*+)'")
_CALL = re.compile(r"([A-Z_]+)\('((?:[^']|'')*+)'\)")
_PART = re.compile(r"(UNISTR\()?'((?:[^']|'')*+)'\)?(?: ?\|\| ?|\Z)")
_ESCAPE = re.compile(r"\\(\\|[0-9A-Fa-f]{4})")
_NO_NUMBERS = {"Nan": "nan", "NaN": "nan", "Inf": "inf", "+Inf": "inf", "-Inf": "-inf"}
_NUMBER = re.compile(r"'? ?([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?)'?")


def unsupported_reason(oracle_type: OracleType) -> str | None:
    """Return why LogMiner cannot give the rows of a table with such a column; None if it can."""
    if oracle_type.owner is not None or not row_of(oracle_type).is_mined:
        return f"LogMiner does not support {oracle_type.ddl()}"
    return None


def fetched_values(
    literals: Sequence[Literal], oracle_type: OracleType, plan: FetchPlan
) -> list[object]:
    """Return what a fetch would have given for a column.

    Args:
        literals: literals of SQL_REDO; None is NULL.
        oracle_type: the column's type.
        plan: how a query fetches the column, natively or as text.

    Raises:
        DataError: If a literal is not one of the type, or a year before 1 has to be native.
    """
    reader = _reader(oracle_type, plan)
    try:
        return [None if literal is None else reader(literal) for literal in literals]
    except (ValueError, InvalidOperation, LookupError) as error:
        # Without the value, because messages hold no content of rows.
        msg = f"LogMiner wrote a value that is not a {oracle_type.ddl()}"
        raise DataError(msg) from error


def _reader(oracle_type: OracleType, plan: FetchPlan) -> Reader:
    family = row_of(oracle_type).family
    digits = oracle_type.fraction_digits
    if family is Family.WALL_CLOCK:
        is_native = plan.expression == "{}"
        return _native_moment if is_native else lambda text: _moment_text(text, digits)
    if family is Family.INSTANT:
        return lambda text: _zoned_text(text, digits)
    if family is Family.DECIMAL and oracle_type.is_integer:
        return _integer
    return _READERS[family]


def text_of(literal: str) -> str:
    r"""Return the text of a literal: `'…'`, `UNISTR('…')` or several joined by `||`.

    Raises:
        ValueError: If it is not a text.
    """
    if literal[0] == literal[-1] == "'" and literal.count("'") == 2:
        return literal[1:-1]  # the common form, without a regex
    match = _TEXT.fullmatch(literal)
    if match is not None:
        return match[1].replace("''", "'")
    parts, end = [], 0
    for part in _PART.finditer(literal):
        if part.start() != end:
            break
        end = part.end()
        content = part[2].replace("''", "'")
        parts.append(_unescaped(content) if part[1] else content)
    if end != len(literal) or not parts:
        msg = "not a text"
        raise ValueError(msg)
    return "".join(parts)


def _unescaped(content: str) -> str:
    r"""Resolve the escapes of UNISTR: `\XXXX` is a UTF-16 code unit and `\\` a backslash."""
    if "\\" not in content:
        return content
    text = _ESCAPE.sub(lambda m: "\\" if m[1] == "\\" else chr(int(m[1], 16)), content)
    # Two escapes may be a surrogate pair, one character beyond the basic plane.
    return text.encode("utf-16", "surrogatepass").decode("utf-16")


def _argument(literal: str, *functions: str) -> str:
    match = _CALL.fullmatch(literal)
    if match is None or match[1] not in functions:
        msg = "not a call of the expected function"
        raise ValueError(msg)
    return match[2]


def _number_text(literal: str) -> str:
    match = _NUMBER.fullmatch(literal)
    if match is None or literal.startswith("'") is not literal.endswith("'"):
        msg = "not a number"
        raise ValueError(msg)
    return match[1]


def _integer(literal: str) -> object:
    digits = literal[1:-1]
    if digits.isdecimal() and digits.isascii() and literal[0] == literal[-1] == "'":
        return int(digits)
    text = _number_text(literal)
    return int(text) if text.lstrip("+-").isdecimal() else Decimal(text)


def _decimal(literal: str) -> Decimal:
    digits = literal[1:-1]
    is_plain = digits.isascii() and digits.replace(".", "", 1).isdecimal()
    if is_plain and literal[0] == literal[-1] == "'":  # the common form, without a regex
        return Decimal(digits)
    return Decimal(_number_text(literal))


def _float(literal: str) -> float:
    inner = literal[1:-1] if literal.startswith("'") else literal
    special = _NO_NUMBERS.get(inner)
    return float(special or _number_text(literal))


def _raw(literal: str) -> bytes:
    return bytes.fromhex(_argument(literal, "HEXTORAW"))


def _interval(literal: str) -> str:
    return _argument(literal, "TO_DSINTERVAL", "TO_YMINTERVAL")


def _moment(literal: str) -> re.Match[str]:
    match = _MOMENT.fullmatch(literal)
    if match is None:
        msg = "not a moment"
        raise ValueError(msg)
    return match


def _fraction(digits: str | None, wanted: int) -> str:
    """Cut a fraction to the type's digits: FF9 fills up with zeros."""
    digits = digits or ""
    if digits[wanted:].strip("0"):
        msg = "more digits than the type has"
        raise ValueError(msg)
    return f".{digits[:wanted]:0<{wanted}}" if wanted else ""


def _native_moment(literal: str) -> dt.datetime:
    # The forms of the session's masks, which leave nothing but digits to vary, without a regex.
    if literal.startswith(_DATE_BEGIN) and literal[29:] == _DATE_END:
        return dt.datetime.fromisoformat(literal[10:29])
    if literal.startswith(_TIMESTAMP_BEGIN) and literal[41:] == _TIMESTAMP_END:
        return dt.datetime.fromisoformat(literal[15:41])
    match = _moment(literal)
    if match[1] == "-":
        msg = "a date cannot be read natively, a year before 1; set any_year"
        raise DataError(msg)
    if match[5]:
        msg = "a time zone where the type has none"
        raise ValueError(msg)
    return dt.datetime.fromisoformat(f"{match[2]}T{match[3]}{_fraction(match[4], 6)}")


def _moment_text(literal: str, digits: int) -> str:
    """Write a moment as TO_CHAR with `SYYYY-MM-DD"T"HH24:MI:SS[.FFn]` does."""
    match = _moment(literal)
    if match[5]:
        msg = "a time zone where the type has none"
        raise ValueError(msg)
    return f"{match[1] or ' '}{match[2]}T{match[3]}{_fraction(match[4], digits)}"


def _zoned_text(literal: str, digits: int) -> str:
    """Write a zoned moment as TO_CHAR does; a local one is in the session's zone, UTC."""
    match = _moment(literal)
    fraction = _fraction(match[4], digits)
    return f"{match[1] or ' '}{match[2]}T{match[3]}{fraction}{match[5] or '+00:00'}"


_READERS: Mapping[Family, Reader] = {
    Family.DECIMAL: _decimal,
    Family.REAL: _float,
    Family.TEXT: text_of,
    Family.ROWID: text_of,
    Family.BINARY: _raw,
    Family.INTERVAL: _interval,
}
"""Readers of the types whose literals do not depend on more than the family."""
