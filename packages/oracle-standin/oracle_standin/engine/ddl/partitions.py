"""Partitions of a table: each is a table of the engine, named after its parent.

A partition whose bound is MAXVALUE or DEFAULT takes what no other takes, NULLs included, as
Oracle's highest partition does.

Source: VLDB and Partitioning Guide; SQL Language Reference, CREATE TABLE.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import facts, kept_history
from oracle_standin.engine.ddl.constraints import column_list
from oracle_standin.engine.names import engine_name, quoted
from oracle_standin.engine.reader import Reader
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.model import PartitionDefinition, Partitioning
    from oracle_standin.engine.ddl.objects import Relation
    from oracle_standin.engine.type_facts import ColumnType


def partition_by(partitioning: Partitioning) -> str:
    """Return PostgreSQL's PARTITION BY clause."""
    return f" PARTITION BY {partitioning.method} ({column_list(partitioning.columns)})"


def stored_name(table: str, partition: str) -> str:
    """Return the name of a partition in PostgreSQL."""
    return engine_name(f"{table}$P${partition}")


def create_all(
    engine: Engine, table: Relation, partitioning: Partitioning, types: dict[str, ColumnType]
) -> None:
    """Create the partitions of a new table, with their facts."""
    engine.run(
        "INSERT INTO ora.partition_keys (relid, attnum, position)"
        " SELECT a.attrelid, a.attnum, k.n FROM unnest(%s::text[]) WITH ORDINALITY AS k (name, n)"
        " JOIN pg_catalog.pg_attribute a ON a.attrelid = %s::oid AND a.attname = k.name",
        ([engine_name(column) for column in partitioning.columns], table.oid),
    )
    key_types = [types[column] for column in partitioning.columns]
    lower: str | None = None
    count = len(partitioning.partitions)
    for position, partition in enumerate(partitioning.partitions, start=1):
        bounds, lower = _bounds(engine, partitioning, partition, key_types, position, count, lower)
        create(engine, table, partition, position, bounds)
    engine.run(
        f"CREATE TRIGGER ora$movement BEFORE UPDATE OF {column_list(partitioning.columns)}"
        f" ON {table.sql} FOR EACH ROW EXECUTE FUNCTION ora.check_row_movement()"
    )


def create(
    engine: Engine, table: Relation, partition: PartitionDefinition, position: int, bounds: str
) -> None:
    """Create one partition."""
    name = partition.name or _generated_name(engine)
    place = f"{quoted(table.engine_schema)}.{quoted(stored_name(table.name, name))}"
    engine.run(f"CREATE TABLE {place} PARTITION OF {table.sql} {bounds}")
    engine.run(f"ALTER TABLE {place} OWNER TO {quoted(table.owner)}")
    kept_history.log_whole_rows(engine, place)
    engine.run(
        "INSERT INTO ora.partition_facts (relid, parent, name, position, high_value)"
        " VALUES (%s::regclass, %s::oid, %s, %s, %s)",
        (place, table.oid, name, position, partition.bound),
    )
    oid = engine.query("SELECT %s::regclass::oid::bigint", (place,))[0][0]
    facts.record_object(engine, oid, "TABLE PARTITION", parent=table.oid)


def _generated_name(engine: Engine) -> str:
    rows = engine.query("SELECT 'SYS_P' || nextval('ora.generated_name')::text")
    return str(rows[0][0])


def _bounds(
    engine: Engine,
    partitioning: Partitioning,
    partition: PartitionDefinition,
    key_types: list[ColumnType],
    position: int,
    count: int,
    lower: str | None,
) -> tuple[str, str | None]:
    """Return FOR VALUES ... and the lower bound of the next partition."""
    if partitioning.method == "HASH":
        return f"FOR VALUES WITH (MODULUS {count}, REMAINDER {position - 1})", None
    values = split_values(partition.bound or "")
    if partitioning.method == "LIST":
        if values == ["DEFAULT"]:
            return "DEFAULT", None
        constants = ", ".join(constant(engine, value, key_types[0]) for value in values)
        return f"FOR VALUES IN ({constants})", None
    if len(values) != len(key_types):
        raise OracleError(14308, "partition bound element must be one per partitioning column")
    if all(value.upper() == "MAXVALUE" for value in values):
        return "DEFAULT", None
    high = ", ".join(
        "MAXVALUE" if value.upper() == "MAXVALUE" else constant(engine, value, kind)
        for value, kind in zip(values, key_types, strict=True)
    )
    low = lower or ", ".join("MINVALUE" for _ in key_types)
    return f"FOR VALUES FROM ({low}) TO ({high})", high


def split_values(text: str) -> list[str]:
    """Return the values of a bound; DEFAULT in upper case."""
    reader = Reader(text)
    values: list[str] = []
    while not reader.at_end():
        value = reader.text_until(())
        values.append("DEFAULT" if value.upper() == "DEFAULT" else value)
        if not reader.accept_operator(","):
            break
    reader.expect_end(14019, "partition bound element must be one of: literal, DEFAULT, MAXVALUE")
    return values


def constant(engine: Engine, value: str, kind: ColumnType) -> str:
    """Return the literal that a bound's expression comes to, in the partition key's type."""
    if value.upper() == "NULL":
        return "NULL"
    expression = engine.translate_expression(value)
    rows = engine.query(f"SELECT pg_catalog.quote_literal((({expression})::{kind.pg_type})::text)")
    return str(rows[0][0])
