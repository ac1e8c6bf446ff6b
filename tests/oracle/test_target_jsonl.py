"""Somebody else's loader takes what the tap writes: every type, every row, the state."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from oracle_standin.testing.fixtures import HR_EMPLOYEES

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import JsonLines, Plugin

pytestmark = pytest.mark.oracle


@pytest.mark.parametrize("settings", [{}, {"use_singer_decimal": True, "non_finite": "string"}])
def test_the_sample_arrives_whole(
    settings: dict[str, Any],
    tap: Plugin,
    jsonl: JsonLines,
    oracle_database: OracleDatabase,
    hr_schema: str,
) -> None:
    config = oracle_database.config(hr_schema, filter_schemas=[hr_schema], **settings)
    extracted = tap.run(config)
    assert extracted.code == 0, extracted.stderr
    loaded = jsonl.load(extracted.stdout)
    assert loaded.code == 0, loaded.stderr

    sent: dict[str, list[dict[str, Any]]] = {}
    for line in extracted.stdout.splitlines():
        message = json.loads(line, parse_float=Decimal)
        if message["type"] == "RECORD":
            sent.setdefault(message["stream"], []).append(message["record"])
    assert len(sent) == 7
    assert len(sent[f"{hr_schema}-EMPLOYEES"]) == HR_EMPLOYEES
    for stream, records in sent.items():
        assert jsonl.records(stream) == records, stream
    assert loaded.states() == extracted.states()[-1:]
