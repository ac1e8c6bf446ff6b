"""Descendants of a process on Linux, and how they all end."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_KILL_ROUNDS_MAX = 200


def become_subreaper() -> None:
    """Let descendants whose parents end become children of this process (prctl(2)).

    Raises:
        OSError: If the kernel refuses.
    """
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent() -> None:
    """Let this process be killed when the thread that started it ends; called before `exec`."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _prctl(option: int, value: int) -> None:
    # The standard library has no prctl(2).
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def descendants(ancestor: int) -> list[int]:
    """Return the ids of all living descendants of a process."""
    children: dict[int, list[int]] = {}
    # By parents and not by process group: a command may begin a group or session of its own.
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (owner := parent(entry)) is not None:
            children.setdefault(owner, []).append(int(entry.name))
    found: list[int] = []
    waiting = [ancestor]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            found.append(child)
            waiting.append(child)
    return found


def parent(entry: Path) -> int | None:
    """Return the parent of a process; None for one that has ended, a zombie included."""
    try:
        stat = (entry / "stat").read_text()
    except OSError:
        return None
    # The name stands in parentheses and may hold blanks and parentheses itself (proc(5)).
    state, number = stat.rpartition(")")[2].split()[:2]
    return None if state in {"Z", "X"} else int(number)


def send(process: int, number: signal.Signals, *, to_group: bool = False) -> None:
    """Send a signal to a process or to its group; one that has ended is passed over."""
    with contextlib.suppress(ProcessLookupError):
        if to_group:
            os.killpg(process, number)
        else:
            os.kill(process, number)


def kill_descendants(awaited: int) -> int:
    """Kill every descendant of this process, which is a subreaper, and return their number.

    A process may fork while it is looked for, so that it is repeated until none is left.

    Args:
        awaited: Id of the child whose exit status the caller collects itself.

    Raises:
        OSError: If they cannot be killed.
    """
    killed: set[int] = set()
    for _ in range(_KILL_ROUNDS_MAX):
        alive = descendants(os.getpid())
        if not alive:
            return len(killed)
        for process in alive:
            send(process, signal.SIGKILL)
        killed.update(alive)
        # Orphans became children of the subreaper (prctl(2), PR_SET_CHILD_SUBREAPER), and stay
        # zombies until their status is collected.
        for process in killed - {awaited}:
            _collect(process)
        time.sleep(0.01)
    message = f"{len(alive)} processes could not be killed"
    raise OSError(message)


def kill_marked(variable: str, value: str) -> int:
    """Kill the processes of this user whose environment has a variable, and return their number.

    For a command whose supervisor was killed: the kernel ends the command itself, and what it had
    started belongs to nobody. A program that was started with an empty environment is not found.
    """
    mark = f"{variable}={value}".encode()
    killed: set[int] = set()
    for _ in range(_KILL_ROUNDS_MAX):
        alive = [int(entry.name) for entry in Path("/proc").iterdir() if _has_mark(entry, mark)]
        if not alive:
            break
        for process in alive:
            send(process, signal.SIGKILL)
        killed.update(alive)
        time.sleep(0.01)
    return len(killed)


def _has_mark(entry: Path, mark: bytes) -> bool:
    if not entry.name.isdigit():
        return False
    try:
        # Empty for a process that has ended; of other users it cannot be read.
        return mark in (entry / "environ").read_bytes().split(b"\0")
    except OSError:
        return False


def _collect(process: int) -> None:
    """Collect the status of a process that has ended and became a child of this one."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process, os.WNOHANG)
