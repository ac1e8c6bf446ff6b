"""Whether a table can be mined: what is asked, in which session, and what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import oracledb
import pytest

from oracle_core.errors import describe
from tap_oracle.catalog_entry import read_entry
from tap_oracle.logminer.readiness import reasons_against
from tests.unit.tap_oracle.fake_database import catalog_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tap_oracle.catalog_entry import CatalogEntry

Answers = dict[str, "Sequence[tuple[Any, ...]] | str"]

LOGGED = ("YES", "YES", "NO", "ARCHIVELOG", 4711)
NOT_LOGGED = ("NO", "NO", "NO", "ARCHIVELOG", 4711)
KEYS_NOT_LOGGED = ("YES", "NO", "NO", "ARCHIVELOG", 4711)


class Session:
    """Answers by the view that a statement names; a text is the error that it ends in."""

    def __init__(self, answers: Answers, *, version: str = "19.3.0.0.0", container: str = "3"):
        self.answers: Answers = {
            "'CON_ID'": [(container, "PDB1")],
            **answers,
            "dba_": answers.get("dba_supplemental_logging", "ORA-00942: table does not exist"),
        }
        self.version = version
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self._rows: Sequence[tuple[Any, ...]] = []

    def cursor(self) -> Session:
        return self

    def execute(self, sql: str, binds: Mapping[str, Any] | None = None) -> Session:
        self.asked.append((" ".join(sql.split()), binds or {}))
        found = [rows for part, rows in self.answers.items() if part in sql]
        answer = found[0] if found else []
        if isinstance(answer, str):
            raise oracledb.DatabaseError(answer)
        self._rows = answer
        return self

    def fetchall(self) -> Sequence[tuple[Any, ...]]:
        return self._rows

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._rows[0] if self._rows else None

    def close(self) -> None:
        """One cursor for all statements."""

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def entry_of(properties: dict[str, str] | None = None) -> CatalogEntry:
    (stream,) = catalog_of(properties or {"ID": "NUMBER(9)", "K2": "NUMBER(9)"})["streams"]
    return read_entry(
        {**stream, "key_properties": ["ID", "K2"][: 2 if properties is None else 1]},
        default_method="LOG_BASED",
    )


def reasons(
    mining: Answers,
    session: Answers | None = None,
    entry: CatalogEntry | None = None,
    **given: str,
) -> tuple[str, Session, Session]:
    root, own = Session(mining, **given), Session(session or {}, **given)
    found = reasons_against(cast("Any", root), cast("Any", own), entry or entry_of())
    return "; ".join(found), root, own


def test_a_database_that_logs_keys_is_ready() -> None:
    found, root, own = reasons({"v$database": [LOGGED]}, version="23.4.0.0.0")
    assert found == ""
    assert "FROM v$database d" in {sql[-17:] for sql, _ in root.asked}
    assert not [sql for sql, _ in own.asked if "log_group" in sql or "dba_" in sql]


@pytest.mark.parametrize(
    ("columns", "cause"),
    [
        (("NO", "NO", "NO", "ARCHIVELOG", 1), "run ALTER DATABASE ADD SUPPLEMENTAL LOG DATA"),
        (("YES", "YES", "NO", "NOARCHIVELOG", 1), "NOARCHIVELOG"),
        (("YES", "NO", "NO", "ARCHIVELOG", 1), 'ALTER TABLE "HR"."T" ADD SUPPLEMENTAL LOG DATA'),
        (("IMPLICIT", "NO", "YES", "ARCHIVELOG", 1), ""),
    ],
)
def test_what_the_database_has_to_log(columns: tuple[Any, ...], cause: str) -> None:
    found, _, _ = reasons({"v$database": [columns]}, version="23.4.0.0.0")
    assert cause in found
    assert bool(cause) is bool(found)


@pytest.mark.parametrize(
    ("groups", "columns", "is_ready"),
    [
        ([("SYS_C1", "ALL COLUMN LOGGING")], [], True),
        ([("SYS_C1", "PRIMARY KEY LOGGING")], [], True),
        ([("SYS_C1", "UNIQUE KEY LOGGING")], [], False),
        ([("G", "USER LOG GROUP")], [("G", "ID"), ("G", "K2"), ("G", "X")], True),
        ([("G", "USER LOG GROUP")], [("G", "ID"), ("OTHER", "K2")], False),
    ],
)
def test_groups_of_the_table_that_hold_its_key(
    groups: list[tuple[str, str]], columns: list[tuple[str, str]], is_ready: bool
) -> None:
    answers: Answers = {"all_log_groups": groups, "all_log_group_columns": columns}
    found, _, own = reasons({"v$database": [KEYS_NOT_LOGGED]}, answers, version="23.4.0.0.0")
    assert (found == "") is is_ready
    asked = [(sql, binds) for sql, binds in own.asked if "all_log_groups" in sql]
    assert "g.always = 'ALWAYS'" in asked[0][0]
    assert asked[0][1] == {"owner": "HR", "table_name": "T"}


@pytest.mark.parametrize(
    ("own_logging", "is_ready"),
    [
        ([("YES", "YES", "NO")], True),
        ([("YES", "NO", "YES")], True),
        ([("YES", "NO", "NO")], False),
        ([("NO", "NO", "NO")], False),
        ("ORA-00942: table or view does not exist", False),
    ],
)
def test_a_pluggable_database_may_log_by_itself(
    own_logging: Sequence[tuple[str, ...]] | str, is_ready: bool
) -> None:
    """V$DATABASE shows the logging of the whole container database alone."""
    answers: Answers = {"dba_supplemental_logging": own_logging}
    mining: Answers = {"v$database": [NOT_LOGGED]}
    found, _, own = reasons(mining, answers, version="23.4.0.0.0")
    assert (found == "") is is_ready
    assert [sql for sql, _ in own.asked if "dba_supplemental_logging" in sql]
    found, _, own = reasons(mining, answers, version="19.3.0.0.0", container="0")
    assert found != ""
    assert not [sql for sql, _ in own.asked if "dba_supplemental_logging" in sql]


def test_another_error_of_the_container_is_not_hidden() -> None:
    with pytest.raises(oracledb.DatabaseError) as failure:
        reasons({"v$database": [NOT_LOGGED]}, {"dba_supplemental_logging": "ORA-03113: end"})
    assert describe(failure.value).code == "ORA-03113"


@pytest.mark.parametrize(
    ("version", "container", "answer", "cause"),
    [
        ("23.4.0.0.0", "3", "ORA-65040: not allowed", ""),
        ("19.3.0.0.0", "3", "ORA-65040: not allowed", "set common_user"),
        ("19.24.0.0.0", "3", [], ""),
        ("19.3.0.0.0", "1", "ORA-65040: not allowed", ""),
        ("19.3.0.0.0", "0", "ORA-65040: not allowed", ""),
    ],
)
def test_where_a_pluggable_database_is_mined(
    version: str, container: str, answer: list[Any] | str, cause: str
) -> None:
    """Since 21c from within; with 19c it is tried, because its later updates can."""
    mining: Answers = {"v$database": [LOGGED], "START_LOGMNR": answer}
    found, root, _ = reasons(mining, version=version, container=container)
    assert cause in found
    assert bool(cause) is bool(found)
    starts = [binds for sql, binds in root.asked if "START_LOGMNR" in sql]
    is_tried = version.startswith("19") and container == "3"
    assert starts == ([{"first_scn": 4711, "last_scn": 4711}] if is_tried else [])


def test_a_physical_standby_does_not_show_open_transactions() -> None:
    mining: Answers = {"v$database": [LOGGED], "DATABASE_ROLE": [("PHYSICAL STANDBY",)]}
    assert "physical standby" in reasons(mining, version="23.4.0.0.0")[0]
    mining["DATABASE_ROLE"] = [("LOGICAL STANDBY",)]
    assert reasons(mining, version="23.4.0.0.0")[0] == ""


def test_a_user_who_may_not_read_the_database() -> None:
    found, _, _ = reasons({"v$database": "ORA-00942: table or view does not exist"})
    assert found == "V$DATABASE cannot be read (ORA-00942)"


@pytest.mark.parametrize(("version", "is_ready"), [("21.3.0.0.0", False), ("23.4.0.0.0", True)])
def test_long_names_before_23(version: str, is_ready: bool) -> None:
    entry = entry_of({"ID": "NUMBER(9)", "É" * 16: "NUMBER(9)"})
    found, _, _ = reasons({"v$database": [LOGGED]}, None, entry, version=version)
    assert (found == "") is is_ready


def test_a_column_that_logminer_leaves_out() -> None:
    entry = entry_of({"ID": "NUMBER(9)", "B": "BOOLEAN"})
    found, _, _ = reasons({"v$database": [LOGGED]}, None, entry, version="23.4.0.0.0")
    assert "column B: LogMiner does not support BOOLEAN" in found
