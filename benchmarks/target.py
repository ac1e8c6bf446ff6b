"""The target beside the Singer SDK's own on the bench server: CPU without start-up, and sessions.

The CPU of a run without rows is taken off. The targets of the figures are those of the project:
array binds 18 times and Arrow files by direct path 45 times less CPU than the SDK's target; two
streams in two processes 1.6 times as fast as in one.

Sessions are measured twice. On two cores the bench server, the reading process and two loading
ones share what a single session has to itself. A database has CPUs of its own, so that the second
server lets each written row take time and costs no more CPU for it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.__main__ import Bench, bench_server

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.processes import Measured

_WRITE_MICROSECONDS = 5
"""Per row of a session: 200,000 rows a second, a fast database for ten columns."""

_SCHEMA, _RECORD = b'{"type":"SCHEMA"', b'{"type":"RECORD"'


class TargetBench(Bench):
    """The inputs and commands of the target's figures."""

    def target_with(self, name: str, **settings: Any) -> list[str]:
        """Return the target's command with settings of its own."""
        path = self.file(name, {**self.pair, **settings})
        return [*self.target[:-1], path]

    def at(self, ready: dict[str, Any]) -> TargetBench:
        """Return the same lines and commands for another server."""
        return TargetBench(ready, self.lines.parent, self.rows)

    def head(self, source: Path, lines: int | None = None) -> Path:
        """Return a file with the SCHEMA and so many records of another, without STATE."""
        path = source.with_suffix(f".{lines or 0}")
        with source.open("rb") as given, path.open("wb") as kept:
            left = lines or 0
            for line in given:
                if line.startswith(_SCHEMA):
                    kept.write(line)
                elif line.startswith(_RECORD) and left:
                    kept.write(line)
                    left -= 1
        return path

    def batches(self, rows: int) -> Path:
        """Return lines that name Arrow files of the table."""
        folder = self.lines.parent / "batches"
        encoding = {"format": "arrow", "compression": "none"}
        batch = {"encoding": encoding, "storage": {"root": str(folder)}, "batch_size": 50_000}
        command = [
            *self.tap[:1],
            "--config",
            self.file("tap", {**self.pair, "batch_config": batch}),
        ]
        path = self.lines.with_suffix(".batches")
        self.measure([*command, *self.tap[3:]], sink=path)
        lines = path.read_bytes().replace(b'"stream":"BENCH-WIDE10"', b'"stream":"ARROWS"')
        path.write_bytes(lines.replace(b'"key_properties":[]', b'"key_properties":["ID"]'))
        print(f"{rows:,} rows in {len(list(folder.iterdir()))} Arrow files")
        return path

    def two_streams(self, names: Sequence[str], rows: int) -> Path:
        """Return lines of two streams in turns of 1,000."""
        path = self.lines.with_suffix("." + "-".join(names))
        lines = self.head(self.lines, rows).read_bytes().splitlines(keepends=True)
        schema, records = lines[0], lines[1:]
        with path.open("wb") as kept:
            for name in names:
                kept.write(schema.replace(b'"COPY"', name.encode().join([b'"', b'"'])))
            for start, end in pairwise([*range(0, len(records), 1_000), len(records)]):
                part = b"".join(records[start:end])
                for name in names:
                    new = name.encode().join([b'"stream":"', b'"'])
                    kept.write(part.replace(b'"stream":"COPY"', new))
        return path


def _cpu_per_row(rows: int, full: Measured, empty: Measured) -> float:
    return (sum(full.cpu_seconds) - sum(empty.cpu_seconds)) / rows * 1e6


def main() -> int:
    """Measure and print; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.target", description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--plain-rows", type=int, default=30_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        with bench_server(given.rows) as ready:
            bench = TargetBench(ready, Path(folder), given.rows)
            bench.keep_lines()
            figures = _cpu_figures(bench, given.rows, given.plain_rows)
            for name, figure in figures.items():
                ratio = figures["SDK target, append"] / figure
                print(f"{name:36} {figure:8.2f} CPU us/row without start-up   {ratio:6.1f} x")
            _sessions(bench, given.rows, "the server shares their cores")
        with bench_server(given.rows, write_microseconds=_WRITE_MICROSECONDS) as ready:
            bench = bench.at(ready)
            server = f"a written row takes {_WRITE_MICROSECONDS} us elsewhere"
            _sessions(bench, given.rows, server)
    return 0


def _cpu_figures(bench: TargetBench, rows: int, plain_rows: int) -> dict[str, float]:
    """Return CPU microseconds per row of each way to load."""
    empty = bench.head(bench.lines)
    ours_empty = bench.measure(bench.target, source=empty)  # makes the table with Oracle's types
    plain = bench.measure(bench.plain_target, source=bench.head(bench.lines, plain_rows))
    plain_empty = bench.measure(bench.plain_target, source=empty)
    figures = {"SDK target, append": _cpu_per_row(plain_rows, plain, plain_empty)}
    for name, source in (("append", bench.lines), ("upsert", bench.keyed_lines)):
        full = bench.measure(bench.target, source=source)
        figures[f"array binds, {name}"] = _cpu_per_row(rows, full, ours_empty)
    batches = bench.batches(rows)
    wide = {"batch_roots": [str(batches.parent)], "batch_size_rows": 50_000}
    empty_batches = batches.with_suffix(".none")
    empty_batches.write_bytes(
        b"".join(line for line in batches.open("rb") if json.loads(line)["type"] == "SCHEMA")
    )
    for name, settings in (
        ("Arrow files, direct path, merge", {"merge_strategy": "staged"}),
        ("Arrow files, append", {"load_method": "append-only"}),
    ):
        command = bench.target_with(name.replace(" ", "-"), **{**wide, **settings})
        start = bench.measure(command, source=empty_batches)
        figures[name] = _cpu_per_row(rows, bench.measure(command, source=batches), start)
    return figures


def _sessions(bench: TargetBench, rows: int, server: str) -> None:
    """Print how much faster two processes load two streams than one."""
    seconds, cpu = [], []
    for number in (1, 2):
        command = bench.target_with(f"sessions-{number}", parallelism=number)
        names = (f"A{number}", f"B{number}")
        empty = bench.measure(command, source=bench.two_streams(names, 0))
        full = bench.measure(command, source=bench.two_streams(names, rows))
        seconds.append(full.seconds - empty.seconds)
        cpu.append(_cpu_per_row(2 * rows, full, empty))
        print(
            f"two streams, {number} processes ({server}): {2 * rows / seconds[-1]:,.0f} rows/s, "
            f"CPU us/row {cpu[-1]:.2f}, server {full.server_cpu_seconds / rows / 2 * 1e6:.2f}"
        )
    print(f"two processes: {seconds[0] / seconds[1]:.2f} times as fast as one ({server})")


if __name__ == "__main__":
    sys.exit(main())
