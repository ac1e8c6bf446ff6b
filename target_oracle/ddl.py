"""Plans the DDL of a stream's table: create it, or bring it to the stream without losing a value.

Every statement here commits (SQL Language Reference, "Types of SQL Statements"), so it runs only
while no rows are waiting in the transaction.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from oracle_core.server import STANDARD_TEXT_BYTES
from oracle_core.types import row_of
from oracle_core.types.fit import fit, key_bytes
from target_oracle import type_change
from target_oracle.errors import TableMismatchError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from oracle_core.identifiers import Identifier
    from oracle_core.server import Server
    from oracle_core.types.oracle_type import OracleType
    from target_oracle.column_move import ColumnMove
    from target_oracle.settings import OnTypeChange
    from target_oracle.table_spec import ColumnSpec, ExistingColumn, ExistingTable, TableSpec

_LOGGER = logging.getLogger("target-oracle")


@dataclass(frozen=True, slots=True)
class Plan:
    """What brings a table to a stream, and the type that each column of the stream then has.

    Generated columns are not in `types`: the load leaves them to the database.

    Attributes:
        statements: DDL to run in order.
        types: The type of each column after it.
        moves: Columns that change to a type that MODIFY cannot reach, after `statements`.
        replaced: For a column that cannot take the stream's values the one that does.
    """

    statements: tuple[str, ...]
    types: Mapping[Identifier, OracleType]
    moves: tuple[ColumnMove, ...] = ()
    replaced: Mapping[Identifier, Identifier] = field(default_factory=dict)

    @property
    def all_statements(self) -> tuple[str, ...]:
        """Every statement in order, for print."""
        return (*self.statements, *(s for move in self.moves for s in move.statements))


def create_table(spec: TableSpec, server: Server) -> str:
    """Return CREATE TABLE: key columns NOT NULL, and their primary key where an index takes it."""
    lines = [_definition(column) for column in spec.columns]
    if spec.keys and _fits_index(spec, server):
        index = " USING INDEX LOCAL" if spec.has_local_key else ""
        lines.append(f"PRIMARY KEY ({names(spec.keys)}){index}")
    columns = ",\n  ".join(lines)
    return f"CREATE TABLE {spec.name.sql} (\n  {columns}\n){spec.options.clauses}"


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
    check = f" CHECK ({column.name.sql} IS JSON)" if column.is_json else ""
    return f"{column.name.sql} {column.type.ddl()}{ending}{check}"


def names(columns: Sequence[Identifier]) -> str:
    """Return a list of column names as statements have it."""
    return ", ".join(column.sql for column in columns)


def plan(
    spec: TableSpec,
    existing: ExistingTable | None,
    *,
    freeze: bool,
    stream: str,
    server: Server,
    on_type_change: OnTypeChange = "fail",
) -> Plan:
    """Return what brings a table to a stream's needs.

    Args:
        spec: What the stream needs.
        existing: The table that is there, None where there is none.
        freeze: Whether any change is forbidden.
        stream: Name of the stream, for messages.
        server: What the database can.
        on_type_change: What becomes of a column that cannot take the values.

    Raises:
        TableMismatchError: If a column cannot take the values, or `freeze` forbids a change.
    """
    if existing is None:
        refuse_when(freeze, spec, stream, "the table does not exist")
        types = {column.name: column.type for column in spec.columns}
        _refuse_keys(spec, stream)
        after = spec.options.statements(spec.name, server.name_bytes)
        return Plan((create_table(spec, server), *after), types)
    return _Planner(spec, existing, freeze, stream, server, on_type_change).plan()


@dataclass(slots=True)
class _Planner:
    """Compares a table that is there with a stream, column by column, and keeps what to change."""

    spec: TableSpec
    existing: ExistingTable
    freeze: bool
    stream: str
    server: Server
    on_type_change: OnTypeChange
    added: list[ColumnSpec] = field(default_factory=list)
    modified: list[str] = field(default_factory=list)
    moves: list[ColumnMove] = field(default_factory=list)
    types: dict[Identifier, OracleType] = field(default_factory=dict)
    replaced: dict[Identifier, Identifier] = field(default_factory=dict)

    def plan(self) -> Plan:
        """Return the plan of all columns."""
        for column in self.spec.columns:
            self._take(column)
        changes = [f"{column.name} missing" for column in self.added] + self.modified
        changes += [f"{move.column} to {move.type.ddl()}" for move in self.moves]
        if changes:
            refuse_when(self.freeze, self.spec, self.stream, "; ".join(changes))
        return Plan(tuple(self._alterations()), self.types, tuple(self.moves), self.replaced)

    def _take(self, column: ColumnSpec) -> None:
        present = self.existing.columns.get(column.name)
        if present is None:
            self.added.append(column)
            self.types[column.name] = column.type
        elif not present.generated:
            fitted = self._fitted(present, column)
            if fitted is not None:
                self._set_type(present, column, fitted)
            # A key column is not moved: the index of the key would go with the old column.
            elif column.name in self.spec.keys or not self._change(present, column):
                raise self._mismatch(present, column)

    def _set_type(self, present: ExistingColumn, column: ColumnSpec, new_type: OracleType) -> None:
        self.types[column.name] = new_type
        parts = [new_type.ddl()] if new_type.ddl() != present.type.ddl() else []
        # A column of a primary key cannot be made nullable (ORA-01451).
        if column.nullable and not present.nullable and column.name not in self.existing.keys:
            parts.append("NULL")
        if parts:
            self.modified.append(f"{column.name.sql} {' '.join(parts)}")

    def _fitted(self, present: ExistingColumn, column: ColumnSpec) -> OracleType | None:
        # Text without a length may be longer than a shorter VARCHAR2 takes. It gets 4,000 bytes
        # also where 32,767 are allowed: longer ones are stored out of line, no index takes them
        # (ORA-01404), and a longer value moves the column to CLOB anyway.
        is_short = column.grows and present.type.kind == "VARCHAR2"
        wanted = column.type
        if is_short:
            wanted = replace(wanted, length=min(wanted.length or 1, STANDARD_TEXT_BYTES))
        fitted = fit(present.type, wanted, declared=column.declared or is_short)
        if self.freeze and fitted is not None and not column.declared:
            # What is only our default may be wider than the values: they are checked one by one.
            return present.type
        return fitted

    def _change(self, present: ExistingColumn, column: ColumnSpec) -> bool:
        """Plan what MODIFY cannot do; return whether that is allowed and possible."""
        table, server = self.spec.name, self.server
        # Text that outgrows VARCHAR2 moves to CLOB whatever `on_type_change` says.
        move = type_change.larger_text(table, column, present, server)
        if move is None and self.on_type_change == "text":
            text = type_change.text_type(present, server)
            if text is not None:
                self._set_type(present, column, text)
                return True
            move = type_change.move_to_text(table, column.name, present, server)
        if move is not None:
            self.moves.append(move)
            self.types[column.name] = move.type
            return True
        if self.on_type_change == "new_column":
            self._replace(present, column)
            return True
        return False

    def _replace(self, present: ExistingColumn, column: ColumnSpec) -> None:
        """Let another column take the values; the old one keeps its own."""
        name = type_change.new_column_name(column.name, column.type, self.server)
        if any(name == other.name for other in self.spec.columns):
            what = (
                f"stream '{self.stream}': column {self.spec.name}.{name}, which would take the "
                f"values that {column.name} cannot, belongs to another property; rename it in "
                "stream_maps"
            )
            raise TableMismatchError(what)
        self.replaced[column.name] = name
        # New rows have no value for the old column.
        if not present.nullable:
            self.modified.append(f"{column.name.sql} NULL")
        substitute = replace(column, name=name, nullable=True)
        other = self.existing.columns.get(name)
        if other is not None and self._fitted(other, substitute) is None:
            raise self._mismatch(other, substitute)
        self._take(substitute)

    def _mismatch(self, present: ExistingColumn, column: ColumnSpec) -> TableMismatchError:
        what = (
            f"stream '{self.stream}': column {self.spec.name}.{column.name} is "
            f"{present.type.ddl()} and cannot take {column.type.ddl()} without loss; load into "
            "another table, change the column by hand (add, copy, drop, rename), or set "
            "on_type_change"
        )
        return TableMismatchError(what)

    def _alterations(self) -> list[str]:
        table, statements = self.spec.name.sql, []
        if self.added:
            # Rows that are there have no value for a new column, so it cannot be NOT NULL
            # (ORA-01758).
            parts = ", ".join(_definition(replace(c, nullable=True)) for c in self.added)
            statements.append(f"ALTER TABLE {table} ADD ({parts})")
        if self.modified:
            statements.append(f"ALTER TABLE {table} MODIFY ({', '.join(self.modified)})")
        return statements


def _refuse_keys(spec: TableSpec, stream: str) -> None:
    for column in spec.columns:
        if column.name in spec.keys and not row_of(column.type).keyable:
            what = (
                f"stream '{stream}': key column {spec.name}.{column.name} is {column.type.ddl()}, "
                "which no primary key takes (ORA-02329); convert it in stream_maps, or load the "
                "stream without key_properties"
            )
            raise TableMismatchError(what)


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
