"""A statement of the client's cache after its table was dropped and made with other types."""

from __future__ import annotations

import itertools
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

pytestmark = pytest.mark.standin

KINDS = {
    "VARCHAR2(10)": ("'x'", "x"),
    "CLOB": ("'long'", "long"),
    "NCLOB": ("'nä'", "nä"),
    "NUMBER": ("5", 5),
}


@pytest.mark.parametrize("first", KINDS)
def test_rows_are_read_by_the_types_of_now(
    oracle_database: OracleDatabase, fresh_schema: str, first: str
) -> None:
    with (
        closing(oracle_database.connect(fresh_schema)) as owner,
        closing(oracle_database.connect(fresh_schema)) as connection,
        connection.cursor() as cursor,
        owner.cursor() as maker,
    ):
        for second, third in itertools.product(KINDS, repeat=2):
            query = f"SELECT x FROM t /* {first} {second} {third} */"
            for kind in (first, second, third):
                literal, value = KINDS[kind]
                maker.execute(f"CREATE TABLE t (x {kind})")
                maker.execute(f"INSERT INTO t VALUES ({literal})")
                owner.commit()
                found = cursor.execute(query, fetch_lobs=False).fetchall()
                assert found == [(value,)], (first, second, third, kind)
                maker.execute("DROP TABLE t PURGE")
