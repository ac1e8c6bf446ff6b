"""The users, tables, types and packages that the driver's test suite expects, in our own words.

The source package holds the suite but not the script that makes its schema. What is here was
derived from what the tests select, insert and compare. A statement that the stand-in refuses as
not being in it is skipped and reported; the tests that need its object fail, each with a reason
in `expected.toml`.
"""

from __future__ import annotations

import oracledb

from tests.driver.objects import OBJECT_TYPES, PROGRAMS, TABLES
from tests.driver.rows import FRACTIONS, PLACES, ROWS, SMALL_TABLES

MAIN_USER = "PYTHONTEST"
PROXY_USER = "PYTHONTESTPROXY"


def create_users(admin: oracledb.Connection, main_password: str, proxy_password: str) -> None:
    """Create the suite's two users; the first may connect for the second one."""
    with admin.cursor() as cursor:
        for user, password in ((MAIN_USER, main_password), (PROXY_USER, proxy_password)):
            cursor.execute(
                f'create user {user} identified by "{password}" quota unlimited on users'
            )
        cursor.execute(f"grant create session to {PROXY_USER}")
        cursor.execute(f"alter user {PROXY_USER} grant connect through {MAIN_USER}")
        cursor.execute(
            "grant create session, create table, create view, create sequence, create synonym,"
            f" create procedure, create trigger, create type, alter session to {MAIN_USER}"
        )
        for name in ("V_$DATABASE", "V_$INSTANCE", "V_$PARAMETER", "V_$SESSION", "V_$TRANSACTION"):
            _attempt(cursor, f"grant select on {name} to {MAIN_USER}")


def create_objects(connection: oracledb.Connection) -> list[str]:
    """Create what the stand-in can hold and return the statements that it refused, each short."""
    refused = []
    with connection.cursor() as cursor:
        for statement in (*TABLES, *OBJECT_TYPES, *PROGRAMS):
            error = _attempt(cursor, statement)
            if error:
                refused.append(f"{' '.join(statement.split()[:3])}: {error}")
        cursor.execute("alter session set time_zone = '+00:00'")
        for table, row in ROWS.items():
            rows = [row(number) for number in range(1, 11)]
            if kind := FRACTIONS.get(table):  # a datetime is bound as a DATE unless it is said
                cursor.setinputsizes(None, kind, kind, kind)
            places = [
                PLACES.get(table, ":{}").format(place) for place in range(1, len(rows[0]) + 1)
            ]
            binds = ", ".join([":1", *places[1:]])
            cursor.executemany(f"insert into {table} values ({binds})", rows)
        for statement in SMALL_TABLES:
            error = _attempt(cursor, statement)
            if error:
                refused.append(f"{' '.join(statement.split()[:3])}: {error}")
    connection.commit()
    return refused


def _attempt(cursor: oracledb.Cursor, statement: str) -> str:
    """Run a statement; return the error's text where it fails, else an empty text."""
    try:
        cursor.execute(statement)
    except oracledb.DatabaseError as error:
        return str(error).splitlines()[0]
    return ""
