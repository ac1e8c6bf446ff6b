"""The same runs as every place shows them: state, table, command, report, metrics, lineage."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demo.openlineage_rules import problems_of_runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import oracledb

HISTORY_TABLE = "SINGER_JOB_HISTORY"
LINEAGE_NAMESPACE = "demo"
_ENDS = {"COMPLETE": "SUCCESS", "FAIL": "FAILED", "ABORT": "INTERRUPTED"}
_REPORT_ROW = re.compile(
    r"<tr><td>(?P<started>[^<]*)</td><td class='wrap'>(?P<job>[^<]*)</td>"
    r"<td class='status \w+'>(?P<status>\w+)</td><td class='number'>(?P<seconds>[\d.]*)[^<]*</td>"
    r"<td class='number' title='(?P<streams>[^']*)'>(?P<rows>[\d,]+)</td>.*?"
    r"<td>(?P<run>[0-9a-f-]{36})</td></tr>"
)
_SAMPLE = re.compile(r"^(?P<name>\w+)\{(?P<labels>[^}]*)\} (?P<value>\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SeenRun:
    """A run as one place shows it; None for what the place does not show.

    Attributes:
        place: Where it was seen.
        run_id: Key of the run.
        job: The job.
        status: How it ended.
        started_at: RFC 3339 to the millisecond.
        duration_ms: How long it took.
        rows: Rows of all streams.
        streams: Rows per stream.
    """

    place: str
    run_id: str | None
    job: str
    status: str
    started_at: str | None
    duration_ms: int | None
    rows: int
    streams: Mapping[str, int] | None = None

    def agrees_with(self, other: SeenRun) -> bool:
        """Return whether both show the same wherever both show something."""
        pairs = (
            (self.run_id, other.run_id),
            (self.job, other.job),
            (self.status, other.status),
            (self.started_at, other.started_at),
            (self.duration_ms, other.duration_ms),
            (self.rows, other.rows),
            (self.streams, other.streams),
        )
        return all(left == right for left, right in pairs if None not in {_key(left), _key(right)})


def _key(value: object) -> object:
    return value if value is None else "known"


def in_state(states: Iterable[Mapping[str, Any]]) -> Iterator[SeenRun]:
    """Yield the newest run of each state, as the run left it there."""
    for state in states:
        runs = state["job_history"]["runs"]
        run_id = max(runs)
        yield _from_json("state", run_id, runs[run_id])


def _from_json(place: str, run_id: str, run: Mapping[str, Any]) -> SeenRun:
    return SeenRun(
        place=place,
        run_id=run_id,
        job=run["id"],
        status=run["status"],
        started_at=run["started_at"],
        duration_ms=run["duration_ms"],
        rows=run["rows"],
        streams={name: stream["rows"] for name, stream in run["streams"].items()},
    )


def in_table(rows: Iterable[tuple[Any, ...]]) -> list[SeenRun]:
    """Return the runs of JOB_HISTORY, from the rows of `TABLE_QUERY`."""
    runs: list[SeenRun] = []
    for run_id, name, status, started, seconds, count in rows:
        job, slash, stream = str(name).rpartition("/")
        if runs and slash and job == runs[-1].job:
            streams = {**(runs[-1].streams or {}), stream: int(count)}
            last = runs.pop()
            runs.append(_with_streams(last, streams))
        else:
            milliseconds = round(seconds * 1000)
            runs.append(
                SeenRun("JOB_HISTORY", run_id, name, status, started, milliseconds, int(count))
            )
    return runs


def _with_streams(run: SeenRun, streams: Mapping[str, int]) -> SeenRun:
    return SeenRun(
        run.place, run.run_id, run.job, run.status, run.started_at, run.duration_ms, run.rows,
        streams,
    )  # fmt: skip


TABLE_QUERY = (
    'SELECT run_uuid, id, status, TO_CHAR(started_at, \'YYYY-MM-DD"T"HH24:MI:SS.FF3"Z"\'), '
    "duration_seconds, row_count FROM singer_job_history ORDER BY run_id, id"
)


def command(*arguments: str, config: Mapping[str, Any], folder: Path) -> str:
    """Run `singer-oracle` and return what it printed.

    Raises:
        RuntimeError: If it failed.
    """
    file = folder / "singer-oracle.json"
    file.write_text(json.dumps(config), encoding="utf-8")
    program = str(Path(sys.executable).with_name("singer-oracle"))
    done = subprocess.run(  # noqa: S603 - our own command line
        [program, *arguments, "--config", str(file), "--table", HISTORY_TABLE],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


def in_command(output: str) -> list[SeenRun]:
    """Return the runs that `singer-oracle history list --format json` printed."""
    return [_from_json("singer-oracle", run["run_id"], run) for run in json.loads(output)]


def in_report(page: str) -> list[SeenRun]:
    """Return the runs in the table of the report, oldest first."""
    found = [
        SeenRun(
            place="report",
            run_id=row["run"],
            job=unescape(row["job"]),
            status=row["status"],
            started_at=row["started"],
            duration_ms=round(float(row["seconds"]) * 1000),
            rows=int(row["rows"].replace(",", "")),
            streams=dict(_streams_of(unescape(row["streams"]))),
        )
        for row in _REPORT_ROW.finditer(page)
    ]
    return found[::-1]


def _streams_of(text: str) -> Iterator[tuple[str, int]]:
    for part in filter(None, text.split("; ")):
        name, _, rows = part.rpartition(": ")
        yield name, int(rows.replace(",", ""))


def in_metrics(text: str) -> SeenRun:
    """Return the run that a Prometheus file shows."""
    samples = [
        (match["name"], dict(re.findall(r'(\w+)="([^"]*)"', match["labels"])), match["value"])
        for match in _SAMPLE.finditer(text)
    ]
    values = {name: value for name, _, value in samples}
    status = next(
        labels for name, labels, value in samples if name.endswith("run_status") and value == "1"
    )
    streams: dict[str, int] = {}
    for name, labels, value in samples:
        if name == "target_oracle_rows_total":
            streams[labels["stream"]] = streams.get(labels["stream"], 0) + int(value)
    return SeenRun(
        place="metrics file",
        run_id=None,
        job=status["pipeline"],
        status=status["status"],
        started_at=_moment(float(values["oracle_pipeline_run_start_timestamp_seconds"])),
        duration_ms=round(float(values["oracle_pipeline_run_duration_seconds"]) * 1000),
        rows=sum(streams.values()),
        streams=streams,
    )


def _moment(seconds: float) -> str:
    """Return a time as the state has it."""
    moment = dt.datetime.fromtimestamp(round(seconds, 3), dt.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def in_lineage(lines: Iterable[str]) -> Iterator[SeenRun]:
    """Yield the runs whose end is among OpenLineage events.

    Raises:
        RuntimeError: If an event is not as the specification asks.
    """
    events = [json.loads(line) for line in lines]
    if problems := problems_of_runs(events):
        raise RuntimeError("; ".join(problems))
    times = {
        (event["run"]["runId"], event["eventType"]): dt.datetime.fromisoformat(event["eventTime"])
        for event in events
    }
    ends = [event for event in events if event["eventType"] in _ENDS]
    rows: dict[str, dict[str, int]] = {}
    for event in ends:
        # A stream is a job of its own, whose parent is the run.
        for given, made in zip(event["inputs"], event["outputs"], strict=True):
            streams_of_run = rows.setdefault(event["run"]["facets"]["parent"]["run"]["runId"], {})
            streams_of_run[given["name"]] = made["outputFacets"]["outputStatistics"]["rowCount"]
    for event in ends:
        if event["outputs"]:
            continue
        streams = rows.get(event["run"]["runId"], {})
        run_id = event["run"]["runId"]
        started, ended = times[run_id, "START"], times[run_id, event["eventType"]]
        yield SeenRun(
            place="OpenLineage",
            run_id=run_id,
            job=event["job"]["name"],
            status=_ENDS[event["eventType"]],
            started_at=_moment(started.timestamp()),
            duration_ms=round((ended - started) / dt.timedelta(milliseconds=1)),
            rows=sum(streams.values()),
            streams=streams,
        )


METRICS, LINEAGE, REPORT = "target.prom", "lineage.jsonl", "report.html"


def telemetry_environment(folder: Path) -> dict[str, str]:
    """Return what lets the target write metrics and lineage into a folder."""
    return {
        "TARGET_ORACLE_METRICS_FILE": str(folder / METRICS),
        "TARGET_ORACLE_LINEAGE_NAMESPACE": LINEAGE_NAMESPACE,
        "OPENLINEAGE__TRANSPORT__TYPE": "file",
        "OPENLINEAGE__TRANSPORT__LOG_FILE_PATH": str(folder / LINEAGE),
        "OPENLINEAGE__TRANSPORT__APPEND": "true",
    }


def everywhere(
    states: Iterable[Mapping[str, Any]],
    connection: oracledb.Connection,
    config: Mapping[str, Any],
    folder: Path,
) -> list[list[SeenRun]]:
    """Return the runs as each place shows them, those of the state first.

    The metrics show the newest run alone.

    Args:
        states: The state after each run.
        connection: A session of the user who loaded.
        config: Connection settings of that user.
        folder: Where metrics and lineage are; the report goes there too.
    """
    with connection.cursor() as cursor:
        rows = cursor.execute(TABLE_QUERY).fetchall()
    listed = command("history", "list", "--format", "json", config=config, folder=folder)
    page = folder / REPORT
    command("history", "report", "--out", str(page), config=config, folder=folder)
    events = (folder / LINEAGE).read_text(encoding="utf-8").splitlines()
    return [
        list(in_state(states)),
        in_table(rows),
        in_command(listed),
        in_report(page.read_text(encoding="utf-8")),
        list(in_lineage(events)),
        [in_metrics((folder / METRICS).read_text(encoding="utf-8"))],
    ]
