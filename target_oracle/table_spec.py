"""Two sides of a table: the columns that a stream needs, and those that are there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from oracle_core import dictionary
from oracle_core.dictionary import Scope
from oracle_core.identifiers import Identifier
from oracle_core.types import OracleType, from_json_schema, row_of
from oracle_core.types.from_json_schema import KEY_TEXT, declared_type
from oracle_core.types.type_row import Family
from target_oracle.comments import comment_of
from target_oracle.errors import TableMismatchError
from target_oracle.properties import ValueKind
from target_oracle.table_options import TableOptions
from target_oracle.text_limits import longest_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import oracledb

    from oracle_core.dictionary_rows import ColumnRow
    from oracle_core.identifiers import TableName
    from oracle_core.server import Server
    from target_oracle.properties import Property
    from target_oracle.settings import TextWithoutLength

NO_OPTIONS = TableOptions()
_JSON = OracleType("JSON")
_PARTITIONING = frozenset({Family.DECIMAL, Family.TEXT, Family.WALL_CLOCK, Family.BINARY})
"""Families whose types can partition a table, if a key takes them (SQL Language Reference,
"CREATE TABLE")."""


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column that a stream needs.

    `declared` says that the SCHEMA itself bounds the type, `grows` that it is text without a
    length, which may become CLOB, or longer in a key, `is_json` that the text of each value is
    JSON, which the database checks. `comment` is None where the stream has no description.
    """

    name: Identifier
    type: OracleType
    nullable: bool = True
    declared: bool = False
    grows: bool = False
    comment: str | None = None
    is_json: bool = False


@dataclass(frozen=True, slots=True)
class TableSpec:
    """The table that a stream needs.

    Attributes:
        name: Its name.
        columns: Its columns.
        keys: Its key columns in key order.
        options: What it gets when it is made.
        comment: Its comment, None where the stream has no description.
        has_local_key: Whether the index of its key lies in its partitions.
    """

    name: TableName
    columns: tuple[ColumnSpec, ...]
    keys: tuple[Identifier, ...] = ()
    options: TableOptions = NO_OPTIONS
    comment: str | None = None
    has_local_key: bool = False

    @property
    def comments(self) -> dict[Identifier | None, str]:
        """The comments that descriptions ask for; key None is the table itself."""
        comments: dict[Identifier | None, str] = {
            column.name: column.comment for column in self.columns if column.comment
        }
        if self.comment:
            comments[None] = self.comment
        return comments


@dataclass(frozen=True, slots=True)
class ExistingColumn:
    """A column that is there; `generated` columns are computed by the database."""

    name: Identifier
    type: OracleType
    nullable: bool = True
    generated: bool = False


@dataclass(frozen=True, slots=True)
class ExistingTable:
    """A table that is there; `keys` are the columns of its primary key."""

    columns: Mapping[Identifier, ExistingColumn]
    keys: frozenset[Identifier] = frozenset()


def column_specs(
    properties: Sequence[Property],
    columns: Mapping[str, Identifier],
    *,
    keyed: bool,
    server: Server,
    text: TextWithoutLength = "grow",
) -> tuple[ColumnSpec, ...]:
    """Return the columns that a table needs.

    Args:
        properties: The properties of the stream and its metadata.
        columns: The name of each.
        keyed: Whether the key properties are the key of the table.
        server: What the database can.
        text: What text without a length becomes.
    """
    return tuple(
        _column_spec(prop, columns[prop.name], keyed=keyed, server=server, text=text)
        for prop in properties
    )


def _column_spec(
    prop: Property, name: Identifier, *, keyed: bool, server: Server, text: TextWithoutLength
) -> ColumnSpec:
    is_key, comment = keyed and prop.is_key, comment_of(prop.schema.get("description"))
    oracle_type = from_json_schema(prop.schema, is_key=is_key, server=server)
    # A type that only `x-sql-datatype` gives is one that the SCHEMA declares.
    plain = {key: value for key, value in prop.schema.items() if key != "x-sql-datatype"}
    by_json = from_json_schema(plain, is_key=is_key, server=server)
    has_length = "maxLength" in prop.schema or declared_type(prop.schema) is not None
    is_unbounded = prop.kind is ValueKind.STRING and not has_length
    if text != "clob" and is_unbounded and oracle_type.kind == "CLOB":
        return ColumnSpec(name, longest_text(server), grows=text == "grow", comment=comment)
    # Of every kind: an array in a key is text, too.
    grows = is_key and text != "varchar2" and not has_length and oracle_type == KEY_TEXT
    bounded = any(word in prop.schema for word in ("maxLength", "maximum", "x-singer.decimal"))
    declared = bounded or oracle_type != by_json
    # JSON_VALUE and dot notation need the check before there is the type (JSON Developer's Guide).
    is_document = prop.kind is ValueKind.JSON and declared_type(prop.schema) in {None, _JSON}
    is_json = is_document and oracle_type.kind == "CLOB"
    return ColumnSpec(name, oracle_type, not is_key, declared, grows, comment, is_json)


def for_exchange(spec: TableSpec, stream: str) -> TableSpec:
    """Return a table with one partition, so that an exchange can replace its rows at once.

    The index of the key must be local to go with the partition, and so needs the partitioning
    column among its own (ORA-14039).

    Raises:
        TableMismatchError: If no column can be the partitioning column.
    """
    if spec.options.partition:
        return replace(spec, has_local_key=True)
    names = spec.keys or tuple(column.name for column in spec.columns)
    by_name = {column.name: column.type for column in spec.columns}
    fitting = [name for name in names if _partitions(by_name[name])]
    if not fitting:
        what = (
            f"stream '{stream}': overwrite_strategy exchange needs a column of text, number or "
            "date to partition by; use rename or transaction"
        )
        raise TableMismatchError(what)
    # MAXVALUE is above every value and NULL (SQL Language Reference, "CREATE TABLE").
    clause = (
        f"PARTITION BY RANGE ({fitting[0].sql}) (PARTITION SINGER_ALL VALUES LESS THAN (MAXVALUE))"
    )
    return replace(spec, options=replace(spec.options, partition=clause), has_local_key=True)


def _partitions(oracle_type: OracleType) -> bool:
    row = row_of(oracle_type)
    return row.keyable and row.family in _PARTITIONING


def _vector_shapes(
    connection: oracledb.Connection, scope: Scope, rows: Sequence[ColumnRow]
) -> dict[str, OracleType]:
    """Return the vectors with their dimensions and format, which only VECTOR_INFO shows."""
    if not any(row_of(row.type).family is Family.VECTOR for row in rows):
        return {}
    shapes = dictionary.vector_types(connection, scope)
    return {column: vector for (_, _, column), vector in shapes.items()}


def read_table(connection: oracledb.Connection, table: TableName) -> ExistingTable | None:
    """Return a table or view as the session sees it, None where it sees none.

    Raises:
        oracledb.Error: when the dictionary cannot be read.
    """
    scope = Scope((table.schema.name,), table_names=(table.table.name,))
    rows = [row for row in dictionary.columns(connection, scope) if not row.is_system_made]
    if not rows:
        return None
    shapes = _vector_shapes(connection, scope, rows)
    always: set[str] = set()
    if any(row.is_identity for row in rows):
        identities = dictionary.identity_columns(connection, scope)
        # GENERATED ALWAYS refuses a given value (ORA-32795).
        always = {row.column for row in identities if row.generation == "ALWAYS"}
    columns = {
        Identifier(row.name): ExistingColumn(
            Identifier(row.name),
            shapes.get(row.name, row.type),
            nullable=row.is_nullable,
            generated=row.is_virtual or row.name in always,
        )
        for row in rows
    }
    keys = dictionary.keys(connection, scope)
    return ExistingTable(columns, frozenset(Identifier(k.column) for k in keys if k.kind == "P"))


def read_comments(
    connection: oracledb.Connection, table: TableName
) -> dict[Identifier | None, str | None]:
    """Return the comments of a table and its columns; key None is the table itself.

    Raises:
        oracledb.Error: If the dictionary cannot be read.
    """
    scope = Scope((table.schema.name,), table_names=(table.table.name,))
    comments: dict[Identifier | None, str | None] = {
        Identifier(row.column): row.comment for row in dictionary.column_comments(connection, scope)
    }
    for row in dictionary.table_comments(connection, scope):
        comments[None] = row.comment
    return comments
