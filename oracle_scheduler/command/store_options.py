"""Where the store is: a SQLite file, or the Oracle database of the connection settings."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from singer_sdk import typing as th

from oracle_core.connection import sqlalchemy_engine
from oracle_core.connection_settings import CONNECTION_SETTINGS
from oracle_core.errors import ConfigurationError
from oracle_core.history.settings import DEFAULT_TABLE
from oracle_core.settings import from_environment, validated
from oracle_scheduler.store.database import Database, sqlite_engine
from oracle_scheduler.store.migrations import MIGRATIONS, applied
from oracle_scheduler.store.tables import DEFAULT_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PREFIX = "ORACLE_SCHEDULER_"
DEFAULT_STORE = "sqlite:///oracle-scheduler.db"
_SQLITE = "sqlite:///"
_ORACLE = "oracle"
_CALL_SECONDS = 60.0
"""Longest round trip of the service where `call_timeout_seconds` is not set; six times what a lock
is waited for."""

_HISTORY = "oracle_scheduler.job_history_table"

Command = Any


def store_options(command: Command) -> Command:
    """Add the options that name the store."""
    options: tuple[Callable[[Command], Command], ...] = (
        click.option(
            "--store-url",
            envvar=f"{PREFIX}STORE_URL",
            default=DEFAULT_STORE,
            show_default=True,
            help=(
                "`sqlite:///FILE`, or `oracle`: then the connection is that of the variables "
                f"{PREFIX}HOST, _PORT, _SERVICE_NAME, _USER, _PASSWORD and so on."
            ),
        ),
        click.option(
            "--table-prefix",
            envvar=f"{PREFIX}TABLE_PREFIX",
            default=DEFAULT_PREFIX,
            show_default=True,
            help="First part of the names of the scheduler's tables.",
        ),
        click.option(
            "--job-history-table",
            envvar=f"{PREFIX}JOB_HISTORY_TABLE",
            default=DEFAULT_TABLE,
            show_default=True,
            expose_value=False,
            callback=_remember,
            help="Table that gets a row per run and job; an empty name switches it off.",
        ),
    )
    # Decorators apply from the last to the first: reversed, `--help` lists them as they stand.
    for option in reversed(options):
        command = option(command)
    return command


format_option = click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How results are printed.",
)


def _remember(context: click.Context, _option: click.Parameter, value: str) -> None:
    """Keep the name for `opened`: every command has it, and none does anything else with it."""
    context.meta[_HISTORY] = value


@contextmanager
def opened(store_url: str, table_prefix: str, *, needs_tables: bool = True) -> Iterator[Database]:
    """Give the store while the body runs.

    Args:
        store_url: `sqlite:///FILE` or `oracle`.
        table_prefix: First part of the tables' names.
        needs_tables: Whether the tables have to be there and current.

    Raises:
        ConfigurationError: If the store cannot be used.
    """
    context = click.get_current_context(silent=True)
    history = DEFAULT_TABLE if context is None else context.meta.get(_HISTORY, DEFAULT_TABLE)
    prefix = _prefix(table_prefix)
    # DDL may take as long as it needs: an index over ninety days of runs.
    call_seconds = _CALL_SECONDS if needs_tables else None
    engine = _engine(store_url, call_seconds)
    database = Database(engine, prefix=prefix, history_table=history or None)
    try:
        if needs_tables and applied(database) < MIGRATIONS[-1].number:
            message = "the tables are missing or old; run `oracle-scheduler migrate`"
            raise ConfigurationError(message)
        yield database
    finally:
        database.close()


def sqlite_path(store_url: str) -> Path | None:
    """Return the file of a store in SQLite, None for one in Oracle."""
    return Path(store_url.removeprefix(_SQLITE)) if store_url.startswith(_SQLITE) else None


def _engine(store_url: str, call_seconds: float | None) -> Any:  # noqa: ANN401 - SQLAlchemy's, imported when needed
    path = sqlite_path(store_url)
    if path is not None:
        return sqlite_engine(path)
    if store_url != _ORACLE:
        message = f"must be {_SQLITE}FILE or {_ORACLE}"
        raise ConfigurationError(message, setting="store_url")
    schema = th.PropertiesList(*CONNECTION_SETTINGS).to_dict()
    config = validated(from_environment(schema, PREFIX), schema)
    # Without a limit a link that went silent holds a thread until TCP gives up, which takes hours.
    if call_seconds and not config.get("call_timeout_seconds"):
        config = {**config, "call_timeout_seconds": call_seconds}
    return sqlalchemy_engine(config, module="oracle-scheduler")


def _prefix(text: str) -> str:
    # The prefix becomes part of names in DDL, where nothing can be bound.
    if not text.isascii() or not text.replace("_", "a").isalnum() or not text[:1].isalpha():
        message = "must begin with a letter and hold letters, digits and _ only"
        raise ConfigurationError(message, setting="table_prefix")
    # In lower case SQLAlchemy takes a name as not case sensitive, and Oracle has it in upper case.
    return text.lower()
