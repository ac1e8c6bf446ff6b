"""Warnings at the start of a run, and `strict`."""

from __future__ import annotations

from typing import Any

import pytest

from oracle_core.errors import ConfigurationError
from tests.unit.tap_oracle.fake_database import FakeSession, FakeTap, catalog_of
from tests.unit.tap_oracle.messages import NAIVE, Lines, states


def warnings_of(
    caplog: pytest.LogCaptureFixture, catalog: dict[str, Any], **arguments: Any
) -> list[str]:
    caplog.clear()
    FakeTap(FakeSession([]), catalog=catalog, **arguments).run_pipeline()
    return [entry.getMessage() for entry in caplog.records if entry.levelname == "WARNING"]


def not_null(catalog: dict[str, Any], *names: str) -> dict[str, Any]:
    for name in names:
        catalog["streams"][0]["schema"]["properties"][name]["type"] = ["string"]
    return catalog


def increment(sql_datatype: str = "DATE", key: str = "K") -> dict[str, Any]:
    catalog = catalog_of({"ID": "NUMBER(9)", "K": sql_datatype}, **{"replication-key": key})
    return not_null(catalog, "ID", "K")


def bookmark(**keys: Any) -> dict[str, Any]:
    return {"bookmarks": {"HR-T": {"replication_key": "K", **keys}}}


def test_nothing_to_say_about_a_good_stream(caplog: pytest.LogCaptureFixture) -> None:
    assert warnings_of(caplog, increment()) == []
    assert warnings_of(caplog, catalog_of({"ID": "NUMBER"})) == []


def test_a_nullable_replication_key(caplog: pytest.LogCaptureFixture) -> None:
    catalog = catalog_of({"ID": "NUMBER", "K": "DATE"}, **{"replication-key": "K"})
    (line,) = warnings_of(caplog, catalog)

    assert line.startswith("stream 'HR-T': the replication key K may be NULL")


@pytest.mark.parametrize("moment", ["2099-01-01T00:00:00+00:00", "2099-01-01T00:00:00.5Z"])
def test_a_bookmark_in_the_future(caplog: pytest.LogCaptureFixture, moment: str) -> None:
    catalog = increment("TIMESTAMP(6)")
    (line,) = warnings_of(caplog, catalog, state=bookmark(replication_key_value=moment))

    assert "lies in the future" in line
    number = increment("NUMBER(9)")
    assert warnings_of(caplog, number, state=bookmark(replication_key_value=10**8)) == []


def test_another_replication_key(caplog: pytest.LogCaptureFixture) -> None:
    state = bookmark(replication_key_value=5)
    (line,) = warnings_of(caplog, increment("NUMBER(9)", key="ID"), state=state)

    assert "is ID now and was K" in line


def test_a_table_without_a_key(caplog: pytest.LogCaptureFixture) -> None:
    catalog = catalog_of({"V": "NUMBER"})
    (line,) = warnings_of(caplog, catalog)

    assert "FULL_TABLE without a key" in line
    assert not warnings_of(caplog, catalog, config={"emit_activate_version_messages": True})


def test_columns_that_came_after_the_last_run(
    caplog: pytest.LogCaptureFixture, lines: Lines
) -> None:
    FakeTap(FakeSession([(1, NAIVE.replace(microsecond=0))]), catalog=increment()).run_pipeline()
    state = states(lines())[-1]
    assert warnings_of(caplog, increment(), state=state) == []
    wider = catalog_of(
        {"ID": "NUMBER(9)", "K": "DATE", "NEW": "NUMBER"}, **{"replication-key": "K"}
    )
    (line,) = warnings_of(caplog, not_null(wider, "K"), state=state)

    assert "its columns have changed" in line


def test_strict_makes_errors_of_them() -> None:
    tap = FakeTap(FakeSession([]), catalog=catalog_of({"V": "NUMBER"}), config={"strict": True})
    with pytest.raises(ConfigurationError, match="FULL_TABLE without a key"):
        tap.run_pipeline()


def test_globs_that_match_nothing_are_named(caplog: pytest.LogCaptureFixture) -> None:
    options = {"HR-*": {"where": "1 = 1"}, "SALES-*": {"where": "1 = 1"}}
    (line,) = warnings_of(caplog, catalog_of({"ID": "NUMBER"}), config={"stream_options": options})

    assert "'SALES-*' matches no stream" in line
