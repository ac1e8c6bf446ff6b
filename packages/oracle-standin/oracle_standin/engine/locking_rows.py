"""The rows of FOR UPDATE SKIP LOCKED, which are locked as they are fetched.

Source: SQL Language Reference, SELECT, for_update_clause; Advanced Queuing works on it. A cursor of
the engine stands behind them, so that rows that nobody fetches stay free for others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine import failures
from oracle_standin.engine.link import EngineFailureError, Step
from oracle_standin.engine.rows import ResultRows
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg.pq.abc import PGresult

    from oracle_standin.engine.transactions import Transaction
    from oracle_standin.engine.values import Decoder
    from oracle_standin.protocol import Row, TypeCode

_NO_SUCH_CURSOR = "34000"


class EngineCursor:
    """A cursor of the engine in the session's transaction, which ends with it."""

    def __init__(self, transaction: Transaction, number: int) -> None:
        """Name the cursor by a number that no other of the session has."""
        self._transaction = transaction
        self._name = f'"ora$rows{number}"'.encode()
        self._generation = -1

    def open(self, query: Step) -> PGresult:
        """Open the cursor over a query and return the description of its rows."""
        declared = b"DECLARE " + self._name + b" NO SCROLL CURSOR FOR " + query.sql
        self._transaction.run(Step(declared, query.values, query.formats), changes=True)
        self._generation = self._transaction.generation
        return self._run(b"FETCH FORWARD 0 FROM ")

    def fetch(self, count: int) -> PGresult:
        """Return up to `count` further rows, which are locked now.

        Raises OracleError 1002 when the transaction has ended.
        """
        if self._transaction.generation != self._generation:
            raise OracleError(1002, "fetch out of sequence")
        return self._run(b"FETCH FORWARD %d FROM " % count)

    def close(self) -> None:
        """Close the cursor, unless its transaction has done so."""
        if self._transaction.generation == self._generation:
            self._run(b"CLOSE ")
            self._generation = -1

    def _run(self, command: bytes) -> PGresult:
        return self._transaction.run(Step(command + self._name), changes=True)


class LockingRows:
    """A RowSource over an engine's cursor."""

    def __init__(
        self, cursor: EngineCursor, type_codes: Sequence[TypeCode], decoders: Sequence[Decoder]
    ) -> None:
        """Read rows of these types from the cursor."""
        self._cursor: EngineCursor | None = cursor
        self._type_codes = type_codes
        self._decoders = decoders

    def fetch(self, count: int) -> list[Row]:
        """Return up to `count` further rows."""
        if self._cursor is None:
            return []
        try:
            found = self._cursor.fetch(count)
        except EngineFailureError as failure:
            raise _as_oracle(failure) from None
        return ResultRows(found, self._type_codes, self._decoders).fetch(count)

    def close(self) -> None:
        """Close the cursor; its locks stay until the transaction ends."""
        cursor, self._cursor = self._cursor, None
        if cursor is not None:
            cursor.close()


def _as_oracle(failure: EngineFailureError) -> OracleError:
    facts = failures.from_result(failure.result)
    if facts.sqlstate == _NO_SUCH_CURSOR:  # it went with a ROLLBACK TO SAVEPOINT
        return OracleError(1002, "fetch out of sequence")
    return not_in_this_standin(f"a row that cannot be computed ({facts.message})")
