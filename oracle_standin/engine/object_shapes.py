"""What the driver asks before it reads a column of objects: the shape of their type.

It runs one block of its own, which calls DBMS_PICKLER.GET_TYPE_SHAPE, an internal package. The
block is answered as a whole; the package cannot be called otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin import codecs
from oracle_standin.backend import ExecuteOptions, Result
from oracle_standin.engine.ddl.reader import Reader
from oracle_standin.open_cursors import OpenCursor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from oracle_standin.backend import Bind, BindValue
    from oracle_standin.open_cursors import OpenCursors

    class Host(Protocol):
        """A session that runs queries."""

        @property
        def open_cursors(self) -> OpenCursors:
            """Return the session's cursors that are values."""

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
_XMLTYPE_OID = bytes.fromhex("00000000000000000000000000020100")
_NO_ATTRIBUTES = bytes(18)
"""A type description of a header alone."""
_ATTRIBUTES = (
    "SELECT 1, attr_name, attr_no, attr_type_name, attr_type_owner, NULL, NULL, NULL, NULL, NULL"
    " FROM all_type_attrs WHERE owner = 'SYS' AND type_name = 'XMLTYPE'"
)


def asks(statement: str) -> bool:
    """Return whether a block is the driver's question for a type."""
    return _CALL in statement.lower()


def answer(binds: Sequence[Bind], values: Sequence[BindValue], host: Host) -> Result:
    """Return what the block gives back; not 0 for a type that the stand-in cannot describe."""
    places = {bind.name: place for place, bind in enumerate(binds)}
    asked = values[places["FULL_NAME"]]
    name = Reader(asked.decode() if isinstance(asked, bytes) else "").object_name()
    if (name.schema, name.name) not in {("SYS", "XMLTYPE"), (None, "XMLTYPE")}:
        no_such_type = codecs.number_from_text(str(_NO_SUCH_TYPE))
        return Result(out_values={places["RET_VAL"]: no_such_type})
    found: dict[str, BindValue] = {
        "RET_VAL": codecs.number_from_text("0"),
        "VERSION": codecs.number_from_text("1"),
        "OID": _XMLTYPE_OID,
        "TDS": _NO_ATTRIBUTES,
        "SCHEMA": b"SYS",
        "NAME": b"XMLTYPE",
        "PACKAGE_NAME": None,
        "ATTRS_RC": host.open_cursors.add(_attributes(host)),
    }
    return Result(out_values={places[name]: value for name, value in found.items()})


def _attributes(host: Host) -> OpenCursor:
    result = host.execute(_ATTRIBUTES, (), [()], ExecuteOptions())
    if result.columns is None or result.rows is None:
        message = "a query without columns"
        raise TypeError(message)
    return OpenCursor(result.columns, result.rows)
