"""The settings of the run history, declared once for the tap and the target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from singer_sdk import typing as th

from oracle_core.errors import ConfigurationError
from oracle_core.history.model import MAX_RUNS
from oracle_core.identifiers import Identifier, TableName

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_TABLE = "JOB_HISTORY"

_RUNS = th.Property(
    "job_history_runs",
    th.IntegerType(nullable=True, minimum=0, maximum=1000),
    default=MAX_RUNS,
    title="Runs in the state",
    description=(
        "Runs that the Singer state remembers under `job_history`; 0 keeps the history out of "
        "the state."
    ),
)
_SCHEMA = th.Property(
    "job_history_schema",
    th.StringType(nullable=True),
    title="Schema of the run history",
    description=(
        "Schema of the history's table, in Oracle's exact case; default: that of the connecting "
        "user."
    ),
)
_URL = th.Property(
    "job_history_url",
    th.StringType(nullable=True),
    title="File of the run history",
    description=(
        "`sqlite:///PATH` keeps the history in a SQLite file instead of the database of the "
        "connection."
    ),
)


def _table(default: str | None, what: str) -> th.Property[Any]:
    return th.Property(
        "job_history_table",
        th.StringType(nullable=True),
        default=default,
        title="Table of the run history",
        description=(
            f"Table that gets a row per run and per stream, made when it is missing; {what}. "
            "A history that cannot be written warns once and never stops the data."
        ),
    )


TAP_HISTORY_SETTINGS: list[th.Property[Any]] = [
    _RUNS,
    _table(None, "not written unless a name such as JOB_HISTORY is set"),
    _SCHEMA,
    _URL,
]
TARGET_HISTORY_SETTINGS: list[th.Property[Any]] = [
    _table(DEFAULT_TABLE, "an empty name switches it off"),
    _SCHEMA,
    _URL,
]


@dataclass(frozen=True, slots=True)
class HistorySettings:
    """Where the history of runs is kept.

    Attributes:
        runs: Runs that the state remembers.
        table: Name of the table; None where no table is written.
        schema: Its schema; None for that of the user.
        url: URL of a SQLite file; None for the database of the connection.
    """

    runs: int = MAX_RUNS
    table: str | None = None
    schema: str | None = None
    url: str | None = None

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Self:
        """Return the settings of a validated configuration.

        Raises:
            ConfigurationError: If `job_history_url` does not name a SQLite file.
        """
        runs, url = config.get("job_history_runs"), config.get("job_history_url") or None
        if url is not None and not str(url).startswith("sqlite:///"):
            msg = "must be sqlite:///PATH; without it the history is in the connection's database"
            raise ConfigurationError(msg, setting="job_history_url")
        return cls(
            runs=MAX_RUNS if runs is None else runs,
            table=config.get("job_history_table") or None,
            schema=config.get("job_history_schema") or None,
            url=url,
        )

    def table_in(self, own_schema: Identifier) -> TableName | None:
        """Return the table in Oracle that is written; None where there is none.

        Args:
            own_schema: Schema of the user, where the settings name none.
        """
        if self.table is None or self.url is not None:
            return None
        schema = Identifier(self.schema) if self.schema else own_schema
        return TableName(schema, Identifier(self.table))
