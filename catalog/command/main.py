"""`oracle-catalog`: describes schemas, compares descriptions and prints missing grants."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from catalog import profile
from catalog.check import check
from catalog.command.dbt import dbt
from catalog.command.options import (
    NAME,
    config_option,
    format_option,
    logging_to_stderr,
    read_text,
    reported,
    schema_option,
    session,
    table_option,
    target_schema_option,
    warn,
)
from catalog.command.rendering import show, show_catalog, show_text, table_text
from catalog.command.settings import read_settings
from catalog.command.table_page import page
from catalog.description import read, to_plain
from catalog.diff import compare
from catalog.grants import Mode, grant_statements, grantable
from catalog.introspect import take_inventory
from catalog.name_filter import NameFilter
from catalog.rights import session_rights
from catalog.singer import for_database, singer_catalog
from catalog.table_assembly import Depth
from catalog.tablespaces import default_tablespaces
from oracle_core.errors import ConfigurationError

if TYPE_CHECKING:
    from catalog.grants import GrantStatement
    from catalog.model import Inventory

EXIT_BREAKING = 3


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="singer-oracle", prog_name=NAME)
@click.pass_context
def main(context: click.Context) -> None:
    """Describe Oracle schemas; results go to stdout, everything else to stderr.

    Exit codes: 0 done, 1 failed, 2 a setting or argument is wrong, 3 breaking changes found.
    """
    context.with_resource(logging_to_stderr())


@main.command()
@config_option
@schema_option
@table_option
@click.option(
    "--kind",
    type=click.Choice(["catalog", "description"]),
    default="catalog",
    show_default=True,
    help="A Singer catalog, or a full description: foreign keys, partitions, synonyms, …",
)
@click.option(
    "--synonyms", "through_synonyms", is_flag=True, help="Describe tables behind synonyms too."
)
@click.option("--profile", "profile_name", help="Application profile, such as oracle_ebs.")
@format_option("json")
def generate(
    config: Path | None,
    schemas: tuple[str, ...],
    tables: tuple[str, ...],
    kind: str,
    profile_name: str | None,
    output_format: str,
    *,
    through_synonyms: bool,
) -> None:
    """Write the Singer catalog or the full description of schemas."""
    with reported("generate"):
        settings = read_settings(config).narrowed(schemas, tables)
        if through_synonyms:
            settings = replace(settings, include_synonyms=True)
        chosen = profile_name or settings.profile
        application = profile.load(chosen) if chosen else None
        is_whole = kind == "description"
        with session(settings) as connection:
            depth = settings.depth(details=is_whole, synonyms=is_whole)
            inventory = take_inventory(connection, settings.names, depth)
            service = connection.service_name
        warn(inventory)
        if output_format == "table":
            click.echo(table_text(("TABLE", "KIND", "ROWS", "COLUMNS", "KEY"), _listed(inventory)))
        elif is_whole:
            show_text(to_plain(inventory), output_format, "")
        else:
            catalog = singer_catalog(
                inventory.schemas,
                database=service,
                options=for_database(settings.representation, inventory.database),
                profile=application,
            )
            show_catalog(catalog, output_format)


def _listed(inventory: Inventory) -> list[tuple[object, ...]]:
    return [
        (
            f"{table.schema}.{table.name}",
            f"SYNONYM OF {'.'.join(table.synonym_for)}" if table.synonym_for else table.kind.value,
            table.row_count,
            len(table.columns),
            ", ".join(table.identifying_columns),
        )
        for table in inventory.tables
    ]


@main.command(name="show")
@click.argument("table")
@config_option
@format_option("table")
def show_table(table: str, config: Path | None, output_format: str) -> None:
    """Show the dictionary's facts about one TABLE, given as SCHEMA.TABLE in exact case."""
    with reported(f"show {table}"):
        settings = read_settings(config)
        names = NameFilter(tables=(table,))
        with session(settings) as connection:
            depth = Depth(details=True, synonyms=True, through_synonyms=True)
            inventory = take_inventory(connection, names, depth)
        if not inventory.tables:
            # A synonym that is found and leads nowhere is known by its problem alone.
            reasons = [f"{table}: {problem.reason}" for problem in inventory.problems] or [
                f"no table, view or synonym {table} that the user sees; names are in exact case"
            ]
            raise ConfigurationError("; ".join(reasons))
        pages = (page(described, inventory) for described in inventory.tables)
        show_text(to_plain(inventory), output_format, "\n\n\n".join(pages))


@main.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--check", "is_check", is_flag=True, help="Exit with 3 when a change is breaking.")
@format_option("table")
def diff(old: Path, new: Path, *, is_check: bool, output_format: str) -> None:
    """Compare two results of `generate`, OLD and NEW."""
    with reported("diff"):
        before, old_is_catalog = read(read_text(old), name=str(old))
        after, new_is_catalog = read(read_text(new), name=str(new))
        if old_is_catalog != new_is_catalog:
            msg = "one file is a Singer catalog and the other a description; compare like with like"
            raise ConfigurationError(msg)
        changes = compare(before, after)
        rows = [
            (change.verdict.value, change.place, change.what, change.old, change.new)
            for change in changes
        ]
        data = {"changes": msgspec.to_builtins(changes)}
        show(data, output_format, ("VERDICT", "PLACE", "CHANGE", "OLD", "NEW"), rows)
        if is_check and any(change.is_breaking for change in changes):
            # SystemExit is not an Exception, so that `reported` lets it pass.
            sys.exit(EXIT_BREAKING)


@main.command()
@config_option
@schema_option
@table_option
@click.option(
    "--mode",
    type=click.Choice([mode.value for mode in Mode]),
    required=True,
    help="Way of working that the grants are for.",
)
@click.option("--user", required=True, help="Grantee, in exact case.")
@target_schema_option
@format_option("sql", "sql")
def grants(
    config: Path | None,
    schemas: tuple[str, ...],
    tables: tuple[str, ...],
    mode: str,
    user: str,
    target_schema: str | None,
    output_format: str,
) -> None:
    """Print the least-privilege SQL for a mode, for the tables that this session sees.

    Run it as the owner of the tables or as an administrator: a user that lacks the grants does
    not see the tables.
    """
    with reported("grants"):
        settings = read_settings(config).narrowed(schemas, tables)
        with session(settings) as connection:
            inventory = take_inventory(connection, settings.names, settings.depth())
            rights = session_rights(connection)
            tablespaces = default_tablespaces(connection, rights, {target_schema or user})
        wanted = replace(grantable(inventory), tablespaces=tablespaces)
        statements = grant_statements(Mode(mode), user, wanted, target_schema=target_schema)
        if output_format == "sql":
            click.echo(f"-- {mode}: run as an administrator")
            for statement in statements:
                click.echo(f"{statement.sql};{_remark(statement)}")
            return
        data = {"mode": mode, "user": user, "statements": msgspec.to_builtins(statements)}
        rows = [
            (statement.sql, "optional" if statement.is_optional else "", statement.purpose)
            for statement in statements
        ]
        show(data, output_format, ("STATEMENT", "", "PURPOSE"), rows)


def _remark(statement: GrantStatement) -> str:
    return f"  -- optional, {statement.purpose}" if statement.is_optional else ""


@main.command(name="check")
@config_option
@schema_option
@table_option
@target_schema_option
@format_option("table")
def check_user(
    config: Path | None,
    schemas: tuple[str, ...],
    tables: tuple[str, ...],
    target_schema: str | None,
    output_format: str,
) -> None:
    """Connect and report the modes that the user can run and the grants that are missing."""
    with reported("check"):
        settings = read_settings(config).narrowed(schemas, tables)
        with session(settings) as connection:
            report = check(
                connection, settings.names, target_schema=target_schema, depth=settings.depth()
            )
        rows: list[tuple[object, ...]] = []
        for mode in report.modes:
            answer = "yes" if mode.is_possible else "no"
            lines = [*mode.missing, *(f"advised: {line}" for line in mode.advised)] or [""]
            rows += [(mode.mode.value, answer, line) for line in lines]
        facts = msgspec.to_builtins(report.database)
        rows += [(name.replace("_", " "), _known(value), "") for name, value in facts.items()]
        show(msgspec.to_builtins(report), output_format, ("MODE", "POSSIBLE", "MISSING"), rows)


def _known(value: object) -> object:
    return "unknown" if value is None else value


main.add_command(dbt)


if __name__ == "__main__":
    main()
