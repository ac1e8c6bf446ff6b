"""Run the `--discover` command of a tap and measure what it takes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import oracledb

if TYPE_CHECKING:
    from collections.abc import Callable

    from singer_sdk import Tap


def discover(tap: type[Tap], config: str) -> None:
    """Run the command in this process; the last line on stderr says what it took.

    Args:
        tap: whose command.
        config: the file with its settings.
    """
    sent: list[str] = []
    _listen(sent)
    tap.cli(["--config", config, "--discover"], standalone_mode=False)
    sys.stdout.flush()
    said = {"peak_mib": _peak_mib(), "statements": len(sent)}
    sys.stderr.write("\n" + json.dumps(said) + "\n")


def _listen(sent: list[str]) -> None:
    """Note every statement that a cursor of the driver executes."""
    execute: Callable[..., Any] = oracledb.Cursor.execute

    def noted(cursor: oracledb.Cursor, statement: str, *rest: Any, **named: Any) -> Any:  # noqa: ANN401
        sent.append(statement)
        return execute(cursor, statement, *rest, **named)

    oracledb.Cursor.execute = noted  # type: ignore[method-assign]


def _peak_mib() -> float:
    """Return the most memory that the process had: `ru_maxrss` would count its parent's too."""
    (line,) = (
        line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line
    )
    return int(line.split()[1]) / 1024
