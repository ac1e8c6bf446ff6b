"""Options of single streams."""

from __future__ import annotations

import fnmatch
import ntpath
from types import SimpleNamespace
from typing import Any

import pytest

from oracle_core.errors import ConfigurationError
from oracle_core.glob_options import unmatched
from tap_oracle.stream_options import checked_options, options_of
from tests.unit.tap_oracle.fake_database import FakeSession, FakeTap, catalog_of


def statement(options: dict[str, Any], **root: Any) -> str:
    session = FakeSession([])
    catalog = catalog_of({"ID": "NUMBER(9)", "K": "NUMBER(9)"}, **root)
    FakeTap(session, catalog=catalog, config={"stream_options": {"HR-*": options}}).run_pipeline()
    return str(session.statements[-1][0])


def test_text_of_the_operator_is_part_of_the_select() -> None:
    given = {"where": "K > 5 OR K IS NULL", "hint": "PARALLEL(4)", "order_by": '"ID" DESC'}

    assert statement(given) == (
        'SELECT /*+ PARALLEL(4) */ "ID", "K" FROM "HR"."T" WHERE (K > 5 OR K IS NULL)'
        ' ORDER BY "ID" DESC'
    )
    assert statement({"where": "K > 5"}, **{"replication-key": "K"}) == (
        'SELECT "ID", "K" FROM "HR"."T" WHERE (K > 5) ORDER BY "K" ASC NULLS FIRST'
    )


def test_method_and_keys() -> None:
    assert "ORDER BY" in statement({"replication_key": "K"})
    assert "ORDER BY" not in statement(
        {"replication_method": "FULL_TABLE"}, **{"replication-key": "K"}
    )
    with pytest.raises(ConfigurationError, match="no column NO_SUCH"):
        statement({"key_properties": ["NO_SUCH"]})


def test_later_globs_add_and_replace() -> None:
    options = checked_options(
        {"*": {"where": "a", "chunk_rows": 5}, "HR-*": {"where": "b"}, "X-*": {"where": "c"}}
    )

    assert options_of("HR-T", options).where == "b"
    assert options_of("HR-T", options).chunk_rows == 5
    assert options_of("hr-T", options).where == "a"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"HR-*": 5}, "must be an object"),
        ({"HR-*": {"wher": "1 = 1"}}, "did you mean 'where'"),
        ({"HR-*": {"where": 1}}, "where has a value of the wrong type"),
        ({"HR-*": {"chunk_rows": -1}}, "chunk_rows must be at least 0"),
        ({"HR-*": {"parallelism": True}}, "wrong type"),
        ({"HR-*": {"hint": "x */ y"}}, "without the comment signs"),
        ({"HR-*": {"replication_method": "ALL"}}, "must be one of"),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        checked_options(given)
    assert caught.value.setting == "stream_options"


def test_globs_that_match_no_stream_are_found_alike_on_windows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fnmatch, "os", SimpleNamespace(path=ntpath))
    options = checked_options({"HR-*": {}, "hr-*": {}, "HR-JOBS": {}})
    assert unmatched(["HR-JOBS"], options) == ["hr-*"]
