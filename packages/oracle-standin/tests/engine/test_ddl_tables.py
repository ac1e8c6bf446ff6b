"""CREATE TABLE: types, limits, defaults, keys, identity, virtual and invisible columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession

pytestmark = pytest.mark.standin

_COLUMNS = (
    "SELECT data_type, data_length, data_precision, data_scale, char_length, char_used"
    " FROM user_tab_cols WHERE table_name = 'T' ORDER BY internal_column_id"
)


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("NUMBER", ("NUMBER", "22", None, None, "0", None)),
        ("NUMBER(10)", ("NUMBER", "22", "10", "0", "0", None)),
        ("NUMBER(12,2)", ("NUMBER", "22", "12", "2", "0", None)),
        ("NUMBER(5,-2)", ("NUMBER", "22", "5", "-2", "0", None)),
        ("NUMBER(*,3)", ("NUMBER", "22", None, "3", "0", None)),
        ("INTEGER", ("NUMBER", "22", None, "0", "0", None)),
        ("DECIMAL(8,3)", ("NUMBER", "22", "8", "3", "0", None)),
        ("FLOAT", ("FLOAT", "22", "126", None, "0", None)),
        ("FLOAT(24)", ("FLOAT", "22", "24", None, "0", None)),
        ("REAL", ("FLOAT", "22", "63", None, "0", None)),
        ("DOUBLE PRECISION", ("FLOAT", "22", "126", None, "0", None)),
        ("BINARY_FLOAT", ("BINARY_FLOAT", "4", None, None, "0", None)),
        ("BINARY_DOUBLE", ("BINARY_DOUBLE", "8", None, None, "0", None)),
        ("DATE", ("DATE", "7", None, None, "0", None)),
        ("TIMESTAMP", ("TIMESTAMP(6)", "11", None, "6", "0", None)),
        ("TIMESTAMP(0)", ("TIMESTAMP(0)", "7", None, "0", "0", None)),
        (
            "TIMESTAMP(9) WITH TIME ZONE",
            ("TIMESTAMP(9) WITH TIME ZONE", "13", None, "9", "0", None),
        ),
        (
            "TIMESTAMP(3) WITH LOCAL TIME ZONE",
            ("TIMESTAMP(3) WITH LOCAL TIME ZONE", "11", None, "3", "0", None),
        ),
        (
            "INTERVAL DAY TO SECOND",
            ("INTERVAL DAY(2) TO SECOND(6)", "11", "2", "6", "0", None),
        ),
        ("INTERVAL YEAR(4) TO MONTH", ("INTERVAL YEAR(4) TO MONTH", "5", "4", "0", "0", None)),
        ("VARCHAR2(10)", ("VARCHAR2", "10", None, None, "10", "B")),
        ("VARCHAR2(10 CHAR)", ("VARCHAR2", "40", None, None, "10", "C")),
        ("VARCHAR2(4000 CHAR)", ("VARCHAR2", "4000", None, None, "4000", "C")),
        ("VARCHAR(5 BYTE)", ("VARCHAR2", "5", None, None, "5", "B")),
        ("CHAR", ("CHAR", "1", None, None, "1", "B")),
        ("CHAR(3 CHAR)", ("CHAR", "12", None, None, "3", "C")),
        ("NVARCHAR2(10)", ("NVARCHAR2", "20", None, None, "10", "C")),
        ("NCHAR(4)", ("NCHAR", "8", None, None, "4", "C")),
        ("RAW(16)", ("RAW", "16", None, None, "0", None)),
        ("LONG", ("LONG", "0", None, None, "0", None)),
        ("LONG RAW", ("LONG RAW", "0", None, None, "0", None)),
        ("CLOB", ("CLOB", "4000", None, None, "0", None)),
        ("NCLOB", ("NCLOB", "4000", None, None, "0", None)),
        ("BLOB", ("BLOB", "4000", None, None, "0", None)),
        ("ROWID", ("ROWID", "10", None, None, "0", None)),
        ("UROWID", ("UROWID", "4000", None, None, "0", None)),
        ("JSON", ("JSON", "8200", None, None, "0", None)),
        ("BOOLEAN", ("BOOLEAN", "1", None, None, "0", None)),
    ],
)
def test_a_column_shows_as_oracle_shows_it(
    session: UserSession,
    declared: str,
    expected: tuple[Any, ...],
) -> None:
    session.run(f"CREATE TABLE t (c {declared})")
    assert session.rows(_COLUMNS) == [expected]


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("CREATE TABLE t (c VARCHAR)", "ORA-00906"),
        ("CREATE TABLE t (c DATETIME)", "ORA-00902"),
        ("CREATE TABLE t (c VARCHAR2(4001))", "ORA-00910"),
        ("CREATE TABLE t (c CHAR(2001))", "ORA-00910"),
        ("CREATE TABLE t (c NVARCHAR2(2001))", "ORA-00910"),
        ("CREATE TABLE t (c VARCHAR2(0))", "ORA-01723"),
        ("CREATE TABLE t (c NUMBER(39))", "ORA-01727"),
        ("CREATE TABLE t (c NUMBER(3,128))", "ORA-01728"),
        ("CREATE TABLE t (c TIMESTAMP(10))", "ORA-30088"),
        ("CREATE TABLE t (c NUMBER, c DATE)", "ORA-00957"),
        ("CREATE TABLE t (date NUMBER)", "ORA-00904"),
        ("CREATE TABLE select (c NUMBER)", "ORA-00903"),
        ("CREATE TABLE t ()", "ORA-00904"),
        ("CREATE TABLE t", "ORA-00906"),
        ("CREATE TABLE t (c NUMBER", "ORA-00907"),
        ("CREATE TABLE t (c NUMBER) NONSENSE", "ORA-00922"),
        ("CREATE TABLE t (a LONG, b LONG RAW)", "ORA-01754"),
        ("CREATE TABLE t (a CLOB PRIMARY KEY)", "ORA-02329"),
        ("CREATE TABLE t (a NUMBER PRIMARY KEY, b NUMBER PRIMARY KEY)", "ORA-02260"),
        ("CREATE TABLE t (a NUMBER REFERENCES nothing)", "ORA-00942"),
        ("CREATE TABLE t (a ANYDATA)", "not in this stand-in"),
        ("CREATE TABLE nobody.t (a NUMBER)", "ORA-01918"),
        ("CREATE TABLE system.t (a NUMBER)", "ORA-01031"),
        ("CREATE PRIVATE TEMPORARY TABLE x (a NUMBER)", "ORA-00903"),
    ],
)
def test_create_table_refuses_what_oracle_refuses(
    session: UserSession,
    statement: str,
    error: str,
) -> None:
    assert error in session.fails(statement)


def test_bytes_are_limited_as_declared(session: UserSession) -> None:
    session.run("CREATE TABLE t (b VARCHAR2(3), c VARCHAR2(3 CHAR), r RAW(2))")
    session.run("INSERT INTO t (b, c) VALUES ('abc', 'äöü')")
    assert "ORA-12899" in session.fails("INSERT INTO t (b) VALUES ('äö')")
    assert "ORA-12899" in session.fails("INSERT INTO t (c) VALUES ('abcd')")


def test_intervals_keep_their_leading_precision(session: UserSession) -> None:
    session.run("CREATE TABLE t (d INTERVAL DAY(2) TO SECOND(0), y INTERVAL YEAR(2) TO MONTH)")
    session.run("INSERT INTO t (d) VALUES (NUMTODSINTERVAL(99, 'DAY'))")
    assert "ORA-01873" in session.fails("INSERT INTO t (d) VALUES (NUMTODSINTERVAL(100, 'DAY'))")
    assert "ORA-01873" in session.fails("INSERT INTO t (y) VALUES (NUMTOYMINTERVAL(100, 'YEAR'))")


def test_float_keeps_its_binary_digits(session: UserSession) -> None:
    session.run("CREATE TABLE t (f FLOAT(10), g FLOAT)")
    session.run("INSERT INTO t VALUES (123456, 123456.789)")
    assert session.rows("SELECT f, g FROM t") == [("123500", "123456.789")]


def test_defaults_apply_and_show_as_written(session: UserSession) -> None:
    session.run(
        "CREATE TABLE t (a NUMBER, b NUMBER DEFAULT 1+1, c VARCHAR2(9) DEFAULT 'x',"
        " d NUMBER DEFAULT ON NULL 5 NOT NULL)"
    )
    session.run("INSERT INTO t (a, d) VALUES (1, NULL)")
    assert session.rows("SELECT b, c, d FROM t") == [("2", "x", "5")]
    shown = session.rows(
        "SELECT column_name, data_default, default_on_null FROM user_tab_columns"
        " WHERE table_name = 'T' AND column_name <> 'A' ORDER BY column_id"
    )
    assert shown == [("B", "1+1", "NO"), ("C", "'x'", "NO"), ("D", "5", "YES")]


def test_identity_columns_number_rows(session: UserSession) -> None:
    session.run(
        "CREATE TABLE t (id NUMBER GENERATED ALWAYS AS IDENTITY (START WITH 10 INCREMENT BY 5),"
        " v VARCHAR2(5))"
    )
    session.run("INSERT INTO t (v) VALUES ('a')")
    session.run("INSERT INTO t (v) VALUES ('b')")
    assert session.rows("SELECT id FROM t ORDER BY id") == [("10",), ("15",)]
    assert "ORA-32795" in session.fails("INSERT INTO t (id, v) VALUES (15, 'c')")
    assert "ORA-32796" in session.fails("UPDATE t SET id = 1")
    rows = session.rows(
        "SELECT generation_type, identity_options FROM user_tab_identity_cols"
        " WHERE table_name = 'T'"
    )
    assert rows[0][0] == "ALWAYS"
    assert rows[0][1].startswith("START WITH: 10, INCREMENT BY: 5, MAX_VALUE: 9999")


def test_identity_by_default_takes_given_numbers(session: UserSession) -> None:
    session.run("CREATE TABLE t (id NUMBER GENERATED BY DEFAULT ON NULL AS IDENTITY, v NUMBER)")
    session.run("INSERT INTO t VALUES (NULL, 1)")
    session.run("INSERT INTO t VALUES (100, 2)")
    assert session.rows("SELECT id FROM t ORDER BY v") == [("1",), ("100",)]
    session.run("ALTER TABLE t MODIFY id GENERATED BY DEFAULT AS IDENTITY (START WITH LIMIT VALUE)")
    session.run("INSERT INTO t (v) VALUES (3)")
    assert session.rows("SELECT id FROM t WHERE v = 3") == [("101",)]


def test_virtual_and_invisible_columns(session: UserSession) -> None:
    session.run(
        "CREATE TABLE t (a NUMBER, twice AS (a * 2), hidden NUMBER INVISIBLE,"
        " b VARCHAR2(5) DEFAULT 'x')"
    )
    session.run("INSERT INTO t (a) VALUES (4)")
    assert session.rows("SELECT * FROM t") == [("4", "8", "x")]
    shown = session.rows(
        "SELECT column_name, column_id, hidden_column, virtual_column, data_default"
        " FROM user_tab_cols WHERE table_name = 'T' ORDER BY column_id NULLS LAST"
    )
    assert shown == [
        ("A", "1", "NO", "NO", None),
        ("TWICE", "2", "NO", "YES", '"A"*2'),
        ("B", "3", "NO", "NO", "'x'"),
        ("HIDDEN", None, "YES", "NO", None),
    ]
    session.run("ALTER TABLE t MODIFY (hidden VISIBLE)")
    assert session.rows("SELECT * FROM t") == [("4", "8", "x", None)]


def test_ctas_copies_types_and_rows(session: UserSession) -> None:
    session.run("CREATE TABLE s (id NUMBER(9) NOT NULL, name VARCHAR2(7 CHAR), at TIMESTAMP(3))")
    session.run("INSERT INTO s (id, name) VALUES (1, 'one')")
    session.run("CREATE TABLE t AS SELECT id, name, at, id * 2 AS twice FROM s")
    assert session.rows("SELECT id, name, twice FROM t") == [("1", "one", "2")]
    shown = session.rows(
        "SELECT column_name, data_type, data_precision, char_length, char_used, nullable"
        " FROM user_tab_columns WHERE table_name = 'T' ORDER BY column_id"
    )
    assert shown == [
        ("ID", "NUMBER", "9", "0", None, "N"),
        ("NAME", "VARCHAR2", None, "7", "C", "Y"),
        ("AT", "TIMESTAMP(3)", None, "0", None, "Y"),
        ("TWICE", "NUMBER", None, "0", None, "Y"),
    ]


def test_names_keep_128_bytes(session: UserSession) -> None:
    name = "T" + "x" * 127
    session.run(f'CREATE TABLE "{name}" ("{name}" NUMBER)')
    session.run(f'INSERT INTO "{name}" VALUES (1)')
    assert session.rows("SELECT table_name, column_name FROM user_tab_columns") == [(name, name)]


def test_a_table_may_have_the_name_of_an_index(session: UserSession) -> None:
    session.run("CREATE TABLE a (x NUMBER CONSTRAINT same PRIMARY KEY)")
    session.run("CREATE TABLE same (x NUMBER)")
    session.run("CREATE INDEX a ON a (x, 1)")
    assert session.rows("SELECT index_name FROM user_indexes ORDER BY 1") == [("A",), ("SAME",)]
    assert session.rows("SELECT table_name FROM user_tables ORDER BY 1") == [("A",), ("SAME",)]


def test_partitions_hold_their_rows(session: UserSession) -> None:
    session.run(
        "CREATE TABLE t (id NUMBER, d DATE) PARTITION BY RANGE (d)"
        " (PARTITION a VALUES LESS THAN (DATE '2024-01-01'),"
        " PARTITION z VALUES LESS THAN (MAXVALUE))"
    )
    session.run("INSERT INTO t VALUES (1, DATE '2023-05-05')")
    session.run("INSERT INTO t VALUES (2, DATE '2025-05-05')")
    session.run("INSERT INTO t VALUES (3, NULL)")
    assert session.rows("SELECT id FROM t PARTITION (z) ORDER BY id") == [("2",), ("3",)]
    session.run("ALTER TABLE t TRUNCATE PARTITION z")
    assert session.rows("SELECT id FROM t") == [("1",)]
    shown = session.rows(
        "SELECT partition_name, partition_position, high_value FROM user_tab_partitions"
        " WHERE table_name = 'T' ORDER BY partition_position"
    )
    assert shown == [("A", "1", "DATE '2024-01-01'"), ("Z", "2", "MAXVALUE")]
    assert session.rows("SELECT column_name FROM user_part_key_columns") == [("D",)]


def test_a_partition_and_a_table_exchange_their_rows(session: UserSession) -> None:
    session.run(
        "CREATE TABLE p (id NUMBER(5) NOT NULL, a VARCHAR2(9), PRIMARY KEY (id) USING INDEX LOCAL)"
        " PARTITION BY RANGE (id) (PARTITION x VALUES LESS THAN (MAXVALUE))"
    )
    session.run("INSERT INTO p VALUES (1, 'old')")
    session.run("CREATE TABLE q FOR EXCHANGE WITH TABLE p")
    session.run("INSERT INTO q VALUES (2, 'new')")
    exchange = "ALTER TABLE p EXCHANGE PARTITION x WITH TABLE q INCLUDING INDEXES"
    with pytest.raises(OracleError, match="index mismatch"):
        session.run(exchange)
    session.run("ALTER TABLE q ADD PRIMARY KEY (id)")
    session.run(f"{exchange} WITHOUT VALIDATION")
    assert session.rows("SELECT id, a FROM p") == [("2", "new")]
    assert session.rows("SELECT id, a FROM q") == [("1", "old")]
    session.run("ALTER TABLE q MODIFY (a VARCHAR2(10))")
    with pytest.raises(OracleError, match="column type or size mismatch"):
        session.run(exchange)


def test_a_temporary_table_from_a_query_holds_its_rows(session: UserSession) -> None:
    session.run(
        "CREATE GLOBAL TEMPORARY TABLE kept ON COMMIT PRESERVE ROWS AS SELECT 1 AS a FROM dual"
    )
    session.run(
        "CREATE GLOBAL TEMPORARY TABLE gone ON COMMIT DELETE ROWS AS SELECT 1 AS a FROM dual"
    )
    assert session.rows("SELECT a FROM kept") == [("1",)]
    assert session.rows("SELECT a FROM gone") == []


def test_read_only_from_the_start(session: UserSession) -> None:
    session.run("CREATE TABLE kept (a NUMBER) READ ONLY")
    assert session.fails("INSERT INTO kept VALUES (1)").startswith("ORA-12081")
    session.run("ALTER TABLE kept READ WRITE")
    session.run("INSERT INTO kept VALUES (1)")


@pytest.mark.parametrize(
    "definition",
    ["(a VARCHAR2(9) COLLATE BINARY_CI)", "(a VARCHAR2(9)) DEFAULT COLLATION BINARY_AI"],
)
def test_only_binary_collations(session: UserSession, definition: str) -> None:
    assert session.fails(f"CREATE TABLE x {definition}").endswith("is not in this stand-in")


def test_validation_of_a_constraint_that_was_not(session: UserSession) -> None:
    session.run("CREATE TABLE x (a NUMBER)")
    session.run("INSERT INTO x VALUES (-1)")
    session.run("ALTER TABLE x ADD CONSTRAINT x_ck CHECK (a > 0) ENABLE NOVALIDATE")
    error = session.fails("ALTER TABLE x ENABLE VALIDATE CONSTRAINT x_ck")
    assert error.startswith("ORA-02293")
    session.run("DELETE x")
    session.run("ALTER TABLE x MODIFY CONSTRAINT x_ck VALIDATE")
    assert session.rows("SELECT validated FROM user_constraints") == [("VALIDATED",)]


def test_the_longest_name_of_a_column_with_a_limit_in_bytes(session: UserSession) -> None:
    name = "n" * 128
    session.run(f'CREATE TABLE t ("{name}" VARCHAR2(3 BYTE))')
    with pytest.raises(OracleError, match="too large") as caught:
        session.run("INSERT INTO t VALUES ('four')")
    assert caught.value.code == 12899
