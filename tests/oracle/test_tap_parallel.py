"""Several reading processes: one moment, whole lines, and an end like that of one process."""

from __future__ import annotations

import json
import os
import signal
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.fix_plugins import exit_code, select
from tests.oracle.killed_loads import ROWS, KilledLoads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Finished, Plugin

pytestmark = pytest.mark.oracle


class Writer:
    """Inserts, updates and deletes parents and their children in one transaction, all the time.

    A parent's total is the sum of its children's amounts in each committed state.
    """

    def __init__(self, database: OracleDatabase, owner: str) -> None:
        self.database, self.owner = database, owner
        self.transactions = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._write)
        with closing(database.connect(owner)) as connection:
            cursor = connection.cursor()
            cursor.execute(
                "CREATE TABLE parent (id NUMBER(9) PRIMARY KEY, total NUMBER(12), filler CHAR(90))"
            )
            cursor.execute(
                "CREATE TABLE child (id NUMBER(9) PRIMARY KEY, parent_id NUMBER(9),"
                " amount NUMBER(9))"
            )
            cursor.execute(
                "INSERT INTO parent SELECT LEVEL, 20, 'x' FROM dual CONNECT BY LEVEL <= 2000"
            )
            cursor.execute(
                "INSERT INTO child SELECT LEVEL, MOD(LEVEL, 2000) + 1, 10 FROM dual"
                " CONNECT BY LEVEL <= 4000"
            )
            connection.commit()
            for table in ("PARENT", "CHILD"):
                cursor.execute(f"BEGIN DBMS_STATS.GATHER_TABLE_STATS(USER, '{table}'); END;")

    def __enter__(self) -> Writer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join(60)

    def _write(self) -> None:
        number = 10_000
        with closing(self.database.connect(self.owner)) as connection:
            cursor = connection.cursor()
            while not self._end.is_set():
                number += 1
                cursor.execute("INSERT INTO parent VALUES (:1, 7, 'new')", [number])
                cursor.execute("INSERT INTO child VALUES (:1, :2, 7)", [number, number])
                place = number % 2_000 + 1
                cursor.execute("UPDATE parent SET total = total + 1 WHERE id = :1", [place])
                cursor.execute(
                    "UPDATE child SET amount = amount + 1 WHERE parent_id = :1 AND id <= 2000",
                    [place],
                )
                gone = (number * 7) % 2_000 + 1
                cursor.execute("DELETE FROM child WHERE parent_id = :1", [gone])
                cursor.execute("DELETE FROM parent WHERE id = :1", [gone])
                connection.commit()
                self.transactions += 1


def catalog_of(tap: Plugin, config: dict[str, Any]) -> dict[str, Any]:
    done = tap.run(config, "--discover")
    assert done.code == 0, done.stderr
    return select(json.loads(done.stdout), lambda _: "")


def assert_one_moment(done: Finished, owner: str) -> None:
    """Check that each child has its parent and that all sums are right."""
    totals = {row["ID"]: row["TOTAL"] for row in done.records(f"{owner}-PARENT")}
    sums = dict.fromkeys(totals, 0)
    for child in done.records(f"{owner}-CHILD"):
        sums[child["PARENT_ID"]] += child["AMOUNT"]
    assert sums == totals
    assert len(totals) > 1_000


@pytest.mark.parametrize("has_flashback", [True, False], ids=["flashback", "read-only"])
def test_children_and_parents_of_one_moment_while_they_change(
    oracle_database: OracleDatabase,
    tap: Plugin,
    fresh_schema: str,
    other_schema: str,
    has_flashback: bool,
) -> None:
    config = oracle_database.config(
        other_schema,
        filter_schemas=fresh_schema,
        parallelism=2,
        chunk_rows=400,
        array_size_rows=150,
    )
    writer = Writer(oracle_database, fresh_schema)
    for table in ("parent", "child"):
        for right in ["SELECT"] + ["FLASHBACK"] * has_flashback:
            oracle_database.execute(fresh_schema, f'GRANT {right} ON {table} TO "{other_schema}"')
    with writer:
        catalog = catalog_of(tap, config)
        before = writer.transactions
        done = tap.run(config, catalog=catalog)
        during = writer.transactions - before

    assert done.code == 0, done.stderr
    assert during > 0
    assert_one_moment(done, fresh_schema)
    states = done.states()
    scns = {bookmark["scn"] for bookmark in states[-1]["bookmarks"].values()}
    assert len(scns) == 1
    progress = [state["bookmarks"].get(f"{fresh_schema}-CHILD", {}) for state in states]
    assert any("chunks" in bookmark for bookmark in progress)
    if has_flashback:
        (scn,) = scns
        ((total,),) = oracle_database.rows(
            fresh_schema, f"SELECT SUM(amount) FROM child AS OF SCN {scn}"
        )
        assert total == sum(row["AMOUNT"] for row in done.records(f"{fresh_schema}-CHILD"))


def test_streams_of_every_method_side_by_side(
    oracle_database: OracleDatabase, tap: Plugin, hr_schema: str
) -> None:
    config = oracle_database.config(hr_schema, filter_schemas=hr_schema, array_size_rows=500)
    done = tap.run(config, "--discover")
    catalog = select(
        json.loads(done.stdout), lambda name: "UPDATED_AT" if "EMPLOYEES" in name else ""
    )
    alone = tap.run(config, catalog=catalog)
    together = tap.run({**config, "parallelism": 3}, catalog=catalog)

    assert together.code == 0, together.stderr
    streams = [stream["tap_stream_id"] for stream in catalog["streams"]]
    for stream in streams:
        rows = [sorted(map(repr, run.records(stream))) for run in (alone, together)]
        assert rows[0] == rows[1]
    assert_states_cover(together, f"{hr_schema}-EMPLOYEES")
    begun = [message["stream"] for message in together.messages() if message["type"] == "SCHEMA"]
    assert begun == sorted(streams)
    (run,) = together.states()[-1]["job_history"]["runs"].values()
    assert {name: run["streams"][name]["rows"] for name in streams} == {
        name: len(together.records(name)) for name in streams
    }


def assert_states_cover(done: Finished, stream: str) -> None:
    """Check that no STATE is ahead of the rows of an incremental stream before it."""
    newest, checked = "", 0
    for message in done.messages():
        if message["type"] == "RECORD" and message["stream"] == stream:
            newest = message["record"]["UPDATED_AT"]
        elif message["type"] == "STATE":
            value = message["value"]["bookmarks"].get(stream, {}).get("replication_key_value")
            if value is not None:
                assert value == newest
                checked += 1
    assert checked > 5


@pytest.fixture
def loads(
    oracle_database: OracleDatabase,
    tap: Plugin,
    target: Plugin,
    fresh_schema: str,
    other_schema: str,
) -> KilledLoads:
    oracle_database.administer(f'GRANT SELECT_CATALOG_ROLE TO "{fresh_schema}"')
    return KilledLoads(oracle_database, tap, target, fresh_schema, other_schema, {"parallelism": 2})


def test_a_killed_parallel_load_goes_on(loads: KilledLoads) -> None:
    catalog = loads.prepare()
    state = loads.load(loads.killed_after(1_200_000, catalog))
    rest = loads.finish(catalog, state)

    assert rest == loads.rows_due(state) < ROWS
    loads.agree()


def workers_of(process: int) -> Iterator[int]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            # Python's resource tracker is a child, too, and reads nothing.
            is_worker = b"spawn_main" in (folder / "cmdline").read_bytes()
            if int(fields[1]) == process and fields[0] != "Z" and is_worker:
                yield int(folder.name)


def ended(loads: KilledLoads, end: Any) -> tuple[bytes, str, int, list[int]]:
    """Run a tap with two workers, end it after some output and return what it left."""
    catalog = loads.prepare()
    with loads.tap.start(loads.config, catalog=catalog) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdin.close()
        head = process.stdout.read(300_000)
        workers = sorted(workers_of(process.pid))
        end(process, workers)
        output = head + process.stdout.read()
        log = process.stderr.read().decode()
        return output, log, exit_code(process.wait(60)), workers


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_processes_between_lines(
    loads: KilledLoads, number: signal.Signals
) -> None:
    output, log, code, workers = ended(loads, lambda process, _: process.send_signal(number))

    assert code == 128 + number, log
    assert "Traceback" not in log, log
    assert len(workers) == 2
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)
    messages = [json.loads(line) for line in output.splitlines()]
    assert output.endswith(b"\n")
    assert messages[-1]["type"] == "STATE"
    (run,) = messages[-1]["value"]["job_history"]["runs"].values()
    assert run["error"]["code"] == number.name
    written = sum(message["type"] == "RECORD" for message in messages)
    assert run["streams"][loads.stream]["rows"] == written


def test_the_death_of_a_worker_is_named_and_loses_no_chunk(loads: KilledLoads) -> None:
    output, log, code, _ = ended(loads, lambda _, workers: os.kill(workers[0], signal.SIGKILL))

    assert code == 1, log
    assert "Traceback" not in log, log
    errors = [line for line in log.splitlines() if "ERROR" in line]
    assert len(errors) == 1
    assert "SIGKILL" in errors[0] and loads.stream in errors[0]
    state = loads.load(output)
    done = loads.tap.run(loads.config, "--discover")
    catalog = select(json.loads(done.stdout), lambda _: "")
    loads.finish(catalog, state)
    loads.agree()


@pytest.mark.parametrize("parallelism", [1, 2])
def test_the_other_streams_go_on_after_one_has_failed(
    oracle_database: OracleDatabase, tap: Plugin, fresh_schema: str, parallelism: int
) -> None:
    config = oracle_database.config(
        fresh_schema,
        filter_schemas=fresh_schema,
        parallelism=parallelism,
        on_stream_error="continue",
    )
    with closing(oracle_database.connect(fresh_schema)) as connection:
        for name in "abc":
            connection.cursor().execute(f"CREATE TABLE {name} (id NUMBER(5) PRIMARY KEY)")
            connection.cursor().execute(f"INSERT INTO {name} VALUES (1)")
        connection.commit()
        catalog = catalog_of(tap, config)
        connection.cursor().execute("DROP TABLE b PURGE")
    done = tap.run(config, catalog=catalog)

    stream = f"{fresh_schema}-B"
    assert done.code == 1
    assert "Traceback" not in done.stderr
    assert len(done.records(f"{fresh_schema}-A")) == len(done.records(f"{fresh_schema}-C")) == 1
    errors = done.errors()
    assert len(errors) == 2
    assert "ORA-00942" in errors[0] and stream in errors[0]
    assert "1 stream(s) failed" in errors[1] and f"{stream} (ORA-00942)" in errors[1]
    (run,) = done.states()[-1]["job_history"]["runs"].values()
    assert run["status"] == "FAILED"
    assert run["error"] == {"code": "ORA-00942", "stream": stream}
    assert run["failed_streams"] == {stream: "ORA-00942"}
