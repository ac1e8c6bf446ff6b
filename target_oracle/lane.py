"""One of several processes that load: its messages, and its body.

A lane loads the streams that it is given, each in order, in a session of its own. Threads would
not do: decoding, encoding and the driver hold Python's lock for almost all of their time.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from oracle_core.errors import ConfigurationError, OracleError
from oracle_core.garbage import collect_rarely
from oracle_core.telemetry import BatchMoved, RowsRefused, StreamStarted, TableChanged, Telemetry
from target_oracle.errors import TargetError
from target_oracle.reader import BulkReader

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from oracle_core.history import RunRecord
    from oracle_core.telemetry.events import Event
    from target_oracle.lines import Block
    from target_oracle.run import LoadRun

    MakeRun = Callable[[Callable[[bytes], None], Telemetry], LoadRun]
    """Returns the run of a lane, from what takes its STATE lines and its telemetry."""

IDLE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of a lane's streams, in blocks that say where in the input they are."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A STATE of the input, by its number; the lane answers when the rows before it are kept."""

    number: int


@dataclass(frozen=True, slots=True)
class Finish:
    """The input has ended."""


@dataclass(frozen=True, slots=True)
class Committed:
    """The rows of a lane before the STATE of a number are committed."""

    number: int


@dataclass(frozen=True, slots=True)
class Failed:
    """A lane has ended in an error; `text` is None for one that nobody expected."""

    text: str | None
    kind: str

    def error(self) -> OracleError:
        """Return the error to raise in the process that reads."""
        if self.kind == ConfigurationError.__name__:
            return ConfigurationError(self.text or "")
        return TargetError(self.text or f"unexpected {self.kind} in a loading process")


@dataclass(frozen=True, slots=True)
class Done:
    """Everything of a lane is loaded."""


class _Number(msgspec.Struct):
    n: int


class ForwardedEvents:
    """Hands the events of a lane's streams to the process that reads."""

    def __init__(self, pipe: Connection) -> None:
        """Send through `pipe`."""
        self._pipe = pipe

    def handle(self, event: Event) -> None:
        """Send an event; those of the run itself are the reading process's own."""
        if isinstance(event, (StreamStarted, BatchMoved, RowsRefused, TableChanged)):
            self._pipe.send(event)

    def close(self) -> None:
        """Do nothing: every event was sent."""


def serve(
    pipe: Connection, make_run: MakeRun, record: RunRecord, *, is_kept: bool, forwards: bool
) -> None:
    """Load what comes through a pipe; the body of a lane.

    Args:
        pipe: Where lines come from and answers go to.
        make_run: Returns the run of the lane.
        record: The run that the lane is part of.
        is_kept: Whether it stands in the history, whose table no stream may load into.
        forwards: Whether events are wanted.
    """
    _leave_to_the_reader()
    collect_rarely()
    telemetry = Telemetry([ForwardedEvents(pipe)] if forwards else [])
    run = make_run(
        lambda line: pipe.send(Committed(msgspec.json.decode(line, type=_Number).n)), telemetry
    )
    run.history.join(record, is_kept=is_kept)
    try:
        if _load(pipe, run):
            run.finish()
            pipe.send(Done())
    # The reading process has gone: there is nobody to answer.
    except (BrokenPipeError, ConnectionResetError) as error:
        run.fail(error)
    except Exception as error:  # noqa: BLE001 - it is raised again by the reading process
        # The first failure is the one to report.
        with suppress(OracleError):
            run.fail(error)
        # Not the exception: one with arguments of its own, as LineError, cannot be unpickled.
        text = str(error) if isinstance(error, OracleError) else None
        pipe.send(Failed(text, type(error).__name__))


def _leave_to_the_reader() -> None:
    """Leave standard output and signals to the process that reads.

    A terminal sends SIGINT to all processes; a lane ends when its pipe does. The reader of
    standard output would wait for this process if it kept the descriptor.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.__stdout__.fileno() if sys.__stdout__ else 1)
    os.close(nowhere)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _load(pipe: Connection, run: LoadRun) -> bool:
    """Load until the end of the input; return False where the reading process has gone."""
    reader = BulkReader(run, max_line_bytes=run.settings.max_line_bytes)
    while True:
        while not pipe.poll(IDLE_SECONDS):
            run.idle()
        try:
            message = pipe.recv()
        except (EOFError, OSError):
            run.fail(TargetError("the reading process has ended"))
            return False
        if isinstance(message, Finish):
            return True
        if isinstance(message, Mark):
            run.take_state(b'{"n":%d}' % message.number)
        elif isinstance(message, Lines):
            for block in message.blocks:
                reader.take_block(block)
