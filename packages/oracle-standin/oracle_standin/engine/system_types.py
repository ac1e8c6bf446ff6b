"""Object types that come with the database and that a column may have.

Their names are public synonyms. A column declared by the synonym shows PUBLIC as the owner of its
type, one declared by the whole name shows the schema. Source: Database Reference, ALL_TAB_COLS,
DATA_TYPE_OWNER; XML DB Developer's Guide, "XMLType"; Spatial Developer's Guide, "SDO_GEOMETRY".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine.type_facts import ColumnType
from oracle_standin.lexer import Kind
from oracle_standin.protocol import TypeCode

if TYPE_CHECKING:
    from oracle_standin.engine.reader import Reader

_PUBLIC = "PUBLIC"
_SCHEMAS = {"SDO_GEOMETRY": "MDSYS", "XMLTYPE": "SYS"}
_TYPES = {
    "SDO_GEOMETRY": ColumnType("SDO_GEOMETRY", 'ora."SDO_GEOMETRY"', TypeCode.OBJECT, 1),
    "XMLTYPE": ColumnType("XMLTYPE", 'ora."XMLTYPE"', TypeCode.OBJECT, 2000),
}


def parse(reader: Reader) -> ColumnType | None:
    """Consume the name of such a type, with or without its schema; None when another follows."""
    first = _name(reader, 0)
    if first in _TYPES and not _is_point(reader, 1):
        reader.take()
        return replace(_TYPES[first], type_owner=_PUBLIC)
    second = _name(reader, 2) if _is_point(reader, 1) else ""
    if _SCHEMAS.get(second) != first:
        return None
    for _ in range(3):
        reader.take()
    return replace(_TYPES[second], type_owner=first)


def schema_of(data_type: str, type_owner: str | None) -> str:
    """Return the schema that the type of a column is in, synonyms followed."""
    return _SCHEMAS.get(data_type, "") if type_owner == _PUBLIC else type_owner or ""


def names() -> list[str]:
    """Return the names of these types."""
    return sorted(_TYPES)


def _name(reader: Reader, ahead: int) -> str:
    token = reader.peek(ahead)
    return token.value if token is not None and token.kind in {Kind.WORD, Kind.QUOTED} else ""


def _is_point(reader: Reader, ahead: int) -> bool:
    token = reader.peek(ahead)
    return token is not None and token.is_operator(".")
