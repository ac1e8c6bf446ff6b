"""Says what server a configuration reaches, and as whom."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from oracle_core.connect_parameters import address
from oracle_core.connection import ConnectionSource
from oracle_core.errors import describe
from singer_oracle_cli.options import NAME, config_option, reported
from singer_oracle_cli.output import format_option, show
from singer_oracle_cli.settings import read_settings

if TYPE_CHECKING:
    from pathlib import Path

    import oracledb

_CONTEXT = {
    "user": "SESSION_USER",
    "current_schema": "CURRENT_SCHEMA",
    "proxy_user": "PROXY_USER",
    "authentication": "AUTHENTICATION_METHOD",
    "network_protocol": "NETWORK_PROTOCOL",
    "database": "DB_UNIQUE_NAME",
    "container": "CON_NAME",
    "service": "SERVICE_NAME",
    "instance": "INSTANCE_NAME",
}
ROUND_TRIPS = 5


@click.command()
@config_option
@format_option()
def connect(config: Path | None, output_format: str) -> None:
    """Connect and show server, user, character set, container and round trip time."""
    with reported("connect"):
        settings = read_settings(config)
        started = time.monotonic()
        with ConnectionSource(settings, module=NAME) as source:
            connection = source.connection()
            seconds = time.monotonic() - started
            facts = {"address": address(settings), **server_facts(connection)}
            facts["connect_ms"] = round(seconds * 1000, 1)
            facts["round_trip_ms"] = round_trip_ms(connection)
        rows = [(name.replace("_", " "), value) for name, value in facts.items()]
        show(facts, ("FACT", "VALUE"), rows, output_format)


def server_facts(connection: oracledb.Connection) -> dict[str, Any]:
    """Return what the session says of the server and itself; None for what it does not."""
    facts: dict[str, Any] = {
        "server_version": connection.version,
        "driver_mode": "thin" if connection.thin else "thick",
    }
    with connection.cursor() as cursor:
        # A statement per parameter: one that this release does not know fails alone.
        for name, parameter in _CONTEXT.items():
            facts[name] = _asked(cursor, "SELECT SYS_CONTEXT('USERENV', :1) FROM DUAL", [parameter])
        facts["character_set"] = _asked(
            cursor,
            # The character set is a property of the database: NLS_SESSION_PARAMETERS does not list
            # it.
            "SELECT VALUE FROM NLS_DATABASE_PARAMETERS WHERE PARAMETER = :1",
            ["NLS_CHARACTERSET"],
        )
        cursor.execute("SELECT DBTIMEZONE, SESSIONTIMEZONE FROM DUAL")
        row = cursor.fetchone()
    facts["database_time_zone"], facts["session_time_zone"] = row or (None, None)
    facts["is_encrypted"] = facts["network_protocol"] == "tcps"
    return facts


def _asked(cursor: oracledb.Cursor, statement: str, binds: list[str]) -> Any:  # noqa: ANN401
    """Return the one value of a query; None where this release does not know what is asked."""
    try:
        row = cursor.execute(statement, binds).fetchone()
    except Exception as error:
        # ORA-02003: this release has no such parameter of USERENV.
        if describe(error).code != "ORA-02003":
            raise
        return None
    return row[0] if row else None


def round_trip_ms(connection: oracledb.Connection) -> float:
    """Return the shortest of a few round trips, in milliseconds."""
    # The shortest: a longer one also measures what else client and server were doing.
    best = float("inf")
    for _ in range(ROUND_TRIPS):
        started = time.perf_counter()
        connection.ping()
        best = min(best, time.perf_counter() - started)
    return round(best * 1000, 3)
