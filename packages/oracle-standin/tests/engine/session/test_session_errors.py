"""Failures of the engine as Oracle's errors, and what a user may not do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from oracle_standin.backend import SessionInfo
from oracle_standin.protocol import OracleError
from tests.engine.session.handle import NUMBER, VARCHAR, Handle, insert, number

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

    from oracle_standin.engine.database import Database

pytestmark = pytest.mark.standin


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ('INSERT INTO "T" VALUES (NULL)', 'ORA-01400: cannot insert NULL into ("{user}"."T"."ID")'),
        ('UPDATE "T" SET "ID" = NULL', 'ORA-01407: cannot update ("{user}"."T"."ID") to NULL'),
        (
            'INSERT INTO "T" VALUES (1)',
            "ORA-00001: unique constraint ({user}.T_PK) violated on table {user}.T columns (ID)",
        ),
        (
            'UPDATE "T" SET "NAME" = \'sixsix\'',
            'ORA-12899: value too large for column "{user}"."T"."NAME" (actual: 6, maximum: 5)',
        ),
        (
            'INSERT INTO "T" ("NAME", "ID") VALUES (\'äöüäöü\', 5)',
            'ORA-12899: value too large for column "{user}"."T"."NAME" (actual: 6, maximum: 5)',
        ),
        (
            "INSERT INTO \"T\" SELECT 7, 'much too long'",
            (
                'ORA-12899: value too large for column "{user}"."T"."NAME" '
                "(actual: unknown, maximum: 5)"
            ),
        ),
        (
            'UPDATE "T" SET "NAME" = \'bad\'',
            "ORA-02290: check constraint ({user}.T_NAME) violated",
        ),
        (
            'INSERT INTO "T" VALUES (1234567890)',
            "ORA-01438: value larger than specified precision allowed for this column",
        ),
        ("SELECT 1 / 0", "ORA-01476: divisor is equal to zero"),
        ("SELECT CAST('x' AS numeric)", "ORA-01722: invalid number"),
        ('SELECT * FROM "NONE"', 'ORA-00942: table or view "NONE" does not exist'),
        ('SELECT "X" FROM "T"', 'ORA-00904: "X": invalid identifier'),
        ('SELECT t."X" FROM "T" t', 'ORA-00904: "t"."X": invalid identifier'),
        ("SELECT nothing(1)", 'ORA-00904: "NOTHING": invalid identifier'),
        ('SELECT "ID" FROM "T" GROUP BY "NAME"', "ORA-00979: not a GROUP BY expression"),
        (
            'SELECT 1 FROM "T" WHERE count(*) = 1',
            "ORA-00934: group function is not allowed here",
        ),
        ('SELECT "ID" FROM "T" a, "T" b', "ORA-00918: column ambiguously defined"),
        (
            'SELECT (SELECT g FROM generate_series(1, 2) g) FROM "T"',
            "ORA-01427: single-row subquery returns more than one row",
        ),
        ('INSERT INTO "T" VALUES (1, NULL, 3)', "ORA-00913: too many values"),
        ('INSERT INTO "T" ("ID", "NAME") VALUES (1)', "ORA-00947: not enough values"),
        ("SELECT ora.raise_error(20001, 'mine')", "ORA-20001: mine"),
        ("SELECT FROM FROM", "ORA-00933: SQL command not properly ended"),
    ],
)
def test_error_texts(one: Handle, statement: str, message: str) -> None:
    insert(one, 1, "a")
    assert one.fails(statement) == message.format(user=one.session.user)
    assert one.count() == 1


def test_bind_values_are_measured_for_the_message(one: Handle) -> None:
    assert "(actual: 7, maximum: 5)" in one.fails(
        'INSERT INTO "T" ("ID", "NAME") VALUES (:1, :2)', (NUMBER, number(1)), (VARCHAR, b"toolong")
    )
    insert(one, 1)
    assert "(actual: 6, maximum: 5)" in one.fails(
        'UPDATE "T" SET "NAME" = :1 WHERE "ID" = :2', (VARCHAR, b"sixsix"), (NUMBER, number(1))
    )


def test_foreign_keys(one: Handle, owner: psycopg.Connection[tuple[object, ...]]) -> None:
    user = one.session.user
    owner.execute(
        f'CREATE TABLE "{user}"."C" ("P" numeric CONSTRAINT "C_FK" REFERENCES "{user}"."T");'
        f'ALTER TABLE "{user}"."C" OWNER TO "{user}"'.encode()
    )
    assert one.fails('INSERT INTO "C" VALUES (1)') == (
        f"ORA-02291: integrity constraint ({user}.C_FK) violated - parent key not found"
    )
    insert(one, 1)
    one.run('INSERT INTO "C" VALUES (1)')
    assert one.fails('DELETE FROM "T"') == (
        f"ORA-02292: integrity constraint ({user}.C_FK) violated - child record found"
    )


def test_what_others_may_not_see_does_not_exist(
    one: Handle, connect: Callable[..., Handle], owner: psycopg.Connection[tuple[object, ...]]
) -> None:
    other, table = f"{one.session.user}X", f'"{one.session.user}"."T"'
    owner.execute(
        f'CREATE ROLE "{other}"; CREATE SCHEMA "{other}" AUTHORIZATION "{other}";'
        f"INSERT INTO ora.users (username) VALUES ('{other}');"
        f"INSERT INTO ora.role_grants VALUES ('{other}', 'CONNECT')".encode()
    )
    stranger = connect(other)
    assert "ORA-00942" in stranger.fails(f"SELECT * FROM {table}")
    owner.execute(f'GRANT SELECT ON {table} TO "{other}"'.encode())
    assert stranger.count(table) == 0
    assert "ORA-01031" in stranger.fails(f"DELETE FROM {table}")


def test_logging_on_needs_the_privilege_and_an_open_account(
    engine_database: Database, owner: psycopg.Connection[tuple[object, ...]], user: str
) -> None:
    owner.execute("UPDATE ora.users SET account_status = 'LOCKED' WHERE username = %s", (user,))
    with pytest.raises(OracleError, match="ORA-28000"):
        engine_database.open_session(user, SessionInfo(1, 1))
    owner.execute("UPDATE ora.users SET account_status = 'OPEN' WHERE username = %s", (user,))
    owner.execute("DELETE FROM ora.role_grants WHERE grantee = %s", (user,))
    with pytest.raises(OracleError, match="ORA-01045"):
        engine_database.open_session(user, SessionInfo(1, 1))
    with pytest.raises(OracleError, match="ORA-01017"):
        engine_database.open_session("NOBODY", SessionInfo(1, 1))
