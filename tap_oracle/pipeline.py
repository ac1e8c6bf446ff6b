"""The run of all streams: pieces are read here or by workers, and written here in one order."""

from __future__ import annotations

import contextlib
import logging
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain
from multiprocessing import connection
from time import perf_counter
from typing import TYPE_CHECKING

import oracledb

from oracle_core.errors import OracleError, describe
from tap_oracle.mined_together import MinedTogether
from tap_oracle.progress import StreamProgress
from tap_oracle.snapshot import Way
from tap_oracle.workers import Done, Task, Worker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from singer_sdk.metrics import Counter

    from tap_oracle.blocks import Block, Piece
    from tap_oracle.services import StreamServices
    from tap_oracle.streams import OracleStream
    from tap_oracle.workers import MakeStreams

_LOGGER = logging.getLogger("tap-oracle")


class StreamsFailedError(OracleError):
    """Some streams failed, and the others were loaded (`on_stream_error: continue`)."""


@dataclass
class _Reading:
    """One stream while its pieces are read."""

    stream: OracleStream
    waiting: deque[Piece]
    counter: Counter
    metrics: ExitStack
    progress: StreamProgress = field(default_factory=StreamProgress)
    in_work: int = 0
    has_failed: bool = False
    is_recorded: bool = False


class Pipeline:
    """Reads streams in order with a number of workers; without any in this process alone."""

    def __init__(
        self, services: StreamServices, make_streams: MakeStreams, *, parallelism: int
    ) -> None:
        """Start nothing yet.

        Args:
            services: Those of the run.
            make_streams: Makes the streams in a worker; a picklable callable.
            parallelism: Number of processes that read; 1 is this process alone.
        """
        self._services = services
        self._make_streams = make_streams
        self._parallelism = parallelism
        self._workers: list[Worker] = []
        self._readings: dict[str, _Reading] = {}
        self._failures: dict[str, str] = {}

    def run(self, streams: Iterable[OracleStream]) -> None:
        """Read and write all streams.

        Raises:
            StreamsFailedError: If streams failed and the others went on.
            OracleError: If a stream failed and the run stops.
        """
        began = perf_counter()
        streams = list(streams)
        try:
            self._read_together(streams)
            # A worker may show that more is due of a stream whose turn has passed.
            self._read_each(chain(self._pieces(streams), self._further_pieces()))
            while self._is_working():
                self._write_next()
                self._read_each(self._further_pieces())
        finally:
            for worker in self._workers:
                worker.stop()
            for reading in self._readings.values():
                self._record(reading)
        self._services.run.at(None)
        self._report_total(perf_counter() - began)
        self._report_failures()

    def _read_together(self, streams: Sequence[OracleStream]) -> None:
        """Write the changes that are read for several LOG_BASED streams at once."""
        for stream, block in MinedTogether(streams, self._services).blocks():
            reading = self._readings.get(stream.name) or self._begin(stream)
            self._services.run.at(stream.name)
            self._take(reading, block)

    # Pieces

    def _read_each(self, pieces: Iterable[tuple[_Reading, Piece]]) -> None:
        for reading, piece in pieces:
            # A read-only transaction belongs to this process's session; workers have others.
            if self._parallelism > 1 and piece.moment.way is not Way.TRANSACTION:
                self._hand_over(reading, piece)
            else:
                self._read_here(reading, piece)

    def _is_working(self) -> bool:
        return any(worker.task for worker in self._workers)

    def _further_pieces(self) -> Iterator[tuple[_Reading, Piece]]:
        for reading in list(self._readings.values()):
            with self._failing(reading.stream.name):
                yield from self._waiting(reading)

    def _waiting(self, reading: _Reading) -> Iterator[tuple[_Reading, Piece]]:
        while reading.waiting and not reading.has_failed:
            piece = reading.stream.prepared(reading.waiting.popleft())
            reading.in_work += 1
            yield reading, piece

    def _pieces(self, streams: Iterable[OracleStream]) -> Iterator[tuple[_Reading, Piece]]:
        """Yield the pieces of all streams in order; a stream begins with its first piece."""
        for stream in streams:
            with self._failing(stream.name):
                reading = self._readings.get(stream.name) or self._begin(stream)
                self._services.run.at(stream.name)
                reading.waiting.extend(stream.pieces())
                # Nothing is due where the changes were read together with those of other streams.
                if not reading.waiting:
                    self._end_if_complete(reading)
                yield from self._waiting(reading)

    def _begin(self, stream: OracleStream) -> _Reading:
        run = self._services.run
        run.at(stream.name)
        run.stream_started(
            stream.name,
            stream.replication_method,
            table=str(stream.entry.table),
            columns=stream.lineage,
        )
        stream.write_schema()
        metrics = ExitStack()
        counter = metrics.enter_context(stream.get_record_counter())
        timer = metrics.enter_context(stream.get_sync_timer())
        counter.with_context({})
        timer.with_context({})
        reading = _Reading(stream, deque(), counter, metrics)
        reading.progress.expected_rows = stream.expected_rows
        self._readings[stream.name] = reading
        return reading

    def _end_if_complete(self, reading: _Reading) -> None:
        if reading.waiting or reading.in_work or reading.has_failed:
            return
        stream, progress = reading.stream, reading.progress
        stream.finish()
        progress.scn = stream.bookmark.scn
        self._record(reading)
        _LOGGER.info(
            "Stream '%s': %s, %s", stream.name, stream.replication_method, progress.summary()
        )

    def _record(self, reading: _Reading) -> None:
        """Record what a stream has written, once."""
        if reading.is_recorded:
            return
        reading.is_recorded = True
        # Before the line that says how the stream ended.
        reading.progress.clear()
        reading.metrics.close()
        self._services.run.record_stream(
            reading.stream.name, reading.stream.replication_method, reading.progress
        )

    # Reading here

    def _read_here(self, reading: _Reading, piece: Piece) -> None:
        self._services.run.at(reading.stream.name)
        with self._failing(reading.stream.name):
            for block in reading.stream.read(piece):
                self._take(reading, block)
                # Its lines may be large, and the next fetch is as large again.
                del block
            self._complete(reading, piece)

    def _take(self, reading: _Reading, block: Block) -> None:
        reading.stream.take(block, reading.progress)
        reading.counter.increment(block.rows)

    def _complete(self, reading: _Reading, piece: Piece) -> None:
        reading.stream.complete(piece)
        reading.in_work -= 1
        reading.waiting.extend(reading.stream.further_pieces())
        self._end_if_complete(reading)

    # Reading in workers

    def _hand_over(self, reading: _Reading, piece: Piece) -> None:
        """Give a piece to an idle worker; wait for one where all are busy."""
        most = reading.stream.options.parallelism or self._parallelism
        # `in_work` counts this piece already.
        while reading.in_work > most or (worker := self._idle_worker()) is None:
            self._write_next()
        # It may have failed while this waited for a worker.
        if reading.has_failed:
            return
        # Prepared again: another piece may have moved the stream to a newer moment meanwhile.
        worker.start(Task(reading.stream.name, reading.stream.prepared(piece)))

    def _idle_worker(self) -> Worker | None:
        idle = next((worker for worker in self._workers if worker.task is None), None)
        if idle is None and len(self._workers) < self._parallelism:
            idle = Worker(self._make_streams, len(self._workers) + 1)
            self._workers.append(idle)
        return idle

    def _write_next(self) -> None:
        """Write what the next workers that are ready have read: one block of each."""
        busy = {worker.pipe: worker for worker in self._workers if worker.task is not None}
        # One block of each, so that no worker waits long with a full pipe.
        for pipe in connection.wait(list(busy)):
            worker = busy[pipe]  # type: ignore[index]
            task = worker.task
            if task is None:
                continue
            reading = self._readings[task.stream]
            self._services.run.at(task.stream)
            with self._failing(task.stream, worker):
                message = worker.receive()
                if isinstance(message, Done):
                    self._complete(reading, task.piece)
                else:
                    self._take(reading, message)

    # Failures

    @contextlib.contextmanager
    def _failing(self, name: str, worker: Worker | None = None) -> Iterator[None]:
        """Let the other streams go on after one has failed, where the settings say so."""
        try:
            yield
        except (oracledb.Error, OracleError) as error:
            reading = self._readings.get(name)
            if reading is not None and not reading.has_failed:
                reading.has_failed = True
                self._record(reading)
            if not self._may_go_on(error):
                raise
            if worker is not None:
                self._replace(worker)
            report = describe(error, where=f"stream '{name}'")
            # One line without a traceback, as every failure is reported.
            _LOGGER.error("%s; the other streams go on", report.report)  # noqa: TRY400
            self._failures.setdefault(name, report.code)
            self._services.run.note_failure(name, report.code)

    def _may_go_on(self, error: oracledb.Error | OracleError) -> bool:
        if self._services.settings.on_stream_error != "continue":
            return False
        # Without a session every other stream would fail as well.
        return not describe(error).session_dead

    def _replace(self, worker: Worker) -> None:
        """Stop the worker of a failed task, which may hold a broken session."""
        self._workers.remove(worker)
        worker.stop()

    def _report_total(self, seconds: float) -> None:
        rows = sum(reading.progress.rows for reading in self._readings.values())
        rate = round(rows / seconds) if seconds else 0
        _LOGGER.info(
            "%d streams: %s rows in %.1f s (%s rows/s)",
            len(self._readings),
            f"{rows:,}",
            seconds,
            f"{rate:,}",
        )

    def _report_failures(self) -> None:
        if self._failures:
            listed = ", ".join(f"{name} ({code})" for name, code in self._failures.items())
            self._services.run.at(next(iter(self._failures)))
            msg = f"{len(self._failures)} stream(s) failed, the others were read: {listed}"
            raise StreamsFailedError(msg)
