"""The tasks of the trial: each does what a user would, checks the result and says it in a line."""

from __future__ import annotations

import json
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING, Any

import oracledb

from demo.compare import contents
from demo.pipeline import PROJECT
from tools.trial.desk import Desk, expect
from tools.trial.foreign_tasks import FOREIGN_TASKS
from tools.trial.project import SCRIPTS, discover, pipe

if TYPE_CHECKING:
    from collections.abc import Callable

_PEAK_MIB = 250
_JSONL = PROJECT / ".meltano/loaders/target-jsonl/venv/bin/target-jsonl"


_BY_UPDATE = {"replication-method": "INCREMENTAL", "replication-key": "UPDATED_AT"}
_PATTERNS: dict[str, Any] = {
    "select": ["HR-EMPLOYEES.*", "!HR-EMPLOYEES.PHONE", "HR-DEPARTMENTS.*", "HR-JOBS.*"],
    "metadata": dict.fromkeys(("HR-EMPLOYEES", "HR-DEPARTMENTS", "HR-JOBS"), _BY_UPDATE),
}


def own_project(desk: Desk) -> str:
    """Make a Meltano project from nothing, select by patterns, and run it twice."""
    project = desk.project()
    project.write(desk.source(), desk.target(), **_PATTERNS)
    project.run("run", "tap-oracle", "target-oracle")
    project.run("run", "tap-oracle", "target-oracle")
    with closing(desk.connect("HR")) as left, closing(desk.connect("HR_COPY")) as right:
        same = contents(left, "HR", "JOBS") == contents(right, "HR_COPY", "JOBS")
    expect(same, "JOBS differs")
    phones = desk.copied(
        "SELECT COUNT(*) FROM user_tab_columns"
        " WHERE table_name = 'EMPLOYEES' AND column_name = 'PHONE'"
    )
    expect(phones == 0, "a column that was not selected has arrived")
    rows = desk.copied("SELECT COUNT(*) FROM employees")
    return f"{rows:,} employees, no PHONE"


def schema_change(desk: Desk) -> str:
    """Add a column at the source, and load it after `--refresh-catalog`."""
    desk.execute(
        "ALTER TABLE jobs ADD (grade NUMBER(3,1))",
        "UPDATE jobs SET grade = 4.5, updated_at = TIMESTAMP '2025-06-01 00:00:00'",
    )
    desk.project().run("run", "--refresh-catalog", "tap-oracle", "target-oracle")
    total, rows = (
        desk.copied("SELECT SUM(grade) FROM jobs"),
        desk.copied("SELECT COUNT(*) FROM jobs"),
    )
    expect(float(total) == 4.5 * rows, f"the new column holds {total}")
    return f"the new column arrived in {rows} rows"


def stream_maps(desk: Desk) -> str:
    """Rename a stream, derive a property and leave one out."""
    maps = {"HR-REGIONS": {"__alias__": "HR-AREAS", "SHOUTED": "REGION_NAME.upper()"}}
    catalog = discover(desk.folder, desk.source(filter_tables=["HR.REGIONS"]))
    tap = desk.source(filter_tables=["HR.REGIONS"], stream_maps=maps)
    pipe(desk.folder, tap, desk.target(), catalog=catalog)
    rows = desk.copied("SELECT COUNT(*) FROM areas WHERE shouted = UPPER(region_name)")
    expect(rows == 4, f"{rows} rows have the derived value")
    return f"{rows} rows in AREAS with a derived column"


def foreign_target(desk: Desk) -> str:
    """Load with target-jsonl, which is not ours."""
    folder = desk.folder / "jsonl"
    folder.mkdir()
    catalog, config = folder / "catalog.json", folder / "tap.json"
    settings = desk.source(filter_tables=["HR.JOB_HISTORY"])
    config.write_text(json.dumps(settings), "utf-8")
    catalog.write_text(json.dumps(discover(desk.folder, settings)), "utf-8")
    lines = subprocess.run(  # noqa: S603 - our own command
        [SCRIPTS / "tap-oracle", "--config", config, "--catalog", catalog],
        capture_output=True,
        check=True,
    ).stdout
    where = folder / "target.json"
    where.write_text(json.dumps({"destination_path": str(folder), "do_timestamp_file": False}))
    done = subprocess.run(  # noqa: S603 - installed by Meltano
        [_JSONL, "--config", where], input=lines, capture_output=True, check=False
    )
    expect(done.returncode == 0, done.stderr.decode()[-1000:])
    rows = len((folder / "HR-JOB_HISTORY.jsonl").read_text("utf-8").splitlines())
    expect(rows == 6_000, f"{rows} rows")
    return f"{rows:,} rows in a file"


def foreign_tap(desk: Desk) -> str:
    """Load what a tap such as tap-csv writes: text without a length, no Oracle types."""
    schema = {
        "type": "SCHEMA",
        "stream": "tickets",
        "key_properties": ["id"],
        "schema": {
            "properties": {
                "id": {"type": ["string"]},
                "comments.text": {"type": ["string", "null"]},
                "tags": {"type": ["array", "null"]},
            }
        },
    }
    records = [
        {
            "type": "RECORD",
            "stream": "tickets",
            "record": {"id": str(number), "comments.text": "x" * number, "tags": [number]},
        }
        for number in range(0, 6_000, 500)
    ]
    lines = "".join(json.dumps(message) + "\n" for message in [schema, *records])
    config = desk.folder / "csv-target.json"
    config.write_text(json.dumps(desk.target()), "utf-8")
    done = subprocess.run(  # noqa: S603 - our own command
        [SCRIPTS / "target-oracle", "--config", config],
        input=lines.encode(),
        capture_output=True,
        check=False,
    )
    expect(done.returncode == 0, done.stderr.decode()[-1000:])
    longest = desk.copied('SELECT MAX(LENGTH("COMMENTS.TEXT")) FROM tickets')
    expect(longest == 5_500, f"the longest text has {longest} characters")
    return "texts of 0 to 5,500 characters without a declared length"


def old_state(desk: Desk) -> str:
    """Go on from the state of an older tap."""
    catalog = discover(desk.folder, desk.source(filter_tables=["HR.EMPLOYEES"]))
    (stream,) = catalog["streams"]
    (table,) = (entry for entry in stream["metadata"] if entry["breadcrumb"] == [])
    table["metadata"] |= _BY_UPDATE
    with closing(desk.connect("HR")) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT MAX(updated_at) FROM employees")
        ((newest,),) = cursor.fetchall()
    bookmark = {
        "last_replication_method": "INCREMENTAL",
        "replication_key": "UPDATED_AT",
        "replication_key_value": newest.isoformat() + "+00:00",
        "version": 1_700_000_000_000,
    }
    state = {"bookmarks": {"HR-EMPLOYEES": bookmark}, "currently_syncing": None}
    tap = desk.source(filter_tables=["HR.EMPLOYEES"])
    done = pipe(desk.folder, tap, desk.target(), catalog=catalog, state=state)
    runs = done.state["job_history"]["runs"]
    moved = runs[max(runs)]["rows"]
    expect(moved < 100, f"{moved} rows were read again")
    return f"{moved} rows read from the older bookmark on"


def large_objects(desk: Desk) -> str:
    """Move 100 BLOBs of 5 MB, and look at the memory of both plugins."""
    with closing(desk.connect("HR")) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE files (id NUMBER(9) PRIMARY KEY, body BLOB)")
        cursor.setinputsizes(None, oracledb.DB_TYPE_BLOB)
        for number in range(100):
            body = number.to_bytes(4, "big") * 1_250_000
            cursor.execute("INSERT INTO files VALUES (:1, :2)", [number, body])
        connection.commit()
    tap = desk.source(filter_tables=["HR.FILES"])
    done = pipe(desk.folder, tap, desk.target(), catalog=discover(desk.folder, tap))
    size = desk.copied("SELECT SUM(DBMS_LOB.GETLENGTH(body)) FROM files")
    expect(size == 500_000_000, f"{size:,} bytes arrived")
    peaks = f"tap {done.tap_peak:.0f} MiB, target {done.target_peak:.0f} MiB"
    expect(max(done.tap_peak, done.target_peak) < _PEAK_MIB, f"too much memory: {peaks}")
    return peaks


def many_rows(desk: Desk) -> str:
    """Move two million rows from a server that replays them into one that counts them."""
    with subprocess.Popen(  # noqa: S603 - our own command
        [SCRIPTS / "python", "-m", "oracle_standin", "bench", "--rows", str(desk.rows)],
        stdout=subprocess.PIPE,
    ) as server:
        try:
            assert server.stdout is not None  # noqa: S101 - a pipe
            ready = json.loads(server.stdout.readline())
            config = {name: ready[name] for name in ("host", "port", "service_name")}
            config |= {"user": "BENCH", "password": "bench"}
            catalog = discover(desk.folder, config)
            target = {**config, "load_method": "append-only", "job_history_table": ""}
            done = pipe(desk.folder, config, target, catalog=catalog)
        finally:
            server.terminate()
    runs = done.state["job_history"]["runs"]
    rows = runs[max(runs)]["rows"]
    expect(rows == desk.rows, f"{rows:,} rows were moved")
    return f"{rows:,} rows, tap {done.tap_peak:.0f} MiB, target {done.target_peak:.0f} MiB"


TASKS: tuple[tuple[str, Callable[[Desk], str]], ...] = (
    ("own Meltano project, selection by patterns, second run", own_project),
    ("a column added at the source", schema_change),
    ("stream maps", stream_maps),
    ("another target: target-jsonl", foreign_target),
    ("another tap's messages", foreign_tap),
    *FOREIGN_TASKS,
    ("an older tap's state", old_state),
    ("100 BLOBs of 5 MB", large_objects),
    ("two million rows", many_rows),
)
