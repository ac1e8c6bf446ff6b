"""Array DML: one statement for many bind rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from oracle_standin.backend import BatchError, Result
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from psycopg.pq.abc import PGresult

    from oracle_standin.backend import Bind
    from oracle_standin.engine.contract import Translation
    from oracle_standin.engine.link import EngineFailureError
    from oracle_standin.protocol import BindValue

    Parameters = tuple[bytes | None, ...]
    BindRow = Sequence[BindValue]
    # Turns a failure into Oracle's error; the bind row tells which value was at fault.
    Explain = Callable[[EngineFailureError, BindRow], OracleError]


class RowRunner(Protocol):
    """Runs one translation for bind rows."""

    def parameters(
        self, translation: Translation, binds: Sequence[Bind], rows: Sequence[BindRow]
    ) -> list[Parameters]:
        """Return what the engine binds for each row; raises OracleError for unusable values."""

    def run_rows(
        self, translation: Translation, rows: Sequence[Parameters], formats: tuple[int, ...]
    ) -> tuple[list[PGresult], EngineFailureError | None]:
        """Run the rows up to the first that fails; return results and that failure."""


class ArrayWork:
    """Array DML: good rows stay done, as if each iteration were a statement of its own.

    Rows run in bulk. When one fails the bulk is undone, the rows before the failing one run again,
    and with batch errors the rest follows; so a row runs at most twice.
    """

    def __init__(
        self,
        executor: RowRunner,
        translation: Translation,
        binds: Sequence[Bind],
        rows: Sequence[BindRow],
        explain: Explain,
        parameter_formats: tuple[int, ...],
    ) -> None:
        """Prepare the rows; those with unusable values are known as bad from the start."""
        self._executor = executor
        self._translation = translation
        self._rows = rows
        self._explain = explain
        self._formats = parameter_formats
        self._parameters, self._bad = _convertible(executor, translation, binds, rows)
        self.results: list[PGresult | None] = []

    def run(self, *, batch_errors: bool) -> Result:
        """Run all rows, or up to the first error; `results` gets one entry a row."""
        outcome = Result()
        position = 0
        while position < len(self._rows):
            failed, error = self._run_from(position)
            if error is None or failed is None:
                break
            if not batch_errors:
                outcome.error = error
                break
            outcome.batch_errors.append(BatchError(failed, error.code, str(error)))
            self.results.append(None)
            position = failed + 1
        return outcome

    def _run_from(self, start: int) -> tuple[int | None, OracleError | None]:
        """Run rows until one fails; returns the position of that row and its error."""
        end = min((bad for bad in self._bad if bad >= start), default=len(self._rows))
        done, failure = self._run(start, end)
        if failure is not None:
            failed = start + len(done)
            again, second = self._run(start, failed)
            if second is not None:
                # The good rows fail now, so the fault is one that comes and goes: a deadlock.
                raise self._explain(second, self._rows[start + len(again)])
            self.results += again
            return failed, self._explain(failure, self._rows[failed])
        self.results += done
        return (end, self._bad[end]) if end in self._bad else (None, None)

    def _run(self, start: int, end: int) -> tuple[list[PGresult], EngineFailureError | None]:
        if start == end:
            return [], None
        rows = self._parameters[start:end]
        return self._executor.run_rows(self._translation, rows, self._formats)


def _convertible(
    executor: RowRunner,
    translation: Translation,
    binds: Sequence[Bind],
    rows: Sequence[BindRow],
) -> tuple[list[Parameters], dict[int, OracleError]]:
    """Return all rows' parameters, and the errors of rows whose values cannot be stored at all."""
    try:
        return executor.parameters(translation, binds, rows), {}
    except OracleError:
        found: list[Parameters] = []
        bad: dict[int, OracleError] = {}
        for position, row in enumerate(rows):
            try:
                found += executor.parameters(translation, binds, [row])
            except OracleError as error:
                bad[position] = error
                found.append(())
        return found, bad
