"""When a kept catalog holds."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import oracledb
import pytest

from catalog import profile
from tap_oracle.tap import TapOracle

if TYPE_CHECKING:
    from pathlib import Path

    from oracle_standin.testing import OracleDatabase

pytestmark = pytest.mark.oracle


def test_a_kept_catalog_holds_until_the_next_ddl(
    oracle_database: OracleDatabase,
    fresh_schema: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    oracle_database.execute(fresh_schema, "CREATE TABLE t (id NUMBER(5) PRIMARY KEY)")
    time.sleep(3.1)  # LAST_DDL_TIME counts seconds: a catalog is kept once they have passed
    path = tmp_path / "kept.json"
    executed: list[str] = []
    execute = oracledb.Cursor.execute

    def counted(cursor: Any, statement: Any, *arguments: Any, **options: Any) -> Any:
        executed.append(statement)
        return execute(cursor, statement, *arguments, **options)

    def columns(**settings: Any) -> list[str]:
        executed.clear()
        config = oracle_database.config(
            fresh_schema, filter_schemas=[fresh_schema], catalog_cache_path=str(path), **settings
        )
        with closing(TapOracle(config=config)) as tap:
            (stream,) = tap.catalog_dict["streams"]
        return list(stream["schema"]["properties"])

    monkeypatch.setattr(oracledb.Cursor, "execute", counted)
    assert columns() == ["ID"]
    whole = len(executed)
    assert oracle_database.passwords[fresh_schema] not in path.read_text("utf-8")
    assert path.stat().st_mode & 0o077 == 0
    assert columns() == ["ID"]
    assert len(executed) == 3 < whole
    assert columns(catalog_cache_ttl_seconds=0) == ["ID"]
    assert len(executed) > 3
    assert columns(include_views=False) == ["ID"]
    assert len(executed) > 3

    oracle_database.execute(fresh_schema, "ALTER TABLE t ADD (b DATE)")
    assert columns() == ["ID", "B"]
    path.write_text("{", encoding="utf-8")
    assert columns() == ["ID", "B"]


def test_a_kept_catalog_ends_with_what_it_was_made_from(
    oracle_database: OracleDatabase,
    fresh_schema: str,
    other_schema: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "kept.json"
    made: list[str] = []

    def described(**settings: Any) -> dict[str, str]:
        config = oracle_database.config(
            fresh_schema, filter_schemas=[other_schema], catalog_cache_path=str(path), **settings
        )
        with closing(TapOracle(config=config)) as tap:
            streams = tap.catalog_dict["streams"]
        made.append(path.read_text("utf-8") if path.exists() else "")
        return {one["table_name"]: one["metadata"][0]["metadata"]["inclusion"] for one in streams}

    def changed(statement: str) -> None:
        oracle_database.execute(other_schema, statement)

    reader = f'"{fresh_schema}"'
    for table in ("a", "b"):
        changed(f"CREATE TABLE {table} (id NUMBER(5) PRIMARY KEY, updated_at DATE NOT NULL)")
        changed(f"GRANT READ, INSERT ON {table} TO {reader}")
    time.sleep(3.1)  # LAST_DDL_TIME counts seconds: a catalog is kept once they have passed
    assert described() == {"A": "available", "B": "available"}
    assert described() == {"A": "available", "B": "available"}
    assert made[0] == made[1] != ""

    changed("DROP TABLE b")
    assert described() == {"A": "available"}
    time.sleep(3.1)
    assert described() == {"A": "available"}
    changed(f"REVOKE READ ON a FROM {reader}")
    assert described() == {"A": "unsupported"}
    time.sleep(3.1)
    assert described() == {"A": "unsupported"}
    oracle_database.administer(f"GRANT SELECT ANY TABLE TO {reader}")
    assert described() == {"A": "available"}

    time.sleep(3.1)
    described(profile="generic_audit")
    described(profile="generic_audit")
    monkeypatch.setattr(profile, "load", lambda _: profile.Profile("generic_audit", "", (), ()))
    described(profile="generic_audit")
    assert made[-3] == made[-2] != made[-1]


def test_a_cache_that_cannot_be_written_is_a_warning(
    oracle_database: OracleDatabase,
    fresh_schema: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    oracle_database.execute(fresh_schema, "CREATE TABLE t (id NUMBER(5) PRIMARY KEY)")
    time.sleep(3.1)  # LAST_DDL_TIME counts seconds: a catalog is kept once they have passed
    path = tmp_path / "no such folder" / "kept.json"
    config = oracle_database.config(
        fresh_schema, filter_schemas=[fresh_schema], catalog_cache_path=str(path)
    )
    with closing(TapOracle(config=config)) as tap:
        assert len(tap.catalog_dict["streams"]) == 1
    (warning,) = [record for record in caplog.records if "catalog_cache_path" in record.message]
    assert warning.levelname == "WARNING"
    assert str(path) in warning.message
