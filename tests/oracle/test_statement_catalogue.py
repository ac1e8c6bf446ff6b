"""The list of statements in `docs/statements.md`, and the check that nothing else is sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from docs.statement_catalogue import pattern, read_catalogue
from oracle_core import dictionary
from oracle_core.dictionary_statements import STATEMENTS
from tests.fix_statements import SentStatements
from tests.recording import sitecustomize

if TYPE_CHECKING:
    from pathlib import Path

    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin


def recorded(sent: SentStatements) -> list[str]:
    return [json.loads(line) for line in sent.path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    ("sql", "package"),
    [
        ('SELECT "A", "B" FROM "S"."T" WHERE "A" >= :start ORDER BY "A" ASC NULLS FIRST', "tap"),
        ('CREATE TABLE "S"."T" (\n  "ID" NUMBER(9) NOT NULL\n)', "target"),
        ('DELETE FROM "S"."T" WHERE "V" < :1', "target"),
        ("SELECT SYS_EXTRACT_UTC(SYSTIMESTAMP) FROM dual", "dictionary"),
    ],
)
def test_a_listed_statement_is_known(sql: str, package: str) -> None:
    entry = read_catalogue().entry_of(sql)
    assert entry is not None
    assert entry.package == package


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE t",
        'DELETE FROM "S"."T" CASCADE',
        "SELECT a FROM t",
        'TRUNCATE TABLE "S"."T" CASCADE',
        "ALTER SYSTEM FLUSH SHARED_POOL",
    ],
)
def test_another_statement_is_unknown(sql: str) -> None:
    assert read_catalogue().entry_of(sql) is None


def test_every_dictionary_statement_is_listed() -> None:
    catalogue = read_catalogue()
    for family in dictionary.Family:
        scope = dictionary.Scope(("A", "B"), ("A.%",), ("B.%",), family, ("T",))
        for statement in STATEMENTS.values():
            sql, _ = dictionary.statement_text(statement, scope)
            entry = catalogue.entry_of(sql)
            assert entry is not None, sql
            assert entry.package == "dictionary"


@pytest.mark.parametrize("text", ["SELECT {nonsense}", "SELECT [a"])
def test_an_entry_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"unknown placeholder|brackets do not match"):
        pattern(text)


@pytest.mark.oracle
def test_what_a_process_of_the_product_sends_is_recorded(
    oracle_database: OracleDatabase, fresh_schema: str, tap: Plugin, sent_statements: SentStatements
) -> None:
    oracle_database.execute(fresh_schema, "CREATE TABLE t (id NUMBER(5) PRIMARY KEY)")
    config = oracle_database.config(fresh_schema, filter_schemas=[fresh_schema])
    before = len(recorded(sent_statements))
    assert tap.run(config, "--discover").code == 0
    sent = recorded(sent_statements)[before:]
    assert any("user_tab_cols" in sql for sql in sent)


def test_a_statement_that_is_not_listed_is_found(tmp_path: Path) -> None:
    path = tmp_path / "sent.jsonl"
    path.touch()
    sent = SentStatements(path)

    class Cursor:
        execute = sitecustomize.Recorder(path)._recording(lambda *_: None)

    sent_by = {"tap_oracle.made_up": "SELECT 1 FROM dual", "tests.made_up": "SELECT 2 FROM dual"}
    for module, sql in sent_by.items():
        names: dict[str, Any] = {"__name__": module}
        exec("def send(cursor, sql):\n    cursor.execute(sql)\n", names)  # noqa: S102 - a module
        names["send"](Cursor(), sql)
    assert sent.unlisted() == ["SELECT 1 FROM dual"]
    assert sent.unlisted() == []
