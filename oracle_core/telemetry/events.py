"""The events of a run. None carries a secret or the content of a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from oracle_core.history.model import RunRecord

Operation = Literal["read", "insert", "merge", "delete"]
Change = Literal[
    "CREATE", "ALTER", "DROP", "TRUNCATE", "RENAME", "GRANT", "REVOKE", "COMMENT", "LOAD"
]


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run begins.

    Attributes:
        run: The run.
        description: What it does, for people.
        known_ended: Ids of earlier runs of which the state says that they ended.
    """

    run: RunRecord
    description: str = ""
    known_ended: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a stream: its name, its type as Oracle or JSON Schema spells it, its source."""

    name: str
    type: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class StreamStarted:
    """A stream begins.

    Attributes:
        run: The run.
        stream: The stream.
        method: Replication or load method.
        table: `SCHEMA.TABLE` that is read or loaded.
        columns: Its columns.
    """

    run: RunRecord
    stream: str
    method: str
    table: str | None = None
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchMoved:
    """Rows of a stream were read and written out, or loaded and committed."""

    stream: str
    rows: int
    bytes: int
    seconds: float
    operation: Operation


@dataclass(frozen=True, slots=True)
class RowsRefused:
    """Rows of a stream were refused and committed to its table of errors."""

    stream: str
    rows: int


@dataclass(frozen=True, slots=True)
class Retried:
    """A statement or a log-on is tried again."""

    code: str


@dataclass(frozen=True, slots=True)
class TableChanged:
    """A table, its definition or a right on it was changed.

    Attributes:
        change: Kind of change.
        table: `SCHEMA.TABLE`.
        user: Who was logged on.
        rows: Rows changed; None for a definition.
        statement: The statement of a definition, without values.
    """

    change: Change
    table: str
    user: str
    rows: int | None = None
    statement: str | None = None


@dataclass(frozen=True, slots=True)
class RunEnded:
    """A run ended.

    Attributes:
        run: The run with what its streams moved.
        bookmark_times: Greatest value of each bookmark that is a time, RFC 3339, per stream.
    """

    run: RunRecord
    bookmark_times: tuple[tuple[str, str], ...] = ()


Event = RunStarted | StreamStarted | BatchMoved | RowsRefused | Retried | TableChanged | RunEnded
