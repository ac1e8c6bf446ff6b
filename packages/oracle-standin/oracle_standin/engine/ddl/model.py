"""What the DDL parsers read: definitions of columns, constraints, tables and partitions."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oracle_standin.engine.reader import ObjectName
    from oracle_standin.engine.type_facts import ColumnType


class ConstraintKind(Enum):
    """Kinds of constraints, with the letters of pg_constraint.contype."""

    PRIMARY_KEY = "p"
    UNIQUE = "u"
    FOREIGN_KEY = "f"
    CHECK = "c"
    NOT_NULL = "n"

    @property
    def has_index(self) -> bool:
        """Return whether an index of the same name comes with it."""
        return self in {ConstraintKind.PRIMARY_KEY, ConstraintKind.UNIQUE}


@dataclass(frozen=True, slots=True)
class ConstraintDefinition:
    """One constraint; `condition` is the text of a check as written, without the parentheses.

    `delete_rule` is CASCADE, SET NULL or NO ACTION.
    """

    kind: ConstraintKind
    columns: tuple[str, ...] = ()
    name: str | None = None
    condition: str | None = None
    referenced: ObjectName | None = None
    referenced_columns: tuple[str, ...] = ()
    delete_rule: str = "NO ACTION"
    deferrable: bool = False
    initially_deferred: bool = False
    enabled: bool = True
    validated: bool = True
    rely: bool = False


@dataclass(frozen=True, slots=True)
class SequenceOptions:
    """Options of a sequence or identity; None for what the statement leaves open.

    `no_limits` names MAXVALUE or MINVALUE where NOMAXVALUE or NOMINVALUE was written.
    """

    start: int | None = None
    start_limit_value: bool = False
    increment: int | None = None
    max_value: int | None = None
    min_value: int | None = None
    no_limits: frozenset[str] = frozenset()
    cycle: bool | None = None
    cache: int | None = None
    """Numbers kept in memory; 0 for NOCACHE."""
    ordered: bool | None = None
    keep: bool | None = None
    session: bool | None = None
    restart: bool = False


@dataclass(frozen=True, slots=True)
class IdentityDefinition:
    """GENERATED ... AS IDENTITY."""

    always: bool
    on_null: bool
    options: SequenceOptions


@dataclass(frozen=True, slots=True)
class ColumnDefinition:
    """A column as written in CREATE TABLE, ADD or MODIFY.

    Every part but the name may be missing in MODIFY; `nullable` is None when neither NULL nor NOT
    NULL is said. `default` and `virtual` are expression texts; `default` is "NULL" to take one
    away.
    """

    name: str
    type: ColumnType | None = None
    default: str | None = None
    default_on_null: bool = False
    identity: IdentityDefinition | None = None
    drop_identity: bool = False
    virtual: str | None = None
    hidden: bool | None = None
    nullable: bool | None = None
    constraints: tuple[ConstraintDefinition, ...] = ()


@dataclass(frozen=True, slots=True)
class TableOptions:
    """Physical and other options that the dictionary shows."""

    tablespace: str | None = None
    nologging: bool = False
    compression: str | None = None
    degree: str = "1"
    cache: bool = False
    row_movement: bool = False
    row_dependencies: bool = False
    segment_created: bool = True
    iot: bool = False
    read_only: bool = False
    on_commit: str | None = None
    """DELETE ROWS, PRESERVE ROWS, DROP DEFINITION or PRESERVE DEFINITION."""


@dataclass(frozen=True, slots=True)
class PartitionDefinition:
    """One partition; `bound` is the text between the parentheses, None for HASH."""

    name: str | None
    bound: str | None = None


@dataclass(frozen=True, slots=True)
class Partitioning:
    """PARTITION BY: `method` is RANGE, LIST or HASH."""

    method: str
    columns: tuple[str, ...]
    partitions: tuple[PartitionDefinition, ...]


@dataclass(frozen=True, slots=True)
class NestedStorage:
    """NESTED TABLE column STORE AS storage."""

    column: str
    storage: str
    locator: bool = False


@dataclass(frozen=True, slots=True)
class Location:
    """A file of an external table; directory None for the default one."""

    directory: str | None
    file: str


@dataclass(frozen=True, slots=True)
class ExternalDefinition:
    """ORGANIZATION EXTERNAL; the reject limit is a number or UNLIMITED."""

    directory: str
    access_parameters: str
    locations: tuple[Location, ...]
    reject_limit: str
    driver: str


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """CREATE TABLE; `query` is the text after AS."""

    name: ObjectName
    columns: tuple[ColumnDefinition, ...] = ()
    constraints: tuple[ConstraintDefinition, ...] = ()
    if_not_exists: bool = False
    temporary: str | None = None
    """GLOBAL or PRIVATE."""
    options: TableOptions = field(default_factory=TableOptions)
    partitioning: Partitioning | None = None
    external: ExternalDefinition | None = None
    nested: tuple[NestedStorage, ...] = ()
    query: str | None = None
