"""The tables of `docs/troubleshooting.md`: what each ORA and DPY code means, by kind of trouble."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_core.fault_table import FAULTS, FaultClass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from oracle_core.fault_table import FaultRow

_TITLES: Mapping[FaultClass, str] = {
    FaultClass.CONFIGURATION: "Configuration",
    FaultClass.PRIVILEGE: "Missing rights",
    FaultClass.CONNECTION: "Lost connections",
    FaultClass.TRANSIENT: "Passing trouble",
    FaultClass.DATA: "Data that does not fit",
    FaultClass.RESOURCE: "Out of space or sessions",
    FaultClass.POSITION: "A moment that cannot be reached",
    FaultClass.SCHEMA: "Changed tables",
    FaultClass.TERMINAL: "For the administrator",
}


def code_tables() -> str:
    """Return a section with a table per kind of trouble."""
    return "\n".join(
        f"### {title}\n\n| Codes | What it means | What to do | Repeated |\n"
        f"| --- | --- | --- | --- |\n{''.join(_rows(klass))}"
        for klass, title in _TITLES.items()
    )


def _rows(klass: FaultClass) -> Iterator[str]:
    grouped: dict[FaultRow, list[str]] = {}
    for code, row in FAULTS.items():
        if row.klass is klass:
            grouped.setdefault(row, []).append(code)
    for row, codes in grouped.items():
        repeated = "yes" if row.retriable else ""
        yield f"| {', '.join(_ranges(codes))} | {row.message} | {row.hint} | {repeated} |\n"


def _ranges(codes: list[str]) -> Iterator[str]:
    """Yield the codes in order, runs of three and more as a range."""
    numbered = sorted((code.partition("-")[0], int(code.partition("-")[2])) for code in codes)
    start = 0
    for end in range(1, len(numbered) + 1):
        prefix, first = numbered[start]
        if end < len(numbered) and numbered[end] == (prefix, first + end - start):
            continue
        digits = 5 if prefix == "ORA" else 4
        run = [f"{prefix}-{number:0{digits}}" for _, number in numbered[start:end]]
        yield from [f"{run[0]} to {run[-1]}"] if len(run) > 2 else run
        start = end
