"""What the tap holds in memory: bounded by bytes, not by rows alone."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fix_plugins import select

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin

pytestmark = pytest.mark.oracle

MEBIBYTE = 1024 * 1024


def peak_bytes(process: int) -> int:
    """Return the most that a running process has held; 0 for one that is ending.

    getrusage(2) also counts what the parent held when it started the process.
    """
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    held = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(held[0]) * 1024 if held else 0


def test_large_objects_are_fetched_by_bytes(
    oracle_database: OracleDatabase, tap: Plugin, fresh_schema: str
) -> None:
    """Peak: at most five times the largest value, and 150 MiB."""
    largest = 5 * MEBIBYTE
    with closing(oracle_database.connect(fresh_schema)) as connection:
        cursor = connection.cursor()
        cursor.execute("CREATE TABLE t (id NUMBER(5) PRIMARY KEY, b BLOB)")
        for number in range(20):
            # Small ones first, so that the fetches have grown when the large ones come.
            data = bytes(100) if number < 4 else bytes(largest)
            cursor.execute("INSERT INTO t VALUES (:1, :2)", [number, data])
        connection.commit()
    config = oracle_database.config(fresh_schema, filter_schemas=fresh_schema)
    discovered = tap.run(config, "--discover")
    catalog = select(json.loads(discovered.stdout), lambda _: "")
    size = 0
    process = tap.start(config, catalog=catalog)
    assert process.stdin and process.stdout and process.stderr
    process.stdin.close()
    peak = 0
    while block := process.stdout.read(MEBIBYTE):
        size += len(block)
        peak = max(peak, peak_bytes(process.pid))
    log = process.stderr.read().decode()
    process.wait()
    process.stdout.close()
    process.stderr.close()

    assert process.returncode == 0, log
    assert size > 16 * largest * 4 // 3
    assert 0 < peak <= 5 * largest + 150 * MEBIBYTE
