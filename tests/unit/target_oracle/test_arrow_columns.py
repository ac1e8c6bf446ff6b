"""Arrow columns bind the values that rows of the same file bind."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle_core.errors import DataError
from oracle_core.identifiers import Identifier
from oracle_core.server import Server
from oracle_core.types import parse
from target_oracle.arrow_columns import arrow_batch
from target_oracle.arrow_rows import rows_of
from target_oracle.metadata import BatchMoment
from target_oracle.properties import properties_of
from target_oracle.records import NotDecoded, RecordDecoder
from target_oracle.sources import batch_of, sources

SERVER = Server(release=(23, 0))
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
MOMENT = BatchMoment(received_at=NOW, batched_at=NOW, sync_started_ms=0, version=None)
MOMENTS = {"type": ["string", "null"], "format": "date-time"}
COLUMNS: dict[str, tuple[dict[str, Any], str]] = {
    "I": ({"type": ["integer", "null"]}, "NUMBER(38)"),
    "N": ({"type": ["number", "null"]}, "NUMBER(12,2)"),
    "S": ({"type": ["string", "null"]}, "VARCHAR2(4000 BYTE)"),
    "D": ({**MOMENTS, "x-sql-datatype": "DATE"}, "DATE"),
    "T": ({**MOMENTS, "x-sql-datatype": "TIMESTAMP(3)"}, "TIMESTAMP(3)"),
    "F": ({"type": ["number", "null"]}, "BINARY_DOUBLE"),
}
_clock = st.datetimes().map(
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000).isoformat()
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "I": st.integers(-(2**63), 2**63 - 1),
    "N": st.decimals(-(10**9), 10**9, places=2),
    "S": st.text(max_size=20),
    "D": st.one_of(
        _clock.map(lambda text: text[:19] + "+00:00"),
        st.sampled_from(
            ["2020-02-30T00:00:00+00:00", "2020-01-01T00:00:00+02:00", "2020-01-01", "x"]
        ),
    ),
    "T": st.one_of(
        _clock.map(lambda text: text + "+00:00"),
        st.sampled_from(["2020-01-01T00:00:00.1234+00:00", "1582-10-10T00:00:00+00:00"]),
    ),
    "F": st.floats(allow_nan=False, allow_infinity=False),
}
TYPES = {
    "I": pa.int64(),
    "N": pa.decimal128(20, 2),
    "S": pa.large_string(),
    "D": pa.large_string(),
    "T": pa.large_string(),
    "F": pa.float64(),
}


def _sources(names: list[str]) -> tuple[Any, Any]:
    schema = {"properties": {name: COLUMNS[name][0] for name in names}}
    properties = properties_of(schema, [], validate=True)
    columns = {name: Identifier(name) for name in names}
    types = {Identifier(name): parse(COLUMNS[name][1]) for name in names}
    parts = sources(properties, (), columns, types, keyed=False, server=SERVER)
    return properties, parts


@settings(max_examples=60, deadline=None)
@given(data=st.data(), name=st.sampled_from(sorted(COLUMNS)))
def test_both_ways_bind_the_same(data: st.DataObject, name: str) -> None:
    strategy = st.lists(st.one_of(st.none(), VALUES[name]), min_size=1, max_size=5)
    values = data.draw(strategy)
    table = pa.table({name: pa.array(values, TYPES[name])})
    properties, parts = _sources([name])
    quick = arrow_batch(parts, table, SERVER, growing=())
    try:
        rows = rows_of(table, RecordDecoder("X", properties))
        slow = batch_of(parts, rows, MOMENT)
    except (DataError, NotDecoded):
        assert quick is None
        return
    if quick is None:
        return
    assert quick.table.column(0).to_pylist() == list(slow.values[0])
    assert quick.columns[0].plan == slow.columns[0].plan


@pytest.mark.parametrize("name", COLUMNS)
def test_ordinary_values_stay_arrow(name: str) -> None:
    ordinary = {
        "I": 5,
        "N": Decimal("1.25"),
        "S": "text é",
        "D": "2020-01-01T10:11:12+00:00",
        "T": "2020-01-01T10:11:12.125+00:00",
        "F": 0.1,
    }
    table = pa.table({name: pa.array([ordinary[name], None], TYPES[name])})
    _, parts = _sources([name])
    assert arrow_batch(parts, table, SERVER, growing=()) is not None
