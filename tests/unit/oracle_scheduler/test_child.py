"""Commands below a supervisor: output, results, and that nothing is left behind."""

from __future__ import annotations

import os
import signal
import sys
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_scheduler.child import output
from oracle_scheduler.child.command import Command
from oracle_scheduler.child.handle import Child, Limits, Spool, kill_leftovers, prune
from oracle_scheduler.child.output import Kept, OutputFile, RedactedLines, kept_of
from oracle_scheduler.store.states import State

if TYPE_CHECKING:
    from collections.abc import Callable

LONG = Limits(timeout_seconds=60, lease_seconds=60, grace_seconds=10)


def start(tmp_path: Path, program: str, limits: Limits = LONG, *secrets: str) -> Child:
    """Start a program of Python."""
    command = Command((sys.executable, "-c", program), dict(os.environ), str(tmp_path), secrets)
    return Child(command, Spool(tmp_path / "spool", str(uuid.uuid4())), limits)


def text(child: Child) -> str:
    return child.spool.output.read_text(encoding="utf-8")


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for what has to come; the test's own time limit is the only one."""
    while not condition():
        time.sleep(0.01)


def is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in {"Z", "X"}


def pid_from(path: Path) -> int:
    wait_until(lambda: path.exists() and path.read_text().endswith("."))
    return int(path.read_text()[:-1])


TELL_PID = "import os, pathlib; pathlib.Path('{name}').write_text(f'{{os.getpid()}}.')\n"
SLEEP = "import time\nwhile True: time.sleep(60)\n"


def test_a_command_that_succeeds(tmp_path: Path) -> None:
    child = start(tmp_path, "import sys; print('out'); print('err', file=sys.stderr)")
    child.wait()
    ending = child.ending()
    assert (ending.state, ending.exit_code, ending.reason) == (State.SUCCESS, 0, None)
    assert sorted(text(child).splitlines()) == ["err", "out"]


@pytest.mark.parametrize(
    ("program", "code"),
    [("raise SystemExit(3)", 3), ("import os; os.kill(os.getpid(), 9)", 137)],
)
def test_a_command_that_fails(tmp_path: Path, program: str, code: int) -> None:
    child = start(tmp_path, program)
    child.wait()
    ending = child.ending()
    assert (ending.state, ending.exit_code) == (State.FAILED, code)
    assert ending.reason == f"exit code {code}"


def test_a_command_that_cannot_be_started(tmp_path: Path) -> None:
    command = Command(("./missing",), {}, str(tmp_path), ())
    child = Child(command, Spool(tmp_path / "spool", "token"), LONG)
    child.wait()
    ending = child.ending()
    assert ending.state is State.FAILED
    assert ending.reason == "cannot be started: No such file or directory"


def test_a_timeout_ends_a_command_that_ignores_term(tmp_path: Path) -> None:
    program = f"import signal\nsignal.signal(15, signal.SIG_IGN)\n{SLEEP}"
    child = start(tmp_path, program, Limits(0.5, 60, 0.2))
    child.wait()
    ending = child.ending()
    assert (ending.state, ending.exit_code) == (State.TIMEOUT, 137)


def test_a_stop_lets_a_command_end_in_its_own_way(tmp_path: Path) -> None:
    program = (
        "import signal, sys\nsignal.signal(15, lambda *_: sys.exit(7))\n"
        + TELL_PID.format(name="pid")
        + SLEEP
    )
    child = start(tmp_path, program)
    pid_from(tmp_path / "pid")
    child.stop()
    child.wait()
    ending = child.ending()
    assert (ending.state, ending.exit_code) == (State.INTERRUPTED, 7)


DAEMON = """
import os, pathlib, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        pathlib.Path("daemon").write_text(f"{os.getpid()}.")
        while True: time.sleep(60)
    os._exit(0)
os.wait()
while not pathlib.Path("daemon").exists(): time.sleep(0.01)
"""


def test_a_closed_control_pipe_kills_daemons_too(tmp_path: Path) -> None:
    child = start(tmp_path, DAEMON + SLEEP, Limits(60, 60, 0.2))
    daemon = pid_from(tmp_path / "daemon")
    child.abandon()
    child.wait()
    assert child.ending().state is State.INTERRUPTED
    assert not is_alive(daemon)


def test_daemons_of_a_command_that_ended_are_killed_and_counted(tmp_path: Path) -> None:
    child = start(tmp_path, DAEMON)
    child.wait()
    ending = child.ending()
    assert ending.state is State.SUCCESS
    assert ending.reason == "1 processes were left behind and killed"
    assert not is_alive(pid_from(tmp_path / "daemon"))


def test_a_claim_that_is_not_kept_ends_the_command(tmp_path: Path) -> None:
    child = start(tmp_path, SLEEP, Limits(60, 0.5, 0.2))
    child.wait()
    assert child.ending().state is State.INTERRUPTED


def test_a_killed_supervisor_takes_its_command_along(tmp_path: Path) -> None:
    child = start(tmp_path, TELL_PID.format(name="pid") + SLEEP)
    process = pid_from(tmp_path / "pid")
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert str(child.ending().reason).startswith("its supervisor was killed")
    wait_until(lambda: not is_alive(process))


def test_a_killed_supervisor_leaves_no_daemon(tmp_path: Path) -> None:
    child = start(tmp_path, DAEMON + SLEEP)
    daemon = pid_from(tmp_path / "daemon")
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert is_alive(daemon), "nobody else ends it"
    assert child.ending().state is State.INTERRUPTED
    assert not is_alive(daemon)


def test_a_worker_that_starts_ends_what_a_supervisor_left(tmp_path: Path) -> None:
    child = start(tmp_path, DAEMON + SLEEP)
    daemon = pid_from(tmp_path / "daemon")
    assert kill_leftovers(tmp_path / "spool") == 0, "its supervisor lives"
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert kill_leftovers(tmp_path / "spool") > 0
    assert not is_alive(daemon)


def test_a_worker_that_was_stopped_after_its_claim_starts_nothing(tmp_path: Path) -> None:
    command = Command((sys.executable, "-c", "open('started', 'w')"), {}, str(tmp_path), ())
    spool = Spool(tmp_path / "spool", "token")
    child = Child(command, spool, LONG, held_since=time.monotonic() - LONG.lease_seconds)
    child.wait()
    ending = child.ending()
    assert (ending.state, ending.was_started) == (State.INTERRUPTED, False)
    assert not (tmp_path / "started").exists()


def test_a_heartbeat_that_was_held_up_counts_from_when_it_was_sent(tmp_path: Path) -> None:
    child = start(tmp_path, SLEEP)
    child.keep(time.monotonic() - LONG.lease_seconds)
    child.wait()
    assert child.ending().state is State.INTERRUPTED


def test_a_stopped_supervisor_goes_on_where_its_claim_was_kept(tmp_path: Path) -> None:
    child = start(tmp_path, TELL_PID.format(name="pid") + "import time\ntime.sleep(0.3)\n")
    pid_from(tmp_path / "pid")
    os.kill(child.pid, signal.SIGSTOP)
    child.keep(time.monotonic())
    os.kill(child.pid, signal.SIGCONT)
    child.wait()
    assert child.ending().state is State.SUCCESS


def test_a_stopped_supervisor_whose_claim_ran_out_kills_its_command(tmp_path: Path) -> None:
    child = start(tmp_path, TELL_PID.format(name="pid") + SLEEP, Limits(60, 60, 0.2))
    process = pid_from(tmp_path / "pid")
    os.kill(child.pid, signal.SIGSTOP)
    child.keep(time.monotonic() - 60)
    os.kill(child.pid, signal.SIGCONT)
    child.wait()
    assert child.ending().state is State.INTERRUPTED
    assert not is_alive(process)


def test_old_files_of_outputs_are_removed(tmp_path: Path) -> None:
    old, new, other = tmp_path / "a.log", tmp_path / "b.log", tmp_path / "notes.txt"
    for path in (old, new, other):
        path.write_text("x")
    for path in (old, other):
        os.utime(path, (1, 1))
    prune(tmp_path, 1_000)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.log", "notes.txt"]


def test_a_secret_split_over_two_writes_is_not_shown(tmp_path: Path) -> None:
    program = (
        "import os, time\nos.write(1, b'password: tig')\ntime.sleep(0.2)\nos.write(1, b'er-7\\n')"
    )
    child = start(tmp_path, program, LONG, "tiger-7")
    child.wait()
    assert text(child) == "password: [secret]\n"


@given(
    st.text("ab", min_size=1, max_size=3),
    st.lists(st.text("ab\n", max_size=5), max_size=12),
    st.integers(1, 8),
)
def test_no_cut_of_the_output_shows_a_secret(secret: str, parts: list[str], limit: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(output, "LINE_BYTES_MAX", limit)
        lines = RedactedLines([secret], "[secret]")
        shown = b"".join([lines.feed(part.encode()) for part in parts] + [lines.finish()])
    whole = "".join(parts)
    assert shown.count(b"\n") == whole.count("\n")
    remaining = shown.replace(b"[secret]", b"|")
    assert secret.encode() not in remaining.replace(b"|", b"\x00")


def test_a_large_output_keeps_its_head_and_tail(tmp_path: Path) -> None:
    path = tmp_path / "out.log"
    file = OutputFile(path, bytes_max=2_000_000)
    lines = [b"%d line of the output of a job\n" % number for number in range(200_000)]
    for count, line in enumerate(lines, 1):
        file.write(line)
        if count % 50_000 == 0:
            # Nothing, one file and two files are dropped by then.
            whole, kept = b"".join(lines[:count]).decode(), kept_of(path)
            assert kept.byte_count == len(whole)
            assert kept.head == whole[: output.HEAD_BYTES]
            assert kept.tail == whole[-output.TAIL_BYTES :]
    file.close()
    assert sum(entry.stat().st_size for entry in tmp_path.iterdir()) <= 4_300_000


def test_a_small_output_is_whole_and_once(tmp_path: Path) -> None:
    path = tmp_path / "out.log"
    file = OutputFile(path)
    file.write(b"all\n")
    file.close()
    assert kept_of(path) == Kept("all\n", "", 4)


def checked(tmp_path: Path, program: str, **checks: tuple[dict[str, str], ...]) -> Child:
    arguments = (sys.executable, "-c", program)
    command = Command(arguments, dict(os.environ), str(tmp_path), (), **checks)
    child = Child(command, Spool(tmp_path / "spool", str(uuid.uuid4())), LONG)
    child.wait()
    return child


EXISTS = {"name": "check_file_exists", "path": "done"}
NO_ERRORS = {"name": "check_no_ora_errors", "log_file": "*.log"}


def test_a_pre_check_that_does_not_hold_keeps_the_command_from_starting(tmp_path: Path) -> None:
    child = checked(tmp_path, "open('done', 'w')", pre_checks=(EXISTS,))
    assert child.ending().state is State.FAILED
    assert child.ending().reason == "pre_checks: check_file_exists: done is not there"
    assert not (tmp_path / "done").exists()


def test_post_checks_fail_a_command_that_succeeded(tmp_path: Path) -> None:
    write = "open('done', 'w'); open('a.log', 'w').write('fine\\nORA-00942: gone\\n')"
    child = checked(tmp_path, write, post_checks=(EXISTS,))
    assert child.ending().state is State.SUCCESS
    child = checked(tmp_path, write, pre_checks=(EXISTS,), post_checks=(NO_ERRORS,))
    assert child.ending().state is State.FAILED
    assert str(child.ending().reason).endswith("a.log:2 has an error")


def test_a_full_disk_loses_output_but_neither_the_command_nor_its_result(tmp_path: Path) -> None:
    command = Command((sys.executable, "-c", "print('a' * 100)"), dict(os.environ), None, ())
    spool = Spool(tmp_path, "token")
    spool.output.symlink_to("/dev/full")
    child = Child(command, spool, LONG)
    child.wait()
    assert child.ending().state is State.SUCCESS
    lost = "101 bytes of output are lost: No space left on device"
    assert child.ending().reason == lost
