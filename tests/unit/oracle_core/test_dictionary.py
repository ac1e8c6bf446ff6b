"""Dictionary statements: set-based, bound, lazy."""

from __future__ import annotations

from typing import Any

import pytest

from oracle_core import dictionary
from oracle_core.dictionary import Family, Scope, statement_text
from oracle_core.dictionary_rows import ColumnRow, KeyColumnRow, TableRow
from oracle_core.dictionary_statements import STATEMENTS
from oracle_core.scn import SCN_STATEMENTS

NEWER_THAN_12_2 = ("data_default_vc", "domain_", "sensitive", "text_vc", "vector_info")


class FakeCursor:
    arraysize = 0
    prefetchrows = 0

    def __init__(self, owner: FakeConnection) -> None:
        self.owner = owner
        self.rows: list[tuple[Any, ...]] = []

    def __enter__(self) -> FakeCursor:
        return self

    def __exit__(self, *exc: object) -> None:
        self.owner.closed += 1

    def execute(self, sql: str, binds: dict[str, str]) -> None:
        self.owner.asked.append((sql, binds))
        self.owner.array_size = self.arraysize
        self.rows = list(self.owner.rows)

    def fetchmany(self) -> list[tuple[Any, ...]]:
        rows, self.rows = self.rows[: self.arraysize], self.rows[self.arraysize :]
        return rows


class FakeConnection:
    def __init__(self, *rows: tuple[Any, ...]) -> None:
        self.rows = rows
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.closed = 0
        self.array_size = 0

    def cursor(self) -> FakeCursor:
        return FakeCursor(self)


@pytest.mark.parametrize("family", Family)
@pytest.mark.parametrize("question", STATEMENTS)
def test_statements_are_bound_and_old_enough(question: str, family: Family) -> None:
    hostile = "X' OR '1'='1"
    scope = Scope((hostile, "HR"), ("E%", "A\\_B"), (hostile,), family)
    sql, binds = statement_text(STATEMENTS[question], scope)
    assert hostile not in sql
    assert not set("{<") & set(sql)
    for name in binds:
        assert f":{name}" in sql
    newer = any(word in sql.lower() for word in NEWER_THAN_12_2)
    assert newer == (question == "vector_columns_23")
    assert STATEMENTS[question].privilege


def test_without_owners_oracles_own_are_left_out() -> None:
    sql, binds = statement_text(STATEMENTS["tables"], Scope())
    assert "oracle_maintained = 'N'" in sql
    assert binds == {}


def test_long_lists_are_split() -> None:
    owners = tuple(f"U{number}" for number in range(2500))
    sql, binds = statement_text(STATEMENTS["tables"], Scope(owners))
    assert sql.count("t.owner IN (") == 3
    assert len(binds) == 2500


def test_rows() -> None:
    connection = FakeConnection(("HR", "JOBS", None, None, None, "NO", "Y", None))
    found = list(dictionary.tables(connection, Scope(("HR",))))  # type: ignore[arg-type]
    assert found == [TableRow("HR", "JOBS", None, None, None, "NO", "Y", None)]
    assert found[0].is_temporary
    assert connection.array_size == 5000
    assert connection.closed == 1


def test_no_statement_joins_views() -> None:
    for question, statement in STATEMENTS.items():
        assert " JOIN " not in statement.sql, question
        for part in statement.sql.split(" UNION ALL "):
            assert part.count("{family}_") <= 1, question


def test_keys_are_joined_in_python() -> None:
    constraints = [
        ("HR", "T", "PK", "P", "ENABLED", "VALIDATED", None, None),
        ("HR", "T", "FK", "R", "ENABLED", "VALIDATED", "HR", "PK"),
        ("HR", "S", "UQ", "U", "DISABLED", "NOT VALIDATED", None, None),
    ]
    columns = [
        ("HR", "T", "PK", "B", 2),
        ("HR", "S", "UQ", "X", 1),
        ("HR", "T", "FK", "C", 1),
        ("HR", "T", "PK", "A", 1),
    ]

    class Session(FakeConnection):
        def cursor(self) -> FakeCursor:
            self.rows = tuple(constraints if self.asked else columns)
            return FakeCursor(self)

    connection = Session()
    rows = list(dictionary.keys(connection, Scope(("HR",))))  # type: ignore[arg-type]
    assert [(row.constraint, row.column, row.position) for row in rows] == [
        ("UQ", "X", 1),
        ("PK", "A", 1),
        ("PK", "B", 2),
    ]
    assert [row.is_enforced for row in rows] == [False, True, True]
    assert len(connection.asked) == 2


def test_no_owner_at_all_finds_nothing() -> None:
    sql, binds = statement_text(STATEMENTS["tables"], Scope(()))
    assert "WHERE 1 = 0 AND" in sql
    assert binds == {}


def test_every_statement_has_its_function() -> None:
    for question in STATEMENTS:
        connection = FakeConnection()
        assert list(getattr(dictionary, question)(connection)) == []
        assert len(connection.asked) == 1


def test_column_rows_know_their_type() -> None:
    row = ColumnRow(
        "HR", "T", "C", "NUMBER", None, 22, 12, 2, 0, None, "N", "NO", "YES", "YES", "NO"
    )
    assert row.type.ddl() == "NUMBER(12,2)"
    assert (row.is_nullable, row.is_hidden, row.is_virtual) == (False, False, True)
    assert (row.is_identity, row.is_system_made) == (False, False)
    document = row._replace(data_type="XMLTYPE", data_type_owner="SYS")
    assert not document.is_virtual, "the dictionary says so of what hidden columns store"


def test_disabled_keys_prove_nothing() -> None:
    row = KeyColumnRow("HR", "T", "PK", "P", "ENABLED", "NOT VALIDATED", "ID", 1)
    assert not row.is_enforced
    assert KeyColumnRow("HR", "T", "PK", "P", "ENABLED", "VALIDATED", "ID", 1).is_enforced


def test_every_way_to_an_scn_names_its_privilege() -> None:
    assert all(statement.privilege for statement in SCN_STATEMENTS.values())


def test_own_views_have_no_owner() -> None:
    sql, binds = statement_text(
        STATEMENTS["constraints"], Scope(("HR",), table_patterns=("HR.E%",), family=Family.USER)
    )
    assert "SELECT USER, k.table_name" in sql
    assert "FROM user_constraints k WHERE (USER || '.'" in sql
    assert "(USER || '.' || k.table_name LIKE :pattern_0 ESCAPE '\\'" in sql
    assert set(binds.values()) == {"HR.E%"}


def test_exclusions_and_patterns_go_into_the_statement() -> None:
    scope = Scope(("HR",), ("H%.T",), ("%.TMP\\_%",), Family.DBA)
    sql, binds = statement_text(STATEMENTS["tables"], scope)
    assert "FROM dba_tables t WHERE (t.owner IN (:owner_0)) AND" in sql
    assert sql.count("NOT (t.owner") == 1
    assert list(binds.values()) == ["HR", "H%.T", "H%.T", "%.TMP\\_%", "%.TMP\\_%"]


def test_exact_table_names_are_bound() -> None:
    text, binds = statement_text(STATEMENTS["columns"], Scope(("HR",), table_names=("A%_", "B")))
    assert {"A%_", "B", "HR"} == set(binds.values())
    assert "A%_" not in text
    assert " IN (:name_" in text
