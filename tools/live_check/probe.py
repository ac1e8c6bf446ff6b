"""What a probe is: a question, and answers that name neither objects nor data of the database."""

from __future__ import annotations

import re
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import oracledb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from oracle_standin.testing import OracleDatabase

Answer = tuple[str, str]
"""What was tried, and what came of it."""

_CODE = re.compile(r"\b(?:ORA|DPY|DPI)-\d{4,5}\b")


@dataclass(frozen=True, slots=True)
class Probe:
    """A question with its number in docs/live-check.md, and the function that answers it."""

    number: str
    title: str
    answers: Callable[[Bench], Iterator[Answer]]


@dataclass(frozen=True, slots=True)
class Bench:
    """The database, and a user of our own in it whose schema is empty.

    Args:
        database: The database, with its administrator.
        user: The user.
        other: A second user.
        idle_seconds: How long the probe of keep-alive lets a connection rest.
    """

    database: OracleDatabase
    user: str
    other: str
    idle_seconds: float = 5

    @contextmanager
    def cursor(self, user: str | None = None) -> Iterator[oracledb.Cursor]:
        """Open a cursor in a session of its own; what it changed is rolled back."""
        with (
            closing(self.database.connect(user or self.user)) as connection,
            connection.cursor() as cursor,
        ):
            yield cursor

    def make(self, *statements: str) -> None:
        """Run DDL as our user."""
        self.database.execute(self.user, *statements)


def outcome(action: Callable[..., Any], *arguments: object) -> str:
    """Return `accepted`, or the codes of the error; its text may hold names and data."""
    try:
        action(*arguments)
    except oracledb.Error as error:
        return codes_of(error)
    return "accepted"


def codes_of(error: BaseException) -> str:
    """Return the codes in an error's text, or the name of its class."""
    codes = dict.fromkeys(_CODE.findall(str(error)))
    return ", ".join(codes) or type(error).__name__


def seconds_of(action: Callable[..., Any], *arguments: object) -> str:
    """Return how long an action took, or the codes of its error."""
    start = time.monotonic()
    result = outcome(action, *arguments)
    took = f"{time.monotonic() - start:.2f} s"
    return took if result == "accepted" else f"{result} after {took}"
