"""CREATE TABLE ... ORGANIZATION EXTERNAL.

The table of the engine stays empty; `engine.external` reads the files when a statement runs.
Source: SQL Language Reference, external_table_clause.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import directories
from oracle_standin.engine.ddl.model import (
    ConstraintKind,
    ExternalDefinition,
    Location,
    TableDefinition,
)
from oracle_standin.engine.external import parameters
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.objects import Relation
    from oracle_standin.engine.reader import Reader

_DRIVER = "ORACLE_LOADER"


def parse(reader: Reader) -> ExternalDefinition:
    """Consume what follows ORGANIZATION EXTERNAL; raises OracleError 3001 for other drivers."""
    reader.expect_open()
    if reader.accept("TYPE") and reader.name() != _DRIVER:
        raise not_in_this_standin(what="an access driver other than ORACLE_LOADER")
    directory = None
    if reader.accept("DEFAULT", "DIRECTORY"):
        directory = reader.name()
    text = _access_parameters(reader)
    locations = _locations(reader)
    reader.expect_close()
    limit = "0"
    if reader.accept("REJECT", "LIMIT"):
        limit = "UNLIMITED" if reader.accept("UNLIMITED") else str(reader.integer())
    if directory is None and (not locations or any(place.directory is None for place in locations)):
        raise not_in_this_standin(what="an external table without a directory")
    return ExternalDefinition(
        directory or locations[0].directory or "", text, locations, limit, _DRIVER
    )


def _access_parameters(reader: Reader) -> str:
    if not reader.accept("ACCESS", "PARAMETERS"):
        return ""
    if not reader.at_operator("("):
        raise not_in_this_standin(what="ACCESS PARAMETERS USING CLOB")
    text = reader.text_in_parentheses()
    parameters.parse(text)
    return text


def _locations(reader: Reader) -> tuple[Location, ...]:
    if not reader.accept("LOCATION"):
        return ()
    reader.expect_open()
    found = [_location(reader)]
    while reader.accept_operator(","):
        found.append(_location(reader))
    reader.expect_close()
    return tuple(found)


def _location(reader: Reader) -> Location:
    following = reader.peek(1)
    directory = None
    if following is not None and following.is_operator(":"):
        directory = reader.name()
        reader.take()
    return Location(directory, reader.string())


def check(engine: Engine, definition: TableDefinition) -> None:
    """Check an external table to be.

    Raises OracleError 6564 for a directory that the user may not see and 30657 for what a table
    outside the database cannot have.
    """
    external = definition.external
    if external is None:
        return
    if definition.temporary or definition.partitioning or definition.query is not None:
        raise not_in_this_standin(what="an external table of this kind")
    if any(
        column.virtual is not None or column.identity is not None or column.default is not None
        for column in definition.columns
    ):
        raise not_in_this_standin(what="a computed column of an external table")
    constraints = (
        *definition.constraints,
        *(constraint for column in definition.columns for constraint in column.constraints),
    )
    if any(constraint.kind is not ConstraintKind.NOT_NULL for constraint in constraints):
        raise OracleError(30657, "operation not supported on external organized table")
    for place in (external.directory, *(item.directory for item in external.locations)):
        if place is not None and not _sees(engine, place):
            raise OracleError(6564, f"object {place} does not exist")


def _sees(engine: Engine, directory: str) -> bool:
    found = directories.find(engine, directory)
    return found is not None and directories.is_readable(engine, found)


def record(engine: Engine, table: Relation, external: ExternalDefinition) -> None:
    """Write the facts of a new external table."""
    engine.run(
        "INSERT INTO ora.external_facts (relid, driver, directory, access_parameters,"
        " reject_limit) VALUES (%s::oid, %s, %s, %s, %s)",
        (
            table.oid,
            external.driver,
            external.directory,
            external.access_parameters,
            external.reject_limit,
        ),
    )
    for position, location in enumerate(external.locations, 1):
        engine.run(
            "INSERT INTO ora.external_locations (relid, position, directory, location)"
            " VALUES (%s::oid, %s, %s, %s)",
            (table.oid, position, location.directory or external.directory, location.file),
        )
    engine.run(
        "UPDATE ora.table_facts SET external = true, tablespace = NULL WHERE relid = %s::oid",
        (table.oid,),
    )


def refuse(table: Relation) -> None:
    """Raise OracleError 30657 for DDL that an external table does not take."""
    if table.external:
        raise OracleError(30657, "operation not supported on external organized table")
