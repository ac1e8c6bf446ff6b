"""What a stream refuses or only counts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from oracle_core.errors import ConfigurationError
from tests.unit.tap_oracle.fake_database import FakeSession, FakeTap, catalog_of
from tests.unit.tap_oracle.messages import TYPES, Lines, kinds, records, rows


@pytest.mark.parametrize(
    ("sql_datatype", "root", "message"),
    [
        ("CLOB", {"replication-key": "K"}, "cannot be a replication key"),
        ("NUMBER", {"replication-method": "LOG_BASED"}, "its rows have no key"),
        ("BFILE", {}, "outside the database"),
    ],
)
def test_what_the_catalog_cannot_ask_for(
    sql_datatype: str, root: dict[str, Any], message: str
) -> None:
    tap = FakeTap(FakeSession([]), catalog=catalog_of({"K": sql_datatype}, **root))

    with pytest.raises(ConfigurationError, match=message):
        tap.run_pipeline()


def test_a_bookmark_that_is_no_value_of_its_column_is_refused_without_being_shown() -> None:
    tap = FakeTap(
        FakeSession([]),
        catalog=catalog_of({"K": "NUMBER"}, **{"replication-key": "K"}),
        state={"bookmarks": {"HR-T": {"replication_key": "K", "replication_key_value": "secret"}}},
    )

    with pytest.raises(ConfigurationError, match="'HR-T'") as caught:
        tap.run_pipeline()
    assert "secret" not in str(caught.value)


def test_numbers_that_are_not_finite_are_counted_once(
    lines: Lines, caplog: pytest.LogCaptureFixture
) -> None:
    values = [(float("nan"),), (1.5,), (float("inf"),), (None,)]
    FakeTap(FakeSession(values), catalog=catalog_of({"D": "BINARY_DOUBLE"})).run_pipeline()

    assert [record["D"] for record in records(lines())] == [None, Decimal("1.5"), None, None]
    messages = [entry.getMessage() for entry in caplog.records if entry.levelname == "WARNING"]
    warnings = [message for message in messages if "NaN" in message]
    assert len(warnings) == 1
    assert warnings[0].startswith("Stream 'HR-T': 2 NaN or infinite values were written as null;")


def test_a_test_run_writes_one_record_of_a_stream_that_is_not_selected(lines: Lines) -> None:
    tap = FakeTap(FakeSession(rows(5)), catalog=catalog_of(TYPES, selected=False))
    tap.run_connection_test()

    messages = lines()
    assert tap.session.statements[0][1] == {"row_limit": 1}
    assert len(records(messages)) == 1
    assert set(records(messages)[0]) == set(TYPES)
    assert set(messages[0]["schema"]["properties"]) == set(TYPES)
    assert kinds(messages)[-1] == "STATE"


def test_a_long_column_has_no_row_limit_in_sql(lines: Lines) -> None:
    session = FakeSession(rows(9))
    tap = FakeTap(session, catalog=catalog_of({**TYPES, "L": "LONG"}))
    session._rows = [(*row, "text") for row in rows(9)]
    tap.run_connection_test()

    assert session.statements[0][1] == {}
    assert "FETCH FIRST" not in session.statements[0][0]
    assert len(records(lines())) == 1
    assert session.closed_cursors == 1
