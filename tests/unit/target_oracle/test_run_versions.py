"""ACTIVATE_VERSION and records that say they are deleted."""

from __future__ import annotations

from typing import Any

from tests.unit.target_oracle.fake_run import Harness, record, schema, state

ACTIVATE = {"type": "ACTIVATE_VERSION", "stream": "HR-T", "version": 8}


def test_a_version_is_activated_with_its_last_rows_in_one_transaction() -> None:
    harness = Harness(hard_delete=True)
    harness.read(schema(), record(1, version=8), ACTIVATE, state({"n": 1}))
    assert harness.session.words() == ["ddl", "ddl", "MERGE", "DELETE", "commit"]
    assert harness.session.log[1][1][2:] == ["_SDC_DELETED_AT", "_SDC_TABLE_VERSION"]
    assert harness.session.log[3][1] == [8, 8]
    assert harness.lines == [b'{"n": 1}\n']


def test_rows_of_this_run_without_a_version_are_not_older() -> None:
    harness = Harness(hard_delete=True)
    harness.read(schema(), record(1), ACTIVATE, record(2))
    harness.run.finish()
    older = '("_SDC_TABLE_VERSION" < :1 OR "_SDC_TABLE_VERSION" > :2)'
    assert harness.session.statements[-1].endswith(older)


def test_a_version_announced_first_is_activated_at_the_end() -> None:
    harness = Harness()
    harness.read(schema(), ACTIVATE, record(1), record(2))
    assert "UPDATE" not in harness.session.words()
    harness.run.finish()
    assert harness.session.words() == ["ddl", "ddl", "MERGE", "commit", "UPDATE", "commit"]
    assert [row[-1] for row in harness.session.loaded()] == [8, 8]


def test_versions_may_be_left_alone() -> None:
    harness = Harness(process_activate_version_messages=False)
    harness.read(schema(), record(1, version=8), ACTIVATE)
    harness.run.finish()
    assert harness.session.words() == ["ddl", "MERGE", "commit"]


def test_records_that_say_they_are_deleted_are() -> None:
    deleted: dict[str, Any] = {
        "_sdc_deleted_at": {"type": ["string", "null"], "format": "date-time"}
    }
    harness = Harness(hard_delete=True)
    gone = record(2, record={"_sdc_deleted_at": "2024-01-01T00:00:00Z"})
    harness.read(schema(**deleted), record(1), record(2), gone)
    harness.run.finish()
    assert harness.session.words() == ["ddl", "DELETE", "MERGE", "commit"]
    assert harness.session.log[1][1] == [(2,)]
    assert [row[0] for row in harness.session.loaded()] == [1]
