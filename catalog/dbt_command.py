"""The command `oracle-catalog dbt`: sources and staging models in a folder."""

from __future__ import annotations

import json
import os
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import oracledb

from catalog.dbt import HEADER, DbtOptions, dbt_files
from catalog.introspect import introspect
from catalog.names import NameFilter
from catalog.references import references
from oracle_core import connection as sessions
from oracle_core.dictionary import Scope
from oracle_core.errors import ConfigurationError, OracleError, describe
from oracle_core.settings import resolve_aliases

MODULE = "oracle-catalog"
ENVIRONMENT_PREFIX = "ORACLE_CATALOG_"
_SETTINGS = (
    "host",
    "port",
    "service_name",
    "sid",
    "dsn",
    "user",
    "password",
    "tns_admin",
    "wallet_location",
    "wallet_password",
    "protocol",
)


@click.command("dbt")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="JSON settings.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder."
)
@click.option("--schema", "schemas", multiple=True, help="Schema or glob; may be repeated.")
@click.option("--table", "tables", multiple=True, help="SCHEMA.TABLE or glob; may be repeated.")
@click.option("--target-schema", help="Schema that holds the loaded tables.")
@click.option("--record-metadata", is_flag=True, help="The loaded tables have _SDC_ columns.")
@click.option("--loaded-at", help="Column that says when a row was loaded.")
@click.option("--warn-after-hours", default=24, show_default=True, type=click.IntRange(0))
@click.option("--error-after-hours", default=0, show_default=True, type=click.IntRange(0))
def dbt(
    config: Path | None,
    out: Path,
    schemas: tuple[str, ...],
    tables: tuple[str, ...],
    **options: Any,
) -> None:
    """Write sources.yml and one staging model a table into a folder of a dbt project.

    Files that an earlier run made for tables that are gone are removed; others are left alone.
    Connection settings come from the --config file and from ORACLE_CATALOG_<NAME>.
    """
    try:
        names = NameFilter(schemas=schemas, tables=tables)
        files = read_files(settings(config), names, DbtOptions(**options))
        changed = write_files(out, files)
    except (OracleError, oracledb.Error, OSError) as failure:
        click.echo(f"ERROR {_reason(failure)}", err=True)
        sys.exit(failure.exit_code if isinstance(failure, OracleError) else 1)
    click.echo(f"{len(files)} files, {changed} changed", err=True)


def settings(config: Path | None) -> dict[str, Any]:
    """Return the connection settings of a file, completed from the environment.

    Raises:
        ConfigurationError: the file holds no JSON object.
    """
    given: dict[str, Any] = {
        name: value
        for name in _SETTINGS
        if (value := os.environ.get(ENVIRONMENT_PREFIX + name.upper()))
    }
    if "port" in given:
        given["port"] = _port(given["port"])
    if config is not None:
        try:
            found = json.loads(config.read_text(encoding="utf-8"))
        except ValueError as error:
            message = f"{config.name} is not JSON"
            raise ConfigurationError(message) from error
        if not isinstance(found, dict):
            message = f"{config.name} holds no JSON object"
            raise ConfigurationError(message)
        given |= found
    return resolve_aliases(given)[0]


def _port(text: str) -> int:
    if not text.isdecimal():
        message = f"{ENVIRONMENT_PREFIX}PORT is not a number"
        raise ConfigurationError(message)
    return int(text)


def read_files(config: dict[str, Any], names: NameFilter, options: DbtOptions) -> dict[str, str]:
    """Read the dictionary and return the files as `dbt_files` does."""
    with closing(sessions.connect(config, module=MODULE)) as connection:
        schemas = introspect(connection, names)
        scope = Scope(owners=names.exact_schemas or ())
        return dbt_files(schemas, references(connection, scope), options)


def write_files(folder: Path, files: dict[str, str]) -> int:
    """Write what differs and remove generated files that are no longer wanted.

    Returns:
        How many files changed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stale = [
        path
        for path in sorted(folder.glob("stg_*.sql"))
        if path.name not in files and path.read_text(encoding="utf-8").startswith(f"-- {HEADER}")
    ]
    for path in stale:
        path.unlink()
    changed = len(stale)
    for name, text in files.items():
        path = folder / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        path.write_text(text, encoding="utf-8")
        changed += 1
    return changed


def _reason(failure: OracleError | oracledb.Error | OSError) -> str:
    if isinstance(failure, OracleError):
        return str(failure)
    return describe(failure, where="reading the dictionary").report


if __name__ == "__main__":
    dbt()
