"""The history as it stands in Singer state, under one reserved key.

Runs are an object keyed by a time-ordered id, because Meltano's merge of states keeps objects and
replaces lists. The history holds no fractional numbers, no secrets and no content of rows. What
cannot be read is left out, so that a damaged history never fails a run.

State is written again and again during a run, therefore the history stays small: the figures of
each stream are written for the newest run and, within `DETAILED_STREAMS_MAX`, for failed ones;
the other runs carry their totals.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from oracle_core.history.model import (
    MAX_RUNS,
    RunError,
    RunHistory,
    RunRecord,
    RunStatus,
    RunTotals,
    StreamRun,
)
from oracle_core.state import exact

if TYPE_CHECKING:
    from collections.abc import Mapping

HISTORY_KEY = "job_history"
"""Key beside `bookmarks` in the state."""

VERSION = 1

DETAILED_STREAMS_MAX = 60
"""Stream figures written for earlier failed runs, all together; the stream that failed is always
among them. With 202 tables and 20 runs, the history stays below 40 kB."""

_RUN_KEYS = frozenset(
    {
        "id",
        "application_name",
        "status",
        "started_at",
        "ended_at",
        "duration_ms",
        "retry_count",
        "error",
        "rows",
        "bytes",
        "stream_count",
        "streams",
    }
)


def read_history(state: Mapping[str, Any] | None, *, max_runs: int = MAX_RUNS) -> RunHistory:
    """Return the history that a state holds.

    Args:
        state: The whole Singer state.
        max_runs: Runs to keep at most.

    Returns:
        The runs that can be read; none where the state has no history or a damaged one.
    """
    history = (state or {}).get(HISTORY_KEY)
    runs = history.get("runs") if isinstance(history, dict) else None
    if not isinstance(runs, dict):
        return RunHistory(max_runs=max_runs)
    readable = [
        run
        for key, value in sorted(runs.items())
        if (run := _read_run(str(key), value)) is not None
    ]
    return RunHistory(tuple(readable[max(0, len(readable) - max_runs) :]), max_runs)


def write_history(history: RunHistory) -> dict[str, Any]:
    """Return the history as it stands in the state under `HISTORY_KEY`."""
    runs = {run.run_id: _write_run(run) for run in _shortened(history.runs)}
    return {"v": VERSION, "runs": runs}


def _shortened(runs: tuple[RunRecord, ...]) -> list[RunRecord]:
    """Return the runs with the stream figures that are to be written, oldest first."""
    room = DETAILED_STREAMS_MAX
    shortened: list[RunRecord] = list(runs[-1:])
    # Newest first: the room goes to the latest failures.
    for run in reversed(runs[:-1]):
        names = _names_to_keep(run, room)
        room -= len(names)
        shortened.append(run.with_streams_only(names))
    return shortened[::-1]


def _names_to_keep(run: RunRecord, room: int) -> frozenset[str]:
    if run.status is not RunStatus.FAILED:
        return frozenset()
    if len(run.streams) <= room:
        return frozenset(run.streams)
    failed = run.error.stream if run.error else None
    return frozenset({failed} & run.streams.keys()) if failed else frozenset()


def write_time(moment: dt.datetime) -> str:
    """Return a moment as RFC 3339 in UTC, to the millisecond."""
    utc = moment.astimezone(dt.UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="milliseconds") + "Z"


def read_time(value: object) -> dt.datetime | None:
    """Return the moment that a text of RFC 3339 names, or None where it names none."""
    if not isinstance(value, str):
        return None
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _write_run(run: RunRecord) -> dict[str, Any]:
    totals = run.totals
    # Keys of later versions may hold fractions, which targets of the SDK cannot write back.
    written: dict[str, Any] = {key: exact(value) for key, value in run.extra.items()}
    written |= {
        "id": run.job,
        "application_name": run.application_name,
        "status": run.status.value,
        "started_at": write_time(run.started_at),
        "ended_at": None if run.ended_at is None else write_time(run.ended_at),
        "duration_ms": run.duration_ms,
        "retry_count": run.retry_count,
        "error": None
        if run.error is None
        else {"code": run.error.code, "stream": run.error.stream},
        "rows": totals.rows,
        "bytes": totals.bytes,
        "stream_count": totals.streams,
        "streams": {name: _write_stream(stream) for name, stream in run.streams.items()},
    }
    return written


def _write_stream(stream: StreamRun) -> dict[str, Any]:
    written: dict[str, Any] = {
        "method": stream.method,
        "rows": stream.rows,
        "bytes": stream.bytes,
        "duration_ms": stream.duration_ms,
    }
    if stream.scn is not None:
        written["scn"] = stream.scn
    if stream.refused:
        written["refused"] = stream.refused
    return written


def _read_run(run_id: str, raw: object) -> RunRecord | None:
    if not isinstance(raw, dict):
        return None
    started = read_time(raw.get("started_at"))
    status = next((known for known in RunStatus if known.value == raw.get("status")), None)
    if started is None or status is None:
        return None
    streams = _read_streams(raw.get("streams"))
    return RunRecord(
        run_id=run_id,
        job=str(raw.get("id") or ""),
        application_name=str(raw.get("application_name") or ""),
        status=status,
        started_at=started,
        ended_at=read_time(raw.get("ended_at")),
        retry_count=_count(raw.get("retry_count")),
        error=_read_error(raw.get("error")),
        streams=streams,
        kept_totals=_read_totals(raw, streams),
        extra={key: value for key, value in raw.items() if key not in _RUN_KEYS},
    )


def _read_totals(raw: Mapping[str, Any], streams: Mapping[str, StreamRun]) -> RunTotals | None:
    """Return the totals of a run whose streams were not all written; None where they were."""
    count = _count(raw.get("stream_count"))
    if count <= len(streams):
        return None
    return RunTotals(_count(raw.get("rows")), _count(raw.get("bytes")), count)


def _read_streams(raw: object) -> dict[str, StreamRun]:
    if not isinstance(raw, dict):
        return {}
    return {
        str(name): StreamRun(
            method=str(stream.get("method") or ""),
            rows=_count(stream.get("rows")),
            bytes=_count(stream.get("bytes")),
            duration_ms=_count(stream.get("duration_ms")),
            scn=_count(stream["scn"]) if stream.get("scn") is not None else None,
            refused=_count(stream.get("refused")),
        )
        for name, stream in raw.items()
        if isinstance(stream, dict)
    }


def _read_error(raw: object) -> RunError | None:
    if not isinstance(raw, dict) or not raw.get("code"):
        return None
    stream = raw.get("stream")
    return RunError(str(raw["code"]), None if stream is None else str(stream))


def _count(value: object) -> int:
    # bool is a subclass of int.
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return max(0, value)
