"""Signals end the tap between chunks."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tap_oracle.termination import Terminated, TerminationGate

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def gate() -> Iterator[TerminationGate]:
    alarm = signal.getsignal(signal.SIGALRM)
    gate = TerminationGate()
    yield gate
    gate.release()
    signal.signal(signal.SIGALRM, alarm)


def test_outside_a_chunk_it_ends_at_once(gate: TerminationGate) -> None:
    with pytest.raises(Terminated) as caught:
        gate.receive(signal.SIGTERM)

    assert caught.value.exit_code == 143


def test_inside_nested_chunks_it_waits_for_the_outermost(gate: TerminationGate) -> None:
    done = []

    def write() -> None:
        with gate:
            with gate:
                gate.receive(signal.SIGINT)
                done.append("inner")
            done.append("outer")
        done.append("never")

    with pytest.raises(Terminated) as caught:
        write()

    assert done == ["inner", "outer"]
    assert caught.value.exit_code == 130


def test_a_failure_inside_is_not_hidden(gate: TerminationGate) -> None:
    def write() -> None:
        with gate:
            gate.receive(signal.SIGTERM)
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        write()


def test_while_it_ends_further_signals_change_nothing(gate: TerminationGate) -> None:
    with pytest.raises(Terminated):
        gate.receive(signal.SIGTERM)
    gate.receive(signal.SIGINT)
    with gate:
        gate.receive(signal.SIGINT)


STALLED = """
import signal, sys, time
from tap_oracle.termination import TerminationGate
gate = TerminationGate(grace_seconds=0.2)
signal.signal(signal.SIGTERM, gate.receive)
with gate:
    print("ready", flush=True)
    time.sleep(60)
"""


def test_a_stalled_reader_is_given_up_after_the_grace() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STALLED], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 143
