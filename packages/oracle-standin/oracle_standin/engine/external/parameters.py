"""Reads the ACCESS PARAMETERS of ORACLE_LOADER, as far as they are done.

Source: Utilities, "The ORACLE_LOADER Access Driver".
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from oracle_standin.engine.reader import Reader
from oracle_standin.lexer import Kind
from oracle_standin.protocol import not_in_this_standin

if TYPE_CHECKING:
    from oracle_standin.protocol import OracleError

DEFAULT_FIELD_CHARACTERS = 255
_NOTHING_WRITTEN = ("NOLOGFILE", "NOBADFILE", "NODISCARDFILE")
_TRIMS = ("NOTRIM", "LTRIM", "RTRIM", "LRTRIM", "LDRTRIM")
_UTF8 = frozenset({"AL32UTF8", "UTF8", "US7ASCII"})
_ESCAPES = {r"\n": "\n", r"\r": "\r", r"\t": "\t"}


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record; `mask` is the format of a date, and `kind` DATE or TIMESTAMP."""

    name: str
    characters: int = DEFAULT_FIELD_CHARACTERS
    kind: str = ""
    mask: str = ""


@dataclass(frozen=True, slots=True)
class LoaderFormat:
    """How a file is cut into records and fields; no fields means those of the table."""

    record_end: str = "\n"
    skipped: int = 0
    field_end: str = ","
    enclosure: str = ""
    trim: str = "LDRTRIM"
    missing_are_null: bool = False
    rejects_empty: bool = False
    fields: tuple[Field, ...] = field(default=())


def parse(text: str) -> LoaderFormat:
    """Return what access parameters say; raises OracleError 3001 for what is not done."""
    reader = Reader(text)
    found = LoaderFormat()
    if reader.accept("RECORDS"):
        found = _records(reader, found)
    if reader.accept("FIELDS"):
        found = _fields(reader, found)
    if not reader.at_end():
        raise _refused(reader)
    return found


def _refused(reader: Reader) -> OracleError:
    token = reader.peek()
    what = f"the access parameter {token.text}" if token is not None else "this access parameter"
    return not_in_this_standin(what)


def _text(reader: Reader) -> str:
    token = reader.peek()
    if token is None or token.kind not in {Kind.STRING, Kind.QUOTED}:
        raise _refused(reader)
    value = reader.take().value
    for escape, meant in _ESCAPES.items():
        value = value.replace(escape, meant)
    return value


def _records(reader: Reader, found: LoaderFormat) -> LoaderFormat:
    if not reader.accept("DELIMITED", "BY"):
        raise _refused(reader)
    end = "\n" if reader.accept("NEWLINE") else _text(reader)
    found = replace(found, record_end=end)
    while not (reader.at_end() or reader.at("FIELDS")):
        if reader.accept("SKIP"):
            found = replace(found, skipped=reader.integer())
        elif reader.accept("CHARACTERSET"):
            if reader.take().value.upper() not in _UTF8:
                what = "a file that is not in UTF-8"
                raise not_in_this_standin(what)
        elif not reader.accept_any(*_NOTHING_WRITTEN):
            raise _refused(reader)
    return found


def _fields(reader: Reader, found: LoaderFormat) -> LoaderFormat:
    while not (reader.at_end() or reader.at_operator("(")):
        if reader.accept("CSV"):
            found = replace(found, enclosure='"')
            reader.accept("WITHOUT", "EMBEDDED", "RECORD", "TERMINATORS")
        elif reader.accept("TERMINATED", "BY"):
            found = replace(found, field_end=_text(reader))
        elif reader.accept("OPTIONALLY", "ENCLOSED", "BY"):
            found = replace(found, enclosure=_text(reader))
        elif trim := reader.accept_any(*_TRIMS):
            found = replace(found, trim=trim)
        elif reader.accept("MISSING", "FIELD", "VALUES", "ARE", "NULL"):
            found = replace(found, missing_are_null=True)
        elif reader.accept("REJECT", "ROWS", "WITH", "ALL", "NULL", "FIELDS"):
            found = replace(found, rejects_empty=True)
        else:
            raise _refused(reader)
    return replace(found, fields=_field_list(reader)) if reader.at_operator("(") else found


def _field_list(reader: Reader) -> tuple[Field, ...]:
    reader.expect_open()
    found = [_field(reader)]
    while reader.accept_operator(","):
        found.append(_field(reader))
    reader.expect_close()
    return tuple(found)


def _field(reader: Reader) -> Field:
    found = Field(reader.name())
    if reader.accept("CHAR") and reader.accept_operator("("):
        found = replace(found, characters=reader.integer())
        reader.expect_close()
    reader.accept("DATE_FORMAT")
    kind = reader.accept_any("DATE", "TIMESTAMP")
    if kind:
        reader.accept("MASK")
        found = replace(found, kind=kind, mask=_text(reader))
    if not reader.at_operator(",", ")"):
        raise _refused(reader)
    return found
