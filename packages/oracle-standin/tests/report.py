"""How much of the statement list passes: `make standin-report`.

Runs the list as the test suite does and prints, for each class of statement and in all, how many
give their expected result, and every expected failure with its reason.
"""

from __future__ import annotations

import io
import re
import sys
from collections import Counter
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

import pytest

CLASSES = {
    "A": "session",
    "B": "DDL",
    "C": "DML",
    "D": "queries",
    "E": "dictionary",
    "F": "flashback and redo",
    "G": "what Oracle refuses",
    "H": "PL/SQL",
    "I": "dbt",
    "J": "semantics",
    "K": "errors",
}
_LIST = Path(__file__).with_name("test_statements.py")
_NAME = re.compile(r"\[([A-Z])(\d+)\]$")


@dataclass
class Outcomes:
    """A pytest plugin that counts the statements by class and outcome."""

    passed: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    expected_failures: dict[str, str] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count one statement; a failing fixture counts as its failure."""
        found = _NAME.search(report.nodeid)
        if found is None or not (report.when == "call" or report.failed):
            return
        name, kind = found[1] + found[2], found[1]
        self.total[kind] += 1
        if report.passed:
            self.passed[kind] += 1
        elif report.skipped:
            self.expected_failures[name] = str(getattr(report, "wasxfail", "")) or "skipped"
        else:
            self.failures.append(name)


def lines(outcomes: Outcomes) -> list[str]:
    """Return the report."""
    width = max(map(len, CLASSES.values()))
    found = [
        f"{kind}  {title:{width}}  {outcomes.passed[kind]:3} of {outcomes.total[kind]:3}"
        for kind, title in CLASSES.items()
    ]
    passed, total = sum(outcomes.passed.values()), sum(outcomes.total.values())
    found.append(f"   {'all':{width}}  {passed:3} of {total:3}")
    if outcomes.expected_failures:
        found += ["", "Expected failures:"]
        found += [f"  {name}  {why}" for name, why in sorted(outcomes.expected_failures.items())]
    if outcomes.failures:
        found += ["", f"Unexpected failures: {', '.join(sorted(outcomes.failures))}"]
    return found


def main() -> int:
    """Run the list and print the report; 1 when a statement fails unexpectedly."""
    outcomes = Outcomes()
    log = io.StringIO()
    with redirect_stdout(log):
        code = pytest.main(["-q", "-p", "no:cacheprovider", str(_LIST)], plugins=[outcomes])
    if not outcomes.total:
        sys.stdout.write(log.getvalue())
        return int(code) or 1
    sys.stdout.write("\n".join(lines(outcomes)) + "\n")
    return 1 if code else 0


if __name__ == "__main__":
    sys.exit(main())
