"""Measure discovery: `python -m benchmarks.discovery [--tables 10 10000]`.

For each size: the statements that discovery sends, its seconds and its peak memory, the whole
command counted, and the same for the discovery of singer-sdk through SQLAlchemy on the same
server, where it ends within five minutes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.discovery import load
from oracle_standin import Standin

if TYPE_CHECKING:
    from collections.abc import Sequence

LIMIT_SECONDS = 300.0
MAX_STATEMENTS = 15


@dataclass(frozen=True, slots=True)
class Measured:
    """One discovery; `statements` is None where nobody counted."""

    seconds: float
    peak_mib: float
    statements: int | None
    streams: int

    def __str__(self) -> str:
        """Return the cells of the printed table."""
        asked = "" if self.statements is None else f"{self.statements}"
        return f"{self.seconds:>9.2f}{self.peak_mib:>9.0f}{asked:>12}{self.streams:>9,}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when discovery sends more statements for more tables."""
    parser = argparse.ArgumentParser(prog="benchmarks.discovery", description=__doc__)
    parser.add_argument("--tables", type=int, nargs="+", default=[10, 1_000, 10_000])
    parser.add_argument("--limit-seconds", type=float, default=LIMIT_SECONDS)
    options = parser.parse_args(arguments)
    print(f"{'tables':>7}  {'who':<11}{'seconds':>9}{'MiB':>9}{'statements':>12}{'streams':>9}")
    counts = set()
    sdk_goes_on = True
    with tempfile.TemporaryDirectory(prefix="bench-discovery-") as folder:
        Path(folder).chmod(0o755)  # the server may run under another account
        for tables in sorted(options.tables):
            data = Path(folder) / str(tables)
            started = time.perf_counter()
            load.build(data, tables)
            built = time.perf_counter() - started
            with Standin(data_dir=data) as standin:
                ours = _measure("ours", standin, options.limit_seconds)
                sdk = _measure("sdk", standin, options.limit_seconds) if sdk_goes_on else None
            sdk_goes_on = sdk is not None
            _print(tables, ours, sdk, options.limit_seconds)
            print(f"{'':>7}  (the dictionary was built in {built:.0f} s)", flush=True)
            counts.add(ours.statements if ours and ours.statements else MAX_STATEMENTS + 1)
    return 0 if len(counts) == 1 and max(counts) <= MAX_STATEMENTS else 1


def _measure(who: str, standin: Standin, limit: float) -> Measured | None:
    """Run one discovery in a process of its own; None when it does not end in time."""
    module = f"benchmarks.discovery.{who}"
    command = [sys.executable, "-m", module, standin.host, str(standin.port), standin.service_name]
    started = time.perf_counter()
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, check=True, capture_output=True, text=True, timeout=limit
        )
    except subprocess.TimeoutExpired:
        return None
    seconds = time.perf_counter() - started
    said = json.loads(done.stderr.splitlines()[-1])
    return Measured(seconds, said["peak_mib"], said.get("statements"), said["streams"])


def _print(tables: int, ours: Measured | None, sdk: Measured | None, limit: float) -> None:
    late = f"not within {limit:.0f} s"
    print(f"{tables:>7,}  {'tap-oracle':<11}{ours or late}", flush=True)
    print(f"{tables:>7,}  {'singer-sdk':<11}{sdk or late}", flush=True)
    if ours and sdk:
        print(f"{'':>7}  {sdk.seconds / ours.seconds:.1f} times as fast", flush=True)


if __name__ == "__main__":
    sys.exit(main())
