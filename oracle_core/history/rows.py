"""Runs as rows of JOB_HISTORY, and rows as runs.

Times are UTC without a zone, as the table keeps them. Texts are cut to what their column takes.
"""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from oracle_core.history.model import RunError, RunRecord, RunStatus, RunTotals, StreamRun
from oracle_core.identifiers import Identifier

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ID_BYTES = 255
TEXT_BYTES = 4000
CODE_BYTES = 128


def utc(moment: dt.datetime | None) -> dt.datetime | None:
    """Return a moment as the table keeps it."""
    return None if moment is None else moment.astimezone(dt.UTC).replace(tzinfo=None)


def _aware(moment: dt.datetime | None) -> dt.datetime | None:
    return None if moment is None else moment.replace(tzinfo=dt.UTC)


def fitting(text: str, limit: int) -> str:
    """Return the beginning of a text that fits into a number of bytes."""
    # Bytes: VARCHAR2(4000 CHAR) also ends at 4,000 bytes with MAX_STRING_SIZE=STANDARD (ORA-12899).
    return text.encode("utf-8", "replace")[:limit].decode("utf-8", "ignore")


def row_id(job: str, stream: str | None = None) -> str:
    """Return the value of ID; a long one is shortened and gets a hash that keeps it apart."""
    return (
        # Identifier refuses quotes and NUL; only its shortening is wanted here.
        Identifier(
            (f"{job}/{stream}" if stream else job).replace('"', "'").replace("\0", "") or "?"
        )
        .shorten(ID_BYTES)
        .name
    )


def _seconds(milliseconds: int | None) -> Decimal | None:
    return None if milliseconds is None else Decimal(milliseconds) / 1000


def run_values(run: RunRecord) -> dict[str, Any]:
    """Return the columns of a run's row, except RUN_ID, DESCRIPTION and COMMAND."""
    totals = run.totals
    details: dict[str, Any] = {"v": 1, "job": run.job, "stream_count": totals.streams}
    if refused := sum(stream.refused for stream in run.streams.values()):
        details["refused"] = refused
    return {
        "ID": row_id(run.job),
        "STATUS": run.status.value,
        "APPLICATION_NAME": fitting(run.application_name, 255),
        "LAST_RUN": utc(run.started_at),
        "DURATION_SECONDS": _seconds(run.duration_ms),
        "RETRY_COUNT": run.retry_count,
        "RUN_UUID": run.run_id,
        "STARTED_AT": utc(run.started_at),
        "ENDED_AT": utc(run.ended_at),
        "ROW_COUNT": totals.rows,
        "BYTE_COUNT": totals.bytes,
        "ERROR_CODE": fitting(run.error.code, CODE_BYTES) if run.error else None,
        "ERROR_STREAM": fitting(run.error.stream or "", TEXT_BYTES) or None if run.error else None,
        "DETAILS": json.dumps(details),
    }


def stream_values(
    run: RunRecord, name: str, stream: StreamRun, status: RunStatus
) -> dict[str, Any]:
    """Return the columns of a stream's row, except RUN_ID."""
    details: dict[str, Any] = {"v": 1, "job": run.job, "stream": name, "method": stream.method}
    if stream.scn is not None:
        details["scn"] = stream.scn
    if stream.refused:
        details["refused"] = stream.refused
    failed = run.error if run.error and run.error.stream == name else None
    is_running = status is RunStatus.RUNNING
    return {
        "ID": row_id(run.job, name),
        "STATUS": status.value,
        "APPLICATION_NAME": fitting(run.application_name, 255),
        "LAST_RUN": utc(run.started_at),
        "DURATION_SECONDS": None if is_running else _seconds(stream.duration_ms),
        "RETRY_COUNT": run.retry_count,
        "RUN_UUID": run.run_id,
        "STARTED_AT": utc(run.started_at),
        "ENDED_AT": None if is_running else utc(run.ended_at),
        "ROW_COUNT": stream.rows,
        "BYTE_COUNT": stream.bytes,
        "ERROR_CODE": fitting(failed.code, CODE_BYTES) if failed else None,
        "ERROR_STREAM": fitting(name, TEXT_BYTES) if failed else None,
        "DETAILS": json.dumps(details),
    }


def stream_status(run: RunRecord, name: str) -> RunStatus:
    """Return how a stream of a run stands or ended."""
    if run.error is None or run.status is RunStatus.RUNNING:
        return run.status
    return run.status if run.error.stream in {None, name} else RunStatus.SUCCESS


def runs_of(rows: Sequence[Mapping[str, Any]]) -> list[RunRecord]:
    """Return the runs that rows of the table stand for, in the order of the rows.

    Rows of an older table have no stream rows: each is one run.
    """
    parsed = [(row, _details(row.get("DETAILS"))) for row in rows]
    # A run of the scheduler, the tap and the target it starts share one RUN_ID.
    streams: dict[tuple[object, object], dict[str, StreamRun]] = {}
    for row, details in parsed:
        if "stream" in details:
            moved = streams.setdefault((row["RUN_ID"], details.get("job")), {})
            moved[str(details["stream"])] = _stream_of(row, details)
    runs = (
        _run_of(row, details, streams.get((row["RUN_ID"], details.get("job")), {}))
        for row, details in parsed
        if "stream" not in details
    )
    return [run for run in runs if run is not None]


def _details(text: object) -> dict[str, Any]:
    try:
        value = json.loads(str(text)) if text else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _integer(value: object) -> int:
    return int(value) if isinstance(value, (int, Decimal)) else 0


def _milliseconds(value: object) -> int:
    return round(Decimal(str(value)) * 1000) if isinstance(value, (int, float, Decimal)) else 0


def _stream_of(row: Mapping[str, Any], details: Mapping[str, Any]) -> StreamRun:
    scn = details.get("scn")
    return StreamRun(
        method=str(details.get("method") or ""),
        rows=_integer(row["ROW_COUNT"]),
        bytes=_integer(row["BYTE_COUNT"]),
        duration_ms=_milliseconds(row["DURATION_SECONDS"]),
        scn=scn if isinstance(scn, int) else None,
        refused=_integer(details.get("refused")),
    )


def _run_of(
    row: Mapping[str, Any], details: Mapping[str, Any], streams: Mapping[str, StreamRun]
) -> RunRecord | None:
    # Rows of older schedulers have only the columns of the first migration.
    started = row["STARTED_AT"] or row["LAST_RUN"]
    if started is None:
        return None
    ended = row["ENDED_AT"]
    if ended is None and row["DURATION_SECONDS"] is not None:
        ended = started + dt.timedelta(milliseconds=_milliseconds(row["DURATION_SECONDS"]))
    code = row["ERROR_CODE"]
    count = _integer(details.get("stream_count"))
    totals = RunTotals(_integer(row["ROW_COUNT"]), _integer(row["BYTE_COUNT"]), count)
    return RunRecord(
        run_id=row["RUN_UUID"] or str(row["RUN_ID"]),
        job=str(details.get("job") or row["ID"]),
        application_name=row["APPLICATION_NAME"] or "",
        status=status_of(row["STATUS"]),
        started_at=started.replace(tzinfo=dt.UTC),
        ended_at=_aware(ended),
        retry_count=_integer(row["RETRY_COUNT"]),
        error=RunError(code, row["ERROR_STREAM"]) if code else None,
        streams=streams,
        kept_totals=totals if count > len(streams) else None,
    )


def status_of(text: object) -> RunStatus:
    """Return the status that a text names; older tables have words of their own for it."""
    known = str(text or "").upper()
    if known in RunStatus.__members__:
        return RunStatus[known]
    return RunStatus.SUCCESS if known in {"COMPLETED", "SUCCEEDED", "OK"} else RunStatus.FAILED
