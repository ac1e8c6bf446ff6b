"""Loads that fail: one error, nothing left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.oracle.loader import ID, Loader, record_line, schema_line, state_line

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin

pytestmark = pytest.mark.oracle


def test_a_value_too_long_names_the_column_and_rolls_back(loader: Loader) -> None:
    schema = schema_line({**ID, "A": {"type": "string", "maxLength": 3}})
    done = loader.load(
        schema,
        record_line({"ID": 1, "A": "abc"}),
        state_line({"n": 1}),
        record_line({"ID": 2, "A": "secret text"}),
        state_line({"n": 2}),
        code=1,
        batch_size_rows=1,
    )
    error = done.errors()[0]
    assert "ORA-12899" in error
    assert "'HR-T'" in error
    assert "secret" not in done.stderr
    assert done.states() == [{"n": 1}]
    assert loader.rows("SELECT id FROM t") == [(1,)]


def test_a_failing_batch_leaves_nothing_behind(loader: Loader) -> None:
    schema = schema_line({**ID, "A": {"type": "string", "maxLength": 3}})
    lines = [record_line({"ID": i, "A": "abc"}) for i in range(50)]
    error = loader.error(schema, *lines, record_line({"ID": 50, "A": "abcd"}))
    assert "ORA-12899" in error
    assert loader.rows("SELECT COUNT(*) FROM t") == [(0,)]


def test_types_that_do_not_fit_are_refused(loader: Loader) -> None:
    loader.execute("CREATE TABLE t (id NUMBER(18) PRIMARY KEY, a DATE)")
    declared = {"type": "number", "x-sql-datatype": "NUMBER(9,2)"}
    error = loader.error(schema_line({**ID, "A": declared}), record_line({"ID": 1, "A": 1}))
    assert "is DATE and cannot take NUMBER(9,2)" in error


def test_a_frozen_schema_stays_as_it_is(loader: Loader) -> None:
    error = loader.error(schema_line(ID), freeze_schema=True)
    assert "freeze_schema" in error
    assert loader.rows("SELECT COUNT(*) FROM user_tables") == [(0,)]


def test_a_wrong_password_is_one_error(loader: Loader) -> None:
    error = loader.error(schema_line(ID), password="not-the-password")
    assert "ORA-01017" in error
    assert "not-the-password" not in error


def test_an_unknown_service_is_one_error(loader: Loader) -> None:
    error = loader.error(schema_line(ID), service_name="NOSUCH")
    assert "NOSUCH" in error
    assert "DPY-6001" in error or "ORA-12514" in error


def test_an_unreachable_host_is_one_error(loader: Loader) -> None:
    error = loader.error(schema_line(ID), host="127.0.0.1", port=9)
    assert "DPY-6005" in error
    assert "check host and port" in error


def test_a_user_without_rights_is_told_which(
    target: Plugin, oracle_database: OracleDatabase
) -> None:
    user = oracle_database.create_user("P", grants=("CREATE SESSION",))
    try:
        error = Loader(target, oracle_database, user).error(schema_line(ID))
    finally:
        oracle_database.drop_user(user)
    assert "ORA-01031" in error
    assert "GRANT CREATE TABLE" in error


def test_a_schema_that_does_not_exist_is_named(
    target: Plugin, oracle_database: OracleDatabase
) -> None:
    user = oracle_database.create_user("P", grants=("CREATE SESSION", "CREATE ANY TABLE"))
    try:
        loader = Loader(target, oracle_database, user)
        error = loader.error(schema_line(ID), default_target_schema="nowhere")
    finally:
        oracle_database.drop_user(user)
    assert "there is no schema NOWHERE (ORA-01918)" in error
    assert "default_target_schema" in error
