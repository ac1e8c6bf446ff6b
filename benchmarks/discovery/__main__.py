"""Measure discovery: `python -m benchmarks.discovery [--tables 10 10000] [--long]`.

For each size: the seconds, the peak memory and the statements of `tap-oracle --discover`, the whole
process counted, and the same of a tap as the SDK gives it, which asks SQLAlchemy, on the same
server. Then the largest size is looked for that the SDK's tap finishes within five minutes, and
the two are compared there. Fails where the statements depend on the tables or are more than 18,
where tap-oracle is not ten times as fast at that size, or where 50,000 tables need a gibibyte.

The server is the stand-in: how its PostgreSQL and an Oracle database share out the time differs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from oracle_standin import Standin
from oracle_standin.testing.large_dictionary import GrowingDictionary

from benchmarks.discovery.measure import Measured, measure
from benchmarks.discovery.search import Try, largest_finished, next_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LIMIT_SECONDS = 300.0
MAX_STATEMENTS = 18
MIN_TIMES_FASTER = 10.0
LARGE_TABLES, MAX_LARGE_MIB = 50_000, 1024.0
_SIZES = [10, 10_000]


@dataclass
class Results:
    """What was measured, by the number of tables; None did not end within the limit."""

    limit: float
    ours: dict[int, Measured | None] = field(default_factory=dict)
    plain: dict[int, Measured | None] = field(default_factory=dict)

    @property
    def tries(self) -> list[Try]:
        """What was tried with the SDK's tap."""
        return [Try(n, found.seconds if found else None) for n, found in self.plain.items()]

    @property
    def is_plain_worth_it(self) -> bool:
        """Whether the SDK's tap ended at every size so far."""
        return None not in self.plain.values()

    @property
    def both(self) -> tuple[int, Measured, Measured] | None:
        """The largest size that both finished: tables, ours, the SDK's."""
        best = largest_finished(self.tries)
        ours = self.ours.get(best.tables) if best else None
        plain = self.plain.get(best.tables) if best else None
        return (best.tables, ours, plain) if best and ours and plain else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 where something is not as it should be."""
    parser = argparse.ArgumentParser(prog="benchmarks.discovery", description=__doc__)
    parser.add_argument("--tables", type=int, nargs="+", help="these sizes only, and no search")
    parser.add_argument("--long", action="store_true", help=f"{LARGE_TABLES:,} tables too")
    parser.add_argument("--limit-seconds", type=float, default=LIMIT_SECONDS)
    options = parser.parse_args(arguments)
    results = Results(options.limit_seconds)
    print(f"{'tables':>7}  {'who':<11}{'seconds':>9}{'MiB':>9}{'statements':>12}{'streams':>9}")
    with tempfile.TemporaryDirectory(prefix="bench-discovery-") as folder:
        Path(folder).chmod(0o755)  # the server may run under another account
        bench = _Bench(Path(folder), results)
        for tables in sorted(options.tables or _SIZES):
            bench.measure(tables, plain=results.is_plain_worth_it)
        if not options.tables:
            while (tables := next_size(results.tries, results.limit)) is not None:
                bench.measure(tables, plain=True)
        if options.long:
            bench.measure(LARGE_TABLES, plain=False)
    _compare(results)
    failures = list(_failures(results, searched=not options.tables))
    for failure in failures:
        print(f"FAILED: {failure}")
    return 1 if failures else 0


class _Bench:
    """Dictionaries to measure on, each made from a smaller one where there is one."""

    def __init__(self, folder: Path, results: Results) -> None:
        self._folder = folder
        self._results = results
        self._made = 0
        self._dictionary = self._new()

    def _new(self) -> GrowingDictionary:
        self._made += 1
        return GrowingDictionary(self._folder / str(self._made))

    def measure(self, tables: int, *, plain: bool) -> None:
        """Measure one size, and print what came out."""
        if tables < self._dictionary.tables:
            self._dictionary = self._new()
        data = self._dictionary.grow(tables)
        limit = self._results.limit
        with Standin(data_dir=data) as standin:
            # Whoever reads a new server first waits for its disk.
            measure("ours", standin, self._folder, limit)
            ours = self._results.ours[tables] = measure("ours", standin, self._folder, limit)
            _print(tables, "tap-oracle", ours, limit)
            if plain:
                found = self._results.plain[tables] = measure("plain", standin, self._folder, limit)
                _print(tables, "singer-sdk", found, limit)


def _print(tables: int, who: str, measured: Measured | None, limit: float) -> None:
    print(f"{tables:>7,}  {who:<11}{measured or f'  not within {limit:.0f} s'}", flush=True)


def _compare(results: Results) -> None:
    """Say what was tried, and compare at the largest size that the SDK's tap finished."""
    tried = ", ".join(f"{one.tables:,}" for one in results.tries)
    if results.both is None:
        print(f"singer-sdk did not finish in {results.limit:.0f} s; tried: {tried}")
        return
    tables, ours, plain = results.both
    print(
        f"The most that singer-sdk finished in {results.limit:.0f} s is {tables:,} tables"
        f" (tried: {tried}).\n"
        f"There tap-oracle is {plain.seconds / ours.seconds:.1f} times as fast:"
        f" {ours.seconds:.1f} s against {plain.seconds:.1f} s,"
        f" {ours.peak_mib:.0f} MiB against {plain.peak_mib:.0f} MiB,"
        f" {ours.statements} statements against {plain.statements}."
    )


def _failures(results: Results, *, searched: bool) -> Iterator[str]:
    """Yield what is not as it should be."""
    late = [tables for tables, found in results.ours.items() if found is None]
    if late:
        yield f"tap-oracle did not finish with {late[0]:,} tables"
    counts = {found.statements for found in results.ours.values() if found}
    if len(counts) > 1:
        yield f"the statements depend on the tables: {sorted(counts)}"
    if counts and max(counts) > MAX_STATEMENTS:
        yield f"{max(counts)} statements, more than {MAX_STATEMENTS}"
    if searched and results.both is None:
        yield "nothing to compare with"
    elif searched and results.both:
        _, ours, plain = results.both
        if plain.seconds < MIN_TIMES_FASTER * ours.seconds:
            yield f"tap-oracle is not {MIN_TIMES_FASTER:.0f} times as fast"
    large = results.ours.get(LARGE_TABLES)
    if large and large.peak_mib >= MAX_LARGE_MIB:
        yield f"{large.peak_mib:.0f} MiB for {LARGE_TABLES:,} tables"


if __name__ == "__main__":
    sys.exit(main())
