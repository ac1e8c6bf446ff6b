"""Whatever the way of loading, the table equals a model in Python."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from target_oracle.reader import BulkReader
from target_oracle.target import TargetOracle

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

pytestmark = pytest.mark.oracle

GONE = "2024-01-01T00:00:00+00:00"
KEY_TYPES: dict[str, tuple[dict[str, Any], list[Any]]] = {
    "NUMBER(5,1)": ({"type": "number"}, [1, 1.0, 2, 2.5]),
    "VARCHAR2(4 CHAR)": ({"type": "string"}, ["a", "a ", "A", "ż"]),
    "CHAR(3 CHAR)": ({"type": "string"}, ["a", "a ", "b", "ż"]),
}
METHODS: list[dict[str, Any]] = [
    {"load_method": "upsert", "merge_strategy": "array"},
    {"load_method": "upsert", "merge_strategy": "staged"},
    {"load_method": "upsert", "merge_strategy": "staged", "direct_path": "never"},
    {"load_method": "overwrite"},
    {"load_method": "overwrite", "overwrite_strategy": "difference"},
    {"load_method": "overwrite", "direct_path": "never"},
    {"load_method": "append-only"},
]


@dataclass
class Model:
    """What a table should hold; keys as Oracle compares them."""

    key_type: str
    method: str
    rows: list[tuple[Any, Any]] = field(default_factory=list)

    def load(self, records: list[dict[str, Any]]) -> None:
        """Load the records of one run."""
        if self.method == "overwrite":
            self.rows = []
        for record in records:
            if self.method == "append-only":
                self.rows.append((self._stored(record["K"]), record["A"]))
                continue
            key = self._stored(record["K"])
            self.rows = [row for row in self.rows if row[0] != key]
            if record["_sdc_deleted_at"] is None:
                self.rows.append((key, record["A"]))

    def _stored(self, key: Any) -> Any:
        return key.ljust(3) if self.key_type.startswith("CHAR") else key


@st.composite
def loads(draw: st.DrawFn) -> tuple[str, list[list[dict[str, Any]]]]:
    """Return a key type and the records of one or two runs."""
    key_type = draw(st.sampled_from(sorted(KEY_TYPES)))
    record = st.fixed_dictionaries(
        {
            "K": st.sampled_from(KEY_TYPES[key_type][1]),
            "A": st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=4))
            .map(lambda text: None if text == "" else text)
            .filter(lambda text: text is None or "\x00" not in text),
            "_sdc_deleted_at": st.sampled_from([None, None, GONE]),
        }
    )
    return key_type, draw(st.lists(st.lists(record, max_size=9), min_size=1, max_size=2))


def schema_of(key_type: str) -> dict[str, Any]:
    properties = {
        "K": {**KEY_TYPES[key_type][0], "x-sql-datatype": key_type},
        "A": {"type": ["string", "null"], "maxLength": 8},
        "_sdc_deleted_at": {"type": ["string", "null"], "format": "date-time"},
    }
    return {
        "type": "SCHEMA",
        "stream": "T",
        "schema": {"properties": properties},
        "key_properties": ["K"],
    }


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(case=loads(), method=st.sampled_from(METHODS), batch_size_rows=st.integers(1, 5))
def test_the_table_equals_the_model(
    oracle_database: OracleDatabase,
    fresh_schema: str,
    case: tuple[str, list[list[dict[str, Any]]]],
    method: dict[str, Any],
    batch_size_rows: int,
) -> None:
    key_type, runs = case
    model = Model(key_type, method["load_method"])
    oracle_database.execute(
        fresh_schema,
        "BEGIN FOR t IN (SELECT table_name FROM user_tables WHERE table_name = 'T') LOOP"
        " EXECUTE IMMEDIATE 'DROP TABLE t PURGE'; END LOOP; END;",
    )
    config = oracle_database.config(
        fresh_schema, batch_size_rows=batch_size_rows, hard_delete=True, **method
    )
    for records in runs:
        messages = [schema_of(key_type)]
        messages += [{"type": "RECORD", "stream": "T", "record": record} for record in records]
        data = "".join(json.dumps(message) + "\n" for message in messages).encode()
        run = TargetOracle(config=config).run
        BulkReader(run, max_line_bytes=1 << 20).read(io.BytesIO(data))
        run.finish()
        model.load(records)
        found = oracle_database.rows(fresh_schema, "SELECT k, a FROM t")
        assert sorted(map(repr_of, found)) == sorted(map(repr_of, model.rows))


def repr_of(row: tuple[Any, Any]) -> tuple[str, str]:
    """Return a row such that equal numbers look alike."""
    key = row[0] if isinstance(row[0], str) else float(row[0])
    return repr(key), repr(row[1])
