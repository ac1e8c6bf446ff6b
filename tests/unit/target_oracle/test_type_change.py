"""Changes of type that MODIFY cannot make: names, moves and the SQL of old values as text."""

from __future__ import annotations

import pytest

from oracle_core.identifiers import Identifier, TableName
from oracle_core.server import Server
from oracle_core.types import parse
from target_oracle.ddl import plan
from target_oracle.table_spec import ColumnSpec, ExistingColumn, ExistingTable, TableSpec
from target_oracle.type_change import new_column_name, text_of

A = Identifier("A")
TABLE = TableName.of("DWH", "T")


def moved(old: str, new: str, setting: str = "fail") -> tuple[str, ...]:
    wanted = TableSpec(TABLE, (ColumnSpec(A, parse(new), declared=True),))
    existing = ExistingTable({A: ExistingColumn(A, parse(old))})
    found = plan(
        wanted,
        existing,
        freeze=False,
        stream="S",
        server=Server(),
        on_type_change=setting,  # type: ignore[arg-type]
    )
    return found.all_statements


@pytest.mark.parametrize(
    ("old", "sql"),
    [
        ("NUMBER(5,2)", """REGEXP_REPLACE(TO_CHAR("A", 'TM9', 'NLS_NUMERIC_CHARACTERS=''.,'''),"""),
        ("DATE", """LTRIM(TO_CHAR("A", 'SYYYY-MM-DD"T"HH24:MI:SS'))"""),
        ("TIMESTAMP(3)", """LTRIM(TO_CHAR("A", 'SYYYY-MM-DD"T"HH24:MI:SS.FF3'))"""),
        ("TIMESTAMP(9) WITH TIME ZONE", """SS.FF9TZH:TZM'))"""),
        (
            "TIMESTAMP(0) WITH LOCAL TIME ZONE",
            """SYS_EXTRACT_UTC("A"), 'SYYYY-MM-DD"T"HH24:""",
        ),
        ("ROWID", 'ROWIDTOCHAR("A")'),
    ],
)
def test_old_values_are_written_as_records_spell_them(old: str, sql: str) -> None:
    assert sql in (text_of(A, parse(old)) or "")


@pytest.mark.parametrize("old", ["BINARY_DOUBLE", "RAW(10)", "BLOB", "XMLTYPE"])
def test_some_values_have_no_exact_text(old: str) -> None:
    assert text_of(A, parse(old)) is None


def test_text_moves_to_clob_in_its_own_character_set() -> None:
    assert moved("VARCHAR2(10 CHAR)", "CLOB") == (
        'ALTER TABLE "DWH"."T" ADD ("A_SDC_NEW" CLOB)',
        (
            'UPDATE "DWH"."T" SET "A_SDC_NEW" = "A" WHERE "A" IS NOT NULL AND "A_SDC_NEW" IS NULL '
            "AND ROWNUM <= 10000"
        ),
        'ALTER TABLE "DWH"."T" SET UNUSED ("A")',
        'ALTER TABLE "DWH"."T" RENAME COLUMN "A_SDC_NEW" TO "A"',
    )
    assert "NCLOB" in moved("NVARCHAR2(10)", "NCLOB")[0]


def test_a_text_column_takes_any_value_as_text() -> None:
    assert moved("VARCHAR2(10 CHAR)", "NUMBER(5)", "text") == (
        'ALTER TABLE "DWH"."T" MODIFY ("A" VARCHAR2(4000 BYTE))',
    )
    assert moved("VARCHAR2(4000 BYTE)", "NUMBER(5)", "text") == ()
    assert moved("CLOB", "NUMBER(5)", "text") == ()


def test_the_new_column_is_named_after_its_type() -> None:
    name = new_column_name(A, parse("TIMESTAMP(6) WITH TIME ZONE"), Server())
    assert name == Identifier("A_TIMESTAMP_WITH_TIME_ZONE")
    long = Identifier("X" * 128)
    assert len(new_column_name(long, parse("DATE"), Server()).name) <= 128
