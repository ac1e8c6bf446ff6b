"""Adds, drops, truncates and renames partitions.

Source: SQL Language Reference, ALTER TABLE, alter_table_partitioning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import facts, objects, partitions
from oracle_standin.engine.ddl.table_parser import parse_partition
from oracle_standin.engine.names import quoted
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.objects import Relation
    from oracle_standin.engine.reader import Reader
    from oracle_standin.engine.type_facts import ColumnType


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition of a table."""

    oid: int
    name: str
    position: int
    high_value: str | None
    sql: str


def listed(engine: Engine, table: Relation) -> list[Partition]:
    """Return the partitions of a table in order."""
    rows = engine.query(
        "SELECT p.relid::bigint, p.name, p.position, p.high_value,"
        " pg_catalog.format('%%I.%%I', n.nspname, c.relname) FROM ora.partition_facts p"
        " JOIN pg_catalog.pg_class c ON c.oid = p.relid"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE p.parent = %s::oid ORDER BY p.position",
        (table.oid,),
    )
    return [Partition(*row) for row in rows]


def _chosen(reader: Reader, engine: Engine, table: Relation) -> Partition:
    if table.partitioned is None:
        raise OracleError(14501, "object is not partitioned", reader.offset)
    if reader.at("FOR"):
        raise not_in_this_standin(what="PARTITION FOR")
    name = reader.name(14006, "invalid partition name")
    for partition in listed(engine, table):
        if partition.name == name:
            return partition
    raise OracleError(2149, "Specified partition does not exist", reader.offset)


def run(reader: Reader, engine: Engine, table: Relation) -> None:
    """Run TRUNCATE and EXCHANGE PARTITION and refuse SPLIT and MERGE; MOVE changes nothing."""
    if reader.accept("MOVE"):
        while not reader.at_end():
            reader.take()
        return
    if reader.accept("EXCHANGE"):
        _exchange(reader, engine, table)
        return
    if not reader.accept("TRUNCATE"):
        raise not_in_this_standin(what=f"{reader.take().value} PARTITION")
    reader.expect("PARTITION", code=14155, message="missing PARTITION or SUBPARTITION keyword")
    partition = _chosen(reader, engine, table)
    _skip_options(reader)
    engine.run(f"TRUNCATE TABLE {partition.sql}")
    facts.touch(engine, partition.oid)


def _exchange(reader: Reader, engine: Engine, table: Relation) -> None:
    """Run EXCHANGE PARTITION WITH TABLE; rows change places rather than segments.

    DELETE leaves the rows to readers of an earlier moment, as Oracle's old segment does.

    Raises OracleError 14097 for other columns, 14098 for other indexes, 2266 for a foreign key.
    """
    reader.expect("PARTITION", code=14155, message="missing PARTITION or SUBPARTITION keyword")
    partition = _chosen(reader, engine, table)
    reader.expect("WITH", code=905, message="missing keyword")
    reader.expect("TABLE", code=905, message="missing keyword")
    other = objects.require_table(engine, reader.object_name())
    with_indexes = _exchange_options(reader)
    kinds = [(c.name, c.type) for c in facts.columns(engine, table.oid)]
    if kinds != [(c.name, c.type) for c in facts.columns(engine, other.oid)]:
        message = "column type or size mismatch in ALTER TABLE EXCHANGE PARTITION"
        raise OracleError(14097, message)
    counts = engine.query(
        "SELECT (SELECT count(*) FROM pg_catalog.pg_index WHERE indrelid = %s::oid),"
        " (SELECT count(*) FROM pg_catalog.pg_index WHERE indrelid = %s::oid),"
        " (SELECT count(*) FROM pg_catalog.pg_constraint WHERE confrelid = %s::oid)",
        (partition.oid, other.oid, table.oid),
    )
    here, there, referring = counts[0]
    if with_indexes and here != there:
        raise OracleError(14098, "index mismatch for tables in ALTER TABLE EXCHANGE PARTITION")
    if referring:
        message = "unique/primary keys in table referenced by enabled foreign keys"
        raise OracleError(2266, message)
    engine.run(f"CREATE TEMP TABLE ora_exchanged AS SELECT * FROM {partition.sql}")  # noqa: S608
    engine.run(f"DELETE FROM {partition.sql}")  # noqa: S608 - names of the engine's tables
    engine.run(f"INSERT INTO {partition.sql} SELECT * FROM {other.sql}")  # noqa: S608
    engine.run(f"DELETE FROM {other.sql}")  # noqa: S608
    engine.run(f"INSERT INTO {other.sql} SELECT * FROM ora_exchanged")  # noqa: S608
    engine.run("DROP TABLE ora_exchanged")
    facts.touch(engine, partition.oid)
    facts.touch(engine, other.oid)


def _exchange_options(reader: Reader) -> bool:
    """Consume the options and return whether indexes are exchanged too."""
    with_indexes = False
    while not reader.at_end():
        if reader.accept("INCLUDING", "INDEXES"):
            with_indexes = True
        elif not (
            reader.accept("EXCLUDING", "INDEXES")
            or reader.accept("WITH", "VALIDATION")
            or reader.accept("WITHOUT", "VALIDATION")
        ):
            break
    return with_indexes


def _skip_options(reader: Reader) -> None:
    while (
        reader.accept("UPDATE", "GLOBAL", "INDEXES")
        or reader.accept("UPDATE", "INDEXES")
        or reader.accept("DROP", "STORAGE")
        or reader.accept("REUSE", "STORAGE")
        or reader.accept("DROP", "ALL", "STORAGE")
        or reader.accept("CASCADE")
    ):
        pass


def drop(reader: Reader, engine: Engine, table: Relation) -> None:
    """Run DROP PARTITION; raises OracleError 14083 for the only one."""
    reader.expect("PARTITION", code=905, message="missing keyword")
    partition = _chosen(reader, engine, table)
    _skip_options(reader)
    remaining = listed(engine, table)
    if len(remaining) == 1:
        raise OracleError(14083, "cannot drop the only partition of a partitioned table")
    following = [other for other in remaining if other.position == partition.position + 1]
    if table.partitioned == "RANGE" and following:
        # The next partition takes over the range: its rows must fit the wider bounds.
        raise not_in_this_standin(what="DROP PARTITION of a range that is not the highest")
    engine.run(f"DROP TABLE {partition.sql}")
    engine.run(
        "UPDATE ora.partition_facts SET position = position - 1"
        " WHERE parent = %s::oid AND position > %s",
        (table.oid, partition.position),
    )


def add(reader: Reader, engine: Engine, table: Relation) -> None:
    """Run ADD PARTITION; raises OracleError 14074 when the bound is not above the last one's."""
    if table.partitioned is None:
        raise OracleError(14501, "object is not partitioned", reader.offset)
    if table.partitioned == "HASH":
        raise not_in_this_standin(what="ADD PARTITION to a hash partitioned table")
    definition = parse_partition(reader, table.partitioned)
    existing = listed(engine, table)
    types = {state.name: state.type for state in facts.columns(engine, table.oid)}
    key = engine.query(
        "SELECT ora.oracle_name(a.attname) FROM ora.partition_keys k"
        " JOIN pg_catalog.pg_attribute a ON a.attrelid = k.relid AND a.attnum = k.attnum"
        " WHERE k.relid = %s::oid ORDER BY k.position",
        (table.oid,),
    )
    kinds = [types[name] for (name,) in key]
    values = partitions.split_values(definition.bound or "")
    if table.partitioned == "LIST":
        constants = ", ".join(partitions.constant(engine, value, kinds[0]) for value in values)
        bounds = "DEFAULT" if values == ["DEFAULT"] else f"FOR VALUES IN ({constants})"
    else:
        bounds = _range_above(engine, existing, values, kinds)
    partitions.create(engine, table, definition, existing[-1].position + 1, bounds)


def _range_above(
    engine: Engine,
    existing: list[Partition],
    values: list[str],
    kinds: list[ColumnType],
) -> str:
    last = partitions.split_values(existing[-1].high_value or "")
    if any(value.upper() == "MAXVALUE" for value in last):
        message = "partition bound must collate higher than that of the last partition"
        raise OracleError(14074, message)
    if all(value.upper() == "MAXVALUE" for value in values):
        return "DEFAULT"
    low = ", ".join(
        partitions.constant(engine, value, kind) for value, kind in zip(last, kinds, strict=True)
    )
    high = ", ".join(
        partitions.constant(engine, value, kind) for value, kind in zip(values, kinds, strict=True)
    )
    return f"FOR VALUES FROM ({low}) TO ({high})"


def rename(reader: Reader, engine: Engine, table: Relation) -> None:
    """Run RENAME PARTITION old TO new; raises OracleError 14081 for a name in use."""
    reader.expect("PARTITION", code=905, message="missing keyword")
    partition = _chosen(reader, engine, table)
    reader.expect("TO", code=946, message="missing TO keyword")
    new = reader.name(14006, "invalid partition name")
    if any(other.name == new for other in listed(engine, table)):
        raise OracleError(14081, "new partition name must differ from the old partition name")
    stored = partitions.stored_name(table.name, new)
    engine.run(f"ALTER TABLE {partition.sql} RENAME TO {quoted(stored)}")
    engine.run(
        "UPDATE ora.partition_facts SET name = %s WHERE relid = %s::oid", (new, partition.oid)
    )
