"""The command `oracle-catalog dbt`, which writes sources and staging models to a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from catalog.command.options import (
    config_option,
    read_text,
    reported,
    schema_option,
    session,
    table_option,
    warn,
)
from catalog.command.settings import read_settings
from catalog.dbt import HEADER, DbtOptions, dbt_files
from catalog.introspect import take_inventory
from catalog.selection import selected_inventory
from oracle_core.errors import ConfigurationError
from oracle_core.identifiers import Style

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalog.command.settings import CatalogSettings
    from catalog.model import Inventory


@click.command("dbt")
@config_option
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the project's models, such as models/staging.",
)
@click.option(
    "--catalog",
    type=click.Path(path_type=Path),
    help="Singer catalog with selections: only its selected streams and columns are written, and "
    "no database is asked. Meltano keeps one in .meltano/run/<tap>/tap.properties.json.",
)
@schema_option
@table_option
@click.option("--target-schema", help="Schema that holds the loaded tables.")
@click.option(
    "--identifier-style",
    type=click.Choice(get_args(Style)),
    default="oracle",
    show_default=True,
    help="The target's setting identifier_style, for the names of the loaded tables.",
)
@click.option("--record-metadata", is_flag=True, help="The loaded tables have _SDC_ columns.")
@click.option("--loaded-at", help="Column with the time of the load.")
@click.option(
    "--warn-after-hours",
    default=24,
    show_default=True,
    type=click.IntRange(0),
    help="Age of the newest row that dbt warns of; 0 for no limit.",
)
@click.option(
    "--error-after-hours",
    default=0,
    show_default=True,
    type=click.IntRange(0),
    help="Age of the newest row that dbt fails for; 0 for no limit.",
)
def dbt(
    config: Path | None,
    out: Path,
    catalog: Path | None,
    schemas: tuple[str, ...],
    tables: tuple[str, ...],
    **options: Any,
) -> None:
    """Write sources.yml and one staging model per table into a folder of a dbt project.

    Files of an earlier run are overwritten, and removed where their table no longer exists. A
    file that does not begin with the generated header is never changed.
    """
    with reported("dbt"):
        if catalog is None:
            inventory = _inventory(read_settings(config).narrowed(schemas, tables))
        elif schemas or tables or config:
            msg = "cannot be combined with --config, --schema or --table: the catalog selects"
            raise ConfigurationError(msg, setting="--catalog")
        else:
            inventory = selected_inventory(read_text(catalog), name=str(catalog))
        files = dbt_files(inventory.schemas, DbtOptions(**options))
        written = write_files(out, files)
        for name in written.kept:
            click.echo(f"WARNING {name}: left as it is, its generated header is gone", err=True)
        click.echo(f"{len(files)} files, {written.changed} changed", err=True)


def _inventory(settings: CatalogSettings) -> Inventory:
    with session(settings) as connection:
        inventory = take_inventory(connection, settings.names, settings.depth(details=True))
    warn(inventory)
    return inventory


@dataclass(frozen=True, slots=True)
class Written:
    """Number of files that changed, and the names of those that were not generated and stay."""

    changed: int
    kept: tuple[str, ...]


def write_files(folder: Path, files: Mapping[str, str]) -> Written:
    """Write the files that differ and remove generated ones that are no longer needed.

    Args:
        folder: Destination, created if missing.
        files: File name -> text.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stale = [
        path
        for path in sorted(folder.glob("stg_*.sql"))
        if path.name not in files and _is_generated(_read(path))
    ]
    for path in stale:
        path.unlink()
    changed, kept = len(stale), []
    for name, text in files.items():
        path = folder / name
        before = _read(path) if path.exists() else None
        if before == text:
            continue
        if before is not None and not _is_generated(before):
            kept.append(name)
            continue
        path.write_text(text, encoding="utf-8")
        changed += 1
    return Written(changed, tuple(kept))


def _read(path: Path) -> str:
    # A model that somebody wrote may have any encoding; it only has to differ from ours.
    return path.read_text(encoding="utf-8", errors="replace")


def _is_generated(text: str) -> bool:
    """Return whether the first line, a comment of SQL or YAML, is the generated header."""
    return text.partition("\n")[0].lstrip("-# ") == HEADER
