"""DDL planning: what is created, widened, refused."""

from __future__ import annotations

import pytest

from oracle_core.identifiers import Identifier, TableName
from oracle_core.server import Server
from oracle_core.types import parse
from oracle_core.types.fit import fit
from target_oracle.ddl import create_table, plan
from target_oracle.errors import TableMismatchError
from target_oracle.table_spec import ColumnSpec, ExistingColumn, ExistingTable, TableSpec

TABLE = TableName.of("DWH", "T")
SERVER = Server()


def column(name: str, sql_type: str, *, nullable: bool = True, declared: bool = True) -> ColumnSpec:
    return ColumnSpec(Identifier(name), parse(sql_type), nullable, declared)


def spec(*columns: ColumnSpec, keys: tuple[str, ...] = ()) -> TableSpec:
    return TableSpec(TABLE, columns, tuple(Identifier(key) for key in keys))


def existing(keys: tuple[str, ...] = (), **columns: str) -> ExistingTable:
    found = {}
    for name, text in columns.items():
        sql_type, _, ending = text.partition(" NOT NULL")
        generated = sql_type.endswith(" VIRTUAL")
        found[Identifier(name)] = ExistingColumn(
            Identifier(name),
            parse(sql_type.removesuffix(" VIRTUAL")),
            nullable=" NOT NULL" not in text,
            generated=generated,
        )
        assert not ending
    return ExistingTable(found, frozenset(Identifier(key) for key in keys))


def statements(wanted: TableSpec, found: ExistingTable | None) -> tuple[str, ...]:
    return plan(wanted, found, freeze=False, stream="S", server=SERVER).statements


def test_create_table_has_key_and_types() -> None:
    wanted = spec(
        column("ID", "NUMBER(9)", nullable=False),
        column("odd name", "VARCHAR2(40 CHAR)"),
        column("T", "TIMESTAMP(9) WITH TIME ZONE"),
        keys=("ID",),
    )
    assert create_table(wanted, SERVER) == (
        'CREATE TABLE "DWH"."T" (\n'
        '  "ID" NUMBER(9) NOT NULL,\n'
        '  "odd name" VARCHAR2(40 CHAR),\n'
        '  "T" TIMESTAMP(9) WITH TIME ZONE,\n'
        '  PRIMARY KEY ("ID")\n)'
    )


def test_a_key_that_no_index_takes_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    """An index entry has about 6,400 bytes (ORA-01450); two such texts may have 8,000."""
    wanted = spec(
        column("A", "VARCHAR2(1000 CHAR)", nullable=False),
        column("B", "VARCHAR2(1000 CHAR)", nullable=False),
        keys=("A", "B"),
    )
    sql = create_table(wanted, SERVER)
    assert "PRIMARY KEY" not in sql
    assert sql.count("NOT NULL") == 2
    assert "gets no primary key" in caplog.text
    western = Server(charset="WE8MSWIN1252")  # a byte per character
    assert 'PRIMARY KEY ("A", "B")' in create_table(wanted, western)


@pytest.mark.parametrize("kind", ["TIMESTAMP(6) WITH TIME ZONE", "VECTOR(3, FLOAT32)"])
def test_a_key_of_a_type_that_no_key_takes_is_refused(kind: str) -> None:
    wanted = spec(column("T", kind, nullable=False), keys=("T",))
    with pytest.raises(
        TableMismatchError, match=r"stream 'S': key column DWH\.T\.T is .*ORA-02329"
    ):
        plan(wanted, None, freeze=False, stream="S", server=SERVER)


def test_a_table_that_fits_is_left_alone() -> None:
    wanted = spec(column("ID", "NUMBER(9)", nullable=False), column("A", "CLOB"), keys=("ID",))
    found = existing(("ID",), ID="NUMBER(9) NOT NULL", A="CLOB", OTHER="DATE")
    assert statements(wanted, found) == ()


def test_changes_only_add() -> None:
    wanted = spec(
        column("ID", "NUMBER(9)", nullable=False),
        column("NEW", "DATE"),
        column("WIDER", "VARCHAR2(50 CHAR)"),
        column("NULLS", "DATE"),
        keys=("ID",),
    )
    found = existing(
        ("ID",), ID="NUMBER(9) NOT NULL", WIDER="VARCHAR2(20 CHAR)", NULLS="DATE NOT NULL"
    )
    assert statements(wanted, found) == (
        'ALTER TABLE "DWH"."T" ADD ("NEW" DATE)',
        'ALTER TABLE "DWH"."T" MODIFY ("WIDER" VARCHAR2(50 CHAR), "NULLS" NULL)',
    )


def test_the_key_of_the_table_stays_not_null() -> None:
    wanted = spec(column("ID", "NUMBER(9)"))
    assert statements(wanted, existing(("ID",), ID="NUMBER(9) NOT NULL")) == ()


def test_generated_columns_are_left_to_the_database() -> None:
    wanted = spec(column("ID", "NUMBER(9)"), column("V", "NUMBER"))
    found = plan(
        wanted,
        existing(ID="NUMBER(9)", V="NUMBER VIRTUAL"),
        freeze=False,
        stream="S",
        server=SERVER,
    )
    assert found.statements == ()
    assert list(found.types) == [Identifier("ID")]


def test_frozen_tables_change_not_at_all() -> None:
    wanted = spec(column("ID", "NUMBER(9)"), column("NEW", "DATE"))
    with pytest.raises(TableMismatchError, match="does not exist"):
        plan(wanted, None, freeze=True, stream="S", server=SERVER)
    with pytest.raises(TableMismatchError, match=r"NEW missing"):
        plan(wanted, existing(ID="NUMBER(9)"), freeze=True, stream="S", server=SERVER)
    whole = existing(ID="NUMBER(9)", NEW="DATE")
    assert not plan(wanted, whole, freeze=True, stream="S", server=SERVER).statements


def test_what_cannot_fit_is_refused_by_name() -> None:
    with pytest.raises(TableMismatchError, match=r"stream 'S': column DWH\.T\.A is DATE") as caught:
        statements(spec(column("A", "NUMBER")), existing(A="DATE"))
    assert "by hand" in str(caught.value)


@pytest.mark.parametrize(
    ("now", "wanted", "then"),
    [
        ("NUMBER(9)", "NUMBER(12,2)", "NUMBER(12,2)"),
        ("NUMBER(12)", "NUMBER(12,2)", "NUMBER(14,2)"),
        ("NUMBER(12,2)", "NUMBER(5)", "NUMBER(12,2)"),
        ("NUMBER(38)", "NUMBER(10,5)", "NUMBER"),
        ("NUMBER", "NUMBER(10,5)", "NUMBER"),
        ("NUMBER(10,5)", "NUMBER", "NUMBER"),
        ("NUMBER(10)", "FLOAT(126)", "NUMBER"),
        ("BINARY_DOUBLE", "NUMBER(9)", "BINARY_DOUBLE"),
        ("BINARY_DOUBLE", "NUMBER(16)", None),
        ("BINARY_FLOAT", "NUMBER(6,3)", "BINARY_FLOAT"),
        ("BINARY_FLOAT", "NUMBER(7)", None),
        ("BINARY_DOUBLE", "BINARY_FLOAT", "BINARY_DOUBLE"),
        ("BINARY_FLOAT", "BINARY_DOUBLE", None),
        ("FLOAT(53)", "FLOAT(63)", "FLOAT(63)"),
        ("FLOAT(53)", "NUMBER(9)", "FLOAT(53)"),
        ("FLOAT(53)", "NUMBER(20)", "FLOAT(126)"),
        ("FLOAT(53)", "NUMBER", None),
        ("VARCHAR2(20 CHAR)", "VARCHAR2(40 BYTE)", "VARCHAR2(40 CHAR)"),
        ("VARCHAR2(20 BYTE)", "VARCHAR2(20 CHAR)", "VARCHAR2(20 CHAR)"),
        ("VARCHAR2(80 BYTE)", "VARCHAR2(20 CHAR)", "VARCHAR2(80 BYTE)"),
        ("VARCHAR2(20 CHAR)", "VARCHAR2(20 BYTE)", "VARCHAR2(20 CHAR)"),
        ("VARCHAR2(20 CHAR)", "CHAR(30 CHAR)", "VARCHAR2(30 CHAR)"),
        ("CHAR(30 CHAR)", "VARCHAR2(20 CHAR)", None),
        ("CHAR(10 CHAR)", "CHAR(30 CHAR)", "CHAR(30 CHAR)"),
        ("NVARCHAR2(20)", "VARCHAR2(30 CHAR)", "NVARCHAR2(30)"),
        ("VARCHAR2(20 CHAR)", "CLOB", None),
        ("CLOB", "VARCHAR2(20 CHAR)", "CLOB"),
        ("VARCHAR2(10 CHAR)", "ROWID", "VARCHAR2(18 CHAR)"),
        ("DATE", "TIMESTAMP(3)", "TIMESTAMP(3)"),
        ("DATE", "TIMESTAMP(3) WITH TIME ZONE", None),
        ("TIMESTAMP(3)", "TIMESTAMP(9)", "TIMESTAMP(9)"),
        ("TIMESTAMP(9)", "DATE", "TIMESTAMP(9)"),
        ("TIMESTAMP(6)", "TIMESTAMP(6) WITH TIME ZONE", None),
        ("TIMESTAMP(6) WITH TIME ZONE", "TIMESTAMP(9)", "TIMESTAMP(9) WITH TIME ZONE"),
        ("TIMESTAMP(6) WITH LOCAL TIME ZONE", "TIMESTAMP(6) WITH TIME ZONE", None),
        ("RAW(16)", "RAW(20)", "RAW(20)"),
        ("RAW(16)", "BLOB", None),
        ("BLOB", "RAW(16)", "BLOB"),
        (
            "INTERVAL DAY(2) TO SECOND(6)",
            "INTERVAL DAY(4) TO SECOND(3)",
            "INTERVAL DAY(4) TO SECOND(6)",
        ),
        ("INTERVAL YEAR(2) TO MONTH", "INTERVAL YEAR(4) TO MONTH", "INTERVAL YEAR(4) TO MONTH"),
        ("INTERVAL YEAR(2) TO MONTH", "INTERVAL DAY(4) TO SECOND(3)", None),
        ("NUMBER", "VARCHAR2(20 CHAR)", None),
    ],
)
def test_declared_types_widen_or_are_refused(now: str, wanted: str, then: str | None) -> None:
    found = fit(parse(now), parse(wanted), declared=True)
    assert found == (None if then is None else parse(then))


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        ("VARCHAR2(20 CHAR)", "CLOB"),
        ("VARCHAR2(20 CHAR)", "VARCHAR2(255 CHAR)"),
        ("FLOAT(20)", "NUMBER"),
        ("BINARY_FLOAT", "NUMBER"),
        ("DATE", "TIMESTAMP(9) WITH TIME ZONE"),
        ("RAW(16)", "BLOB"),
        ("JSON", "CLOB"),
    ],
)
def test_our_own_defaults_ask_for_no_change(now: str, wanted: str) -> None:
    assert fit(parse(now), parse(wanted), declared=False) == parse(now)


@pytest.mark.parametrize(
    ("now", "wanted", "then"),
    [
        ("NUMBER(5)", "NUMBER", "NUMBER"),
        ("NUMBER(5)", "NUMBER(38)", "NUMBER(38)"),
        ("NUMBER(12,2)", "NUMBER", "NUMBER"),
        ("NUMBER(38)", "NUMBER", "NUMBER"),
    ],
)
def test_numbers_widen_to_our_own_defaults(now: str, wanted: str, then: str) -> None:
    assert fit(parse(now), parse(wanted), declared=False) == parse(then)


def test_a_frozen_column_is_not_widened_to_our_own_default() -> None:
    wanted = spec(column("A", "NUMBER", declared=False))
    assert (
        plan(wanted, existing(A="NUMBER(5)"), freeze=True, stream="S", server=SERVER).statements
        == ()
    )


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("VARCHAR2(30 BYTE)", "VARCHAR2(4000 BYTE)"),
        ("VARCHAR2(4000 BYTE)", None),
        ("VARCHAR2(9000 BYTE)", None),
    ],
)
def test_text_without_a_length_widens_to_what_an_index_takes(now: str, then: str | None) -> None:
    extended = Server(max_string_size="EXTENDED")
    text = ColumnSpec(Identifier("A"), parse("VARCHAR2(32767 BYTE)"), grows=True)
    changes = plan(spec(text), existing(A=now), freeze=False, stream="S", server=extended)
    wanted = () if then is None else (f'ALTER TABLE "DWH"."T" MODIFY ("A" {then})',)
    assert changes.statements == wanted


@pytest.mark.parametrize(
    ("now", "wanted"),
    [("VARCHAR2(40 BYTE)", "VARCHAR2(9000 BYTE)"), ("RAW(16)", "RAW(9000)")],
)
def test_declared_lengths_widen_as_far_as_the_server_goes(now: str, wanted: str) -> None:
    assert statements(spec(column("A", wanted)), existing(A=now)) == (
        f'ALTER TABLE "DWH"."T" MODIFY ("A" {wanted})',
    )
