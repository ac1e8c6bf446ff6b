"""How long the keys of an index may be.

Source: Error Messages, ORA-01450 and ORA-01404: the columns' declared bytes count. In blocks of
8 KB the limit is 6,398 bytes; each column takes up to two bytes more for its length.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.objects import Relation
    from oracle_standin.engine.type_facts import ColumnType

_MAXIMUM = 6398
_LENGTH_BYTES = 2
_OF_INDEXES = """
SELECT i.relid, i.column_name FROM ora.listed_index_columns i
WHERE i.parent = %s::oid AND i.relid IN (
    SELECT c.relid FROM ora.listed_index_columns c WHERE c.parent = %s::oid AND c.column_name = %s)
"""


def check(kinds: Iterable[ColumnType | None]) -> None:
    """Raise OracleError 1450 for a key over columns that are too long together."""
    if _bytes(kinds) > _MAXIMUM:
        raise OracleError(1450, f"maximum key length ({_MAXIMUM}) exceeded")


def check_change(
    engine: Engine, table: Relation, column: str, types: dict[str, ColumnType]
) -> None:
    """Raise OracleError 1404 when an index over a column of a new type gets too long."""
    keys: dict[int, list[str]] = {}
    for index, name in engine.query(_OF_INDEXES, (table.oid, table.oid, column)):
        keys.setdefault(index, []).append(name)
    if any(_bytes(types.get(name) for name in names) > _MAXIMUM for names in keys.values()):
        raise OracleError(1404, "ALTER COLUMN will make an index too large")


def _bytes(kinds: Iterable[ColumnType | None]) -> int:
    return sum(kind.length + _LENGTH_BYTES for kind in kinds if kind is not None)
