"""Rows of V$LOGMNR_CONTENTS for tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tap_oracle.logminer.contents import COMMIT, ROLLBACK, START, LogRow

TIME = dt.datetime(2024, 5, 6, 7, 8, 9)  # noqa: DTZ001 - the server's clock has no zone
TABLE = '"HR"."T"'


def row(operation: int, scn: int, xid: bytes = b"\1", **changes: Any) -> LogRow:
    base = LogRow(
        scn, xid, operation, 0, 0, 0, TIME, 1, " 0x01 ", 0, 7, "HR", "T", None, None, None
    )
    return base._replace(**changes)


def start(scn: int, xid: bytes = b"\1") -> LogRow:
    return row(START, scn, xid, owner=None, table=None)


def commit(scn: int, xid: bytes = b"\1") -> LogRow:
    return row(COMMIT, scn, xid, owner=None, table=None)


def rollback(scn: int, xid: bytes = b"\1") -> LogRow:
    return row(ROLLBACK, scn, xid, owner=None, table=None)
