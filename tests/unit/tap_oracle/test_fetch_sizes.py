"""Rows per fetch in thick mode, where Oracle Client allocates by declared size."""

from __future__ import annotations

from typing import Any

import oracledb
import pytest

from oracle_core.types import JsonSchemaOptions, fetch_plan, parse
from tap_oracle.fetching import fetch_rows
from tap_oracle.plan import ColumnPlan, StreamPlan
from tap_oracle.query import Statement


class Cursor:
    """Notes the sizes that it is asked for; has no rows."""

    arraysize = prefetchrows = 0

    def cursor(self) -> Cursor:
        return self

    def execute(self, *arguments: Any, **options: Any) -> None:
        del arguments, options

    def fetchmany(self, size: int) -> list[Any]:
        assert size == self.arraysize
        return []

    def close(self) -> None:
        pass


@pytest.mark.parametrize(("is_thin", "rows"), [(True, 10_000), (False, 2_097)])
def test_declared_lengths_bound_a_fetch_in_thick_mode(
    is_thin: bool, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oracledb, "is_thin_mode", lambda: is_thin)
    wide = parse("VARCHAR2(2000 CHAR)")
    plan = StreamPlan((ColumnPlan("A", wide, fetch_plan(wide)),), JsonSchemaOptions())
    cursor = Cursor()
    most = 16 * 1024 * 1024 if not is_thin else 64 * 1024 * 1024
    fetches = fetch_rows(
        cursor,  # type: ignore[arg-type]
        Statement("SELECT"),
        plan,
        array_size_rows=10_000,
        fetch_bytes_max=most,
    )
    assert list(fetches) == []
    assert cursor.arraysize <= rows
    assert is_thin == (cursor.arraysize == 10_000)
