"""The parser of SQL_REDO reads what LogMiner writes, and never anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_core.identifiers import TableName
from tap_oracle.logminer.redo_sql import (
    DELETE,
    INSERT,
    UPDATE,
    RedoParser,
    RedoSyntaxError,
    RowChange,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACE = '"HR"."EMP"'
PARSER = RedoParser(TableName.of("HR", "EMP"))

NAMES = st.text(
    st.characters(exclude_characters='"\0', exclude_categories=["Cs"]), min_size=1, max_size=12
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


QUOTED = TEXTS.map(quoted)
LITERALS = st.one_of(
    QUOTED,
    QUOTED.map(lambda text: f"TO_DATE({text}, 'SYYYY-MM-DD HH24:MI:SS')"),
    QUOTED.map(lambda text: f"TO_TIMESTAMP({text})"),
    QUOTED.map(lambda text: f"TO_TIMESTAMP_TZ({text})"),
    QUOTED.map(lambda text: f"TO_DSINTERVAL({text})"),
    QUOTED.map(lambda text: f"HEXTORAW({text})"),
    st.lists(QUOTED.map(lambda text: f"UNISTR({text})"), min_size=1, max_size=3).map(" || ".join),
    st.sampled_from(["EMPTY_CLOB()", "EMPTY_BLOB()", "12.5", "-3", ".5E+10"]),
)
IMAGES = st.dictionaries(NAMES, st.none() | LITERALS, min_size=1, max_size=6)


def insert(image: Mapping[str, str | None]) -> str:
    names = ",".join(f'"{name}"' for name in image)
    values = ",".join(literal or "NULL" for literal in image.values())
    return f"insert into {PLACE}({names}) values ({values});"


def where(image: Mapping[str, str | None]) -> str:
    return " and ".join(
        f'"{name}" IS NULL' if literal is None else f'"{name}" = {literal}'
        for name, literal in image.items()
    )


def update(new: Mapping[str, str | None], old: Mapping[str, str | None]) -> str:
    sets = ", ".join(f'"{name}" = {literal or "NULL"}' for name, literal in new.items())
    return f"update {PLACE} set {sets} where {where(old)};"


@given(IMAGES)
def test_inserts(image: dict[str, str | None]) -> None:
    assert PARSER.parse(INSERT, insert(image)) == RowChange(INSERT, {}, image)


@given(IMAGES, IMAGES)
def test_updates(new: dict[str, str | None], old: dict[str, str | None]) -> None:
    assert PARSER.parse(UPDATE, update(new, old)) == RowChange(UPDATE, old, new)


@given(IMAGES, st.booleans())
def test_deletes(old: dict[str, str | None], has_rowid: bool) -> None:
    rowid = " and ROWID = 'AAASNoAAEAAAAInAAA'" if has_rowid else ""
    statement = f"delete from {PLACE} where {where(old)}{rowid};"
    assert PARSER.parse(DELETE, statement) == RowChange(DELETE, old, {})


@given(IMAGES, st.data())
def test_a_damaged_statement_is_refused_or_reads_back_as_itself(
    image: dict[str, str | None], data: st.DataObject
) -> None:
    """Whatever is cut out or put in: what is read must write the very same statement again."""
    whole = insert(image)
    begin = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(begin, min(len(whole), begin + 6)))
    put_in = data.draw(st.sampled_from(["", "'", '"', ",", "(", ")", ";", " and ", "NULL", "x"]))
    statement = whole[:begin] + put_in + whole[end:]
    try:
        change = PARSER.parse(INSERT, statement)
    except RedoSyntaxError:
        return
    assert insert(change.new).removesuffix(";") == statement.removesuffix(";")


@given(IMAGES, IMAGES, st.data())
def test_a_damaged_update_is_refused_or_reads_back_as_itself(
    new: dict[str, str | None], old: dict[str, str | None], data: st.DataObject
) -> None:
    whole = update(new, old)
    place = data.draw(st.integers(0, len(whole)))
    put_in = data.draw(st.sampled_from(["'", '"', " where ", ", ", " and ", "NULL", "ROWID"]))
    statement = whole[:place] + put_in + whole[place:]
    try:
        change = PARSER.parse(UPDATE, statement)
    except RedoSyntaxError:
        return
    assert update(change.new, change.old).removesuffix(";") == statement.removesuffix(";")


@given(st.sampled_from([INSERT, UPDATE, DELETE]), st.text(max_size=80))
def test_any_other_text_is_refused(operation: int, text: str) -> None:
    with pytest.raises(RedoSyntaxError):
        PARSER.parse(operation, text)


@pytest.mark.parametrize(
    ("operation", "statement"),
    [
        (INSERT, """insert into "HR"."OTHER"("A") values ('1');"""),
        (INSERT, f"""insert into {PLACE}("A") values ('1','2');"""),
        (INSERT, f"""insert into {PLACE}("A","B") values ('1');"""),
        (INSERT, f"""insert into {PLACE}("A") values (SYSDATE);"""),
        (INSERT, f"""insert into {PLACE}("A") values ('1')); drop table t;"""),
        (INSERT, f"""insert into {PLACE}("A") values (DROP_TABLE('1'));"""),
        (UPDATE, f"""update {PLACE} set "A" = '1' or "B" = '2';"""),
        (UPDATE, f"""update {PLACE} set "A" = '1' where "B" > '2';"""),
        (UPDATE, f"""update {PLACE} set "A" = '1' where "B" = '2' or 1 = 1;"""),
        (UPDATE, f"""update {PLACE} set "A" = '1', "B" = '2' and "C" = '3';"""),
        (DELETE, f"""delete from {PLACE} where "A" = '1', "B" = '2';"""),
        (DELETE, f"""delete from {PLACE} where "A" = TO_DATE('1' || '2');"""),
        (DELETE, f"""delete from {PLACE} as of scn 5 where "A" = '1';"""),
        (DELETE, "Unsupported"),
    ],
)
def test_what_logminer_never_writes_is_refused(operation: int, statement: str) -> None:
    with pytest.raises(RedoSyntaxError, match=r"HR\.EMP"):
        PARSER.parse(operation, statement)


def test_a_refusal_shows_no_value() -> None:
    with pytest.raises(RedoSyntaxError) as failure:
        PARSER.parse(INSERT, f"""insert into {PLACE}("A") values ('secret' + 1);""")
    assert "secret" not in str(failure.value)


def test_a_delete_without_a_condition_names_no_column() -> None:
    assert PARSER.parse(DELETE, f"delete from {PLACE};") == RowChange(DELETE, {}, {})


def test_the_row_of_a_large_object() -> None:
    block = (
        "DECLARE \n loc_c CLOB; \n buf_c VARCHAR2(6174); \nBEGIN\n"
        f' select "NOTE" into loc_c from {PLACE} where "ID" = \'1\' and "K" IS NULL for update;'
    )
    assert PARSER.row_of_large_object(block) == {"ID": "'1'", "K": None}
    assert PARSER.row_of_large_object(block.replace("EMP", "OTHER")) is None
    assert PARSER.row_of_large_object(" buf_c := 'x'; dbms_lob.write(loc_c, 1, 1, buf_c);") is None
