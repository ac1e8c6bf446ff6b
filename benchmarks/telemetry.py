"""What every form of telemetry costs a load: CPU with all on beside CPU with all off.

The start is measured alone, by loads of one record, and told apart: imports of SQLAlchemy and the
OpenLineage and OpenTelemetry clients are paid once per run, whatever its size. Loads take turns,
and the least CPU of each kind counts, since other work on the machine only adds.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.processes import run
from oracle_core.history import RunHistory, start_run, utc_now
from oracle_core.telemetry import (
    BatchMoved,
    RunEnded,
    RunStarted,
    StreamStarted,
    TableChanged,
)
from oracle_core.telemetry.sinks import telemetry_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROUNDS = 3
BATCHES = 1_000
_NOWHERE = {"host": "localhost", "service_name": "BENCH", "user": "BENCH", "password": "bench"}
_NOTHING = Path("/dev/null")


class _Collector(BaseHTTPRequestHandler):
    """Takes what OTLP sends and answers as a collector does."""

    def do_POST(self) -> None:
        """Read the body and answer 200."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep silent."""


@contextmanager
def _collector() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Collector) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def _everything(folder: Path) -> dict[str, Any]:
    return {
        "job_history_table": "JOB_HISTORY",
        "job_history_url": f"sqlite:///{folder / 'history.db'}",
        "metrics_file": str(folder / "target.prom"),
        "audit_file": str(folder / "audit.jsonl"),
        "lineage_namespace": "bench",
        "log_format": "json",
        "opentelemetry": True,
    }


def _per_batch(folder: Path) -> float:
    """Return the CPU seconds that all sinks take for a batch, the collector's included."""
    telemetry = telemetry_of({**_everything(folder), **_NOWHERE}, application="target-oracle")
    _, record = start_run(RunHistory(), application="target-oracle", job="bench")
    telemetry.emit(RunStarted(record))
    telemetry.emit(StreamStarted(record, "COPY", "upsert"))
    before = time.process_time()
    for _ in range(BATCHES):
        telemetry.emit(TableChanged("LOAD", "BENCH.COPY", "BENCH", 10_000))
        telemetry.emit(BatchMoved("COPY", 10_000, 1_000_000, 0.1, "merge"))
    spent = time.process_time() - before
    telemetry.emit(RunEnded(record.succeeded(utc_now())))
    telemetry.close()
    return spent / BATCHES


def measure(config: Mapping[str, Any], lines: Path, folder: Path, *, server: int) -> None:
    """Load lines with and without telemetry, and print what it costs.

    Args:
        config: Settings of the target's connection.
        lines: Output of a tap.
        folder: Where files go.
        server: Process id of the server.
    """
    first = folder / "first-lines.jsonl"
    with lines.open("rb") as whole:
        first.write_bytes(b"".join(islice(whole, 3)))
    kinds = {"off": {"job_history_table": ""}, "on": _everything(folder)}
    least: dict[tuple[str, Path], float] = {}
    os.environ |= {
        "OPENLINEAGE__TRANSPORT__TYPE": "file",
        "OPENLINEAGE__TRANSPORT__LOG_FILE_PATH": str(folder / "lineage.jsonl"),
        "OPENLINEAGE__TRANSPORT__APPEND": "true",
    }
    with _collector() as url:
        os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = url
        per_batch = _per_batch(folder)
        for _ in range(ROUNDS):
            for source in (first, lines):
                for kind, settings in kinds.items():
                    file = folder / f"telemetry-{kind}.json"
                    file.write_text(json.dumps({**config, **settings}), encoding="utf-8")
                    program = str(Path(sys.executable).with_name("target-oracle"))
                    command = [program, "--config", str(file)]
                    log = folder / "telemetry-log.txt"
                    measured = run([command], server=server, log=log, source=source, sink=_NOTHING)
                    spent = sum(measured.cpu_seconds)
                    least[kind, source] = min(spent, least.get((kind, source), spent))
    start = least["on", first] - least["off", first]
    whole_off, whole_on = least["off", lines], least["on", lines]
    rows_off = whole_off - least["off", first]
    rows_on = whole_on - least["on", first]
    print(f"Telemetry, all forms: {per_batch * 1e3:.2f} ms CPU per batch in the sinks")
    print(
        f"Telemetry, all forms: {rows_on / rows_off - 1:+.1%} CPU on the rows"
        f" ({rows_off:.2f} s without), {start:.2f} s more to start,"
        f" {whole_on / whole_off - 1:+.1%} over this whole run of {whole_off:.1f} s",
        flush=True,
    )
