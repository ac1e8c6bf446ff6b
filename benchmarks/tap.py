"""The tap's promises in figures: `python -m benchmarks.tap [--rows 1000000]`.

Two streams of three times the rows with one reading process and with two, the peak of memory for a
table and for one of ten times its rows, and the changes per second that `benchmarks.redo` counts.
The numbers are to be read, not tested: they depend on the machine, and two readers need a core
each beside the server's.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import redo

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOGON = {"user": "BENCH", "password": "bench"}
_STREAM = "BENCH-WIDE10"


@contextmanager
def _server(rows: int) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "oracle_standin", "bench", "--rows", str(rows)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own
        try:
            yield json.loads(process.stdout.readline() if process.stdout else b"")
        finally:
            process.terminate()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one run took.

    Attributes:
        seconds: By the clock.
        cpu_seconds: Of the tap and its workers.
        peak: Memory of its largest process, in MiB.
    """

    seconds: float
    cpu_seconds: float
    peak: float


class TapBench:
    """The tap against one server."""

    def __init__(self, ready: dict[str, Any], folder: Path) -> None:
        """Keep where the server is.

        Args:
            ready: What the server said when it was ready.
            folder: A folder for configurations and catalogs.
        """
        self._address = {key: ready[key] for key in ("host", "port", "service_name")}
        self._folder = folder
        self._program = str(Path(sys.executable).with_name("tap-oracle"))

    def _file(self, name: str, content: object) -> str:
        path = self._folder / f"{name}.json"
        path.write_text(json.dumps(content), "utf-8")
        return str(path)

    def _catalog(self, config: str, streams: int) -> str:
        """Return a catalog in which the table is a number of streams."""
        command = [self._program, "--config", config, "--discover"]
        found = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 - our own
        catalog = json.loads(found.stdout)
        (stream,) = [one for one in catalog["streams"] if one["tap_stream_id"] == _STREAM]
        copies = []
        for number in range(streams):
            copy = json.loads(json.dumps(stream))
            copy["tap_stream_id"] = copy["stream"] = f"{_STREAM}_{number}"
            copy["table_name"] = "WIDE10"
            copy["metadata"][0]["metadata"]["selected"] = True
            copies.append(copy)
        return self._file("catalog", {"streams": copies})

    def run(self, *, streams: int, parallelism: int) -> Reading:
        """Run the tap once."""
        settings = {**self._address, **_LOGON, "parallelism": parallelism}
        config = self._file("config", settings)
        command = [self._program, "--config", config, "--catalog", self._catalog(config, streams)]
        start = time.monotonic()
        with (self._folder / "log.txt").open("wb") as log:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)  # noqa: S603
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit((self._folder / "log.txt").read_text("utf-8"))
        seconds = time.monotonic() - start
        return Reading(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _parallel(rows: int, folder: Path) -> None:
    with _server(rows) as ready:
        bench = TapBench(ready, folder)
        readings = {
            parallelism: bench.run(streams=2, parallelism=parallelism) for parallelism in (1, 2)
        }
    for parallelism, reading in readings.items():
        _show(f"parallelism {parallelism}", 2 * rows, reading)
    gain = readings[1].seconds / readings[2].seconds
    print(f"parallelism 2 is {gain:.2f} times as fast as 1", flush=True)


def _memory(rows: int, folder: Path) -> None:
    peaks = []
    for size in (rows, 10 * rows):
        with _server(size) as ready:
            reading = TapBench(ready, folder).run(streams=1, parallelism=1)
        peaks.append(reading.peak)
        _show(f"{size:,} rows", size, reading)
    print(f"peak of ten times the rows: {peaks[1] / peaks[0]:.1%} of that of once", flush=True)


def _show(name: str, rows: int, reading: Reading) -> None:
    print(
        f"{name:16} {rows / reading.seconds:10,.0f} rows/s"
        f"   {reading.cpu_seconds / rows * 1e6:5.1f} CPU us/row   peak {reading.peak:.0f} MiB",
        flush=True,
    )


def main() -> int:
    """Run everything and print a line for each; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tap", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        # Two further processes take a second and a half of CPU time to start, whatever they read.
        _parallel(3 * rows, Path(folder))
        _memory(rows, Path(folder))
    redo.report(min(rows, 100_000))
    return 0


if __name__ == "__main__":
    sys.exit(main())
