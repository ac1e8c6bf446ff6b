"""Stream maps that match nothing or fail."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from singer_sdk.exceptions import MapExpressionError
from singer_sdk.mapper import PluginMapper

from oracle_core.command import failure_lines
from oracle_core.stream_maps import failure_text, unmatched

SCHEMA = {"type": "object", "properties": {"NAME": {"type": "string"}, "N": {"type": "integer"}}}


def line_of(expression: str, record: dict[str, Any]) -> str:
    config: dict[str, Any] = {"stream_maps": {"HR-JOBS": {"LABEL": expression}}}

    def mapped() -> None:
        mapper = PluginMapper(config, logging.getLogger("test"))
        mapper.register_raw_stream_schema("HR-JOBS", SCHEMA, ["NAME"])
        mapper.stream_maps["HR-JOBS"][0].transform(record)

    with pytest.raises((MapExpressionError, ZeroDivisionError)) as failed:
        mapped()
    (line,) = failure_lines(failed.value, "stream HR-JOBS", command="tap-oracle")
    return line


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("NAME +", "the expression cannot be parsed (column 7)"),
        ("NAMEE.lower()", "'NAMEE' is not a property; did you mean 'NAME'?"),
        ("N / 0", "the expression failed (ZeroDivisionError)"),
    ],
)
def test_a_failed_expression_names_its_property(expression: str, reason: str) -> None:
    line = line_of(expression, {"NAME": "secret value", "N": 4711})
    assert line == f"stream_maps: stream 'HR-JOBS', property 'LABEL': {reason}"


def test_another_failure_is_none_of_theirs() -> None:
    assert failure_text(ValueError("x")) is None


def test_entries_that_match_no_stream_are_named() -> None:
    streams = ["HR-JOBS", "HR-EMPLOYEES"]
    maps = {
        "HR-JOBS": {},
        "HR-E*": {},
        "copy": {"__source__": "HR-JOBS"},
        "__else__": None,
        "HR-EMPLOYES": {"A": "1"},
        "OE-*": None,
    }
    assert list(unmatched(maps, streams)) == [
        "stream_maps: 'HR-EMPLOYES' matches no stream; did you mean 'HR-EMPLOYEES'?",
        "stream_maps: 'OE-*' matches no stream",
    ]
