"""What is refused by the declared sizes of binds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from oracle_standin.backend import Bind, ExecuteOptions
from oracle_standin.protocol import CharsetForm, OracleError, TypeCode

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin

SHORT, LONG = 4000, 4004
MERGE = (
    "MERGE INTO t USING (SELECT :1 AS name, :2 AS text FROM dual) s ON (t.name = s.name)"
    " WHEN MATCHED THEN UPDATE SET t.other = s.text"
    " WHEN NOT MATCHED THEN INSERT (name, other) VALUES (s.name, s.text)"
)


@pytest.fixture
def texts(session: UserSession) -> UserSession:
    session.run("CREATE TABLE t (name VARCHAR2(1000 CHAR), other VARCHAR2(4000), text CLOB)")
    return session


def run(session: UserSession, statement: str, *sizes: int, value: bytes | None = b"x") -> int:
    """Run a statement with one value in binds of these declared sizes."""
    binds = [
        Bind(str(number), TypeCode.VARCHAR, CharsetForm.DATABASE, size)
        for number, size in enumerate(sizes, 1)
    ]
    rows = [[value] * len(sizes)]
    return session.session.execute(statement, binds, rows, ExecuteOptions()).row_count


def fails(session: UserSession, statement: str, *sizes: int) -> str:
    with pytest.raises(OracleError) as caught:
        run(session, statement, *sizes)
    return str(caught.value)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO t (text, name) VALUES (:1, :2)",
        "UPDATE t SET text = :1, other = :2",
        "UPDATE t SET text = :1 WHERE name = :2",
    ],
)
def test_a_long_declaration_must_not_follow_one_for_a_lob(
    texts: UserSession, statement: str
) -> None:
    assert fails(texts, statement, LONG, LONG).startswith("ORA-24816")
    run(texts, statement, LONG, SHORT)
    run(texts, statement, SHORT, LONG)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO t (name, other, text) VALUES (:1, :2, :3)",
        "UPDATE t SET name = :1, other = :2, text = :3",
    ],
)
def test_lobs_may_come_last(texts: UserSession, statement: str) -> None:
    run(texts, statement, LONG, LONG, LONG)


def test_a_merge_takes_no_long_declaration_in_its_source(texts: UserSession) -> None:
    assert run(texts, MERGE, SHORT, SHORT) == 1
    assert fails(texts, MERGE, LONG, SHORT).startswith("ORA-01461")
    assert fails(texts, MERGE, SHORT, LONG).startswith("ORA-01461")
    assert run(texts, MERGE, SHORT, SHORT) == 1


def test_nulls_supply_no_data(texts: UserSession) -> None:
    statement = "INSERT INTO t (text, name) VALUES (:1, :2)"
    assert run(texts, statement, LONG, LONG, value=None) == 1
    assert run(texts, MERGE, LONG, LONG, value=None) == 1
