"""Random values through the target and back by SQL: nothing changes on the way."""

from __future__ import annotations

import base64
import datetime as dt
import io
import json
from contextlib import redirect_stdout
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from target_oracle.target import TargetOracle

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

pytestmark = pytest.mark.oracle

STREAM = "HR-P"
SCHEMA = {
    "type": "SCHEMA",
    "stream": STREAM,
    "key_properties": ["ID"],
    "schema": {
        "properties": {
            "ID": {"type": "integer"},
            "N": {"type": ["number", "null"], "x-sql-datatype": "NUMBER"},
            "I": {"type": ["integer", "null"], "x-sql-datatype": "NUMBER(38)"},
            "T": {
                "type": ["string", "null"],
                "format": "date-time",
                "x-sql-datatype": "TIMESTAMP(9) WITH TIME ZONE",
            },
            "S": {"type": ["string", "null"], "x-sql-datatype": "VARCHAR2(1000 CHAR)"},
            "C": {"type": ["string", "null"], "x-sql-datatype": "CLOB"},
            "B": {"type": ["string", "null"], "contentEncoding": "base64"},
        }
    },
}
ZONED = 'YYYY-MM-DD"T"HH24:MI:SS.FF9TZH:TZM'

numbers = st.builds(
    lambda digits, exponent, sign: Decimal((sign, tuple(map(int, str(digits))), exponent)),
    st.integers(0, 10**38 - 1),
    st.integers(-60, 40),
    st.integers(0, 1),
)
offsets = st.integers(-12 * 60, 14 * 60)
texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60
)


@st.composite
def zoned_texts(draw: st.DrawFn) -> str:
    """Return a moment with nine digits and an offset, as TO_CHAR spells it."""
    moment = draw(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1)))  # noqa: DTZ001
    minutes = draw(offsets)
    sign, size = "-" if minutes < 0 else "+", abs(minutes)
    nanoseconds = moment.microsecond * 1000 + draw(st.integers(0, 999))
    clock = moment.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{clock}.{nanoseconds:09}{sign}{size // 60:02}:{size % 60:02}"


rows = st.tuples(
    st.none() | numbers,
    st.none() | st.integers(-(10**38) + 1, 10**38 - 1),
    st.none() | zoned_texts(),
    st.none() | texts,
    st.none() | texts.map(lambda text: text * 100),
    st.none() | st.binary(min_size=1, max_size=4000),
)


def record(number: int, row: tuple[Any, ...]) -> bytes:
    exact, whole, moment, short, long, binary = row
    rest = {
        "I": whole,
        "T": moment,
        "S": short,
        "C": long,
        "B": binary and base64.b64encode(binary).decode(),
    }
    decimal = "null" if exact is None else str(exact)
    inner = f'{{"ID":{number},"N":{decimal},{json.dumps(rest)[1:]}'
    return f'{{"type":"RECORD","stream":"{STREAM}","record":{inner}}}\n'.encode()


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(batch=st.lists(rows, min_size=1, max_size=20))
def test_what_is_read_is_what_was_sent(
    oracle_database: OracleDatabase, fresh_schema: str, batch: list[tuple[Any, ...]]
) -> None:
    lines = [json.dumps(SCHEMA).encode() + b"\n", *(record(i, row) for i, row in enumerate(batch))]
    target = TargetOracle(config=oracle_database.config(fresh_schema, load_method="overwrite"))
    with redirect_stdout(io.TextIOWrapper(io.BytesIO(), encoding="utf-8")):
        target.listen(io.BytesIO(b"".join(lines)))  # type: ignore[arg-type]
    query = f"SELECT n, i, TO_CHAR(t, '{ZONED}'), s, c, b FROM p ORDER BY id"
    assert oracle_database.rows(fresh_schema, query) == batch
