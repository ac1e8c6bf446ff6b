"""One discovery in a process of its own: seconds, memory, statements and streams."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_standin.testing.large_dictionary import OWNER, PASSWORD

if TYPE_CHECKING:
    from pathlib import Path

    from oracle_standin import Standin


@dataclass(frozen=True, slots=True)
class Measured:
    """What one discovery took, its start and its connection included."""

    seconds: float
    peak_mib: float
    statements: int
    streams: int

    def __str__(self) -> str:
        """Return the cells of the printed table."""
        return f"{self.seconds:>9.2f}{self.peak_mib:>9.0f}{self.statements:>12}{self.streams:>9,}"


def measure(who: str, standin: Standin, folder: Path, limit: float) -> Measured | None:
    """Discover into a file, as a user does.

    Args:
        who: the module that holds the command, `ours` or `plain`.
        standin: the server.
        folder: for the settings and the catalog.
        limit: seconds that it may take.

    Returns:
        None when it does not end in time.
    """
    config = folder / "config.json"
    config.write_text(json.dumps(_settings(who, standin)), "utf-8")
    command = [sys.executable, "-m", f"benchmarks.discovery.{who}", str(config)]
    catalog = folder / "catalog.json"
    started = time.perf_counter()
    with catalog.open("wb") as out:
        try:
            done = subprocess.run(  # noqa: S603 - our own module
                command, check=True, stdout=out, stderr=subprocess.PIPE, text=True, timeout=limit
            )
        except subprocess.TimeoutExpired:
            return None
    seconds = time.perf_counter() - started
    said = json.loads(done.stderr.splitlines()[-1])
    with catalog.open("rb") as lines:
        streams = sum(line.count(b'"tap_stream_id"') for line in lines)
    return Measured(seconds, said["peak_mib"], said["statements"], streams)


def _settings(who: str, standin: Standin) -> dict[str, object]:
    if who == "plain":
        address = f"{standin.host}:{standin.port}/?service_name={standin.service_name}"
        url = f"oracle+oracledb://{OWNER}:{PASSWORD}@{address}"
        return {"sqlalchemy_url": url, "schema": OWNER.lower()}
    return {
        "host": standin.host,
        "port": standin.port,
        "service_name": standin.service_name,
        "user": OWNER,
        "password": PASSWORD,
    }
