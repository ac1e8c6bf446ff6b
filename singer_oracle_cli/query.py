"""Runs one SELECT in a read-only transaction and shows its rows.

The statement itself changes nothing. A function that it calls can, where it has PRAGMA
AUTONOMOUS_TRANSACTION: its transaction is one of its own (PL/SQL Language Reference, autonomous
transactions). Only a user without EXECUTE on such functions is kept from it.
"""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any

import click

from oracle_core.connection import ConnectionSource
from oracle_core.errors import ConfigurationError, DatabaseError, describe
from oracle_core.session_setup import EXACT_FETCH
from singer_oracle_cli.options import NAME, config_option, reported
from singer_oracle_cli.output import plain, show_table, write_csv
from singer_oracle_cli.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import oracledb

DEFAULT_LIMIT = 1000
# Comments may stand before the keyword, and parentheses around the parts of a set operation.
_BEFORE_KEYWORD = re.compile(r"(?:\s+|--[^\n]*(?:\n|\Z)|/\*.*?\*/|\()*", re.DOTALL)
_KEYWORD = re.compile(r"(?:SELECT|WITH)\b", re.IGNORECASE)
_WRONG_BINDS = frozenset({"DPY-4008", "DPY-4010", "ORA-01008", "ORA-01036"})


@click.command()
@click.argument("statement", metavar="SQL")
@config_option
@click.option("--bind", "binds", multiple=True, help="NAME=VALUE, bound as text; repeatable.")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=DEFAULT_LIMIT,
    show_default=True,
    help="Rows at most; 0 for all.",
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["table", "csv", "json", "jsonl", "parquet"]),
    default="table",
    show_default=True,
    help="Format of the rows; parquet needs the extra `arrow` and is written to standard output.",
)
def query(
    statement: str,
    config: Path | None,
    binds: tuple[str, ...],
    limit: int,
    output_format: str,
) -> None:
    """Run one SELECT in a read-only transaction and show its rows.

    Numbers keep all their digits; dates are ISO 8601; binary values are base64. A function with an
    autonomous transaction that the SELECT calls can still write.
    """
    with reported("query"):
        check_read_only(statement)
        with ConnectionSource(read_settings(config), module=NAME) as source:
            names, rows, is_cut = fetch(source.connection(), statement, parse_binds(binds), limit)
        _write(names, rows, output_format)
        if is_cut:
            click.echo(f"There are more than {limit} rows; --limit 0 shows all", err=True)


def check_read_only(statement: str) -> None:
    """Check that a statement is a query.

    The transaction is read only besides; but DDL would end it and take effect.

    Raises:
        ConfigurationError: If the statement does not begin with SELECT or WITH.
    """
    # What else writes, such as FOR UPDATE or DML in a function of WITH, is refused in a read-only
    # transaction (ORA-01456); an autonomous transaction of a function is not part of it.
    start = _BEFORE_KEYWORD.match(statement)
    if not _KEYWORD.match(statement, start.end() if start else 0):
        msg = "only SELECT and WITH can be run"
        raise ConfigurationError(msg, setting="SQL")


def parse_binds(binds: Iterable[str]) -> dict[str, str]:
    """Return binds by name.

    Raises:
        ConfigurationError: If one is not NAME=VALUE.
    """
    parsed: dict[str, str] = {}
    for bind in binds:
        name, equals, value = bind.partition("=")
        if not equals or not name:
            msg = "must be NAME=VALUE"
            raise ConfigurationError(msg, setting="--bind")
        parsed[name] = value
    return parsed


def fetch(
    connection: oracledb.Connection, statement: str, binds: dict[str, str], limit: int
) -> tuple[list[str], list[tuple[Any, ...]], bool]:
    """Return the column names, the rows and whether there are more.

    Args:
        connection: An open session.
        statement: A query.
        binds: Values by name.
        limit: Rows at most; 0 for all.

    Raises:
        ConfigurationError: If the binds are not those of the statement.
        DatabaseError: If Oracle refuses the query.
    """
    try:
        with connection.cursor() as cursor:
            # It has to be the first statement of its transaction (ORA-01453).
            cursor.execute("SET TRANSACTION READ ONLY")
            # The semicolon is SQL*Plus's; the server refuses it (ORA-00911).
            cursor.execute(statement.rstrip().rstrip(";"), binds, **EXACT_FETCH)
            names = [column[0] for column in cursor.description or ()]
            # One row more than is shown tells whether there are more.
            rows = cursor.fetchmany(limit + 1) if limit else cursor.fetchall()
        connection.rollback()
    except Exception as error:
        fault = describe(error, where="query")
        if fault.code in _WRONG_BINDS:
            # The names alone: the values are the user's.
            given = ", ".join(binds) or "none"
            msg = f"the binds of the statement are others than those given ({given})"
            raise ConfigurationError(msg, setting="--bind") from error
        raise DatabaseError(fault) from error
    is_cut = bool(limit) and len(rows) > limit
    return names, rows[:limit] if limit else rows, is_cut


def _write(names: Sequence[str], rows: Sequence[tuple[Any, ...]], output_format: str) -> None:
    if output_format == "csv":
        write_csv(names, rows)
    elif output_format == "json":
        objects = [dict(zip(names, row, strict=True)) for row in rows]
        click.echo(json.dumps(objects, ensure_ascii=False, indent=2, default=plain))
    elif output_format == "jsonl":
        for row in rows:
            line = dict(zip(names, row, strict=True))
            click.echo(json.dumps(line, ensure_ascii=False, default=plain))
    elif output_format == "parquet":
        _write_parquet(names, rows)
    else:
        show_table(names, rows)


def _write_parquet(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    if sys.stdout.isatty():
        msg = "parquet is binary: send it into a file, as in `… --format parquet > rows.parquet`"
        raise ConfigurationError(msg, setting="--format")
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra
        import pyarrow.parquet as pq  # noqa: PLC0415 - an extra
    except ImportError as error:
        msg = "parquet needs the extra: pip install 'singer-oracle[arrow]'"
        raise ConfigurationError(msg, setting="--format") from error
    columns = list(zip(*rows, strict=True)) if rows else [() for _ in names]
    arrays = [pa.array(column) for column in columns]
    pq.write_table(pa.Table.from_arrays(arrays, names=list(names)), sys.stdout.buffer)
