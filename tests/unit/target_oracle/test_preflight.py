"""Warnings at the start of a stream, and `strict`."""

from __future__ import annotations

from typing import Any

import pytest

from oracle_core.errors import ConfigurationError
from tests.unit.target_oracle.fake_run import Harness, record, schema

BOOKMARKED: dict[str, Any] = {**schema(), "bookmark_properties": ["id"]}
KEYLESS = schema(keys=())


def warnings_of(
    caplog: pytest.LogCaptureFixture, *messages: dict[str, Any], **config: Any
) -> list[str]:
    Harness(**config).read(*messages)
    return [entry.getMessage() for entry in caplog.records if entry.levelname == "WARNING"]


@pytest.mark.parametrize(
    ("message", "config"),
    [
        (schema(), {}),
        (BOOKMARKED, {}),
        (KEYLESS, {"load_method": "append-only"}),
        (KEYLESS, {"stream_maps": {"HR-T": {"__key_properties__": ["id"]}}}),
        (KEYLESS, {"stream_maps": {"HR-T": None}}),
    ],
)
def test_nothing_to_say(
    caplog: pytest.LogCaptureFixture, message: dict[str, Any], config: dict[str, Any]
) -> None:
    assert warnings_of(caplog, message, strict=True, **config) == []


def test_a_stream_without_a_key(caplog: pytest.LogCaptureFixture) -> None:
    (line,) = warnings_of(caplog, KEYLESS, record(1), KEYLESS)
    assert line.startswith("stream 'HR-T': it has no key properties")
    assert "load_method" in line


def test_strict_ends_the_run_before_the_table_is_made() -> None:
    harness = Harness(strict=True)
    with pytest.raises(ConfigurationError, match=r"strict.*1 warning.*no key properties"):
        harness.read(KEYLESS)
    assert harness.session.specs == []


def test_increments_into_overwrite() -> None:
    harness = Harness(strict=True, load_method="overwrite")
    with pytest.raises(ConfigurationError, match=r"read by a replication key.*use upsert"):
        harness.read(BOOKMARKED)
