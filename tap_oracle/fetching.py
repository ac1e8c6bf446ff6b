"""Rows as the driver gives them, a fetch at a time."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from oracle_core.connection import EXACT_FETCH
from oracle_core.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import oracledb

    from tap_oracle.plan import StreamPlan
    from tap_oracle.query import Statement
    from tap_oracle.writer import Row

LARGE_OBJECT_ROWS = 500
"""Rows per fetch where a row holds large objects, to bound memory."""


def fetch_rows(
    session: oracledb.Connection, statement: Statement, plan: StreamPlan, *, array_size_rows: int
) -> Iterator[list[Row]]:
    """Yield the rows of a statement in lists of one fetch; none of them is empty.

    Args:
        session: An open session.
        statement: The SELECT.
        plan: The columns that it selects.
        array_size_rows: Maximum rows per fetch.

    Raises:
        DataError: If the driver cannot make Python values of what it fetched.
    """
    size = min(array_size_rows, LARGE_OBJECT_ROWS) if plan.has_large_objects else array_size_rows
    with closing(session.cursor()) as cursor:
        cursor.arraysize = size
        cursor.prefetchrows = size
        if statement.input_types:
            cursor.setinputsizes(**statement.input_types)
        with _readable():
            cursor.execute(statement.sql, dict(statement.binds), **EXACT_FETCH)
            rows = cursor.fetchmany(size)
        while rows:
            yield rows
            with _readable():
                rows = cursor.fetchmany(size)


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
