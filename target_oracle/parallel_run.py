"""Reads the input once and gives its streams to several processes (`parallelism`)."""

from __future__ import annotations

import multiprocessing
import queue
import re
import signal
import threading
from typing import TYPE_CHECKING, Any

from oracle_core.errors import OracleError
from oracle_core.termination import Termination
from target_oracle.barrier import StateBarrier, write_stdout
from target_oracle.errors import TargetError
from target_oracle.history import LoadHistory
from target_oracle.lane import Committed, Done, Failed, Finish, Lines, Mark, serve
from target_oracle.stream_errors import Uncommitted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from oracle_core.telemetry import Telemetry
    from target_oracle.lane import MakeRun
    from target_oracle.lines import Block

END_SECONDS = 10.0
"""Time that a lane has to end after its pipe was closed, before it is killed."""

# A forked process would share the sockets of open sessions and the locks of other threads.
_SPAWN = multiprocessing.get_context("spawn")


class Lane:
    """One loading process, seen from the process that reads."""

    def __init__(
        self, number: int, make_run: MakeRun, history: LoadHistory, *, forwards: bool
    ) -> None:
        """Start the process; `forwards` says whether its events are wanted."""
        self._pipe, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(
            target=serve,
            args=(theirs, make_run, history.record),
            kwargs={"is_kept": history.is_kept, "forwards": forwards},
            name=f"target-oracle-{number}",
            # multiprocessing ends daemons with this process, also where `stop` is not reached.
            daemon=True,
        )
        self._process.start()
        theirs.close()  # only the lane holds its end, so that the pipe ends when the lane does
        self.answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._blocks: list[Block] = []
        self.committed = 0
        self.is_done = False
        # Answers are read all the time, or both sides could wait for each other to read.
        threading.Thread(target=self._receive, daemon=True).start()

    def _receive(self) -> None:
        try:
            while True:
                self.answers.put(self._pipe.recv())
        except (EOFError, OSError):
            self.answers.put(None)

    def add(self, block: Block) -> None:
        """Keep lines until `send`."""
        self._blocks.append(block)

    def send(self, message: Mark | Finish | None = None) -> None:
        """Send the lines that were kept, and a message behind them; waits where a pipe is full."""
        with_lines = [Lines(tuple(self._blocks))] if self._blocks else []
        self._blocks = []
        try:
            for part in (*with_lines, *([message] if message else [])):
                self._pipe.send(part)
        except OSError:
            pass  # the answers say why the lane has ended

    def death(self) -> str:
        """Return how the process ended."""
        self._process.join(END_SECONDS)
        code = self._process.exitcode or 0
        cause = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return f"a loading process ended early ({cause}); run again to load the rest"

    def stop(self) -> None:
        """End the process; it rolls back what is not committed."""
        self._pipe.close()
        self._process.join(END_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


class ParallelRun:
    """Takes the messages of one input and has `parallelism` lanes load them.

    Each stream belongs to one lane, which keeps its order. A STATE leaves when every lane has
    committed the rows before it.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        make_run: MakeRun,
        lanes: int,
        telemetry: Telemetry,
        *,
        write: Callable[[bytes], None] = write_stdout,
    ) -> None:
        """Prepare the run; lanes start when the first stream of each comes."""
        self._history = LoadHistory(config, telemetry)
        self._telemetry = telemetry
        self._make_run = make_run
        self._most = lanes
        self._lanes: list[Lane] = []
        self._lane_of: dict[str, Lane] = {}
        self._lane_of_table: dict[str, Lane] = {}
        self._barrier = StateBarrier(write)
        self.termination = Termination(held=True, breakable=True)

    def waiting(self) -> AbstractContextManager[None]:
        """Surround a wait, in which a signal ends the run at once."""
        return self.termination.waiting()

    def idle(self) -> None:
        """Hear what the lanes have done while no input comes."""
        self.end_block()

    def knows(self, stream: str) -> bool:
        """Return whether the SCHEMA of a stream has come."""
        return stream in self._lane_of

    def route(self, block: Block, stream: str) -> None:
        """Give lines of a stream to its lane."""
        self._lane_of[stream].add(block)

    def route_schema(self, block: Block, stream: str) -> None:
        """Give a SCHEMA to the lane of its stream, which is chosen with the first one."""
        self._history.begin()
        if stream not in self._lane_of:
            self._lane_of[stream] = self._choose(stream)
        self._lane_of[stream].add(block)

    def _choose(self, stream: str) -> Lane:
        """Return the lane of a stream.

        Streams whose tables may have one name go to one lane, which sees the collision.
        """
        table = re.sub(r"\W|_", "", stream.partition("-")[2] or stream).upper()
        known = self._lane_of_table.get(table)
        if known is not None:
            return known
        position = len(self._lane_of_table) % self._most
        if position == len(self._lanes):
            lane = Lane(position, self._make_run, self._history, forwards=self._telemetry.is_on)
            # What came before belongs to other lanes, and a new one holds no STATE back.
            lane.committed = self._barrier.rows
            self._lanes.append(lane)
        self._lane_of_table[table] = self._lanes[position]
        return self._lanes[position]

    def take_state(self, value: bytes) -> None:
        """Take a STATE; it leaves when all lanes have committed what came before it."""
        self._history.take_state(value)
        number = self._barrier.number(1)
        self._barrier.take(value)
        # To every lane: one without rows has to answer too, or it would hold the STATE back.
        self._send(Mark(number))
        self.end_block()

    def _send(self, message: Mark | Finish | None = None) -> None:
        with self.waiting():  # a lane that is behind makes the reader wait
            for lane in self._lanes:
                lane.send(message)

    def end_block(self) -> None:
        """Send what was routed, and hear what the lanes have done."""
        self._send()
        for lane in self._lanes:
            while not lane.answers.empty():
                self._hear(lane, lane.answers.get())
        self._release()

    def _hear(self, lane: Lane, answer: object) -> None:
        if isinstance(answer, Committed):
            lane.committed = answer.number
        elif isinstance(answer, Done):
            lane.is_done, lane.committed = True, self._barrier.rows
        elif isinstance(answer, Failed):
            raise answer.error()
        elif answer is None:
            if not lane.is_done:
                raise TargetError(lane.death())
        else:
            self._history.take_event(answer)

    def _release(self) -> None:
        """Write the newest STATE that every lane has committed."""
        committed = min((lane.committed for lane in self._lanes), default=self._barrier.rows)
        self._barrier.release([Uncommitted(committed + 1)])

    def finish(self) -> None:
        """Have the lanes load the rest, and write the last STATE.

        Raises:
            OracleError: If a lane failed; the others have loaded what they had.
        """
        try:
            self._finish_lanes()
        except BaseException as failure:
            self.fail(failure)
            raise
        self._history.end(None)
        self.close()

    def _finish_lanes(self) -> None:
        failures: list[OracleError] = []
        self._send(Finish())
        for lane in self._lanes:
            try:
                while not lane.is_done:
                    with self.waiting():
                        answer = lane.answers.get()
                    self._hear(lane, answer)
            except OracleError as error:
                failures.append(error)
        self._release()
        if failures:
            raise failures[0] if len(failures) == 1 else TargetError("; ".join(map(str, failures)))

    def fail(self, failure: BaseException) -> None:
        """End the lanes after a failure."""
        try:
            self._history.end(failure)
        finally:
            self.close()

    def close(self) -> None:
        """End the lanes."""
        while self._lanes:
            self._lanes.pop().stop()
        self._history.close()
