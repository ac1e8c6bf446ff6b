"""Signals end a run between whole pieces of work."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from oracle_core.termination import Terminated, Termination

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(autouse=True)
def alarm() -> Iterator[None]:
    handler = signal.getsignal(signal.SIGALRM)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, handler)


def loader() -> Termination:
    return Termination(held=True, breakable=True)


def ended_by(body: Callable[[], None]) -> Terminated:
    with pytest.raises(Terminated) as caught:
        body()
    return caught.value


def test_outside_held_work_it_ends_at_once() -> None:
    ended = ended_by(lambda: Termination().handle(signal.SIGTERM))

    assert ended.exit_code == 143
    assert str(ended) == "SIGTERM"


def test_inside_nested_work_it_waits_for_the_outermost() -> None:
    termination = Termination()
    done = []

    def write() -> None:
        with termination.holding():
            with termination.holding():
                termination.handle(signal.SIGINT)
                done.append("inner")
            done.append("outer")
        done.append("never")

    assert ended_by(write).exit_code == 130
    assert done == ["inner", "outer"]


def test_a_failure_inside_is_not_hidden() -> None:
    termination = Termination()

    def write() -> None:
        with termination.holding():
            termination.handle(signal.SIGTERM)
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        write()


def test_while_it_ends_further_signals_change_nothing() -> None:
    termination = Termination()
    ended_by(lambda: termination.handle(signal.SIGTERM))
    termination.handle(signal.SIGINT)
    with termination.holding():
        termination.handle(signal.SIGINT)


def test_a_run_that_is_held_ends_at_the_next_check() -> None:
    termination = loader()
    termination.check()
    termination.handle(signal.SIGTERM)

    assert not ended_by(termination.check).forced


def test_a_wait_ends_at_once() -> None:
    termination = loader()

    def wait() -> None:
        with termination.waiting():
            termination.handle(signal.SIGTERM)

    assert ended_by(wait).signum == signal.SIGTERM


def test_a_wait_does_not_begin_after_a_signal() -> None:
    termination = loader()
    termination.handle(signal.SIGTERM)
    begun = []

    def wait() -> None:
        with termination.waiting():
            begun.append(1)

    ended_by(wait)
    assert begun == []


def test_a_second_signal_breaks_work_off() -> None:
    termination = loader()
    termination.handle(signal.SIGTERM)
    ended = ended_by(lambda: termination.handle(signal.SIGINT))

    assert ended.forced
    assert ended.exit_code == 143


PROGRAM = """
import signal, sys, time
from oracle_core.termination import Terminated, Termination
termination = Termination({arguments}, grace_seconds=0.2)
termination.install()
try:
    with termination.holding():
        print("ready", flush=True)
        time.sleep(60)
except Terminated as ended:
    sys.exit(1 if ended.forced else 2)
"""


@pytest.mark.parametrize(("arguments", "code"), [("held=False", 143), ("breakable=True", 1)])
def test_work_that_stalls_is_given_up_after_the_grace_period(arguments: str, code: int) -> None:
    program = PROGRAM.format(arguments=arguments)
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == code


SLEEPER = """
import os, signal, sys, threading
from oracle_core.termination import Terminated, Termination

Termination().install()
# The signal reaches Python, but not the system call in which the main thread sleeps.
mine = lambda: signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
threading.Timer(0.1, mine).start()
try:
    os.read(os.pipe()[0], 1)
except Terminated as ended:
    sys.exit(ended.exit_code)
"""


def test_a_signal_that_the_main_thread_sleeps_through_is_repeated() -> None:
    done = subprocess.run([sys.executable, "-c", SLEEPER], timeout=60, check=False)

    assert done.returncode == 143
