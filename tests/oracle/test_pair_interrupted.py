"""SIGTERM in the middle: whole lines, a truthful state, and a next run that converges."""

from __future__ import annotations

import contextlib
import json
import signal
import threading
from typing import IO, TYPE_CHECKING, Any

import pytest
from oracle_standin.testing.fixtures import HR_EMPLOYEES

from demo.compare import contents
from tests.fix_plugins import TERMINATED, TIMEOUT_SECONDS, Plugin, exit_code, select

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.launcher import Launcher

pytestmark = pytest.mark.oracle

BUFFERING = [
    pytest.param({}, id="buffered"),
    pytest.param({"PYTHONUNBUFFERED": "1"}, id="unbuffered"),
]


@pytest.fixture(scope="module")
def catalog(
    oracle_database: OracleDatabase,
    hr_schema: str,
    tmp_path_factory: pytest.TempPathFactory,
    launcher: Launcher,
) -> dict[str, Any]:
    """Return the catalog with EMPLOYEES selected, INCREMENTAL by UPDATED_AT."""
    tap = Plugin("tap-oracle", tmp_path_factory.mktemp("discover"), launcher)
    done = tap.run(oracle_database.config(hr_schema, filter_schemas=[hr_schema]), "--discover")
    assert done.code == 0, done.stderr
    wanted = f"{hr_schema}-EMPLOYEES"
    return select(
        json.loads(done.stdout), lambda stream: "UPDATED_AT" if stream == wanted else None
    )


def _bookmark(state: dict[str, Any], stream: str) -> str | None:
    value: str | None = state.get("bookmarks", {}).get(stream, {}).get("replication_key_value")
    return value


def _agree(database: OracleDatabase, hr_schema: str, copy: str) -> None:
    with (
        contextlib.closing(database.connect(hr_schema)) as left,
        contextlib.closing(database.connect(copy)) as right,
    ):
        assert contents(left, hr_schema, "EMPLOYEES") == contents(right, copy, "EMPLOYEES")


@pytest.mark.parametrize("environment", BUFFERING)
def test_terminated_tap_leaves_whole_lines_and_a_usable_state(
    tap: Plugin,
    target: Plugin,
    catalog: dict[str, Any],
    oracle_database: OracleDatabase,
    hr_schema: str,
    fresh_schema: str,
    environment: dict[str, str],
) -> None:
    stream = f"{hr_schema}-EMPLOYEES"
    config = oracle_database.config(hr_schema, filter_schemas=[hr_schema], array_size_rows=200)
    process = tap.start(config, environment=environment, catalog=catalog)
    assert process.stdin and process.stdout and process.stderr
    process.stdin.close()
    log = _Drain(process.stderr)
    output = process.stdout.read(400_000)
    process.send_signal(signal.SIGTERM)
    output += process.stdout.read()
    process.stdout.close()
    code = process.wait(TIMEOUT_SECONDS)
    assert exit_code(code) == TERMINATED, log.text()
    assert "Traceback" not in log.text()
    assert output.endswith(b"\n")
    messages = [json.loads(line) for line in output.splitlines()]
    times = [message["record"]["UPDATED_AT"] for message in messages if message["type"] == "RECORD"]
    assert 0 < len(times) < HR_EMPLOYEES
    state = [message["value"] for message in messages if message["type"] == "STATE"][-1]
    assert _bookmark(state, stream) in times
    (run,) = state["job_history"]["runs"].values()
    assert run["status"] == "FAILED"

    loading = oracle_database.config(fresh_schema, default_target_schema=fresh_schema)
    first = target.run(loading, stdin=output)
    assert first.code == 0, first.stderr
    rest = tap.run(config, catalog=catalog, state=first.states()[-1])
    assert rest.code == 0, rest.stderr
    assert len(rest.records(stream)) <= HR_EMPLOYEES - len(times) + 1
    assert target.run(loading, stdin=rest.stdout).code == 0
    _agree(oracle_database, hr_schema, fresh_schema)


@pytest.mark.parametrize("environment", BUFFERING)
def test_terminated_target_keeps_what_its_state_says(
    tap: Plugin,
    target: Plugin,
    catalog: dict[str, Any],
    oracle_database: OracleDatabase,
    hr_schema: str,
    fresh_schema: str,
    environment: dict[str, str],
) -> None:
    stream = f"{hr_schema}-EMPLOYEES"
    config = oracle_database.config(hr_schema, filter_schemas=[hr_schema], array_size_rows=200)
    extracted = tap.run(config, catalog=catalog)
    assert extracted.code == 0, extracted.stderr
    loading = oracle_database.config(
        fresh_schema, default_target_schema=fresh_schema, batch_size_rows=2_000
    )
    process = target.start(loading, environment=environment)
    assert process.stdin and process.stdout and process.stderr
    log = _Drain(process.stderr)
    half = extracted.stdout[: len(extracted.stdout) // 2]
    writer = threading.Thread(target=_write, args=(process.stdin, half))
    writer.start()
    printed = b""
    while not printed or _bookmark(json.loads(printed.splitlines()[-1]), stream) is None:
        line = process.stdout.readline()
        assert line, log.text()
        printed += line
    process.send_signal(signal.SIGTERM)
    printed += process.stdout.read()
    process.stdout.close()
    code = process.wait(TIMEOUT_SECONDS)
    writer.join()
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()
    assert exit_code(code) == TERMINATED, log.text()
    assert "Traceback" not in log.text()
    assert printed.endswith(b"\n")
    values = [json.loads(line) for line in printed.splitlines()]
    _assert_covered(oracle_database, hr_schema, fresh_schema, values, stream)

    rest = tap.run(config, catalog=catalog, state=values[-1])
    assert rest.code == 0, rest.stderr
    assert 0 < len(rest.records(stream)) < HR_EMPLOYEES
    finished = target.run(loading, stdin=rest.stdout)
    assert finished.code == 0, finished.stderr
    _agree(oracle_database, hr_schema, fresh_schema)


def _assert_covered(
    database: OracleDatabase,
    hr_schema: str,
    copy: str,
    values: list[dict[str, Any]],
    stream: str,
) -> None:
    bookmarks = [bookmark for value in values if (bookmark := _bookmark(value, stream))]
    assert bookmarks
    for bookmark in bookmarks:
        due = _count(database, hr_schema, hr_schema, bookmark)
        assert _count(database, copy, copy, bookmark) == due


def _count(database: OracleDatabase, user: str, owner: str, bookmark: str) -> int:
    ((count,),) = database.rows(
        user,
        f"""SELECT COUNT(*) FROM "{owner}".employees
            WHERE updated_at <= TO_TIMESTAMP(:moment, 'YYYY-MM-DD"T"HH24:MI:SS.FF9')""",
        moment=bookmark.removesuffix("Z").removesuffix("+00:00"),
    )
    return int(count)


def _write(pipe: IO[bytes], data: bytes) -> None:
    """Write to a process that may end before it has read everything."""
    with contextlib.suppress(BrokenPipeError):
        pipe.write(data)
        pipe.flush()


class _Drain:
    """Reads a pipe to its end in a thread, so that its writer never blocks."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self.pieces: list[bytes] = []
        self.pipe = pipe
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        with self.pipe:
            self.pieces.extend(iter(lambda: self.pipe.read1(65_536), b""))  # type: ignore[attr-defined]

    def text(self) -> str:
        self.thread.join(TIMEOUT_SECONDS)
        return b"".join(self.pieces).decode()
