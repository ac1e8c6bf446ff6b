"""The shapes of types made by CREATE TYPE, and what the driver asks of them.

Before it reads a column of objects the driver runs one block of its own, which calls the internal
DBMS_PICKLER.GET_TYPE_SHAPE. The block is answered as a whole; the package cannot be called
otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oracle_standin import codecs
from oracle_standin.backend import ExecuteOptions, Result
from oracle_standin.engine import object_images
from oracle_standin.engine.object_images import Attribute, Shape
from oracle_standin.engine.reader import ObjectName, Reader
from oracle_standin.open_cursors import OpenCursor
from oracle_standin.protocol import CharsetForm, OracleError, TypeCode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Protocol

    from oracle_standin.backend import Bind
    from oracle_standin.open_cursors import OpenCursors
    from oracle_standin.protocol import BindValue

    Query = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]

    class Host(Protocol):
        """A session that runs queries."""

        @property
        def open_cursors(self) -> OpenCursors:
            """Return the session's cursors that are values."""

        @property
        def current_schema(self) -> str:
            """Return the schema for unqualified names."""

        def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
            """Run a PostgreSQL query as the owner."""

        def execute(
            self,
            statement: str,
            binds: Sequence[Bind],
            rows: Sequence[Sequence[BindValue]],
            options: ExecuteOptions,
        ) -> Result:
            """Run a statement."""


_CALL = "dbms_pickler.get_type_shape("
_NO_SUCH_TYPE = 1
_XMLTYPE = ("SYS", "XMLTYPE")
_XMLTYPE_OID = bytes.fromhex("00000000000000000000000000020100")
_TYPE = "SELECT type_id, type_oid, collection, upper_bound FROM ora.type_facts"
_PARTS = """
SELECT name, type_code, charset_form, data_type, data_type_owner, data_length, data_precision,
    data_scale, char_length
FROM ora.type_attributes WHERE type_id = %s ORDER BY position
"""
_ATTRIBUTES = (
    "SELECT 1, attr_name, attr_no, attr_type_name, attr_type_owner, NULL, NULL, NULL, NULL, NULL"
    " FROM all_type_attrs WHERE owner = '{}' AND type_name = '{}' ORDER BY attr_no"
)


def shape(query: Query, owner: str, name: str) -> Shape | None:
    """Return the shape of a type, with those of the types that it is made of."""
    rows = query(f"{_TYPE} WHERE owner = %s AND name = %s", (owner, name))
    if not rows:
        return None
    type_id, oid, collection, bound = rows[0]
    parts = tuple(_attribute(query, row) for row in query(_PARTS, (type_id,)))
    return Shape(owner, name, bytes(oid), collection, bound, parts)


def _attribute(query: Query, row: tuple[Any, ...]) -> Attribute:
    name, code, form, data_type, owner, length, precision, scale, characters = row
    return Attribute(
        name,
        TypeCode(code),
        CharsetForm(form),
        data_type,
        length=characters or length,
        precision=precision,
        scale=scale,
        shape=shape(query, owner, data_type) if owner else None,
    )


# ------------------------------------------------------------------------- the driver's block


@dataclass(frozen=True, slots=True)
class _Described:
    owner: str
    name: str
    oid: bytes
    description: bytes


def asks(statement: str) -> bool:
    """Return whether a block is the driver's question for a type."""
    return _CALL in statement.lower()


def answer(binds: Sequence[Bind], values: Sequence[BindValue], host: Host) -> Result:
    """Return what the block gives back; not 0 for a type that the stand-in cannot describe."""
    places = {bind.name: place for place, bind in enumerate(binds)}
    asked = values[places["FULL_NAME"]]
    described = _described(host, asked.decode() if isinstance(asked, bytes) else "")
    if described is None:
        no_such_type = codecs.number_from_text(str(_NO_SUCH_TYPE))
        return Result(out_values={places["RET_VAL"]: no_such_type})
    found: dict[str, BindValue] = {
        "RET_VAL": codecs.number_from_text("0"),
        "VERSION": codecs.number_from_text("1"),
        "OID": described.oid,
        "TDS": described.description,
        "SCHEMA": described.owner.encode(),
        "NAME": described.name.encode(),
        "PACKAGE_NAME": None,
        "ATTRS_RC": host.open_cursors.add(_attributes(host, described)),
    }
    return Result(out_values={places[name]: value for name, value in found.items()})


def _described(host: Host, text: str) -> _Described | None:
    try:
        name = Reader(text).object_name()
    except OracleError:  # no name at all: no such type
        return None
    if (name.schema or "SYS", name.name) == _XMLTYPE:
        return _Described(*_XMLTYPE, _XMLTYPE_OID, object_images.description(()))
    found = shape(host.query, *_resolved(host, name))
    if found is None:
        return None
    return _Described(found.owner, found.name, found.oid, object_images.description_of(found))


def _resolved(host: Host, name: ObjectName) -> tuple[str, str]:
    """Return owner and name of a type, synonyms followed."""
    owner = name.schema or host.current_schema
    rows = host.query(
        "SELECT table_owner, table_name FROM ora.synonyms WHERE name = %s AND owner IN (%s,"
        " 'PUBLIC') AND NOT EXISTS (SELECT FROM ora.type_facts WHERE owner = %s AND name = %s)",
        (name.name, owner, owner, name.name),
    )
    return rows[0] if rows else (owner, name.name)


def _attributes(host: Host, described: _Described) -> OpenCursor:
    names = (text.replace("'", "''") for text in (described.owner, described.name))
    result = host.execute(_ATTRIBUTES.format(*names), (), [()], ExecuteOptions())
    if result.columns is None or result.rows is None:
        message = "a query without columns"
        raise TypeError(message)
    return OpenCursor(result.columns, result.rows)
