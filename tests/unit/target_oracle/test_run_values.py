"""What becomes of values on their way: stream maps, flattening, refusals."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from target_oracle.errors import LineError, LoadError
from tests.unit.target_oracle.fake_run import Harness, record, schema, state


def test_stream_maps_go_record_by_record() -> None:
    harness = Harness(stream_maps={"HR-T": {"a": "str(id * 2)", "__filter__": "id != 2"}})
    harness.read(schema(), record(1), record(2), record(3))
    harness.run.finish()
    assert harness.session.loaded() == [(1, "2"), (3, "6")]


def test_a_stream_mapped_away_is_not_loaded() -> None:
    harness = Harness(stream_maps={"HR-T": None})
    harness.read(schema(), record(1), state({"n": 1}))
    assert harness.session.words() == []
    assert harness.lines == [b'{"n": 1}\n']


def test_flattened_objects_become_columns() -> None:
    harness = Harness(flattening_enabled=True, flattening_max_depth=1)
    inner = {"type": "object", "properties": {"x": {"type": "number"}}}
    harness.read(schema(o=inner), record(1, record={"o": {"x": 1.25}}))
    harness.run.finish()
    assert harness.session.log[0][1] == ["ID", "A", "O__X"]
    assert [str(value) for value in harness.session.loaded()[0]] == ["1", "None", "1.25"]


def test_nested_values_are_json_text_and_flags_are_numbers() -> None:
    harness = Harness()
    more: dict[str, Any] = {
        "o": {"type": "object"},
        "l": {"type": "array"},
        "f": {"type": "boolean"},
        "any": {},
    }
    values = {"o": {"k": [1.5, "é"]}, "l": [], "f": True, "any": "text"}
    harness.read(schema(**more), record(1, record=values))
    harness.run.finish()
    row = harness.session.loaded()[0]
    assert json.loads(row[2]) == values["o"]
    assert row[3] == "[]"
    assert row[4] == 1
    assert row[5] == "text"


@pytest.mark.parametrize(
    ("schema_of_c", "value", "what"),
    [
        ({"type": "number", "x-sql-datatype": "NUMBER(5,2)"}, 1.234, "scale of 2"),
        ({"type": "number"}, "NaN", "NaN"),
        ({"type": "string", "format": "date-time"}, "SECRET", "date and time"),
        ({"type": "string", "format": "date-time"}, "2023-02-29T00:00:00Z", "does not exist"),
        ({"type": "string", "format": "date"}, "2024-13-01", "does not exist"),
        ({"type": "string", "format": "date"}, "2024-01-01T24:00:00", "does not exist"),
        ({"type": "string", "contentEncoding": "base64"}, "SECRET!", "base64"),
    ],
)
def test_values_that_do_not_fit_are_refused_without_being_shown(
    schema_of_c: dict[str, Any], value: Any, what: str
) -> None:
    harness = Harness().read(schema(c=schema_of_c), record(1), record(2, record={"c": value}))
    with pytest.raises(LoadError, match=what) as caught:
        harness.run.finish()
    text = str(caught.value)
    assert "stream 'HR-T': property 'c'" in text
    assert "(line 3)" in text
    assert "SECRET" not in text
    assert harness.session.words() == ["ddl"]
    assert harness.session.closed


def test_the_line_of_a_refusal_holds_after_earlier_batches_and_other_streams() -> None:
    harness = Harness(batch_size_rows=2)
    decimal = {"type": "number", "x-sql-datatype": "NUMBER(5,2)"}
    harness.read(schema(c=decimal), schema("HR-U"))  # lines 1 and 2 of a first input
    wrong = record(4, record={"c": 1.234})
    with pytest.raises(LoadError, match=r"\(line 6\)"):
        harness.read(record(1), record(2), record(1, "HR-U"), record(3), record(2, "HR-U"), wrong)


def test_dates_are_bound_as_such_and_years_before_1_as_text() -> None:
    time = {"type": ["string", "null"], "format": "date-time"}
    more: dict[str, Any] = {"d": {**time, "x-sql-datatype": "DATE"}}
    harness = Harness(batch_size_rows=1)
    for text in ("2024-01-02T03:04:05+00:00", "-4712-01-01T00:00:00+00:00"):
        harness.read(schema(**more), record(1, record={"d": text}))
    values = [row[2] for row in harness.session.loaded()]
    assert values == [dt.datetime(2024, 1, 2, 3, 4, 5), "-4712-01-01T00:00:00"]  # noqa: DTZ001


def test_an_empty_key_is_refused() -> None:
    harness = Harness().read(schema(keys=("a",)), record(1, record={"a": ""}))
    with pytest.raises(LoadError, match="NULL in Oracle"):
        harness.run.finish()


def test_a_mapped_record_that_does_not_fit_names_its_line() -> None:
    harness = Harness(stream_maps={"HR-T": {"id": "a"}})
    with pytest.raises(LineError, match="line 2 "):
        harness.read(schema(), record(1, record={"a": "x"}))


def test_without_validation_values_load_that_the_column_takes_exactly() -> None:
    harness = Harness(validate_records=False)
    columns: dict[str, Any] = {
        "n": {"type": "integer"},
        "t": {"type": "string", "maxLength": 9},
        "d": {"type": "number"},
    }
    harness.read(schema(**columns), record(1, record={"n": "12", "t": 5, "d": "0.10"}))
    harness.run.finish()
    assert [str(value) for value in harness.session.loaded()[0][2:]] == ["12", "5", "0.10"]
    harness = Harness(validate_records=False)
    harness.read(schema(**columns), record(1, record={"n": 0.5}))
    with pytest.raises(LoadError, match="property 'n'"):
        harness.run.finish()


def test_an_empty_text_by_setting() -> None:
    rows = [record(1, record={"a": "", "b": ""}), record(2, record={"a": "x", "b": ""})]
    text: dict[str, Any] = {"b": {"type": "string", "maxLength": 3}}
    harness = Harness(empty_string="space").read(schema(keys=("a",), **text), *rows)
    harness.run.finish()
    assert [row[1:] for row in harness.session.loaded()] == [(" ", ""), ("x", "")]
    harness = Harness(empty_string="fail").read(schema(**text), rows[1])
    with pytest.raises(LoadError, match=r"property 'b': a text is empty.*\(line 2\)"):
        harness.run.finish()
