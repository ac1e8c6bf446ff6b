"""Rows as the driver returns them, a fetch at a time, bounded by rows and by bytes."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import oracledb

from oracle_core.errors import DataError
from oracle_core.session_setup import EXACT_FETCH

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from tap_oracle.plan import StreamPlan
    from tap_oracle.query import Statement
    from tap_oracle.writer import Row

COPIES = 4
"""A value is in memory as fetched, as decoded text, in its line and once more while it is sent."""

DEFAULT_FETCH_BYTES_MAX = 64 * 1024 * 1024

_FIRST_ROWS_OF_WIDE_TABLES = 500
_SAMPLE_ROWS = 16
_OTHER_BYTES = 24
"""What a number or date takes, about."""


class FetchSize:
    """Chooses the rows of the next fetch by the bytes of the last ones."""

    def __init__(self, plan: StreamPlan, *, most_rows: int, most_bytes: int) -> None:
        """Choose the first size.

        Args:
            plan: The columns.
            most_rows: Maximum rows per fetch.
            most_bytes: Maximum bytes of the rows in memory, all their copies included.
        """
        self._most_rows = most_rows
        # The limit counts all copies; what is measured below are the fetched values alone.
        self._most_bytes = most_bytes // COPIES
        self._all_rows_count = plan.has_large_objects
        self._largest_row = 1
        if plan.has_large_objects:
            # Nothing is known of their size: begin with one row and double.
            self.rows = 1
        else:
            self.rows = most_rows
            # Declared lengths are upper bounds: a small first fetch shows what rows really take.
            if plan.width * most_rows > most_bytes:
                self.rows = min(most_rows, _FIRST_ROWS_OF_WIDE_TABLES)

    def learn(self, rows: Sequence[Row]) -> None:
        """Choose the next size from rows that were fetched."""
        # A sample is enough for declared widths, but LOBs of one column differ without bounds.
        step = 1 if self._all_rows_count else max(1, len(rows) // _SAMPLE_ROWS)
        self._largest_row = max(self._largest_row, *map(row_bytes, rows[::step]))
        fitting = max(1, self._most_bytes // self._largest_row)
        # At most doubled: the rows that follow may be wider than those seen so far.
        self.rows = min(self._most_rows, fitting, max(1, 2 * self.rows))

    def parts(self, rows: list[Row]) -> Iterator[list[Row]]:
        """Yield rows in parts that fit, and let go of each: their lines take as much again.

        Args:
            rows: What was fetched; empty afterwards.
        """
        fitting = max(1, self._most_bytes // (COPIES * self._largest_row))
        while len(rows) > fitting:
            part = rows[:fitting]
            del rows[:fitting]
            yield part
            del part
        if rows:
            yield rows


def row_bytes(row: Row) -> int:
    """Return about how much memory the values of a row take."""
    return sum(len(value) if isinstance(value, (str, bytes)) else _OTHER_BYTES for value in row)


def fetch_rows(
    session: oracledb.Connection,
    statement: Statement,
    plan: StreamPlan,
    *,
    array_size_rows: int,
    fetch_bytes_max: int = DEFAULT_FETCH_BYTES_MAX,
) -> Generator[list[Row], None, None]:
    """Yield the rows of a statement in lists of one fetch; none of them is empty.

    Args:
        session: An open session.
        statement: The SELECT.
        plan: The columns that it selects.
        array_size_rows: Maximum rows per fetch.
        fetch_bytes_max: Maximum bytes of the rows in memory; one row may exceed it.

    Raises:
        DataError: If the driver cannot make Python values of what it fetched.
    """
    most_rows = array_size_rows
    if not oracledb.is_thin_mode():
        # Oracle Client allocates the rows of a fetch by their declared size, whatever is in them.
        # One VARCHAR2(4000) column takes 160 MB at 10,000 rows, four bytes per character.
        most_rows = min(most_rows, max(1, fetch_bytes_max // plan.buffer_bytes))
    size = FetchSize(plan, most_rows=most_rows, most_bytes=fetch_bytes_max)
    with closing(session.cursor()) as cursor:
        # Prefetched rows come with the answer to the execute, which saves a round trip (python-
        # oracledb user guide, "Tuning Fetch Performance").
        cursor.arraysize = cursor.prefetchrows = size.rows
        if statement.input_types:
            cursor.setinputsizes(**statement.input_types)
        with _readable():
            cursor.execute(statement.sql, dict(statement.binds), **EXACT_FETCH)
            rows = cursor.fetchmany(size.rows)
        while rows:
            size.learn(rows)
            yield from size.parts(rows)
            del rows  # before the next rows come, or both would be in memory
            # The driver asks for `arraysize` rows per round trip, whatever `fetchmany` returns of
            # them.
            cursor.arraysize = size.rows
            with _readable():
                rows = cursor.fetchmany(size.rows)


def first_rows(fetches: Generator[list[Row], None, None], count: int) -> Iterator[list[Row]]:
    """Yield the fetches up to a number of rows; the cursor is closed before the rest comes."""
    with closing(fetches):
        for rows in fetches:
            yield rows[:count]
            count -= len(rows)
            if count <= 0:
                return


@contextmanager
def _readable() -> Iterator[None]:
    """Explain why the driver cannot make Python values of what it has fetched.

    Raises:
        DataError: If a text is not valid Unicode, or a year lies before 1, which no datetime of
            Python holds.
    """
    try:
        yield
    except UnicodeError as error:
        msg = "a text holds bytes that are not valid in the database's character set"
        raise DataError(msg) from error
    except ValueError as error:
        msg = "a date cannot be read natively, probably a year before 1; set any_year"
        raise DataError(msg) from error
