"""All rows of a table in one piece and one session, as of an SCN or of a moment after it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import oracledb

from oracle_core.errors import describe
from tap_oracle.query import select

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_oracle.catalog_entry import CatalogEntry
    from tap_oracle.plan import StreamPlan
    from tap_oracle.query import Extras, Statement
    from tap_oracle.writer import Row

    Fetch = Callable[[StreamPlan, Statement], Iterator[list[Row]]]

_LOGGER = logging.getLogger("tap-oracle")

_NO_PAST = frozenset({"ORA-01031", "ORA-01466"})
"""FLASHBACK is not granted, or the table is too young to have a past."""


class WholeTable:
    """Reads a table for a stream whose changes are lost."""

    def __init__(
        self, session: oracledb.Connection, entry: CatalogEntry, extras: Extras, fetch: Fetch
    ) -> None:
        """Prepare to read.

        Args:
            session: A session that may begin transactions.
            entry: The stream as the catalog describes it.
            extras: The operator's text.
            fetch: Yields the rows of a statement, a fetch at a time, by the same session.
        """
        self._session = session
        self._entry = entry
        self._extras = extras
        self._fetch = fetch

    def rows_as_of(self, plan: StreamPlan, scn: int) -> Iterator[list[Row]]:
        """Yield the rows of the table as of an SCN, or of a moment after it.

        Where the user may not look back, a read-only transaction that begins later gives one
        moment too: what it holds beyond the SCN is delivered again with the changes.
        """
        statement = select(self._entry.table, plan.expressions, scn=scn, extras=self._extras)
        fetched = self._fetch(plan, statement)
        try:
            # A missing right or past shows in the first fetch, before any row is written.
            first = next(fetched, None)
        except oracledb.Error as error:
            code = describe(error).code
            if code not in _NO_PAST:
                raise
            _LOGGER.info(
                "Stream '%s': rows as of SCN %d cannot be read (%s); reading them in a read-only "
                "transaction",
                self._entry.stream_id,
                scn,
                code,
            )
            yield from self._rows_of_transaction(plan)
            return
        if first is not None:
            yield first
        yield from fetched

    def _rows_of_transaction(self, plan: StreamPlan) -> Iterator[list[Row]]:
        # SET TRANSACTION has to come first in its transaction (ORA-01453).
        self._session.rollback()
        with self._session.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        try:
            # Without AS OF: the transaction gives one moment by itself.
            statement = select(self._entry.table, plan.expressions, extras=self._extras)
            yield from self._fetch(plan, statement)
        finally:
            # Or later queries of this session would see the same moment.
            self._session.rollback()
