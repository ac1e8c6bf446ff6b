"""Text without a length: short as VARCHAR2, CLOB when a longer value comes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oracle.loader import ID, Loader, record_line, schema_line

pytestmark = pytest.mark.oracle

SCHEMA = schema_line({**ID, "A": {"type": ["string", "null"]}, "B": {"type": ["string", "null"]}})
KINDS = "SELECT column_name, data_type FROM user_tab_columns WHERE table_name = 'T' ORDER BY 1"
LONG = "ż" * 30_000


def kinds(loader: Loader) -> dict[str, str]:
    return dict(loader.rows(KINDS))


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"merge_strategy": "staged"},
        {"load_method": "overwrite"},
        {"load_method": "append-only"},
    ],
)
def test_a_longer_value_moves_its_column_to_clob(loader: Loader, settings: dict[str, Any]) -> None:
    rows = [{"ID": 1, "A": "a", "B": "x"}, {"ID": 2, "A": LONG, "B": None}, {"ID": 3, "A": ""}]
    loader.load(SCHEMA, *map(record_line, rows), batch_size_rows=1, **settings)
    assert kinds(loader) == {"ID": "NUMBER", "A": "CLOB", "B": "VARCHAR2"}
    assert loader.rows("SELECT id, a, b FROM t ORDER BY id") == [
        (1, "a", "x"),
        (2, LONG, None),
        (3, None, None),
    ]
    loader.load(SCHEMA, record_line({"ID": 1, "A": "short", "B": "y"}), **settings)
    assert ("short", "y") in loader.rows("SELECT a, b FROM t")


def test_text_of_exactly_4000_bytes_stays(loader: Loader) -> None:
    loader.load(SCHEMA, record_line({"ID": 1, "A": "ż" * 2000, "B": "x" * 4000}))
    found = kinds(loader)
    loader.load(SCHEMA, record_line({"ID": 2, "A": "ż" * 20_000, "B": "x" * 4000}))
    assert found["A"] == "VARCHAR2"
    assert kinds(loader) == {"ID": "NUMBER", "A": "CLOB", "B": "VARCHAR2"}
    assert loader.rows("SELECT LENGTH(a), LENGTH(b) FROM t ORDER BY id") == [
        (2000, 4000),
        (20_000, 4000),
    ]


def test_a_shorter_column_is_widened(loader: Loader) -> None:
    loader.execute("CREATE TABLE t (id NUMBER(18) PRIMARY KEY, a VARCHAR2(3 CHAR), b CLOB)")
    loader.load(SCHEMA, record_line({"ID": 1, "A": "abcd", "B": "x"}))
    assert kinds(loader) == {"ID": "NUMBER", "A": "VARCHAR2", "B": "CLOB"}
    assert loader.rows("SELECT a FROM t") == [("abcd",)]


def test_the_other_choices(loader: Loader) -> None:
    loader.load(SCHEMA, record_line({"ID": 1, "A": "a"}), text_without_length="clob")
    assert kinds(loader)["A"] == "CLOB"
    loader.execute("DROP TABLE t")
    lines = [SCHEMA, record_line({"ID": 1, "A": LONG})]
    error = loader.error(*lines, text_without_length="varchar2")
    assert "ORA-12899" in error or "ORA-01461" in error
    assert kinds(loader)["A"] == "VARCHAR2"


def test_a_move_that_was_cut_off_is_ended(loader: Loader) -> None:
    loader.load(SCHEMA, record_line({"ID": 1, "A": "a"}))
    loader.execute(
        'ALTER TABLE t ADD ("A_SDC_NEW" CLOB)',
        'UPDATE t SET "A_SDC_NEW" = a',
        "ALTER TABLE t DROP COLUMN a",
        'ALTER TABLE t ADD ("B_SDC_NEW" CLOB)',
    )
    loader.load(SCHEMA, record_line({"ID": 2, "A": LONG, "B": LONG}))
    assert kinds(loader) == {"ID": "NUMBER", "A": "CLOB", "B": "CLOB"}
    assert loader.rows("SELECT a, b FROM t ORDER BY id") == [("a", None), (LONG, LONG)]


def test_an_indexed_column_is_not_moved(loader: Loader) -> None:
    # Where VARCHAR2 may have 32,767 bytes, no index takes one that the target has made (ORA-01450).
    loader.execute(
        "CREATE TABLE t (id NUMBER(18) PRIMARY KEY, a VARCHAR2(4000 BYTE))",
        "CREATE INDEX t_a ON t (a)",
    )
    loader.load(SCHEMA, record_line({"ID": 1, "A": "a"}))
    error = loader.error(SCHEMA, record_line({"ID": 2, "A": LONG}))
    assert "is in index T_A" in error
    assert loader.rows("SELECT a FROM t") == [("a",)]


def test_a_frozen_schema_refuses_with_property_and_line(loader: Loader) -> None:
    loader.load(SCHEMA, record_line({"ID": 1, "A": "a"}))
    error = loader.error(SCHEMA, record_line({"ID": 2, "A": LONG}), freeze_schema=True)
    assert "(line 2)" in error
    assert "column A" in error


LENGTHS = (
    "SELECT char_used, CASE char_used WHEN 'B' THEN data_length ELSE char_length END"
    " FROM user_tab_columns WHERE table_name = 'T' AND column_name = :name"
)


def length_of(loader: Loader, name: str) -> tuple[str, int]:
    ((unit, length),) = loader.database.rows(loader.user, LENGTHS, name=name)
    return unit, int(length)


def longest_varchar(loader: Loader) -> int:
    """Return how many bytes a VARCHAR2 may have: 4,000, or 32,767 where strings are EXTENDED."""
    return int(loader.rows("SELECT LENGTHB(RPAD('x', 32767, 'x')) FROM dual")[0][0])


@pytest.mark.parametrize(
    "settings",
    [{}, {"merge_strategy": "staged"}, {"load_method": "overwrite"}],
    ids=lambda settings: "-".join(settings.values()),
)
def test_a_key_grows_as_far_as_it_may(loader: Loader, settings: dict[str, Any]) -> None:
    schema = schema_line({"K": {"type": "string"}, "N": {"type": "integer"}}, keys=("K",))
    keys = ["a", "ż" * 255, "ż" * 256, "x" * 513, "x" * 3_999]
    rows = [{"K": key, "N": number} for number, key in enumerate(keys)]
    sizes = []
    for count in range(1, len(keys) + 1):
        loader.load(schema, *map(record_line, rows[:count]), **settings)
        sizes.append(length_of(loader, "K"))
    is_extended = longest_varchar(loader) > 4_000
    last = [("C", 1024), ("B", 6396)] if is_extended else [("C", 1000), ("B", 4000)]
    assert sizes == [("C", 255), ("C", 255), ("C", 512), *last]
    assert sorted(loader.rows("SELECT k, n FROM t")) == sorted(zip(keys, range(5), strict=True))
    limit = last[-1][1]
    error = loader.error(schema, record_line({"K": "x" * (limit + 1), "N": 9}), **settings)
    assert "property 'K': a text is longer than column K" in error
    assert f"{limit} bytes in a key (ORA-01450) (line 2)" in error


def test_columns_of_a_key_share_what_an_index_takes(loader: Loader) -> None:
    text = {"type": "string"}
    schema = schema_line({"K": text, "L": text, "N": {"type": "integer"}}, keys=("K", "L"))
    loader.load(schema, record_line({"K": "k" * 4_000, "L": "l", "N": 1}))
    if longest_varchar(loader) > 4_000:
        assert length_of(loader, "K") == ("B", 6398 - 2 - 2 - 4 * 255)  # the rest of the index
    else:
        loader.load(schema, record_line({"K": "k", "L": "l" * 2_000, "N": 2}))
        assert length_of(loader, "K") == ("B", 4000)
    error = loader.error(schema, record_line({"K": "k", "L": "l" * 3_000, "N": 3}))
    assert "property 'L'" in error
    assert "ORA-01450" in error
    assert "(line 2)" in error
    index = "SELECT COUNT(*) FROM user_constraints WHERE table_name = 'T' AND constraint_type = 'P'"
    assert loader.rows(index) == [(1,)]


def test_a_key_stays_where_text_does_not_grow(loader: Loader) -> None:
    schema = schema_line({"K": {"type": "string"}}, keys=("K",))
    loader.load(schema, record_line({"K": "k"}))
    long = record_line({"K": "k" * 256})
    assert "ORA-12899" in loader.error(schema, long, text_without_length="varchar2")
    error = loader.error(schema, long, freeze_schema=True)
    assert "property 'K': a text is longer than column K and freeze_schema is set (line 2)" in error
