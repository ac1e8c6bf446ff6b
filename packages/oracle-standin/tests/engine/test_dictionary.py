"""The dictionary's own views: shape, contents and speed of a large schema."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.dialects.oracle import dictionary

if TYPE_CHECKING:
    import psycopg

    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin


@pytest.mark.parametrize(
    "table", dictionary.dictionary_meta.sorted_tables, ids=lambda table: table.name.split("_$")[0]
)
def test_views_have_the_columns_that_sqlalchemy_knows(
    owner: psycopg.Connection[tuple[Any, ...]], table: Any
) -> None:
    view = table.name.replace(dictionary.DB_LINK_PLACEHOLDER, "").upper()
    found = owner.execute(
        "SELECT attname::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0",
        (f'"SYS"."{view}"',),
    ).fetchall()
    assert {column.name.upper() for column in table.columns} <= {name for (name,) in found}


def test_every_view_runs(owner: psycopg.Connection[tuple[Any, ...]]) -> None:
    views = owner.execute(
        "SELECT c.oid::regclass::text FROM pg_class c"
        " WHERE relnamespace = '\"SYS\"'::regnamespace AND relkind = 'v'"
    ).fetchall()
    assert len(views) > 150
    # V$LOGMNR_CONTENTS wants a LogMiner session (ORA-01306): one that mines nothing yet.
    owner.execute("SELECT set_config('ora.mining_from', '9000000000', false)")
    for (view,) in views:
        owner.execute(f"SELECT * FROM {view} LIMIT 5".encode()).fetchall()


def test_views_are_described_with_facts(session: UserSession) -> None:
    result = session.session.describe("SELECT owner, data_default FROM all_tab_cols", [])
    assert (result[0].name, result[0].size_bytes) == ("OWNER", 128)
    assert result[1].type_code.name == "LONG"


def test_keys_and_their_columns(session: UserSession) -> None:
    session.run("CREATE TABLE p (a NUMBER, b NUMBER, CONSTRAINT p_pk PRIMARY KEY (b, a))")
    session.run(
        "CREATE TABLE c (x NUMBER NOT NULL, y NUMBER, z NUMBER CHECK (z > 1), CONSTRAINT c_fk"
        " FOREIGN KEY (y, x) REFERENCES p ON DELETE CASCADE)"
    )
    rows = session.rows(
        "SELECT c.constraint_type, k.column_name, k.position, c.search_condition_vc, c.delete_rule,"
        " c.r_constraint_name FROM user_constraints c JOIN user_cons_columns k"
        " ON k.constraint_name = c.constraint_name WHERE c.table_name = 'C'"
        " ORDER BY c.constraint_type, c.constraint_name, k.position"
    )
    assert rows == [
        ("C", "X", None, '"X" IS NOT NULL', None, None),
        ("C", "Z", None, "z > 1", None, None),
        ("R", "Y", "1", None, "CASCADE", "P_PK"),
        ("R", "X", "2", None, "CASCADE", "P_PK"),
    ]
    nullable = session.rows(
        "SELECT column_name, nullable FROM user_tab_columns WHERE table_name = 'P' ORDER BY 1"
    )
    assert nullable == [("A", "N"), ("B", "N")]


def test_indexes_show_expressions_and_order(session: UserSession) -> None:
    session.run("CREATE TABLE t (a VARCHAR2(9), b NUMBER)")
    session.run("CREATE INDEX i ON t (UPPER(a), b DESC)")
    assert session.rows("SELECT index_type, uniqueness FROM user_indexes") == [
        ("FUNCTION-BASED NORMAL", "NONUNIQUE")
    ]
    rows = session.rows(
        "SELECT c.column_name LIKE 'SYS_NC%$', c.descend, e.column_expression"
        " FROM user_ind_columns c JOIN user_ind_expressions e ON e.index_name = c.index_name"
        " AND e.column_position = c.column_position ORDER BY c.column_position"
    )
    assert [row[1:] for row in rows] == [("ASC", 'UPPER("A")'), ("DESC", '"B"')]


def test_session_views_say_who_is_asking(session: UserSession) -> None:
    user = session.session.user
    assert session.rows("SELECT username FROM user_users") == [(user,)]
    assert ("CREATE TABLE",) in session.rows("SELECT privilege FROM session_privs")
    session.run("ALTER SESSION SET NLS_DATE_FORMAT = 'YYYY'")
    assert session.rows(
        "SELECT value FROM nls_session_parameters WHERE parameter = 'NLS_DATE_FORMAT'"
    ) == [("YYYY",)]
    assert session.rows(
        "SELECT value FROM nls_database_parameters WHERE parameter = 'NLS_CHARACTERSET'"
    ) == [("AL32UTF8",)]


def test_statistics_show_after_analyze(session: UserSession) -> None:
    session.run("CREATE TABLE t (a NUMBER)")
    session.run("INSERT INTO t VALUES (1)")
    session.run("COMMIT")
    assert session.rows("SELECT num_rows, last_analyzed FROM user_tables") == [(None, None)]
    session.run("ANALYZE TABLE t COMPUTE STATISTICS")
    assert session.rows("SELECT num_rows FROM user_tables") == [("1",)]


def test_a_large_schema_is_read_quickly(session: UserSession) -> None:
    columns = ", ".join(f"c{number} NUMBER(10)" for number in range(20))
    for number in range(60):
        session.run(f"CREATE TABLE t{number} (id NUMBER PRIMARY KEY, {columns})")
    started = time.perf_counter()
    rows = session.rows(
        "SELECT COUNT(*) FROM all_tab_cols c JOIN all_tables t"
        " ON t.owner = c.owner AND t.table_name = c.table_name WHERE c.owner = USER"
    )
    assert rows == [("1260",)]
    assert time.perf_counter() - started < 60
