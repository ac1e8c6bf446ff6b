"""NESTED TABLE ... STORE AS: the tables that the dictionary shows for nested table columns.

The elements stay with the row of the parent table; the storage table can be seen in the dictionary
and, as in Oracle, not be read. Source: SQL Language Reference, nested_table_col_properties;
Object-Relational Developer's Guide, "Nested Table Storage"; ORA-22812, ORA-22913, ORA-22914.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import facts, named_types, objects, sized_types
from oracle_standin.engine.ddl.facts import ColumnRecord
from oracle_standin.engine.ddl.model import NestedStorage, TableOptions
from oracle_standin.engine.names import quoted
from oracle_standin.engine.reader import ObjectName
from oracle_standin.engine.type_facts import ColumnType
from oracle_standin.protocol import CharsetForm, OracleError, TypeCode, not_in_this_standin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.objects import Relation
    from oracle_standin.engine.reader import Reader

_ATTRIBUTES = """
SELECT name, data_type, pg_type, type_code, data_length, data_precision, data_scale, char_length,
    char_used, charset_form, data_type_owner
FROM ora.type_attributes WHERE type_id = %s::oid ORDER BY position
"""


def parse(reader: Reader) -> NestedStorage:
    """Consume what follows NESTED TABLE."""
    column = reader.name()
    reader.expect("STORE", "AS", code=905, message="missing keyword")
    storage = reader.name()
    if reader.at_operator("("):
        raise not_in_this_standin(what="properties of a nested table's storage")
    locator = False
    if reader.accept("RETURN"):
        reader.accept("AS")
        locator = reader.accept("LOCATOR")
        if not locator:
            reader.expect("VALUE", code=905, message="missing keyword")
    return NestedStorage(column, storage, locator=locator)


def check(
    engine: Engine, stored: Sequence[NestedStorage], types: Mapping[str, ColumnType]
) -> dict[str, named_types.NamedType]:
    """Return the nested table types of columns, by column.

    Raises OracleError 22913 for one without a storage table, 904 and 22912 for a storage table
    without one.
    """
    found = {}
    for column, kind in types.items():
        named = _named(engine, kind)
        if named is not None and named.is_nested_table:
            found[column] = named
    wanted = {item.column for item in stored}
    for column in wanted:
        if column not in types:
            raise OracleError(904, f'"{column}": invalid identifier')
        if column not in found:
            raise OracleError(22912, "specified column or attribute is not a nested table type")
    if set(found) - wanted:
        raise OracleError(22913, "must specify table name for nested table column or attribute")
    return found


def _named(engine: Engine, kind: ColumnType) -> named_types.NamedType | None:
    if kind.type_code is not TypeCode.OBJECT or kind.type_owner is None:
        return None
    return named_types.find(engine, ObjectName(kind.type_owner, kind.data_type))


def create(
    engine: Engine,
    table: Relation,
    stored: Sequence[NestedStorage],
    types: Mapping[str, named_types.NamedType],
) -> None:
    """Create the storage tables of new columns."""
    for item in stored:
        _create_one(engine, table, item, types[item.column])


def _create_one(
    engine: Engine, table: Relation, item: NestedStorage, kind: named_types.NamedType
) -> None:
    columns = _columns(engine, kind)
    name = objects.claim_name(engine, table.owner, item.storage)
    place = f"{quoted(table.owner)}.{quoted(name)}"
    clauses = ", ".join(f"{quoted(column.name)} {column.type.pg_type}" for column in columns)
    engine.run(f"CREATE TABLE {place} ({clauses})")
    engine.run(f"ALTER TABLE {place} OWNER TO {quoted(table.owner)}")
    storage = objects.find(engine, ObjectName(table.owner, item.storage))
    if storage is None:
        raise OracleError(600, "internal error code: the new table is not there")
    facts.record_table(engine, storage.oid, "TABLE", TableOptions(), tablespace="USERS")
    engine.run(
        "UPDATE ora.table_facts s SET nested = true, temporary = p.temporary,"
        " duration = p.duration, tablespace = p.tablespace FROM ora.table_facts p"
        " WHERE s.relid = %s::oid AND p.relid = %s::oid",
        (storage.oid, table.oid),
    )
    facts.record_columns(engine, storage.oid, columns)
    engine.run(
        "INSERT INTO ora.nested_facts (relid, parent, attnum, locator)"
        " SELECT %s::oid, a.attrelid, a.attnum, %s FROM pg_catalog.pg_attribute a"
        " WHERE a.attrelid = %s::oid AND ora.oracle_name(a.attname) = %s",
        (storage.oid, item.locator, table.oid, item.column),
    )


def _columns(engine: Engine, kind: named_types.NamedType) -> list[ColumnRecord]:
    """Return the columns of a storage table: an identifier, and the element or its attributes."""
    (element,) = (_attribute(row)[1] for row in engine.query(_ATTRIBUTES, (kind.type_id,)))
    columns = [ColumnRecord("NESTED_TABLE_ID", sized_types.raw_type(16), hidden=True)]
    named = _named(engine, element)
    if named is None or named.collection is not None:
        return [*columns, ColumnRecord("COLUMN_VALUE", element)]
    columns.append(ColumnRecord("SYS_NC_ROWINFO$", element, hidden=True))
    attributes = (_attribute(row) for row in engine.query(_ATTRIBUTES, (named.type_id,)))
    return [*columns, *(ColumnRecord(name, attribute) for name, attribute in attributes)]


def _attribute(row: tuple[object, ...]) -> tuple[str, ColumnType]:
    name, data_type, pg_type, code, length, precision, scale, characters, used, form, owner = row
    kind = ColumnType(
        str(data_type), str(pg_type), TypeCode(code), length, precision, scale,  # type: ignore[arg-type]
        characters, used, CharsetForm(form), owner,  # type: ignore[arg-type]
    )  # fmt: skip
    return str(name), kind


def drop(engine: Engine, table: Relation, columns: Sequence[str] | None = None) -> None:
    """Drop the storage tables of a table, or of some of its columns."""
    rows = engine.query(
        "SELECT n.relid::bigint FROM ora.nested_facts n JOIN pg_catalog.pg_attribute a"
        " ON a.attrelid = n.parent AND a.attnum = n.attnum WHERE n.parent = %s::oid"
        " AND (%s OR ora.oracle_name(a.attname) = ANY (%s::text[]))",
        (table.oid, columns is None, list(columns or ())),
    )
    for (oid,) in rows:
        engine.run(f"DROP TABLE {objects.by_oid(engine, oid).sql}")


def refuse_drop(table: Relation) -> None:
    """Raise OracleError 22914 for DROP TABLE of a storage table."""
    if table.nested:
        raise OracleError(22914, "DROP of nested tables not supported")


def refuse(table: Relation) -> None:
    """Raise OracleError 3001 for DDL of a storage table, whose rows are with the parent's."""
    if table.nested:
        raise not_in_this_standin(what="this statement on a nested table's storage")
