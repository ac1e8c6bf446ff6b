"""Reads the table `job_history` that older schedulers keep in a SQLite file."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from oracle_core.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

_COLUMNS = (
    "run_id",
    "id",
    "description",
    "command",
    "status",
    "application_name",
    "last_run",
    "duration_seconds",
    "retry_count",
)
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM job_history"  # noqa: S608 - names of ours


def read_old_history(file: Path) -> list[dict[str, Any]]:
    """Return the rows of the file's table under the names of JOB_HISTORY.

    Args:
        file: The SQLite file; it is opened for reading alone.

    Raises:
        ConfigurationError: If it has no such table, or a row has no number.
    """
    try:
        # Without mode=ro SQLite makes the file where it is missing. In a URI "#", "?" and "%" of a
        # path are escaped (SQLite, "Uniform Resource Identifiers").
        uri = f"{file.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            rows = connection.execute(_SELECT).fetchall()
    except sqlite3.Error as error:
        msg = f"has no readable table job_history with its nine columns ({type(error).__name__})"
        raise ConfigurationError(msg, setting=str(file)) from error
    return [_row(dict(zip(_COLUMNS, row, strict=True)), file) for row in rows]


def _row(row: dict[str, Any], file: Path) -> dict[str, Any]:
    try:
        number = int(row["run_id"])
    except (TypeError, ValueError) as error:
        msg = "a row has a run_id that is not a number"
        raise ConfigurationError(msg, setting=str(file)) from error
    seconds = row["duration_seconds"]
    return {
        **{name.upper(): value for name, value in row.items()},
        "RUN_ID": number,
        # ID is part of the primary key, and Oracle stores an empty text as NULL (ORA-01400).
        "ID": str(row["id"] or "?"),
        "LAST_RUN": _moment(row["last_run"]),
        # By way of text: Decimal(0.1) has the 55 digits of the binary fraction.
        "DURATION_SECONDS": None if seconds is None else Decimal(str(seconds)),
        "RETRY_COUNT": int(row["retry_count"] or 0),
    }


def _moment(value: object) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo is None else moment.astimezone(dt.UTC).replace(tzinfo=None)
