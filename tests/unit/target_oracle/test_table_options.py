"""`table_options`: globs, clauses, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from oracle_core.errors import ConfigurationError
from oracle_core.identifiers import TableName
from target_oracle.table_options import TableOptions, checked_options, options_of

TABLE = TableName.of("DWH", "T")


def test_later_globs_add_and_replace() -> None:
    given = {"HR-*": {"tablespace": "A", "indexes": ["(X)"]}, "*-T": {"tablespace": "B"}}
    options = checked_options(given)
    assert options_of("HR-T", options) == TableOptions(tablespace="B", indexes=("(X)",))
    assert options_of("HR-U", options).tablespace == "A"
    assert options_of("OE-U", options) == TableOptions()


def test_clauses_come_in_the_order_of_the_syntax() -> None:
    options = TableOptions(
        partition="PARTITION BY HASH (A)", compression="NOCOMPRESS", tablespace="B"
    )
    assert options.clauses == " TABLESPACE B NOCOMPRESS PARTITION BY HASH (A)"
    assert TableOptions().clauses == ""


def test_indexes_and_grants_follow_the_table() -> None:
    options = TableOptions(indexes=("unique (A) LOCAL", "(B)"), grants=("select, insert to X",))
    assert options.statements(TABLE, 128) == (
        'CREATE UNIQUE INDEX "DWH"."T_IX1" ON "DWH"."T" (A) LOCAL',
        'CREATE INDEX "DWH"."T_IX2" ON "DWH"."T" (B)',
        'GRANT select, insert ON "DWH"."T" TO X',
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"tablespaces": "A"}, "did you mean 'tablespace'"),
        ({"tablespace": 5}, "tablespace must be a text"),
        ({"indexes": ["A, B"]}, "list of texts like '\\(LAST_NAME\\)'"),
        ({"grants": ["SELECT ON T"]}, "SELECT TO REPORTING"),
        ([], "must be an object"),
    ],
)
def test_what_cannot_be_is_refused(given: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        checked_options({"*": given})
