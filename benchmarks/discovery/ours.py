"""`tap-oracle --discover` in this process, with the statements counted."""

from __future__ import annotations

import json
import resource
import sys
from typing import TYPE_CHECKING, Any

import oracledb

from benchmarks.discovery.load import OWNER, PASSWORD
from tap_oracle.tap import TapOracle

if TYPE_CHECKING:
    from collections.abc import Callable


def main(host: str, port: str, service: str) -> None:
    """Discover everything, and say on stderr what it took."""
    sent: list[str] = []
    _listen(sent)
    config = {
        "host": host,
        "port": int(port),
        "service_name": service,
        "user": OWNER,
        "password": PASSWORD,
    }
    tap = TapOracle(config=config)
    lines = _Counter()
    sys.stdout = lines
    tap.run_discovery()
    tap.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    questions = [sql for sql in sent if sql.lstrip().upper().startswith(("SELECT", "WITH"))]
    said = {"peak_mib": peak, "statements": len(questions), "streams": lines.streams}
    sys.stderr.write("\n" + json.dumps(said) + "\n")


class _Counter:
    """A stdout that counts streams and keeps nothing."""

    def __init__(self) -> None:
        self.streams = 0

    def write(self, text: str) -> int:
        self.streams += text.count('"tap_stream_id"')
        return len(text)

    def flush(self) -> None:
        """Do nothing."""


def _listen(sent: list[str]) -> None:
    """Note every statement that a cursor of the driver executes."""
    execute: Callable[..., Any] = oracledb.Cursor.execute

    def noted(cursor: oracledb.Cursor, statement: str, *rest: Any, **named: Any) -> Any:  # noqa: ANN401
        sent.append(statement)
        return execute(cursor, statement, *rest, **named)

    oracledb.Cursor.execute = noted  # type: ignore[method-assign]


if __name__ == "__main__":
    main(*sys.argv[1:])
