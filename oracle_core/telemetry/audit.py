"""A file of every change to a table, its definition or a right on it, one JSON object per line.

Each line carries the digest of the line before it: a line that was removed, moved or altered
breaks the chain, and `verify` names the first line where it does. Who can write the file can
write a new chain; keep the newest digest elsewhere where that matters.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oracle_core import run_context
from oracle_core.history.state_codec import write_time
from oracle_core.redact import redact
from oracle_core.telemetry.events import Event, RunEnded, RunStarted, TableChanged

if TYPE_CHECKING:
    from collections.abc import Iterator

_START = "0" * 64
_TAIL_BYTES = 1 << 16


class AuditSink:
    """Appends lines to the audit file.

    The file is locked while a line is added, so that two programs may share it.
    """

    name = "audit_file"

    def __init__(self, file: str | Path, *, application: str) -> None:
        """Keep the file's name; it is made, readable by its owner alone, with the first line."""
        self._file = Path(file)
        self._application = application

    def handle(self, event: Event) -> None:
        """Append a line for a change of a table, and for start and end of the run."""
        facts: dict[str, Any]
        if isinstance(event, TableChanged):
            facts = {"event": event.change, "table": event.table, "user": event.user}
            if event.rows is not None:
                facts["rows"] = event.rows
            if event.statement is not None:
                facts["statement"] = redact(event.statement)
        elif isinstance(event, RunStarted):
            facts = {"event": "RUN_STARTED", "job": event.run.job}
        elif isinstance(event, RunEnded):
            facts = {"event": "RUN_ENDED", "job": event.run.job, "status": event.run.status.value}
        else:
            return
        self._append(facts)

    def close(self) -> None:
        """Do nothing: each line is on disk."""

    def _append(self, facts: dict[str, Any]) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
        with os.fdopen(os.open(self._file, flags, 0o600), "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            line = {
                "time": write_time(dt.datetime.now(dt.UTC)),
                "application": self._application,
                "run_id": run_context.current().run_id,
                **facts,
                "previous": _last_digest(file.fileno()),
            }
            file.write(_sealed(line) + b"\n")
            file.flush()
            # Before the lock ends with the file: the next line refers to this one, also after a
            # crash.
            os.fsync(file.fileno())


def _last_digest(descriptor: int) -> str:
    line = _last_line(descriptor)
    if not line:
        return _START
    try:
        return str(json.loads(line)["digest"])
    except (ValueError, KeyError, TypeError):
        # The line is damaged; the chain begins with what is there, so that verify finds it.
        return hashlib.sha256(line).hexdigest()


def _last_line(descriptor: int) -> bytes:
    size, length = os.fstat(descriptor).st_size, _TAIL_BYTES
    while True:
        start = max(0, size - length)
        tail = os.pread(descriptor, size - start, start).rstrip(b"\r\n")
        _, end_of_line, line = tail.rpartition(b"\n")
        if end_of_line or start == 0:
            return line
        # A statement may be long: half of its line has no digest to refer to.
        length *= 4


def _sealed(line: dict[str, Any]) -> bytes:
    return json.dumps({**line, "digest": _digest(line)}, ensure_ascii=False).encode()


def _digest(line: dict[str, Any]) -> str:
    # Sorted, so that the order in which a reader keeps the keys does not matter.
    text = json.dumps(line, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def read_audit(file: str | Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of an audit file.

    Raises:
        ValueError: If a line is not a JSON object.
    """
    with Path(file).open(encoding="utf-8") as lines:
        for text in lines:
            line = json.loads(text)
            if not isinstance(line, dict):
                msg = "not a JSON object"
                raise ValueError(msg)  # noqa: TRY004 - one exception for whatever is damaged
            yield line


def verify(file: str | Path) -> int | None:
    """Return the number of the first line at which the chain is broken, or None.

    Args:
        file: Path of the audit file.
    """
    previous, number = _START, 0
    try:
        for number, line in enumerate(read_audit(file), 1):
            digest = line.pop("digest", None)
            if line.get("previous") != previous or digest != _digest(line):
                return number
            previous = str(digest)
    except ValueError:
        return number + 1
    return None
