"""Who loaded what where, with which rights and over which connection."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from oracle_core.connection import ConnectionSource
from oracle_core.errors import ConfigurationError
from oracle_core.history.state_codec import read_time
from oracle_core.telemetry.audit import read_audit, verify
from singer_oracle_cli.health_checks import connection_checks
from singer_oracle_cli.options import NAME, config_option, reported
from singer_oracle_cli.output import format_option, show
from singer_oracle_cli.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    import oracledb

LEAST_SYSTEM_PRIVILEGES = frozenset({"CREATE SESSION", "CREATE TABLE", "CREATE SEQUENCE"})
"""What the printed grants of `oracle-catalog grants` need at most, beside object privileges."""


@dataclass(frozen=True, slots=True)
class LoadedTable:
    """What one user did to one table in the time asked for."""

    user: str
    table: str
    changes: str
    rows: int
    runs: int


@click.command()
@config_option
@click.option(
    "--audit-file",
    type=click.Path(path_type=Path, exists=True),
    required=True,
    help="The file of the setting `audit_file`.",
)
@click.option("--from", "start", type=click.DateTime(["%Y-%m-%d"]), required=True, help="UTC day.")
@click.option("--to", "end", type=click.DateTime(["%Y-%m-%d"]), help="UTC day, included.")
@format_option()
def compliance(
    config: Path | None,
    audit_file: Path,
    start: dt.datetime,
    end: dt.datetime | None,
    output_format: str,
) -> None:
    """Print who loaded what where, excess rights, encryption and password expiry."""
    with reported("history compliance"):
        first = start.replace(tzinfo=dt.UTC)
        last = (end or dt.datetime.now(dt.UTC)).replace(tzinfo=dt.UTC) + dt.timedelta(days=1)
        # Checked before anything is read: figures of a file that was changed prove nothing.
        broken = verify(audit_file)
        if broken is not None:
            msg = f"line {broken} does not continue the chain: it or one before it was changed"
            raise ConfigurationError(msg, setting=str(audit_file))
        loads = loads_of(read_audit(audit_file), first, last)
        facts = [("audit file", "ok", "every line continues the chain")]
        facts += rights_and_connection(read_settings(config))
        data = {
            "loads": [_plain(load) for load in loads],
            "facts": [{"fact": f, "verdict": v, "detail": d} for f, v, d in facts],
        }
        if output_format == "table":
            rows = [(load.user, load.table, load.changes, load.rows, load.runs) for load in loads]
            show(None, ("USER", "TABLE", "CHANGES", "ROWS", "RUNS"), rows, "table")
            click.echo()
        show(data, ("FACT", "VERDICT", "DETAIL"), facts, output_format)


def _plain(load: LoadedTable) -> dict[str, object]:
    return {
        "user": load.user,
        "table": load.table,
        "changes": load.changes,
        "rows": load.rows,
        "runs": load.runs,
    }


def loads_of(
    lines: Iterable[dict[str, Any]], first: dt.datetime, last: dt.datetime
) -> list[LoadedTable]:
    """Return what was changed between two moments, by user and table.

    Args:
        lines: Lines of an audit file.
        first: Start, included.
        last: End, not included.
    """
    changed: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        moment = read_time(line.get("time"))
        if "table" in line and moment is not None and first <= moment < last:
            changed[str(line.get("user")), str(line["table"])].append(line)
    return [
        LoadedTable(
            user=user,
            table=table,
            changes=", ".join(sorted({str(line["event"]) for line in its_lines})),
            rows=sum(int(line.get("rows") or 0) for line in its_lines),
            runs=len({line.get("run_id") for line in its_lines}),
        )
        for (user, table), its_lines in sorted(changed.items())
    ]


def rights_and_connection(settings: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return what the configured user may do beyond the least, and how it connects."""
    facts: list[tuple[str, str, str]] = [
        (check.name, check.verdict, check.detail)
        for check in connection_checks(settings)
        if check.name in {"connection", "password"}
    ]
    with ConnectionSource(settings, module=NAME) as source:
        connection = source.connection()
        excess = sorted(_system_privileges(connection) - LEAST_SYSTEM_PRIVILEGES)
        protocol = _protocol(connection)
    facts.append(
        (
            "system privileges",
            "failed" if excess else "ok",
            f"beyond the least: {', '.join(excess)}" if excess else "none beyond the least",
        )
    )
    is_encrypted = protocol == "tcps"
    facts.append(("encryption", "ok" if is_encrypted else "failed", f"protocol {protocol}"))
    return facts


def _system_privileges(connection: oracledb.Connection) -> set[str]:
    with connection.cursor() as cursor:
        # Also what roles bring, and readable by every user; DBA_SYS_PRIVS would need a grant.
        return {row[0] for row in cursor.execute("SELECT PRIVILEGE FROM SESSION_PRIVS")}


def _protocol(connection: oracledb.Connection) -> str | None:
    with connection.cursor() as cursor:
        # `tcps` is TLS (SQL Language Reference, SYS_CONTEXT); it needs no grant.
        cursor.execute("SELECT SYS_CONTEXT('USERENV', 'NETWORK_PROTOCOL') FROM DUAL")
        row = cursor.fetchone()
    return row[0] if row else None
