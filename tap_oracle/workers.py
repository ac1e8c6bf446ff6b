"""Processes that read pieces of streams, each with a session of its own.

A worker sends whole lines to the process that writes; it changes neither state nor output.
Each pipe holds little more than one block, so that a worker waits where the writer is slower.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import oracledb

from oracle_core.errors import (
    ConfigurationError,
    DatabaseError,
    DataError,
    Fault,
    OracleError,
    describe,
)
from tap_oracle.blocks import Block

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from multiprocessing.connection import Connection

    from tap_oracle.blocks import Piece
    from tap_oracle.streams import OracleStream

    MakeStreams = Callable[[], Mapping[str, OracleStream]]

END_SECONDS = 2.0
"""Time that a worker has to end after SIGTERM before it is killed."""

# A forked process would share the socket of the session.
_SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Task:
    """A piece of a stream to read."""

    stream: str
    piece: Piece


@dataclass(frozen=True, slots=True)
class Done:
    """The piece has been read to its end."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Reading the piece ended in an error, as far as it can be sent to another process."""

    kind: str
    text: str
    fault: Fault | None = None

    def error(self) -> OracleError:
        """Return the error to raise in the process that writes."""
        if self.fault is not None:
            return DatabaseError(self.fault)
        if self.kind == DataError.__name__:
            return DataError(self.text)
        if self.kind == ConfigurationError.__name__:
            return ConfigurationError(self.text)
        return OracleError(self.text)


class Worker:
    """One process that reads a piece at a time."""

    def __init__(self, make_streams: MakeStreams, number: int) -> None:
        """Start the process.

        Args:
            make_streams: Returns the streams by name; a picklable callable.
            number: Number of the worker, for the name of the process.
        """
        self.pipe, theirs = _SPAWN.Pipe()
        # A daemon is ended with the process that writes, also when that one fails.
        self._process = _SPAWN.Process(
            target=serve, args=(theirs, make_streams), name=f"tap-oracle-{number}", daemon=True
        )
        self._process.start()
        # Only the worker holds its end, so that the pipe ends when the worker does.
        theirs.close()
        self.task: Task | None = None

    def start(self, task: Task) -> None:
        """Let the worker read a piece.

        Raises:
            OracleError: If the worker has died.
        """
        self.task = task
        try:
            self.pipe.send(task)
        except OSError as error:
            # As BrokenPipeError it would mean that the reader of standard output has gone.
            raise OracleError(self._death()) from error

    def receive(self) -> Block | Done:
        """Return the next block of the task, or that it is done.

        Raises:
            OracleError: If the worker failed, or has died.
        """
        try:
            message = self.pipe.recv()
            if isinstance(message, Block):
                return replace(message, lines=self.pipe.recv_bytes())
        except (EOFError, OSError) as error:
            raise OracleError(self._death()) from error
        if isinstance(message, Failed):
            raise message.error()
        if not isinstance(message, Done):
            msg = f"a reading process sent a {type(message).__name__}"
            raise TypeError(msg)
        self.task = None
        return message

    def _death(self) -> str:
        # The pipe may end before the exit code is known.
        self._process.join(END_SECONDS)
        code = self._process.exitcode or 0
        cause = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        stream = f"stream '{self.task.stream}': " if self.task else ""
        return f"{stream}a reading process ended early ({cause}); run again to read the rest"

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self.pipe.close()
        self._process.terminate()
        self._process.join(END_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def serve(pipe: Connection, make_streams: MakeStreams) -> None:
    """Read the pieces that come through a pipe; the body of a worker.

    Args:
        pipe: Where tasks come from and blocks go to.
        make_streams: Returns the streams by name.
    """
    _leave_standard_output()
    streams: Mapping[str, OracleStream] = {}
    while (task := _next_task(pipe)) is not None:
        try:
            streams = streams or _made(make_streams)
            for block in streams[task.stream].read(task.piece):
                # The lines go apart, because pickle would copy them.
                pipe.send(replace(block, lines=b""))
                pipe.send_bytes(block.lines)
                del block  # before the next fetch
            pipe.send(Done())
        except (BrokenPipeError, ConnectionResetError):
            return
        except Exception as error:  # noqa: BLE001 - it is raised again by the writing process
            pipe.send(_failed(error, task))


def _leave_standard_output() -> None:
    """Close standard output: its reader would wait for this process when the tap was killed."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.__stdout__.fileno() if sys.__stdout__ else 1)
    os.close(nowhere)


def _made(make_streams: MakeStreams) -> Mapping[str, OracleStream]:
    # The constructor of the tap installs handlers. A signal that met them would end this process
    # with a traceback, so that signals wait until the handlers have gone.
    signals = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        return make_streams()
    finally:
        # The writing process decides when to end; a terminal sends SIGINT to all processes.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)


def _next_task(pipe: Connection) -> Task | None:
    try:
        task: Task = pipe.recv()
    except (EOFError, OSError):
        return None
    return task


def _failed(error: Exception, task: Task) -> Failed:
    where = f"stream '{task.stream}'"
    kind = type(error).__name__
    if isinstance(error, (DatabaseError, oracledb.Error, OSError)):
        return Failed(kind, "", describe(error, where=where))
    if isinstance(error, OracleError):
        return Failed(kind, str(error))
    # Without its text, which may hold values of rows.
    return Failed(kind, f"{where}: unexpected {kind} in a reading process")
