"""What the tap holds in memory: bounded by bytes, not by rows alone."""

from __future__ import annotations

import json
import os
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.fix_plugins import select

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin

pytestmark = pytest.mark.oracle

MEBIBYTE = 1024 * 1024


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
    while block := process.stdout.read(MEBIBYTE):
        size += len(block)
    log = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    process.stderr.close()

    assert process.returncode == 0, log
    assert size > 16 * largest * 4 // 3
    assert usage.ru_maxrss * 1024 <= 5 * largest + 150 * MEBIBYTE
