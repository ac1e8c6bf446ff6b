"""What tap and target hold in memory: bounded by bytes, not by rows alone."""

from __future__ import annotations

import json
import subprocess
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fix_plugins import POLL_SECONDS, select

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin

pytestmark = pytest.mark.oracle

MEBIBYTE = 1024 * 1024
LARGEST = 5 * MEBIBYTE
LARGE_ROWS = 8
MOST = 5 * LARGEST + 150 * MEBIBYTE


class Peak:
    """The most that a running process has held, as far as it was looked at.

    getrusage(2) also counts what the parent held when it started the process.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        """Look at `process`."""
        self._status = Path(f"/proc/{process.pid}/status")
        self.bytes = 0

    def look(self) -> None:
        """Look again; a process that is ending has no figure."""
        lines = self._status.read_text(encoding="ascii").splitlines()
        held = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
        self.bytes = max([self.bytes, *(kibibytes * 1024 for kibibytes in held)])


def end(process: subprocess.Popen[bytes], peak: Peak) -> None:
    """Wait for the end of a process, which has to succeed."""
    assert process.stdout
    assert process.stderr
    while process.poll() is None:
        peak.look()
        try:
            process.wait(POLL_SECONDS)
        except subprocess.TimeoutExpired:
            continue
    log = process.stderr.read().decode()
    process.stdout.close()
    process.stderr.close()
    assert process.returncode == 0, log


def test_large_objects_are_moved_by_bytes(
    oracle_database: OracleDatabase,
    tap: Plugin,
    target: Plugin,
    fresh_schema: str,
    other_schema: str,
) -> None:
    """Peak of each: at most five times the largest value, and 150 MiB."""
    with closing(oracle_database.connect(fresh_schema)) as connection:
        cursor = connection.cursor()
        cursor.execute("CREATE TABLE t (id NUMBER(5) PRIMARY KEY, b BLOB)")
        for number in range(4 + LARGE_ROWS):
            # Small ones first, so that the fetches have grown when the large ones come.
            data = bytes(100) if number < 4 else number.to_bytes(1, "big") * LARGEST
            cursor.execute("INSERT INTO t VALUES (:1, :2)", [number, data])
        connection.commit()
    config = oracle_database.config(fresh_schema, filter_schemas=fresh_schema)
    discovered = tap.run(config, "--discover")
    catalog = select(json.loads(discovered.stdout), lambda _: "")
    reader = tap.start(config, catalog=catalog)
    loader = target.start(oracle_database.config(other_schema))
    assert reader.stdin
    assert reader.stdout
    assert loader.stdin
    reader.stdin.close()
    peaks = Peak(reader), Peak(loader)
    while block := reader.stdout.read(MEBIBYTE):
        loader.stdin.write(block)
        for peak in peaks:
            peak.look()
    end(reader, peaks[0])
    loader.stdin.close()
    end(loader, peaks[1])

    copied = oracle_database.rows(other_schema, "SELECT SUM(DBMS_LOB.GETLENGTH(b)) FROM t")
    assert copied == [(4 * 100 + LARGE_ROWS * LARGEST,)]
    assert [peak.bytes > 0 for peak in peaks] == [True, True]
    assert max(peak.bytes for peak in peaks) <= MOST
