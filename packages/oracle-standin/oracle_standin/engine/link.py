"""A session's connection to PostgreSQL, with waits that a client's break can end.

`Link` is a psycopg connection in autocommit mode: transactions are steered with statements. Beside
psycopg's cursors it runs texts at the libpq level, several in one round trip, and gives the raw
results, since rows are turned into Oracle's bytes without Python values between.
"""

from __future__ import annotations

import select
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg.pq import ExecStatus
from psycopg.waiting import Ready, Wait

from oracle_standin.protocol import ClientGoneError, OracleError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence

    from psycopg.pq.abc import PGresult

    from oracle_standin.backend import Interrupt

_T = TypeVar("_T")
_ROWS_IN_FLIGHT = 2000
# How long to leave a client's socket alone that is readable but holds no break.
_QUIET_MILLISECONDS = 100
_FAILED = frozenset({ExecStatus.FATAL_ERROR, ExecStatus.BAD_RESPONSE})


@dataclass(frozen=True, slots=True)
class Step:
    """One statement with its parameters; formats are 1 for bytea parameters, else 0."""

    sql: bytes
    values: tuple[bytes | None, ...] = ()
    formats: tuple[int, ...] = ()


class EngineFailureError(Exception):
    """PostgreSQL refused a statement; carries its result for the translation of the error."""

    def __init__(self, result: PGresult) -> None:
        """Keep the result."""
        super().__init__(result.error_message.decode(errors="replace"))
        self.result = result


class Link(psycopg.Connection[tuple[Any, ...]]):
    """One connection of one session."""

    interrupt: Interrupt | None = None
    broken: bool = False
    """Whether the running statement was cancelled because the client asked for it."""
    client_gone: bool = False
    """Whether the running statement was cancelled because the client went away."""

    def wait(
        self,
        gen: Generator[Any, Ready, _T],
        interval: float = 0.0,  # noqa: ARG002 - psycopg's signature
        timeout: float | None = None,  # noqa: ARG002
    ) -> _T:
        """Run one of psycopg's generators, looking at the client's socket meanwhile.

        Raises OracleError 3113 when the connection breaks.
        """
        watch = _Watch(self)
        try:
            needed = next(gen)
            while True:
                needed = gen.send(watch.ready(needed))
        except StopIteration as stop:
            value: _T = stop.value
            return value
        except psycopg.OperationalError as error:
            if self.closed:
                raise OracleError(3113, "end-of-file on communication channel") from error
            raise

    def cancel_running(self) -> None:
        """Ask the server to cancel what this connection is running."""
        self.pgconn.get_cancel().cancel()

    def run_step(self, step: Step) -> PGresult:
        """Run one statement; raises EngineFailureError."""
        self.pgconn.send_query_params(step.sql, step.values, None, step.formats or None)
        return _checked(self.wait(self._results(1, pipeline=False))[0])

    def run_simple(self, sql: bytes) -> None:
        """Run statements without parameters in one message; raises EngineFailureError."""
        self.pgconn.send_query(sql)
        for result in self.wait(self._results(1, pipeline=False)):
            _checked(result)

    def run_steps(self, steps: Sequence[Step]) -> list[PGresult]:
        """Run statements in one round trip; the first failure is raised, later ones do not run."""
        pgconn = self.pgconn
        pgconn.enter_pipeline_mode()
        for step in steps:
            pgconn.send_query_params(step.sql, step.values, None, step.formats or None)
        pgconn.pipeline_sync()
        results = self.wait(self._results(len(steps), pipeline=True))
        pgconn.exit_pipeline_mode()
        return [_checked(result) for result in results]

    def describe_statement(self, sql: bytes) -> PGresult:
        """Return the description of a statement's result without running it."""
        pgconn = self.pgconn
        pgconn.enter_pipeline_mode()
        pgconn.send_prepare(b"", sql)
        pgconn.send_describe_prepared(b"")
        pgconn.pipeline_sync()
        results = self.wait(self._results(2, pipeline=True))
        pgconn.exit_pipeline_mode()
        for result in results:
            _checked(result)
        return results[1]

    def run_many(
        self,
        sql: bytes,
        rows: Sequence[tuple[bytes | None, ...]],
        formats: tuple[int, ...],
        last_sql: bytes,
    ) -> tuple[list[PGresult], EngineFailureError | None]:
        """Run one statement for each row until one fails, but `last_sql` for the last row.

        Returns the results of the rows before the failing one, and the failure.
        """
        done: list[PGresult] = []
        pgconn = self.pgconn
        prepare = True
        for start in range(0, len(rows), _ROWS_IN_FLIGHT):
            part = rows[start : start + _ROWS_IN_FLIGHT]
            is_last = start + len(part) == len(rows)
            pgconn.enter_pipeline_mode()
            if prepare:
                pgconn.send_prepare(b"", sql)
            for row in part[:-1] if is_last else part:
                pgconn.send_query_prepared(b"", row, formats)
            if is_last:
                pgconn.send_query_params(last_sql, part[-1], None, formats)
            pgconn.pipeline_sync()
            results = self.wait(self._results(len(part) + prepare, pipeline=True))
            pgconn.exit_pipeline_mode()
            failed = _first_failure(results)
            done += results[prepare : len(results) if failed is None else failed]
            if failed is not None:
                return done, EngineFailureError(results[failed])
            prepare = False
        return done, None

    def _results(self, count: int, *, pipeline: bool) -> Generator[Wait, Ready, list[PGresult]]:
        """Collect the results of `count` statements, one each in a pipeline."""
        pgconn = self.pgconn
        while pgconn.flush():
            ready = yield Wait.RW
            if ready & Ready.R:
                pgconn.consume_input()
        results: list[PGresult] = []
        ended = 0
        while True:
            while pgconn.is_busy():
                yield Wait.R
                pgconn.consume_input()
            result = pgconn.get_result()
            if result is None:
                ended += 1
                if not pipeline or ended > count:
                    return results
            elif result.status == ExecStatus.PIPELINE_SYNC:
                return results
            else:
                results.append(result)


class _Watch:
    """Waits for the server and, where there is one, for the client."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._server = link.pgconn.socket
        self._client = -1
        if link.interrupt is not None and not (link.broken or link.client_gone):
            self._client = link.interrupt.fileno()
        self._quiet = False

    def ready(self, needed: Wait) -> Ready:
        wanted = (select.POLLIN if needed & Wait.R else 0) | (
            select.POLLOUT if needed & Wait.W else 0
        )
        while True:
            poller = select.poll()
            poller.register(self._server, wanted)
            if self._client >= 0 and not self._quiet:
                poller.register(self._client, select.POLLIN)
            events = dict(poller.poll(_QUIET_MILLISECONDS if self._quiet else None))
            self._quiet = False
            if events.get(self._client):
                self._look_at_client()
            server = events.get(self._server, 0)
            if server:
                return _readiness(server, needed)

    def _look_at_client(self) -> None:
        link = self._link
        if link.interrupt is None:
            return
        try:
            if link.interrupt.requested():
                link.broken = True
        except ClientGoneError:
            link.client_gone = True
        if link.broken or link.client_gone:
            self._client = -1
            link.cancel_running()
        else:
            self._quiet = True


def _readiness(events: int, needed: Wait) -> Ready:
    ready = Ready.NONE
    if events & ~select.POLLOUT:
        ready = Ready.R
    if events & ~select.POLLIN:
        ready = Ready.RW if ready == Ready.R else Ready.W
    # An error or hang-up ends every wait; libpq then finds out what happened.
    return ready if ready & needed else Ready(int(needed))


def _checked(result: PGresult) -> PGresult:
    if result.status in _FAILED:
        raise EngineFailureError(result)
    return result


def _first_failure(results: Iterable[PGresult]) -> int | None:
    for position, result in enumerate(results):
        if result.status in _FAILED:
            return position
    return None
