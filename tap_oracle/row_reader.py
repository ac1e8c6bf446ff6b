"""Reads rows by their keys, for changes that the log does not hold in full.

Rows are read as of one SCN where the user may; else as they are now, which converges too: what
changed since is in the log behind the bookmark and comes with the next run.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import oracledb

from oracle_core.errors import describe
from oracle_core.identifiers import Identifier
from oracle_core.types import bind_plan
from tap_oracle.fetching import fetch_rows
from tap_oracle.query import Statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from tap_oracle.catalog_entry import CatalogEntry
    from tap_oracle.plan import StreamPlan
    from tap_oracle.writer import Row

_LOGGER = logging.getLogger(__name__)

KEYS_PER_QUERY = 200
"""Keys of one query, below the 1,000 elements that an IN list may have (ORA-01795)."""

_AS_OF = "as_of_scn"
# ORA-01031: no right to FLASHBACK; ORA-01466: DDL came since; ORA-22924: the old version of a LOB
# is gone.
_NO_PAST = frozenset({"ORA-01031", "ORA-01466", "ORA-01555", "ORA-08181", "ORA-22924"})


class RowReader:
    """Reads rows of one table by key."""

    def __init__(
        self,
        session: oracledb.Connection,
        entry: CatalogEntry,
        plan: StreamPlan,
        scn: int,
        *,
        where: str = "",
    ) -> None:
        """Prepare the query.

        Args:
            session: An open session.
            entry: The stream as the catalog describes it.
            plan: The columns to read.
            scn: The SCN as of which rows are read.
            where: The operator's condition; rows that do not meet it are not there.
        """
        self._session = session
        self._entry = entry
        self._plan = plan
        self._scn: int | None = scn
        self._condition = f"({where}) AND " if where else ""
        self._binds = [bind_plan(entry.types[name], native=True) for name in entry.key_properties]

    @property
    def has_condition(self) -> bool:
        """Whether the table alone tells which rows are wanted."""
        return bool(self._condition)

    def rows(self, keys: Sequence[tuple[object, ...]]) -> dict[tuple[object, ...], Row]:
        """Return the rows that have the keys, as JSON values; a key without a row is left out.

        Args:
            keys: JSON values of the key columns.
        """
        rows: dict[tuple[object, ...], Row] = {}
        for begin in range(0, len(keys), KEYS_PER_QUERY):
            for fetched in self._fetched(keys[begin : begin + KEYS_PER_QUERY]):
                keys_of_rows = key_values(self._entry, self._plan, fetched)
                rows.update(zip(keys_of_rows, self._plan.values(fetched), strict=True))
        return rows

    def _fetched(self, keys: Sequence[tuple[object, ...]]) -> Iterable[list[Row]]:
        try:
            # As a list, so that an error of a later fetch is met here too.
            return list(self._query(keys))
        except oracledb.Error as error:
            fault = describe(error)
            if self._scn is None or fault.code not in _NO_PAST:
                raise
            _LOGGER.warning(
                "Stream '%s': rows cannot be read as of SCN %d (%s); they are read as they are "
                "now, and what changed since comes with the next run",
                self._entry.stream_id,
                self._scn,
                fault.code,
            )
            # For all queries that follow: each would fail in the same way.
            self._scn = None
        return list(self._query(keys))

    def _query(self, keys: Sequence[tuple[object, ...]]) -> Iterator[list[Row]]:
        # Keys that come twice in an IN list change nothing.
        padded = [*keys, *([keys[-1]] * (KEYS_PER_QUERY - len(keys)))]
        columns = zip(*padded, strict=True)
        binds: dict[str, Any] = {}
        types: dict[str, Any] = {}
        for place, (plan, values) in enumerate(zip(self._binds, columns, strict=True)):
            for number, value in enumerate(plan.values(values)):
                binds[f"k{place}_{number}"] = value
                types[f"k{place}_{number}"] = plan.input_type
        if self._scn is not None:
            binds[_AS_OF] = self._scn
        statement = Statement(self._sql(), binds, types)
        return fetch_rows(self._session, statement, self._plan, array_size_rows=KEYS_PER_QUERY)

    def _sql(self) -> str:
        """Return the query, the same text for any number of keys, so that it is parsed once."""
        names = [Identifier(name).sql for name in self._entry.key_properties]
        places = [
            ", ".join(
                plan.placeholder(f":k{place}_{number}") for place, plan in enumerate(self._binds)
            )
            for number in range(KEYS_PER_QUERY)
        ]
        past = "" if self._scn is None else f" AS OF SCN :{_AS_OF}"
        wanted = ", ".join(places) if len(names) == 1 else ", ".join(f"({p})" for p in places)
        left = names[0] if len(names) == 1 else f"({', '.join(names)})"
        columns = ", ".join(self._plan.expressions)
        condition = f"{self._condition}{left} IN ({wanted})"
        return f"SELECT {columns} FROM {self._entry.table.sql}{past} WHERE {condition}"  # noqa: S608 - quoted identifiers, numbered binds, and the operator's condition


def key_values(
    entry: CatalogEntry, plan: StreamPlan, rows: Sequence[Row]
) -> list[tuple[object, ...]]:
    """Return the keys of fetched rows as JSON values."""
    columns = []
    for name in entry.key_properties:
        position = plan.position(name)
        column = plan.columns[position]
        columns.append(column.fetch.values([row[position] for row in rows], plan.options))
    return list(zip(*columns, strict=True))
