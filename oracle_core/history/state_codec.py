"""The history as it stands in Singer state, under one reserved key.

Runs are an object keyed by a time-ordered id, because Meltano's merge of states keeps objects and
replaces lists. There are no fractional numbers in it, no secrets and no content of rows. What
cannot be read is left out, so that a damaged history never fails a run.
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
    StreamRun,
)
from oracle_core.state import exact

if TYPE_CHECKING:
    from collections.abc import Mapping

HISTORY_KEY = "job_history"
"""Key beside `bookmarks` in the state."""

VERSION = 1

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
        "streams",
    }
)


def read_history(state: Mapping[str, Any] | None) -> RunHistory:
    """Read the history out of a state.

    Args:
        state: the whole Singer state.

    Returns:
        The runs that can be read; none where the state has no history or a damaged one.
    """
    history = (state or {}).get(HISTORY_KEY)
    runs = history.get("runs") if isinstance(history, dict) else None
    if not isinstance(runs, dict):
        return RunHistory()
    found = [_read_run(str(key), value) for key, value in sorted(runs.items())]
    return RunHistory(tuple([run for run in found if run is not None][-MAX_RUNS:]))


def write_history(history: RunHistory) -> dict[str, Any]:
    """Lay the history out for the state, where it stands under `HISTORY_KEY`."""
    return {"v": VERSION, "runs": {run.run_id: _write_run(run) for run in history.runs}}


def _write_run(run: RunRecord) -> dict[str, Any]:
    written: dict[str, Any] = {key: exact(value) for key, value in run.extra.items()}
    written |= {
        "id": run.job,
        "application_name": run.application_name,
        "status": run.status.value,
        "started_at": _write_time(run.started_at),
        "ended_at": None if run.ended_at is None else _write_time(run.ended_at),
        "duration_ms": run.duration_ms,
        "retry_count": run.retry_count,
        "error": None
        if run.error is None
        else {"code": run.error.code, "stream": run.error.stream},
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
    return written if stream.scn is None else {**written, "scn": stream.scn}


def _write_time(moment: dt.datetime) -> str:
    """Write RFC 3339 in UTC, to the millisecond."""
    utc = moment.astimezone(dt.UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="milliseconds") + "Z"


def _read_run(run_id: str, raw: object) -> RunRecord | None:
    if not isinstance(raw, dict):
        return None
    started = _read_time(raw.get("started_at"))
    status = next((known for known in RunStatus if known.value == raw.get("status")), None)
    if started is None or status is None:
        return None
    return RunRecord(
        run_id=run_id,
        job=str(raw.get("id") or ""),
        application_name=str(raw.get("application_name") or ""),
        status=status,
        started_at=started,
        ended_at=_read_time(raw.get("ended_at")),
        retry_count=_count(raw.get("retry_count")),
        error=_read_error(raw.get("error")),
        streams=_read_streams(raw.get("streams")),
        extra={key: value for key, value in raw.items() if key not in _RUN_KEYS},
    )


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
        )
        for name, stream in raw.items()
        if isinstance(stream, dict)
    }


def _read_error(raw: object) -> RunError | None:
    if not isinstance(raw, dict) or not raw.get("code"):
        return None
    stream = raw.get("stream")
    return RunError(str(raw["code"]), None if stream is None else str(stream))


def _read_time(value: object) -> dt.datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return max(0, value)
