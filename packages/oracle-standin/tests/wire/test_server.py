"""The serve command and the class that starts it, with the real engine behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import oracledb
import pytest

from oracle_standin import Standin, StandinError

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVE = [sys.executable, "-m", "oracle_standin", "serve"]


def serve(*arguments: str, **more: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*SERVE, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,
    )


def processes_below(process_id: int) -> set[int]:
    """Return the descendants of a process, by asking the kernel."""
    found: set[int] = set()
    waiting = [process_id]
    while waiting:
        parent = waiting.pop()
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            children = {int(child) for child in task.read_text().split()} - found
            found |= children
            waiting += children
    return found


def wait_until_gone(processes: set[int]) -> set[int]:
    """Return those that still run after a while."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        left = {process for process in processes if is_running(process)}
        if not left:
            return left
        time.sleep(0.05)
    return left


def is_running(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@contextmanager
def held(processes: set[int]) -> Iterator[None]:
    """Let processes stand still meanwhile."""
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


@pytest.fixture(scope="module")
def standin() -> Iterator[Standin]:
    with Standin() as started:
        yield started


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_line_when_ready_and_a_clean_end(number: int) -> None:
    with serve("--service", "SALES", "--profile", "19") as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert ready["event"] == "ready"
        assert ready["pid"] == process.pid
        assert ready["dsn"] == f"{ready['host']}:{ready['port']}/SALES"
        with closing(
            oracledb.connect(user="system", password="oracle", dsn=ready["dsn"])
        ) as connection:
            assert connection.version.startswith("19.")
        below = processes_below(process.pid)
        process.send_signal(number)
        output, log = process.communicate(timeout=30)
    assert process.returncode == 0, log
    assert output == ""
    assert not wait_until_gone(below)


def test_a_signal_during_the_start_ends_it(open_folder: Path) -> None:
    # With an empty cache the start waits for `initdb`, which is held until the signal is there.
    with serve(env={**os.environ, "ORACLE_STANDIN_CACHE": str(open_folder)}) as process:
        below: set[int] = set()
        while not below:
            time.sleep(0.01)
            below = processes_below(process.pid)
        with held(below):
            process.send_signal(signal.SIGTERM)
        below |= processes_below(process.pid)
        output, log = process.communicate()
    assert process.returncode == 0, log
    assert output == ""
    assert not wait_until_gone(below)


def test_a_start_that_cannot_listen_says_why() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with serve("--port", str(port)) as process:
            output, log = process.communicate(timeout=60)
    assert process.returncode == 1
    assert output == ""
    assert "Address already in use" in log


@pytest.mark.parametrize(
    "arguments",
    [
        ["--user", "APP"],
        ["--user", "/x"],
        ["--sample", "nosuch=APP"],
        ["--sample", "hr="],
        ["--profile", "7"],
    ],
)
def test_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    done = subprocess.run([*SERVE, *arguments], capture_output=True, check=False)
    assert done.returncode == 2
    assert done.stdout == b""


def test_it_stops_when_its_parent_dies() -> None:
    starter = (
        "import os, oracle_standin\n"
        "database = oracle_standin.Standin()\n"
        "database.start()\n"
        "print(database._process.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", starter], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    assert not wait_until_gone({int(done.stdout)})


def test_connect_and_create_user(standin: Standin) -> None:
    assert standin.dsn == f"{standin.host}:{standin.port}/{standin.service_name}"
    with closing(standin.connect("SYSTEM")) as connection, connection.cursor() as cursor:
        assert cursor.execute("select user from dual").fetchone() == ("SYSTEM",)
    standin.create_user("Mixed Case", "pass/word é")
    with (
        closing(standin.connect('"Mixed Case"', "pass/word é")) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("create table t (id number primary key, name varchar2(10 char))")
        cursor.executemany("insert into t values (:1, :2)", [(1, "ä"), (2, None)])
        connection.commit()
        assert cursor.execute("select * from t order by id").fetchall() == [(1, "ä"), (2, None)]


def test_a_call_timeout_stops_the_engine(standin: Standin) -> None:
    with closing(standin.connect("SYSTEM")) as connection, connection.cursor() as cursor:
        connection.call_timeout = 300
        with pytest.raises(oracledb.DatabaseError, match="DPY-4024"):
            cursor.execute("select count(*) from all_objects a, all_objects b, all_objects c")
        connection.call_timeout = 0
        assert cursor.execute("select 1 from dual").fetchone() == (1,)


def test_data_outlives_the_process(open_folder: Path) -> None:
    def run(statement: str) -> list[Any]:
        with (
            Standin(users={"APP": "secret"}, data_dir=open_folder / "data") as database,
            closing(database.connect("APP")) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    run("create table kept as select 42 as id from dual")
    assert run("select id from kept") == [(42,)]


def test_a_failed_start_shows_the_log(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("not a folder")
    with pytest.raises(StandinError, match=r"did not start \(exit 1\)"):
        Standin(data_dir=blocker / "data").start()


def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with serve(env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.terminate()
        process.communicate(timeout=30)
    assert list(tmp_path.iterdir()) == []


def test_tls_to_a_plain_listener_is_refused_at_once(standin: Standin) -> None:
    with socket.create_connection((standin.host, standin.port)) as plain:
        plain.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        assert plain.recv(100) == b""  # closed, not waiting for the 5,635 bytes that 0x1603 says
    dsn = f"tcps://{standin.host}:{standin.port}/{standin.service_name}"
    with pytest.raises(oracledb.OperationalError, match="DPY-6005"):
        oracledb.connect(user="SYSTEM", password="oracle", dsn=dsn)
