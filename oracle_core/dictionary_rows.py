"""The rows that the statements of `dictionary` give, in the order of their SELECT lists.

Those that come once a column are named tuples: a large dictionary has a million of them, and a
dataclass takes three times as long to make.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from oracle_core.types.from_dictionary import from_dictionary, from_vector_info

if TYPE_CHECKING:
    import datetime as dt

    from oracle_core.types.oracle_type import OracleType


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user that is not Oracle's own."""

    name: str


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
    """A table that is more than one; `kind` is MATERIALIZED VIEW, EXTERNAL or OBJECT.

    Object tables are not among the rows of `tables`. An external table has a row for its default
    directory and one for each of its files.
    """

    owner: str
    name: str
    kind: str
    directory: str | None = None


@dataclass(frozen=True, slots=True)
class SessionFactRow:
    """One thing to know about the session.

    `kind` is USER, PRIVILEGE, ROLE, SCHEMA PRIVILEGE (`value` is the schema), DATABASE (a
    parameter with its value), LONGEST TEXT (`value` is the length that RPAD reaches) or NOW
    (`value` is the time of the database, ISO 8601).
    """

    kind: str
    name: str
    value: str | None


@dataclass(frozen=True, slots=True)
class ReadableRow:
    """An object that the session was granted SELECT or READ on."""

    owner: str
    name: str


@dataclass(frozen=True, slots=True)
class GrantedObjectRow:
    """A privilege on an object."""

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


@dataclass(frozen=True, slots=True)
class PartitionRow:
    """One partition; `position` counts from 1."""

    owner: str
    table: str
    method: str
    name: str
    position: int
    num_rows: int | None


@dataclass(frozen=True, slots=True)
class ForeignKeyColumnRow:
    """One column of a foreign key and the column that it refers to."""

    owner: str
    table: str
    constraint: str
    status: str
    validated: str
    column: str
    position: int
    referred_owner: str
    referred_table: str
    referred_column: str


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """How many objects there are, when the newest DDL was, and what time the database has."""

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
    """What a VECTOR column asks of its values, such as `VECTOR(3,FLOAT32,DENSE)`."""

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
        return self.status == "ENABLED" and self.validated == "VALIDATED"


@dataclass(frozen=True, slots=True)
class IndexColumnRow:
    """One column of an index; `position` counts from 1."""

    owner: str
    table: str
    index: str
    status: str
    uniqueness: str
    column: str
    position: int

    @property
    def is_unique(self) -> bool:
        """Whether no two rows may be equal in its columns."""
        return self.uniqueness == "UNIQUE"


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
