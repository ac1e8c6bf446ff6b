"""CREATE, ALTER and DROP SEQUENCE.

PostgreSQL's sequences count in 64 bits: limits beyond are kept for the dictionary alone. Numbers
are never cached in memory, so none is lost when a session ends.

Source: SQL Language Reference, CREATE SEQUENCE; Database Reference, ALL_SEQUENCES.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import facts, objects, privileges
from oracle_standin.engine.ddl.sequence_parser import parse_sequence_options
from oracle_standin.engine.names import quoted
from oracle_standin.engine.reader import ObjectName, Reader
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.model import SequenceOptions
    from oracle_standin.engine.ddl.objects import Relation

_HIGHEST = 2**63 - 1
_DEFAULT_MAXIMUM = 10**28 - 1
_DEFAULT_MINIMUM = -(10**27 - 1)
_DEFAULT_CACHE = 20


def create(reader: Reader, engine: Engine) -> None:
    """Run CREATE SEQUENCE, the reader standing after SEQUENCE."""
    if_not_exists = reader.accept("IF", "NOT", "EXISTS")
    name = reader.object_name(2277, "invalid sequence name")
    options = parse_sequence_options(reader)
    reader.expect_end(933, "SQL command not properly ended")
    owner = objects.owner_of_new(engine, name)
    privileges.require_create(engine, owner, "SEQUENCE")
    if if_not_exists and objects.find(engine, ObjectName(owner, name.name)) is not None:
        return
    sequence = create_in_engine(engine, owner, name.name, options)
    privileges.grant_any(engine, sequence)


def create_in_engine(
    engine: Engine, owner: str, name: str, options: SequenceOptions, *, generated: bool = False
) -> Relation:
    """Create a sequence with its facts; raises OracleError 4002 to 4006 for impossible options."""
    low, high = _limits(options)
    _check(options, low, high)
    increment = options.increment or 1
    start = options.start if options.start is not None else (low if increment > 0 else high)
    stored = objects.claim_name(engine, owner, name)
    place = f"{quoted(owner)}.{quoted(stored)}"
    engine.run(
        f"CREATE SEQUENCE {place} AS bigint INCREMENT BY {increment}"
        f" MINVALUE {_clamp(low)} MAXVALUE {_clamp(high)} START WITH {_clamp(start)}"
        f" {'CYCLE' if options.cycle else 'NO CYCLE'}"
    )
    engine.run(f"ALTER SEQUENCE {place} OWNER TO {quoted(owner)}")
    sequence = objects.find(engine, ObjectName(owner, name))
    if sequence is None:
        raise OracleError(600, "internal error code: the new sequence is not there")
    facts.record_object(engine, sequence.oid, "SEQUENCE", generated=generated)
    engine.run(
        "INSERT INTO ora.sequence_facts (relid, min_value, max_value, cache_size, ordered, keep,"
        " per_session) VALUES (%s::oid, %s, %s, %s, %s, %s, %s)",
        (
            sequence.oid,
            low,
            high,
            _DEFAULT_CACHE if options.cache is None else options.cache,
            bool(options.ordered),
            bool(options.keep),
            bool(options.session),
        ),
    )
    return sequence


def _limits(options: SequenceOptions) -> tuple[int, int]:
    ascending = (options.increment or 1) > 0
    low = options.min_value
    high = options.max_value
    if low is None:
        low = 1 if ascending else _DEFAULT_MINIMUM
    if high is None:
        high = _DEFAULT_MAXIMUM if ascending else -1
    return low, high


def _check(options: SequenceOptions, low: int, high: int) -> None:
    if options.increment == 0:
        raise OracleError(4002, "INCREMENT must be a nonzero integer")
    if low >= high:
        raise OracleError(4004, "MINVALUE must be less than MAXVALUE")
    if options.start is not None and options.start < low:
        raise OracleError(4006, "START WITH cannot be less than MINVALUE")
    if options.start is not None and options.start > high:
        raise OracleError(4008, "START WITH cannot be more than MAXVALUE")
    if options.cache == 1:
        raise OracleError(4010, "the number of values to CACHE must be greater than 1")


def _clamp(value: int) -> int:
    return max(-_HIGHEST, min(_HIGHEST, value))


def alter(reader: Reader, engine: Engine) -> None:
    """Run ALTER SEQUENCE, the reader standing after SEQUENCE."""
    reader.accept("IF", "EXISTS")
    name = reader.object_name(2277, "invalid sequence name")
    options = parse_sequence_options(reader)
    reader.expect_end(933, "SQL command not properly ended")
    sequence = _require(engine, name)
    privileges.require_on(engine, sequence, "ALTER ANY SEQUENCE", "ALTER")
    if options.start is not None and not options.restart:
        raise OracleError(2283, "cannot alter starting sequence number")
    alter_in_engine(engine, sequence.oid, sequence.sql, options)


def alter_in_engine(engine: Engine, oid: int, place: str, options: SequenceOptions) -> None:
    """Change the options that are given."""
    parts: list[str] = []
    if options.increment is not None:
        parts.append(f"INCREMENT BY {options.increment}")
    if options.min_value is not None:
        parts.append(f"MINVALUE {_clamp(options.min_value)}")
    if options.max_value is not None:
        parts.append(f"MAXVALUE {_clamp(options.max_value)}")
    if options.cycle is not None:
        parts.append("CYCLE" if options.cycle else "NO CYCLE")
    if options.start is not None:
        parts.append(f"START WITH {_clamp(options.start)}")
    if options.restart:
        parts.append("RESTART")
    if parts:
        engine.run(f"ALTER SEQUENCE {place} {' '.join(parts)}")
    engine.run(
        "UPDATE ora.sequence_facts SET min_value = coalesce(%s::numeric, min_value),"
        " max_value = coalesce(%s::numeric, max_value),"
        " cache_size = coalesce(%s::numeric, cache_size), ordered = coalesce(%s, ordered),"
        " keep = coalesce(%s, keep) WHERE relid = %s::oid",
        (
            options.min_value,
            options.max_value,
            options.cache,
            options.ordered,
            options.keep,
            oid,
        ),
    )
    facts.touch(engine, oid)


def drop(reader: Reader, engine: Engine) -> None:
    """Run DROP SEQUENCE, the reader standing after SEQUENCE."""
    if_exists = reader.accept("IF", "EXISTS")
    name = reader.object_name(2277, "invalid sequence name")
    reader.expect_end(933, "SQL command not properly ended")
    if if_exists and objects.find(engine, name) is None:
        return
    sequence = _require(engine, name)
    privileges.require_on(engine, sequence, "DROP ANY SEQUENCE")
    feeds = engine.query(
        "SELECT 1 FROM ora.identity_facts WHERE sequence = %s::oid", (sequence.oid,)
    )
    if feeds:
        raise OracleError(32794, "cannot drop a system-generated sequence")
    engine.run(f"DROP SEQUENCE {sequence.sql} CASCADE")


def _require(engine: Engine, name: ObjectName) -> Relation:
    found = objects.find(engine, name)
    if found is None or found.relkind != "S":
        raise OracleError(2289, "sequence does not exist")
    return found
