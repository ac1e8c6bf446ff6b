"""Rows of the statements of `dictionary`, in the order of their SELECT lists.

Rows that exist per column or key are named tuples: a large dictionary has a million of them, and
a dataclass takes three times as long to build.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from oracle_core.types.from_dictionary import from_dictionary, from_vector_info

if TYPE_CHECKING:
    import datetime as dt

    from oracle_core.types.oracle_type import OracleType


@dataclass(frozen=True, slots=True)
class TableRow:
    """A table; `num_rows` is None where it was never analysed."""

    owner: str
    name: str
    num_rows: int | None
    blocks: int | None
    last_analyzed: dt.datetime | None
    partitioned: str
    temporary: str
    iot_type: str | None

    @property
    def is_temporary(self) -> bool:
        """Whether it is a global temporary table, whose rows no other session sees."""
        return self.temporary == "Y"


@dataclass(frozen=True, slots=True)
class SpecialTableRow:
    """A table of a special kind; `kind` is MATERIALIZED VIEW, EXTERNAL or OBJECT.

    Object tables are not among the rows of `tables`. An external table has a row for its default
    directory and one for each of its files.
    """

    owner: str
    name: str
    kind: str
    directory: str | None = None


@dataclass(frozen=True, slots=True)
class SessionFactRow:
    """One fact about the session.

    `kind` is USER, PRIVILEGE, ROLE, SCHEMA (one that Oracle does not maintain), SCHEMA PRIVILEGE
    (`value` is the schema), DATABASE (a parameter with its value), LONGEST TEXT (`value` is the
    length that RPAD reaches) or NOW (`value` is the time of the database, ISO 8601).
    """

    kind: str
    name: str
    value: str | None


@dataclass(frozen=True, slots=True)
class ReadableRow:
    """A grant of SELECT or READ on an object."""

    grantee: str
    owner: str
    name: str


@dataclass(frozen=True, slots=True)
class TablespaceRow:
    """A tablespace of a user: one with quota, or the default one."""

    user: str
    tablespace: str


@dataclass(frozen=True, slots=True)
class LogSettingsRow:
    """Supplemental logging of the database (YES, NO, for the minimal one also IMPLICIT)."""

    minimal: str
    keys: str
    everything: str
    log_mode: str

    @property
    def holds_keys(self) -> bool:
        """Whether the redo holds the key of every changed row, whatever the tables declare."""
        return "YES" in {self.keys, self.everything}


@dataclass(frozen=True, slots=True)
class LoggedTableRow:
    """A table with supplemental logging of its primary key or of all columns."""

    owner: str
    name: str


@dataclass(frozen=True, slots=True)
class GrantedObjectRow:
    """A grant of a privilege on an object."""

    grantee: str
    privilege: str
    owner: str
    name: str


@dataclass(frozen=True, slots=True)
class SynonymRow:
    """A synonym; the owner of a public one is PUBLIC."""

    owner: str
    name: str
    table_owner: str
    table: str
    db_link: str | None


class PartitionRow(NamedTuple):
    """One partition; `position` counts from 1."""

    owner: str
    table: str
    name: str
    position: int
    num_rows: int | None


@dataclass(frozen=True, slots=True)
class PartitionedTableRow:
    """A partitioned table and its method, such as RANGE."""

    owner: str
    table: str
    method: str


class ConstraintRow(NamedTuple):
    """A primary (P), unique (U) or foreign (R) key."""

    owner: str
    table: str
    constraint: str
    kind: str
    status: str
    validated: str
    referred_owner: str | None
    referred_constraint: str | None

    @property
    def is_enforced(self) -> bool:
        """Whether every row of the table satisfies the constraint."""
        # An ENABLED NOVALIDATE key was never checked on older rows (SQL Language Reference,
        # "constraint").
        return self.status == "ENABLED" and self.validated == "VALIDATED"


class ConstraintColumnRow(NamedTuple):
    """One column of a key; `position` counts from 1."""

    owner: str
    table: str
    constraint: str
    column: str
    position: int


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """Number of objects, time of the newest DDL, and time of the database."""

    objects: int
    last_ddl_time: dt.datetime | None
    now: dt.datetime


class ColumnRow(NamedTuple):
    """A column of a table or view, hidden ones included."""

    owner: str
    table: str
    name: str
    data_type: str
    data_type_owner: str | None
    data_length: int | None
    data_precision: int | None
    data_scale: int | None
    char_length: int | None
    char_used: str | None
    nullable: str
    hidden: str
    virtual: str
    user_generated: str
    identity: str
    default_on_null: str = "NO"

    @property
    def is_hidden(self) -> bool:
        """Whether `SELECT *` leaves it out: invisible, or made by Oracle for an index."""
        return self.hidden == "YES"

    @property
    def is_system_made(self) -> bool:
        """Whether nobody declared it."""
        return self.user_generated == "NO"

    @property
    def is_virtual(self) -> bool:
        """Whether its value is computed, so that it cannot be written (ORA-54013).

        A column of an object type, such as XMLTYPE, is stored in hidden ones and counts as virtual
        in the dictionary.
        """
        return self.virtual == "YES" and self.data_type_owner is None

    @property
    def is_identity(self) -> bool:
        """Whether Oracle gives it its values."""
        return self.identity == "YES"

    @property
    def is_nullable(self) -> bool:
        """Whether it may be NULL."""
        # A CHECK (C IS NOT NULL) leaves Y here; only NOT NULL and primary keys are N (Database
        # Reference).
        return self.nullable != "N"

    @property
    def type(self) -> OracleType:
        """Its type."""
        return from_dictionary(
            self.data_type,
            self.data_length,
            self.data_precision,
            self.data_scale,
            self.char_length,
            self.char_used,
            self.data_type_owner,
        )


@dataclass(frozen=True, slots=True)
class VectorColumnRow:
    """Dimensions and format of a VECTOR column, such as `VECTOR(3,FLOAT32,DENSE)`."""

    owner: str
    table: str
    column: str
    vector_info: str | None

    @property
    def type(self) -> OracleType:
        """Its type."""
        return from_vector_info(self.vector_info)


@dataclass(frozen=True, slots=True)
class KeyColumnRow:
    """One column of a primary (P) or unique (U) key; `position` counts from 1."""

    owner: str
    table: str
    constraint: str
    kind: str
    status: str
    validated: str
    column: str
    position: int

    @property
    def is_enforced(self) -> bool:
        """Whether the key proves that its columns are unique."""
        # An ENABLED NOVALIDATE key was never checked on older rows (SQL Language Reference,
        # "constraint").
        return self.status == "ENABLED" and self.validated == "VALIDATED"


class IndexRow(NamedTuple):
    """An index of a table."""

    owner: str
    table: str
    index_owner: str
    index_name: str
    status: str
    uniqueness: str

    @property
    def is_unique(self) -> bool:
        """Whether no two rows may be equal in its columns."""
        return self.uniqueness == "UNIQUE"


class IndexColumnRow(NamedTuple):
    """One column of an index; `position` counts from 1."""

    owner: str
    table: str
    index_owner: str
    index_name: str
    column: str
    position: int


@dataclass(frozen=True, slots=True)
class TableCommentRow:
    """The comment of a table or view."""

    owner: str
    table: str
    comment: str


class ColumnCommentRow(NamedTuple):
    """The comment of a column."""

    owner: str
    table: str
    column: str
    comment: str


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """An identity column; `generation` is ALWAYS or BY DEFAULT."""

    owner: str
    table: str
    column: str
    generation: str


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """A table, view or materialized view as an object."""

    owner: str
    name: str
    kind: str
    status: str
    object_id: int
    last_ddl_time: dt.datetime
