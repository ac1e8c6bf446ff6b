"""Writes what the dictionary must remember, and reads it back for later changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_standin.engine.names import engine_name
from oracle_standin.engine.type_facts import ColumnType
from oracle_standin.protocol import CharsetForm, TypeCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.model import TableOptions


@dataclass(frozen=True, slots=True)
class ColumnRecord:
    """A row of `ora.column_facts` to be, for the column with this Oracle name."""

    name: str
    type: ColumnType
    default: str | None = None
    hidden: bool = False
    virtual: bool = False
    default_on_null: bool = False
    identity: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnState:
    """A column as it is now."""

    name: str
    attnum: int
    type: ColumnType
    not_null: bool
    default: str | None
    hidden: bool
    virtual: bool
    default_on_null: bool
    identity: str | None
    unused: bool


_RECORD_COLUMNS = """
INSERT INTO ora.column_facts (relid, attnum, type_code, data_type, data_length, data_precision,
    data_scale, char_length, char_used, charset_form, data_type_owner, data_default, hidden,
    virtual, default_on_null, identity)
SELECT a.attrelid, a.attnum, r.type_code, r.data_type, r.data_length, r.data_precision,
    r.data_scale, r.char_length, r.char_used, r.charset_form, r.data_type_owner, r.data_default,
    r.hidden, r.virtual, r.default_on_null, r.identity
FROM unnest(%s::text[], %s::int2[], %s::text[], %s::int[], %s::int[], %s::int[], %s::int[],
    %s::text[], %s::int2[], %s::text[], %s::text[], %s::bool[], %s::bool[], %s::bool[],
    %s::text[])
  AS r (name, type_code, data_type, data_length, data_precision, data_scale, char_length, char_used,
    charset_form, data_type_owner, data_default, hidden, virtual, default_on_null, identity)
JOIN pg_catalog.pg_attribute a ON a.attrelid = %s::oid AND a.attname = r.name AND a.attnum > 0
ON CONFLICT (relid, attnum) DO UPDATE SET (type_code, data_type, data_length, data_precision,
    data_scale, char_length, char_used, charset_form, data_type_owner, data_default, hidden,
    virtual, default_on_null, identity) = (excluded.type_code, excluded.data_type,
    excluded.data_length, excluded.data_precision, excluded.data_scale, excluded.char_length,
    excluded.char_used, excluded.charset_form, excluded.data_type_owner, excluded.data_default,
    excluded.hidden, excluded.virtual, excluded.default_on_null, excluded.identity)
"""


def record_columns(engine: Engine, relid: int, columns: Sequence[ColumnRecord]) -> None:
    """Write the facts of columns that exist in PostgreSQL, and number the visible ones anew."""
    types = [column.type for column in columns]
    engine.run(
        _RECORD_COLUMNS,
        (
            [engine_name(column.name) for column in columns],
            [int(kind.type_code) for kind in types],
            [kind.data_type for kind in types],
            [kind.length for kind in types],
            [kind.precision for kind in types],
            [kind.scale for kind in types],
            [kind.char_length for kind in types],
            [kind.char_used for kind in types],
            [int(kind.charset_form) for kind in types],
            [kind.type_owner for kind in types],
            [column.default for column in columns],
            [column.hidden for column in columns],
            [column.virtual for column in columns],
            [column.default_on_null for column in columns],
            [column.identity for column in columns],
            relid,
        ),
    )
    number_columns(engine, relid)


_NUMBER_COLUMNS = """
UPDATE ora.column_facts f SET (column_id, internal_id) = (r.position, r.internal_id)
FROM (
    SELECT c.relid, c.attnum,
        CASE WHEN NOT c.hidden THEN row_number()
            OVER (PARTITION BY c.hidden ORDER BY c.column_id NULLS LAST, c.attnum) END AS position,
        c.attnum + nullif(sum(ora.storage_columns(c.data_type_owner, c.data_type)) FILTER (
            WHERE c.type_code = 109 AND t.object_type = 'TABLE' AND NOT t.nested)
            OVER (ORDER BY c.attnum
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS internal_id
    FROM ora.column_facts c LEFT JOIN ora.table_facts t ON t.relid = c.relid
    WHERE c.relid = %s::oid) r
WHERE f.relid = r.relid AND f.attnum = r.attnum
    AND (f.column_id, f.internal_id) IS DISTINCT FROM (r.position, r.internal_id)
"""


def number_columns(engine: Engine, relid: int) -> None:
    """Number the visible columns from 1, new ones last, and all after hidden storage columns."""
    engine.run(_NUMBER_COLUMNS, (relid,))


def columns(engine: Engine, relid: int) -> list[ColumnState]:
    """Return the columns of a table in the order of the engine, hidden and unused ones included."""
    rows = engine.query(
        "SELECT ora.oracle_name(a.attname), a.attnum, pg_catalog.format_type(a.atttypid,"
        " a.atttypmod), f.type_code, f.data_type, f.data_length, f.data_precision, f.data_scale,"
        " f.char_length, f.char_used, f.charset_form, f.data_type_owner, a.attnotnull,"
        " f.data_default, f.hidden, f.virtual, f.default_on_null, f.identity, f.unused"
        " FROM pg_catalog.pg_attribute a JOIN ora.column_facts f"
        " ON f.relid = a.attrelid AND f.attnum = a.attnum"
        " WHERE a.attrelid = %s::oid AND NOT a.attisdropped ORDER BY a.attnum",
        (relid,),
    )
    return [_state(row) for row in rows]


def _state(row: tuple[object, ...]) -> ColumnState:
    name, attnum, pg_type, code, data_type, length, precision, scale = row[:8]
    char_length, char_used, form, type_owner, *state = row[8:]
    kind = ColumnType(
        data_type,  # type: ignore[arg-type]
        pg_type,  # type: ignore[arg-type]
        TypeCode(code),  # type: ignore[arg-type]
        length,  # type: ignore[arg-type]
        precision,  # type: ignore[arg-type]
        scale,  # type: ignore[arg-type]
        char_length,  # type: ignore[arg-type]
        char_used,  # type: ignore[arg-type]
        CharsetForm(form),  # type: ignore[arg-type]
        type_owner,  # type: ignore[arg-type]
    )
    return ColumnState(name, attnum, kind, *state)  # type: ignore[arg-type]


def record_table(
    engine: Engine,
    relid: int,
    object_type: str,
    options: TableOptions,
    *,
    tablespace: str | None = None,
    partitioned: str | None = None,
    duration: str | None = None,
) -> None:
    """Write the facts of a new table."""
    engine.run(
        "INSERT INTO ora.table_facts (relid, object_type, temporary, duration, tablespace, iot,"
        " partitioned, nologging, compression, degree, cache, row_movement, read_only,"
        " row_dependencies, segment_created)"
        " VALUES (%s::oid, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            relid,
            object_type,
            duration is not None,
            duration,
            tablespace,
            options.iot,
            partitioned,
            options.nologging,
            options.compression,
            options.degree,
            options.cache,
            options.row_movement,
            options.read_only,
            options.row_dependencies,
            options.segment_created,
        ),
    )


def record_object(
    engine: Engine,
    relid: int,
    object_type: str,
    *,
    parent: int | None = None,
    generated: bool = False,
) -> None:
    """Write the facts of a new view, sequence, index or partition."""
    engine.run(
        "INSERT INTO ora.table_facts (relid, object_type, parent, generated)"
        " VALUES (%s::oid, %s, %s::oid, %s)",
        (relid, object_type, parent, generated),
    )


def touch(engine: Engine, relid: int) -> None:
    """Move LAST_DDL_TIME."""
    engine.run(
        "UPDATE ora.table_facts SET last_ddl = pg_catalog.clock_timestamp() WHERE relid = %s::oid",
        (relid,),
    )


def generated_names(engine: Engine, count: int) -> list[str]:
    """Return names for unnamed constraints and indexes, SYS_C00nnnn."""
    if not count:
        return []
    rows = engine.query(
        "SELECT 'SYS_C00' || nextval('ora.generated_name')::text"
        " FROM pg_catalog.generate_series(1, %s::int)",
        (count,),
    )
    return [name for (name,) in rows]
