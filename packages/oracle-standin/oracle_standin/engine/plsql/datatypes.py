"""Types of PL/SQL variables.

Source: PL/SQL Language Reference, "PL/SQL Data Types". Texts hold up to 32,767 bytes in PL/SQL.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine.plsql.compile_errors import not_here
from oracle_standin.engine.plsql.kinds import ColumnType, DataType, DeclaredType, NamedType, RowType
from oracle_standin.engine.plsql.positions import position_in
from oracle_standin.lexer import Kind
from oracle_standin.protocol import CharsetForm, TypeCode

if TYPE_CHECKING:
    from oracle_standin.engine.plsql.reader import Reader

_LONGEST_TEXT = 32_767
_TEXTS = {
    "VARCHAR2": (TypeCode.VARCHAR, CharsetForm.DATABASE),
    "VARCHAR": (TypeCode.VARCHAR, CharsetForm.DATABASE),
    "STRING": (TypeCode.VARCHAR, CharsetForm.DATABASE),
    "NVARCHAR2": (TypeCode.VARCHAR, CharsetForm.NATIONAL),
    "CHAR": (TypeCode.CHAR, CharsetForm.DATABASE),
    "CHARACTER": (TypeCode.CHAR, CharsetForm.DATABASE),
    "NCHAR": (TypeCode.CHAR, CharsetForm.NATIONAL),
}
_INTEGERS = frozenset(
    {"INTEGER", "INT", "SMALLINT", "PLS_INTEGER", "BINARY_INTEGER", "SIMPLE_INTEGER"},
)
_PLAIN = {
    "FLOAT": (TypeCode.NUMBER, "NUMBER"),
    "REAL": (TypeCode.NUMBER, "NUMBER"),
    "BINARY_DOUBLE": (TypeCode.BINARY_DOUBLE, "BINARY_DOUBLE"),
    "BINARY_FLOAT": (TypeCode.BINARY_FLOAT, "BINARY_FLOAT"),
    "BOOLEAN": (TypeCode.BOOLEAN, "BOOLEAN"),
    "DATE": (TypeCode.DATE, "DATE"),
    "BLOB": (TypeCode.BLOB, "BLOB"),
    "ROWID": (TypeCode.ROWID, "ROWID"),
    "UROWID": (TypeCode.UROWID, "UROWID"),
    "SYS_REFCURSOR": (TypeCode.CURSOR, "SYS_REFCURSOR"),
    "VECTOR": (TypeCode.VECTOR, "VECTOR"),
}
_REFUSED = frozenset(
    {
        "BFILE",
        "JSON",
        "LONG",
        "MLSLABEL",
        "POSITIVE",
        "POSITIVEN",
        "NATURAL",
        "NATURALN",
        "REF",
        "SDO_GEOMETRY",
        "SIGNTYPE",
        "SIMPLE_DOUBLE",
        "SIMPLE_FLOAT",
        "XMLTYPE",
    }
)
_LARGE_TEXTS = {
    "CLOB": CharsetForm.DATABASE,
    "NCLOB": CharsetForm.NATIONAL,
}


def read_data_type(reader: Reader) -> DeclaredType:  # noqa: C901, PLR0911 - one a type
    """Return the type that comes next; refuses those of Oracle's that are not in the stand-in."""
    position = position_in(reader.text, reader.peek().start)
    names = _dotted_name(reader)
    if reader.accept_operator("%"):
        if reader.accept("TYPE"):
            return ColumnType(names, position)
        reader.expect("ROWTYPE")
        return RowType(names, position)
    name = names[0] if len(names) == 1 else ""
    if name in _TEXTS:
        return _text_type(reader, name)
    if name in {"NUMBER", "DECIMAL", "NUMERIC", "DEC"}:
        return _number_type(reader)
    if name in _INTEGERS:
        return DataType(TypeCode.NUMBER, CharsetForm.NONE, "NUMBER(38)", constrained=True)
    if name in _LARGE_TEXTS:
        return DataType(TypeCode.CLOB, _LARGE_TEXTS[name], name)
    if name in _PLAIN:
        code, sql = _PLAIN[name]
        _sizes(reader)
        return DataType(code, CharsetForm.NONE, sql)
    if name == "RAW":
        sizes = _sizes(reader)
        return DataType(TypeCode.RAW, CharsetForm.NONE, "RAW(2000)", size_bytes=_first(sizes, 2000))
    if name == "TIMESTAMP":
        return _timestamp_type(reader)
    if name == "INTERVAL":
        return _interval_type(reader)
    if names[0] in _REFUSED or names[0] == "SYS":
        raise not_here(position, ".".join(names))
    return NamedType(names, position)


def read_unconstrained_type(reader: Reader) -> DeclaredType:
    """Return the type of a parameter or a function, which has no size.

    Source: PL/SQL Language Reference, "Formal and Actual Subprogram Parameters".
    """
    start = reader.position
    found = read_data_type(reader)
    for ahead in range(start - reader.position, 0):
        if reader.peek(ahead).is_operator("("):
            reader.rewind(reader.position + ahead)
            reader.fail(":= . ) , @ % default character")
    if isinstance(found, DataType) and found.type_code is TypeCode.CHAR:
        return replace(found, size_bytes=0, size_chars=0)
    return found


def _dotted_name(reader: Reader) -> tuple[str, ...]:
    names = [reader.name()]
    while reader.accept_operator("."):
        names.append(reader.name())
    return tuple(names)


def _sizes(reader: Reader) -> list[int]:
    """Return the numbers in brackets, if brackets come next; words such as CHAR are passed."""
    found: list[int] = []
    if not reader.accept_operator("("):
        return found
    sign = 1
    while not reader.accept_operator(")"):
        token = reader.take()
        if token.kind is Kind.NUMBER:
            found.append(sign * int(token.text))
        sign = -1 if token.is_operator("-") else 1
    return found


def _first(sizes: list[int], otherwise: int) -> int:
    return sizes[0] if sizes else otherwise


def _text_type(reader: Reader, name: str) -> DataType:
    code, form = _TEXTS[name]
    in_characters = form is CharsetForm.NATIONAL or reader.peek(2).is_word("CHAR")
    size = _first(_sizes(reader), 1 if code is TypeCode.CHAR else _LONGEST_TEXT)
    sql = "VARCHAR2(4000)" if form is CharsetForm.DATABASE else "NVARCHAR2(2000)"
    if in_characters:
        return DataType(code, form, sql, size_bytes=size * 4, size_chars=size)
    return DataType(code, form, sql, size_bytes=size)


def _number_type(reader: Reader) -> DataType:
    if not reader.peek().is_operator("("):
        return DataType(TypeCode.NUMBER, CharsetForm.NONE, "NUMBER")
    start = reader.position
    _sizes(reader)
    sizes = "".join(
        reader.peek(index - reader.position).text for index in range(start, reader.position)
    )
    return DataType(TypeCode.NUMBER, CharsetForm.NONE, f"NUMBER{sizes}", constrained=True)


def _timestamp_type(reader: Reader) -> DataType:
    digits = _first(_sizes(reader), 6)
    code, suffix = TypeCode.TIMESTAMP, ""
    if reader.accept("WITH", "TIME", "ZONE"):
        code, suffix = TypeCode.TIMESTAMP_TZ, " WITH TIME ZONE"
    elif reader.accept("WITH", "LOCAL", "TIME", "ZONE"):
        code, suffix = TypeCode.TIMESTAMP_LTZ, " WITH LOCAL TIME ZONE"
    return DataType(code, CharsetForm.NONE, f"TIMESTAMP({digits}){suffix}", constrained=True)


def _interval_type(reader: Reader) -> DataType:
    if reader.accept("YEAR"):
        _sizes(reader)
        reader.expect("TO", "MONTH")
        return DataType(TypeCode.INTERVAL_YM, CharsetForm.NONE, "INTERVAL YEAR(9) TO MONTH")
    reader.expect("DAY")
    _sizes(reader)
    reader.expect("TO", "SECOND")
    _sizes(reader)
    return DataType(TypeCode.INTERVAL_DS, CharsetForm.NONE, "INTERVAL DAY(9) TO SECOND(9)")
