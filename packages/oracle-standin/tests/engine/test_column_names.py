"""Names that columns must not have, however they get them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin


@pytest.mark.parametrize(
    "statement",
    [
        'CREATE TABLE other ("ROWID" NUMBER)',
        'CREATE TABLE other AS SELECT id AS "ROWID" FROM t',
        'CREATE TABLE other ("ROWID") AS SELECT id FROM t',
        'CREATE VIEW other AS SELECT id AS "ROWID" FROM t',
        'CREATE VIEW other ("ROWID") AS SELECT id FROM t',
        'ALTER TABLE t ADD ("ROWID" NUMBER)',
        'ALTER TABLE t ADD "ROWID" NUMBER',
        'ALTER TABLE t RENAME COLUMN name TO "ROWID"',
    ],
)
def test_no_column_is_called_rowid(table: UserSession, statement: str) -> None:
    assert table.fails(statement).startswith('ORA-00904: "ROWID": invalid identifier')


def test_other_spellings_are_names(session: UserSession) -> None:
    session.run('CREATE TABLE t ("Rowid" NUMBER, "rowid" NUMBER)')
    assert session.rows("SELECT column_name FROM user_tab_columns ORDER BY column_id") == [
        ("Rowid",),
        ("rowid",),
    ]
