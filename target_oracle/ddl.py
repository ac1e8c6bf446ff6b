"""Plans the DDL of a stream's table: create it, or change it by adding only.

Every statement here commits (SQL Language Reference, "Types of SQL Statements"), so it runs only
while no rows are waiting in the transaction.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_core.types import row_of
from oracle_core.types.fit import fit, key_bytes
from target_oracle.errors import TableMismatchError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from oracle_core.identifiers import Identifier
    from oracle_core.server import Server
    from oracle_core.types.oracle_type import OracleType
    from target_oracle.table_spec import ColumnSpec, ExistingColumn, ExistingTable, TableSpec

_LOGGER = logging.getLogger("target-oracle")


@dataclass(frozen=True, slots=True)
class Plan:
    """Statements to run in order, and the type that each column of the stream then has.

    Generated columns are not in `types`: the load leaves them to the database.
    """

    statements: tuple[str, ...]
    types: Mapping[Identifier, OracleType]


def create_table(spec: TableSpec, server: Server) -> str:
    """Return CREATE TABLE: key columns NOT NULL, and their primary key where an index takes it."""
    lines = [_definition(column) for column in spec.columns]
    if spec.keys and _fits_index(spec, server):
        lines.append(f"PRIMARY KEY ({names(spec.keys)})")
    return f"CREATE TABLE {spec.name.sql} (\n  " + ",\n  ".join(lines) + "\n)"


def _fits_index(spec: TableSpec, server: Server) -> bool:
    """Return whether the key is short enough for an index (ORA-01450)."""
    keys = [column.type for column in spec.columns if column.name in spec.keys]
    size = sum(key_bytes(key, server.bytes_per_character) for key in keys)
    if size > server.key_bytes:
        _LOGGER.warning(
            "Table %s gets no primary key: its columns may have %d bytes and an index takes %d; "
            "loads find their rows without it, but slowly",
            spec.name,
            size,
            server.key_bytes,
        )
    return size <= server.key_bytes


def _definition(column: ColumnSpec) -> str:
    ending = "" if column.nullable else " NOT NULL"
    return f"{column.name.sql} {column.type.ddl()}{ending}"


def names(columns: Sequence[Identifier]) -> str:
    """Return a list of column names as statements have it."""
    return ", ".join(column.sql for column in columns)


def plan(
    spec: TableSpec, existing: ExistingTable | None, *, freeze: bool, stream: str, server: Server
) -> Plan:
    """Return what brings a table to a stream's needs: new columns, wider ones, fewer NOT NULL.

    Raises:
        TableMismatchError: when a column cannot take the values, or `freeze` forbids a change.
    """
    if existing is None:
        refuse_when(freeze, spec, stream, "the table does not exist")
        types = {column.name: column.type for column in spec.columns}
        _refuse_keys(spec, stream)
        return Plan((create_table(spec, server),), types)
    added = [column for column in spec.columns if column.name not in existing.columns]
    modified: list[str] = []
    types = {column.name: column.type for column in added}
    for column in spec.columns:
        found = existing.columns.get(column.name)
        if found is None or found.generated:
            continue
        types[column.name] = _fitted(found, column, spec, stream, freeze=freeze)
        modified += _modification(found, column, types[column.name], existing)
    if added or modified:
        changes = [f"{column.name} missing" for column in added] + modified
        refuse_when(freeze, spec, stream, "; ".join(changes))
    return Plan(tuple(_alterations(spec, added, modified)), types)


def _refuse_keys(spec: TableSpec, stream: str) -> None:
    for column in spec.columns:
        if column.name in spec.keys and not row_of(column.type).keyable:
            what = (
                f"stream '{stream}': key column {spec.name}.{column.name} is {column.type.ddl()}, "
                "which no primary key takes (ORA-02329); convert it in stream_maps, or load the "
                "stream without key_properties"
            )
            raise TableMismatchError(what)


def _fitted(
    found: ExistingColumn, column: ColumnSpec, spec: TableSpec, stream: str, *, freeze: bool
) -> OracleType:
    # Text without a length may be longer than a shorter VARCHAR2 takes.
    is_short = column.grows and found.type.kind == "VARCHAR2"
    fitted = fit(found.type, column.type, declared=column.declared or is_short)
    if freeze and fitted is not None and not column.declared:
        # What is only our default may be wider than the values: they are checked one by one.
        return found.type
    if fitted is None:
        what = (
            f"stream '{stream}': column {spec.name}.{column.name} is {found.type.ddl()} and cannot "
            f"take {column.type.ddl()} without loss; load into another table, or change the "
            "column by hand (add, copy, drop, rename)"
        )
        raise TableMismatchError(what)
    return fitted


def _modification(
    found: ExistingColumn, column: ColumnSpec, fitted: OracleType, existing: ExistingTable
) -> list[str]:
    parts = []
    if fitted.ddl() != found.type.ddl():
        parts.append(fitted.ddl())
    if column.nullable and not found.nullable and column.name not in existing.keys:
        parts.append("NULL")
    return [f"{column.name.sql} {' '.join(parts)}"] if parts else []


def _alterations(
    spec: TableSpec, added: Sequence[ColumnSpec], modified: Sequence[str]
) -> list[str]:
    statements = []
    if added:
        # Rows that are there have no value for a new column, so it cannot be NOT NULL (ORA-01758).
        parts = ", ".join(f"{column.name.sql} {column.type.ddl()}" for column in added)
        statements.append(f"ALTER TABLE {spec.name.sql} ADD ({parts})")
    if modified:
        statements.append(f"ALTER TABLE {spec.name.sql} MODIFY ({', '.join(modified)})")
    return statements


def refuse_when(freeze: bool, spec: TableSpec, stream: str, change: str) -> None:  # noqa: FBT001
    """Refuse a change where `freeze_schema` is set.

    Raises:
        TableMismatchError: If it is.
    """
    if freeze:
        what = (
            f"stream '{stream}': freeze_schema is set and table {spec.name} would have to change "
            f"({change}); change it by hand, or unset freeze_schema"
        )
        raise TableMismatchError(what)
