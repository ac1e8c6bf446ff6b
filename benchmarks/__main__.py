"""The pair and the SDK's own path on the same rows of the bench server, one after the other.

Prints rows a second and CPU microseconds a row, starting and connecting included. The numbers are
to be read, not tested: they depend on the machine.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import telemetry
from benchmarks.processes import Measured, run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_USER, _PASSWORD = "BENCH", "bench"
_STREAM = "BENCH-WIDE10"
_NOTHING = Path("/dev/null")
_SOURCE, _COPY = b'"stream":"BENCH-WIDE10"', b'"stream":"COPY"'
_NO_KEY, _KEY = b'"key_properties":[]', b'"key_properties":["ID"]'


class Bench:
    """The commands to measure, against one server."""

    def __init__(self, ready: dict[str, Any], folder: Path, rows: int) -> None:
        """Write the configurations and catalogs."""
        self._server = int(ready["pid"])
        self._folder = folder
        self.rows = rows
        pair = {key: ready[key] for key in ("host", "port", "service_name")}
        url = (
            f"oracle+oracledb://{_USER}:{_PASSWORD}@{ready['host']}:{ready['port']}/"
            f"?service_name={ready['service_name']}"
        )
        # The server counts the rows that it is sent, so that nothing can be moved on from staging.
        pair |= {"user": _USER, "password": _PASSWORD, "merge_strategy": "array"}
        self.pair = pair
        pair_config = self.file("pair", pair)
        plain_config = self.file("plain", {"sqlalchemy_url": url, "schema": _USER.lower()})
        scripts = Path(sys.executable).parent
        self.tap = self.with_catalog([str(scripts / "tap-oracle"), "--config", pair_config])
        self.target = [str(scripts / "target-oracle"), "--config", pair_config]
        module = [sys.executable, "-m"]
        self.plain_tap = self.with_catalog(
            [*module, "benchmarks.plain_tap", "--config", plain_config]
        )
        self.plain_target = [*module, "benchmarks.plain_target", "--config", plain_config]
        self.lines = folder / "lines.jsonl"
        self.keyed_lines = folder / "keyed-lines.jsonl"

    def file(self, name: str, content: object) -> str:
        """Write a JSON file and return its path."""
        path = self._folder / f"{name}.json"
        path.write_text(json.dumps(content), "utf-8")
        return str(path)

    def with_catalog(self, command: list[str]) -> list[str]:
        """Return a tap's command with the catalog that selects the table."""
        done = subprocess.run(  # noqa: S603 - our own commands
            [*command, "--discover"], capture_output=True, check=False
        )
        if done.returncode:
            sys.exit(done.stderr.decode())
        catalog = json.loads(done.stdout)
        for stream in catalog["streams"]:
            for entry in stream["metadata"]:
                if entry["breadcrumb"] == []:
                    entry["metadata"]["selected"] = stream["tap_stream_id"].upper() == _STREAM
        name = f"catalog-{len(list(self._folder.iterdir()))}"
        return [*command, "--catalog", self.file(name, catalog)]

    def measure(
        self,
        *commands: Sequence[str],
        source: Path = _NOTHING,
        sink: Path = _NOTHING,
    ) -> Measured:
        """Run a pipeline."""
        log = self._folder / "log.txt"
        return run(commands, server=self._server, log=log, source=source, sink=sink)

    def keep_lines(self) -> None:
        """Keep the tap's lines for the targets, with and without a key."""
        self.measure(self.tap, sink=self.lines)
        first = self.lines.with_suffix(".tap")
        self.lines.rename(first)
        with (
            first.open("rb") as given,
            self.lines.open("wb") as plain,
            self.keyed_lines.open("wb") as keyed,
        ):
            for line in given:
                renamed = line.replace(_SOURCE, _COPY, 1)
                plain.write(renamed)
                keyed.write(renamed.replace(_NO_KEY, _KEY, 1))


@contextmanager
def bench_server(rows: int, *, write_microseconds: float = 0) -> Iterator[dict[str, Any]]:
    """Run a bench server and yield where it is.

    Args:
        rows: How many rows `WIDE10` seems to have.
        write_microseconds: Time that each written row takes, without CPU.
    """
    command = [sys.executable, "-m", "oracle_standin", "bench", "--rows", str(rows)]
    command += ["--write-microseconds", str(write_microseconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own
        try:
            yield json.loads(process.stdout.readline() if process.stdout else b"")
        finally:
            process.terminate()


def _show(name: str, rows: int, measured: Measured) -> None:
    cpu = " + ".join(f"{seconds / rows * 1e6:.1f}" for seconds in measured.cpu_seconds)
    share = measured.server_cpu_seconds / sum(measured.cpu_seconds)
    print(
        f"{name:34} {rows / measured.seconds:10,.0f} rows/s   CPU us/row: {cpu:13}"
        f" server {measured.server_cpu_seconds / rows * 1e6:.2f} ({share:.0%})",
        flush=True,
    )


def _ratio(name: str, ours: Measured, plain: Measured) -> None:
    speed = plain.seconds / ours.seconds
    cpu = sum(plain.cpu_seconds) / sum(ours.cpu_seconds)
    print(f"{name}: {speed:.1f} times as fast as the SDK's path, with {cpu:.1f} times less CPU")


def main() -> int:
    """Run everything and print a line for each; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--telemetry", action="store_true", help="measure telemetry alone")
    options = parser.parse_args()
    rows = options.rows
    with tempfile.TemporaryDirectory() as folder, bench_server(rows) as ready:
        bench = Bench(ready, Path(folder), rows)
        if options.telemetry:
            bench.keep_lines()
            telemetry.measure(bench.pair, bench.lines, Path(folder), server=ready["pid"])
            return 0
        found: dict[str, Measured] = {}
        bench.keep_lines()
        lines = bench.lines
        for name, commands, source in (
            ("tap-oracle", (bench.tap,), _NOTHING),
            ("SDK tap", (bench.plain_tap,), _NOTHING),
            ("target-oracle, append", (bench.target,), lines),
            ("target-oracle, upsert", (bench.target,), bench.keyed_lines),
            ("SDK target, append", (bench.plain_target,), lines),
            ("tap-oracle | target-oracle", (bench.tap, bench.target), _NOTHING),
            ("SDK tap | SDK target", (bench.plain_tap, bench.plain_target), _NOTHING),
        ):
            found[name] = bench.measure(*commands, source=source)
            _show(name, rows, found[name])
        _ratio("Tap", found["tap-oracle"], found["SDK tap"])
        _ratio("Target", found["target-oracle, append"], found["SDK target, append"])
        _ratio("Pipe", found["tap-oracle | target-oracle"], found["SDK tap | SDK target"])
        telemetry.measure(bench.pair, lines, Path(folder), server=ready["pid"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
