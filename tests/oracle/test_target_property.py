"""Whatever the way of loading, the table equals a model in Python.

A few examples by default; `make faults-target` (FAULTS=full) runs many.
"""

from __future__ import annotations

import io
import json
import os
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from target_oracle.errors import TargetError
from target_oracle.target import TargetOracle
from tests.oracle.value_samples import KEY_SAMPLES, SAMPLES, Sample

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

IS_FULL = os.environ.get("FAULTS") == "full"
pytestmark = [pytest.mark.oracle, *([pytest.mark.timeout(3600)] * IS_FULL)]
GONE = "2024-01-01T00:00:00+00:00"
METHODS: list[dict[str, Any]] = [
    {"load_method": "upsert", "merge_strategy": "array"},
    {"load_method": "upsert", "merge_strategy": "staged"},
    {"load_method": "upsert", "merge_strategy": "staged", "direct_path": "never"},
    {"load_method": "overwrite"},
    {"load_method": "overwrite", "direct_path": "never"},
    {"load_method": "overwrite", "overwrite_strategy": "difference"},
    {"load_method": "overwrite", "overwrite_strategy": "rename"},
    {"load_method": "overwrite", "overwrite_strategy": "exchange"},
    {"load_method": "append-only"},
]


PLACES: list[Literal["first", "last"] | None] = [None, "first", "last"]
"""Where ACTIVATE_VERSION stands, if it does."""


@dataclass(frozen=True)
class Row:
    """A row as SQL shows it."""

    key: str | None
    value: str | None
    version: int | None
    is_marked: bool


@dataclass(frozen=True)
class Record:
    """A record: places of its key and value in their samples, None for null."""

    key: int | None
    value: int | None
    is_gone: bool


@dataclass(frozen=True)
class Load:
    """The input of one run; `activates` is one of `PLACES`."""

    records: tuple[Record, ...]
    version: int | None
    activates: Literal["first", "last"] | None


@dataclass(frozen=True)
class Case:
    """Loads of one stream."""

    key: Sample
    value: Sample
    is_keyed: bool
    loads: tuple[Load, ...]
    hard_delete: bool
    batch_size_rows: int
    method: dict[str, Any]


@dataclass
class Model:
    """What a table should hold; keys as Oracle compares them.

    A row that is deleted and sent again without a version keeps the version of the old row where
    both records are in one batch, whose last record of a key counts, and has none where they are
    not: `unsure` holds the keys of such rows.
    """

    case: Case
    rows: list[Row] = field(default_factory=list)
    unsure: set[str | None] = field(default_factory=set)
    deleted: set[str | None] = field(default_factory=set)

    def load(self, load: Load) -> list[list[Row]]:
        """Take the records of one run; return the rows after each of them."""
        is_overwrite = self.case.method["load_method"] == "overwrite"
        before = self.rows
        if is_overwrite:
            self.rows = []
        states = [list(self.rows)]
        self.deleted = set()
        for record in load.records:
            self._take(record, load.version, before)
            states.append(list(self.rows))
        if load.activates:
            self._activate(load.version)
        return states

    def _take(self, record: Record, version: int | None, before: list[Row]) -> None:
        shown = None if record.key is None else self.case.key.values[record.key][1]
        value = None if record.value is None else self.case.value.values[record.value][1]
        is_merged = self.case.is_keyed and self.case.method["load_method"] != "append-only"
        if not is_merged:
            self.rows.append(Row(shown, value, version, record.is_gone))
            return
        earlier = [row for row in self.rows if row.key == shown]
        if self.case.method.get("overwrite_strategy") == "difference":
            earlier += [row for row in before if row.key == shown]
        self.rows = [row for row in self.rows if row.key != shown]
        if version is not None:
            self.unsure.discard(shown)
        elif earlier:  # the column is not written
            version = earlier[0].version
        elif shown in self.deleted:
            self.unsure.add(shown)
        if record.is_gone and self.case.hard_delete:
            self.deleted.update(row.key for row in earlier)
        else:
            self.rows.append(Row(shown, value, version, record.is_gone))

    def comparable(self, rows: list[Row]) -> Counter[Row]:
        """Return rows without the versions that are not sure."""
        return Counter(
            replace(row, version=None) if row.key in self.unsure else row for row in rows
        )

    def _activate(self, version: int | None) -> None:
        older = [row for row in self.rows if row.version != version]
        self.rows = [row for row in self.rows if row.version == version]
        if not self.case.hard_delete:
            self.rows += [Row(row.key, row.value, row.version, is_marked=True) for row in older]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Return loads by one method into one table."""
    key, value = draw(st.sampled_from(KEY_SAMPLES)), draw(st.sampled_from(SAMPLES))
    is_keyed = draw(st.booleans() | st.just(value=True))
    keys = st.sampled_from(range(len(key.values)))
    values = st.none() | st.sampled_from(range(len(value.values)))
    gone = st.sampled_from([False, False, True])
    record = st.builds(Record, keys if is_keyed else st.none() | keys, values, gone)
    loads = []
    for number in range(draw(st.integers(1, 3))):
        records = draw(st.lists(record, max_size=9))
        if is_keyed and records and draw(st.integers(0, 9)) == 0:
            records.insert(draw(st.integers(0, len(records))), Record(None, None, is_gone=False))
        version = draw(st.none() | st.just(number + 1))
        activates = draw(st.sampled_from(PLACES)) if version else None
        loads.append(Load(tuple(records), version, activates))
    methods = [m for m in METHODS if is_keyed or m.get("overwrite_strategy") != "difference"]
    return Case(
        key,
        value,
        is_keyed,
        tuple(loads),
        draw(st.booleans()),
        draw(st.integers(1, 5)),
        draw(st.sampled_from(methods)),
    )


def messages(case: Case, load: Load) -> list[dict[str, Any]]:
    """Return the messages of one run."""
    properties = {
        "K": {**case.key.schema, "x-sql-datatype": case.key.sql_type},
        "A": {**case.value.schema, "x-sql-datatype": case.value.sql_type},
        "_sdc_deleted_at": {"type": ["string", "null"], "format": "date-time"},
    }
    for name in ("A",) if case.is_keyed else ("K", "A"):
        properties[name]["type"] = [properties[name]["type"], "null"]
    keys = ["K"] if case.is_keyed else []
    schema = {"properties": properties}
    lines: list[dict[str, Any]] = [
        {"type": "SCHEMA", "stream": "T", "schema": schema, "key_properties": keys}
    ]
    activation = {"type": "ACTIVATE_VERSION", "stream": "T", "version": load.version}
    if load.activates == "first":
        lines.append(activation)
    for record in load.records:
        sent = {
            "K": None if record.key is None else case.key.values[record.key][0],
            "A": None if record.value is None else case.value.values[record.value][0],
            "_sdc_deleted_at": GONE if record.is_gone else None,
        }
        more = {} if load.version is None else {"version": load.version}
        lines.append({"type": "RECORD", "stream": "T", "record": sent, **more})
    return [*lines, activation] if load.activates == "last" else lines


def run(config: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    data = "".join(json.dumps(line) + "\n" for line in lines).encode()
    target = TargetOracle(config=config)
    target.read_input(io.BytesIO(data))
    target.process_endofpipe()


def rows_of(database: OracleDatabase, user: str, case: Case) -> list[Row]:
    columns = database.rows(user, "SELECT column_name FROM user_tab_columns WHERE table_name = 'T'")
    version = '"_SDC_TABLE_VERSION"' if ("_SDC_TABLE_VERSION",) in columns else "NULL"
    query = (
        f'SELECT {case.key.shown}, {case.value.shown}, {version}, NVL2("_SDC_DELETED_AT", 1, 0)'
        " FROM t"
    )
    return [
        Row(k, a, None if v is None else int(v), bool(marked))
        for k, a, v, marked in database.rows(user, query)
    ]


@settings(
    max_examples=400 if IS_FULL else 20,
    phases=tuple(Phase) if IS_FULL else (Phase.explicit, Phase.reuse, Phase.generate),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(case=cases())
def test_the_table_equals_the_model(
    oracle_database: OracleDatabase, fresh_schema: str, case: Case
) -> None:
    oracle_database.execute(
        fresh_schema,
        "BEGIN FOR t IN (SELECT table_name FROM user_tables WHERE table_name = 'T') LOOP"
        " EXECUTE IMMEDIATE 'DROP TABLE t PURGE'; END LOOP; END;",
    )
    config = oracle_database.config(
        fresh_schema,
        batch_size_rows=case.batch_size_rows,
        hard_delete=case.hard_delete,
        **case.method,
    )
    note(repr(case))
    model = Model(case)
    for load in case.loads:
        before = list(model.rows)
        states = model.load(load)
        lines = messages(case, load)
        nulls = [place for place, record in enumerate(load.records) if record.key is None]
        if case.is_keyed and nulls:
            with pytest.raises(TargetError):
                run(config, lines)
            model.rows = rows_of(oracle_database, fresh_schema, case)
            # Whole batches before the record are there, or nothing of an overwrite.
            is_overwrite = case.method["load_method"] == "overwrite"
            possible = [before] if is_overwrite else states[: nulls[0] + 1]
            assert model.comparable(model.rows) in map(model.comparable, possible)
            continue
        run(config, lines)
        found = rows_of(oracle_database, fresh_schema, case)
        assert model.comparable(found) == model.comparable(model.rows)
