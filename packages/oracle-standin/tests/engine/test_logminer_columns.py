"""Which columns redo has, by the supplemental logging in force, and their values by MINE_VALUE."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.mining import Miner, committed, without_owner

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin

_CREATE = """CREATE TABLE t (id NUMBER PRIMARY KEY, a VARCHAR2(5), b VARCHAR2(5), c NUMBER,
  p NUMBER REFERENCES parents, note CLOB, UNIQUE (a, b))"""


@pytest.fixture
def table(writer: UserSession) -> UserSession:
    writer.run("CREATE TABLE parents (id NUMBER PRIMARY KEY)")
    writer.run(_CREATE)
    committed(
        writer,
        "INSERT INTO parents VALUES (7)",
        "INSERT INTO parents VALUES (8)",
        "INSERT INTO t VALUES (1, 'a', 'b', 5, 7, 'text')",
    )
    return writer


def _where(miner: Miner, table: UserSession, change: str) -> str:
    """Return the WHERE clause of the redo of an update."""
    first = miner.scn()
    committed(table, f"UPDATE t SET {change}")
    (redo,) = map(without_owner(table), miner.redo(first + 1))
    return redo.removesuffix(";").split(" where ")[1].replace('"', "")


_EVERYTHING = "ID = '1' and A = 'a' and B = 'b' and C = '5' and P = '7'"


@pytest.mark.parametrize(
    ("logging", "change", "where"),
    [
        ("", "c = 6", "C = '5'"),
        ("(ALL)", "c = 6", _EVERYTHING),
        ("(PRIMARY KEY)", "c = 6", "ID = '1' and C = '5'"),
        ("(UNIQUE)", "c = 6", "C = '5'"),
        ("(UNIQUE)", "b = 'x'", "A = 'a' and B = 'b'"),
        ("(FOREIGN KEY)", "c = 6", "C = '5'"),
        ("(FOREIGN KEY)", "p = 8", "P = '7'"),
        ("(PRIMARY KEY, UNIQUE)", "a = 'x'", "ID = '1' and A = 'a' and B = 'b'"),
    ],
)
@pytest.mark.parametrize("level", ["TABLE t", "DATABASE"])
def test_key_logging(
    miner: Miner,
    table: UserSession,
    level: str,
    logging: str,
    change: str,
    where: str,
) -> None:
    if logging:
        by = table if level == "TABLE t" else miner.administrator
        by.run(f"ALTER {level} ADD SUPPLEMENTAL LOG DATA {logging} COLUMNS")
    assert _where(miner, table, change) == where


@pytest.mark.parametrize(
    ("group", "change", "where"),
    [
        ("(id, p) ALWAYS", "c = 6", "ID = '1' and C = '5' and P = '7'"),
        ("(id, a)", "c = 6", "C = '5'"),
        ("(id, a)", "a = 'x'", "ID = '1' and A = 'a'"),
    ],
)
def test_log_groups(
    miner: Miner,
    table: UserSession,
    group: str,
    change: str,
    where: str,
) -> None:
    table.run(f"ALTER TABLE t ADD SUPPLEMENTAL LOG GROUP g {group}")
    shown = table.rows(
        "SELECT LISTAGG(LOWER(column_name), ', ') WITHIN GROUP (ORDER BY position)"
        " FROM user_log_group_columns WHERE log_group_name = 'G' AND table_name = 'T'"
    )
    assert shown == [(group.split(")", maxsplit=1)[0].removeprefix("("),)]
    assert _where(miner, table, change) == where


def test_the_logging_of_the_time_of_the_change_counts(
    miner: Miner,
    table: UserSession,
) -> None:
    first = miner.scn()
    committed(table, "UPDATE t SET c = 6")
    table.run("ALTER TABLE t ADD SUPPLEMENTAL LOG DATA (PRIMARY KEY) COLUMNS")
    committed(table, "UPDATE t SET c = 7")
    table.run("ALTER TABLE t DROP SUPPLEMENTAL LOG DATA (PRIMARY KEY) COLUMNS")
    committed(table, "UPDATE t SET c = 8")
    found = [redo.split(" where ")[1] for redo in miner.redo(first + 1)]
    assert found == ["\"C\" = '5';", "\"ID\" = '1' and \"C\" = '6';", "\"C\" = '7';"]


@pytest.mark.parametrize(
    ("columns", "where"),
    [
        ("k NUMBER NOT NULL UNIQUE, v NUMBER", "\"K\" = '1' and \"V\" = '2'"),
        (
            "k NUMBER UNIQUE, v NUMBER, w NUMBER DEFAULT 3",
            "\"K\" = '1' and \"V\" = '2' and \"W\" = '3'",
        ),
    ],
)
def test_primary_key_logging_without_a_primary_key(
    miner: Miner,
    writer: UserSession,
    columns: str,
    where: str,
) -> None:
    writer.run(f"CREATE TABLE k ({columns})")
    writer.run("ALTER TABLE k ADD SUPPLEMENTAL LOG DATA (PRIMARY KEY) COLUMNS")
    committed(writer, "INSERT INTO k (k, v) VALUES (1, 2)")
    first = miner.scn()
    committed(writer, "UPDATE k SET v = 4")
    assert miner.redo(first + 1)[0].split(" where ")[1] == f"{where};"


def test_an_update_that_changes_nothing(miner: Miner, table: UserSession) -> None:
    first = miner.scn()
    committed(table, "UPDATE t SET c = c")
    (redo,) = map(without_owner(table), miner.redo(first + 1))
    sets = _EVERYTHING.replace(" and ", ", ")
    assert redo.replace('"', "") == f"update T set {sets} where {_EVERYTHING};"


def test_virtual_and_unused_columns_are_not_in_the_redo(
    miner: Miner,
    writer: UserSession,
) -> None:
    writer.run("CREATE TABLE v (a NUMBER, b NUMBER, c NUMBER GENERATED ALWAYS AS (a + 1) VIRTUAL)")
    writer.run("ALTER TABLE v SET UNUSED (b)")
    first = miner.scn()
    committed(writer, "INSERT INTO v (a) VALUES (1)")
    (redo,) = map(without_owner(writer), miner.redo(first + 1))
    assert redo == """insert into "V"("A") values ('1');"""


def test_partitioned_tables(miner: Miner, writer: UserSession) -> None:
    writer.run(
        "CREATE TABLE p (id NUMBER) PARTITION BY RANGE (id)"
        " (PARTITION low VALUES LESS THAN (10), PARTITION high VALUES LESS THAN (MAXVALUE))"
        " ENABLE ROW MOVEMENT"
    )
    first = miner.scn()
    committed(writer, "INSERT INTO p VALUES (1)", "UPDATE p SET id = 2", "UPDATE p SET id = 11")
    miner.start(first + 1)
    found = miner.contents("table_name, seg_name, operation", "table_name = 'P'")
    # A row that moves to another partition is deleted from one and inserted into the other.
    assert found == [("P", None, name) for name in ("INSERT", "UPDATE", "DELETE", "INSERT")]


class TestMineValue:
    def _mined(self, miner: Miner, table: UserSession, column: str) -> list[tuple[Any, ...]]:
        name = f"'{table.session.user}.T.{column}'"
        sides = [
            f"DBMS_LOGMNR.{function}({side}, {name})"
            for side in ("redo_value", "undo_value")
            for function in ("MINE_VALUE", "COLUMN_PRESENT")
        ]
        return miner.contents(", ".join(sides), "operation_code IN (1, 2, 3)")

    def test_sides(self, miner: Miner, table: UserSession) -> None:
        table.run("ALTER TABLE t ADD SUPPLEMENTAL LOG DATA (PRIMARY KEY) COLUMNS")
        first = miner.scn()
        committed(
            table, "INSERT INTO t (id, a) VALUES (2, 'x')", "UPDATE t SET a = NULL WHERE id = 2"
        )
        committed(table, "DELETE FROM t WHERE id = 2")
        miner.start(first + 1)
        absent = (None, "0")
        assert self._mined(miner, table, "ID") == [
            ("2", "1", *absent),
            (*absent, "2", "1"),
            (*absent, "2", "1"),
        ]
        assert self._mined(miner, table, "A") == [
            ("x", "1", *absent),
            (None, "1", "x", "1"),
            (*absent, None, "1"),
        ]
        assert self._mined(miner, table, "B")[1] == (*absent, *absent)
        assert self._mined(miner, table, "NOTE") == [(*absent, *absent)] * 3
        assert self._mined(miner, table, "NONE") == [(*absent, *absent)] * 3

    def test_formats_are_those_of_the_session(
        self,
        miner: Miner,
        writer: UserSession,
    ) -> None:
        writer.run("CREATE TABLE t (d DATE, n NUMBER, r RAW(4))")
        first = miner.scn()
        committed(writer, "INSERT INTO t VALUES (DATE '2024-05-06', -0.5, HEXTORAW('0aff'))")
        miner.start(first + 1)
        miner.session.run("ALTER SESSION SET NLS_DATE_FORMAT = 'DD.MM.YYYY'")
        miner.session.run("ALTER SESSION SET NLS_NUMERIC_CHARACTERS = ',.'")
        found = [self._mined(miner, writer, column)[0][0] for column in ("D", "N", "R")]
        assert found == ["06.05.2024", "-,5", "0AFF"]
