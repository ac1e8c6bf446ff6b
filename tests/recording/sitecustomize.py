"""Records which statements the product sends to the driver.

Python imports `sitecustomize` at the start of each process whose PYTHONPATH names this folder, so
that the plugins' processes are recorded as well as the test's own. `tests/fix_statements.py` sets
both variables and checks what was recorded against `docs/statements/`.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

VARIABLE = "RECORD_STATEMENTS_IN"
PRODUCT = frozenset(
    {
        "catalog",
        "meltano_state_oracle",
        "oracle_core",
        "oracle_scheduler",
        "singer_oracle_cli",
        "tap_oracle",
        "target_oracle",
    }
)
OPERATORS_TEXT = frozenset({"singer_oracle_cli.query"})
"""Modules that send a statement of the operator."""

_BETWEEN = frozenset({"oracledb", "sqlalchemy"})
"""Libraries through which the product sends a statement."""
_PASSING = frozenset({"target_oracle.audited"})
"""Modules whose cursors pass on the statements of others, a test's among them."""


class Recorder:
    """Appends each statement of the product to a file, once per process."""

    def __init__(self, path: Path) -> None:
        """Keep the path; the file is shared by all processes of a test session."""
        self._path = path
        self._seen: set[str] = set()

    def install(self) -> None:
        """Wrap the methods of the driver's cursor that take a statement."""
        import oracledb  # noqa: PLC0415 - processes that record nothing start without the driver

        for name in ("execute", "executemany", "parse"):
            method = getattr(oracledb.Cursor, name)
            if not hasattr(method, "is_recorded"):
                setattr(oracledb.Cursor, name, self._recording(method))

    def _recording(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def recorded(cursor: object, statement: str | None, *values: Any, **options: Any) -> Any:
            if isinstance(statement, str) and statement not in self._seen:
                self._record(statement)
            return method(cursor, statement, *values, **options)

        recorded.is_recorded = True  # type: ignore[attr-defined]
        return recorded

    def _record(self, statement: str) -> None:
        sender = _sender()
        if sender.partition(".")[0] not in PRODUCT or sender in OPERATORS_TEXT:
            return
        self._seen.add(statement)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(statement) + "\n")


def _sender() -> str:
    """Return the module whose code called the driver."""
    frame: FrameType | None = sys._getframe(3)  # the caller of the wrapped method
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module.partition(".")[0] not in _BETWEEN and module not in _PASSING:
            return module
        frame = frame.f_back
    return ""


# Programs of others, started by a test with the same environment, may have no driver.
if (path := os.environ.get(VARIABLE)) and importlib.util.find_spec("oracledb") is not None:
    Recorder(Path(path)).install()
