"""What a database can, with the rights of any user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import oracledb
import pytest

from oracle_core.server import STATEMENTS, Server, is_single_byte, read_server, server_of
from oracle_core.types import TYPE_TABLE, from_json_schema, parse
from oracle_core.types.from_json_schema import stand_in

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS = [
    ("NLS", "NLS_CHARACTERSET", "WE8MSWIN1252"),
    ("NLS", "NLS_NCHAR_CHARACTERSET", "AL16UTF16"),
    ("NLS", "NLS_CALENDAR", "THAI BUDDHA"),
    ("CONTEXT", "CURRENT_SCHEMA", "LOADER"),
    ("CONTEXT", "CON_NAME", "PDB1"),
    ("CONTEXT", "EDITION", "ORA$BASE"),
    ("CONTEXT", "LONGEST TEXT", "4000"),
    ("RIGHT", "CREATE SESSION", None),
    ("RIGHT", "CREATE TABLE", None),
]


class FakeVariable:
    def __init__(self, value: str | None) -> None:
        self.value = value

    def getvalue(self) -> str | None:
        return self.value


class FakeSession:
    """Answers the two statements of a server, and counts its round trips."""

    version = "19.3.0.0.0"

    def __init__(self, values: Sequence[str | None] | None) -> None:
        self._values = iter(values or ())
        self._is_refused = values is None
        self.statements: list[str] = []
        self.prefetchrows = self.arraysize = 0

    def cursor(self) -> FakeSession:
        return self

    def __enter__(self) -> FakeSession:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def var(self, kind: type) -> FakeVariable:
        assert kind is str
        return FakeVariable(next(self._values, None))

    def execute(self, sql: str, binds: object = None) -> FakeSession:
        self.statements.append(sql)
        if binds is not None and self._is_refused:
            msg = "ORA-06550: line 1, column 7: no blocks here"
            raise oracledb.DatabaseError(msg)
        return self

    def fetchall(self) -> list[tuple[Any, ...]]:
        assert self.prefetchrows == 300
        return ROWS


def test_two_statements_say_all() -> None:
    session = FakeSession(["19.0.0", "12.2.0", None, "EXTENDED", "FALSE", "OLTP"])
    server = read_server(session)  # type: ignore[arg-type]
    assert session.statements == list(STATEMENTS)
    assert server == Server(
        release=(19, 3),
        compatible=(12, 2),
        max_string_size="EXTENDED",
        charset="WE8MSWIN1252",
        sql92_security=False,
        calendar="THAI BUDDHA",
        schema="LOADER",
        container="PDB1",
        edition="ORA$BASE",
        is_autonomous=True,
        rights=frozenset({"CREATE SESSION", "CREATE TABLE"}),
    )


@pytest.mark.parametrize("values", [None, [None] * 6])
def test_few_rights_are_enough(values: list[None] | None) -> None:
    server = read_server(FakeSession(values))  # type: ignore[arg-type]
    assert server.compatible == (19, 3)
    assert server.max_string_size == "STANDARD"
    assert server.sql92_security


def test_a_dead_session_is_not_mistaken_for_few_rights() -> None:
    session = FakeSession(None)

    def die(sql: str, binds: object = None) -> FakeSession:
        del sql, binds
        msg = "DPY-4011: the database or network closed the connection"
        raise oracledb.OperationalError(msg)

    session.execute = die  # type: ignore[method-assign]
    with pytest.raises(oracledb.OperationalError):
        read_server(session)  # type: ignore[arg-type]


def test_the_length_of_rpad_stands_in_for_the_parameter() -> None:
    rows = [("CONTEXT", "LONGEST TEXT", "4001")]
    assert server_of("23.6.0", {}, rows).max_string_size == "EXTENDED"
    assert server_of("23.6.0", {"string_size": "STANDARD"}, rows).max_string_size == "STANDARD"


def test_compatible_bounds_names_and_types() -> None:
    old = Server(release=(19, 3), compatible=(11, 2))
    assert old.name_bytes == 30
    assert Server(release=(12, 2), compatible=(12, 2)).name_bytes == 128
    not_yet = Server(release=(23, 6), compatible=(19, 0))
    assert not not_yet.has_features_of(TYPE_TABLE["BOOLEAN"].since_release)
    assert not not_yet.has_features_of(TYPE_TABLE["JSON"].since_release)
    assert not_yet.has_features_of(TYPE_TABLE["XMLTYPE"].since_release)


@pytest.mark.parametrize(
    ("charset", "single", "codec", "size"),
    [
        ("WE8MSWIN1252", True, "cp1252", 1),
        ("US7ASCII", True, "ascii", 1),
        ("WE8DEC", True, None, 1),
        ("JA16SJISTILDE", False, "cp932", 4),
        ("AL32UTF8", False, None, 4),
        ("UTF8", False, None, 6),
    ],
)
def test_character_sets(charset: str, single: bool, codec: str | None, size: int) -> None:
    server = Server(charset=charset)
    assert is_single_byte(charset) is single
    assert server.codec == codec
    assert server.bytes_per_character == size


OLD = Server(release=(12, 2), compatible=(12, 2))
NEW = Server(release=(23, 6), compatible=(23, 6), max_string_size="EXTENDED")


@pytest.mark.parametrize(
    ("wanted", "old", "new"),
    [
        ("JSON", "CLOB", "JSON"),
        ("BOOLEAN", "NUMBER(1)", "BOOLEAN"),
        ("VECTOR(3, FLOAT32)", "CLOB", "VECTOR(3, FLOAT32)"),
        ("VARCHAR2(4000 CHAR)", "VARCHAR2(4000 CHAR)", "VARCHAR2(4000 CHAR)"),
        ("VARCHAR2(32767 BYTE)", "CLOB", "VARCHAR2(32767 BYTE)"),
        ("NVARCHAR2(2001)", "NCLOB", "NVARCHAR2(2001)"),
        ("RAW(2001)", "BLOB", "RAW(2001)"),
        ("LONG", "CLOB", "CLOB"),
        ("LONG RAW", "BLOB", "BLOB"),
    ],
)
def test_types_that_a_server_lacks_give_way(wanted: str, old: str, new: str) -> None:
    assert stand_in(parse(wanted), OLD).ddl() == old
    assert stand_in(parse(wanted), NEW).ddl() == new


def test_a_declared_type_that_the_server_lacks_gives_way() -> None:
    schema = {"type": ["array", "null"], "x-sql-datatype": "VECTOR(3, FLOAT32)"}
    assert from_json_schema(schema, server=OLD).ddl() == "CLOB"
    assert from_json_schema(schema, is_key=True, server=OLD).ddl() == "VARCHAR2(255 CHAR)"
