"""Objects and collections as the driver reads and describes them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import oracledb
import pytest

from tests.made_types import rows

pytestmark = pytest.mark.standin

EVERYTHING = (
    "CREATE TYPE inner_type AS OBJECT (n NUMBER, s NVARCHAR2(10))",
    "CREATE TYPE inner_list AS VARRAY(300) OF inner_type",
    "CREATE TYPE inner_table AS TABLE OF VARCHAR2(300)",
    "CREATE TYPE lists AS VARRAY(3) OF inner_list",
    """CREATE TYPE everything AS OBJECT (n NUMBER(9,2), f FLOAT, i INTEGER, s VARCHAR2(300),
        c CHAR(5), d DATE, ts TIMESTAMP(9), tz TIMESTAMP WITH TIME ZONE, r RAW(300),
        bd BINARY_DOUBLE, bf BINARY_FLOAT, b BOOLEAN, o inner_type, l inner_list,
        t inner_table)""",
    "CREATE TABLE kept (id NUMBER(9), v everything, m lists)",
)


def plain(value: Any) -> Any:
    """Return an object as a dictionary, a collection as a list."""
    if not isinstance(value, oracledb.DbObject):
        return value
    if value.type.iscollection:
        return [plain(element) for element in value.aslist()]
    return {part.name: plain(getattr(value, part.name)) for part in value.type.attributes}


def test_objects_are_read_with_every_type(cursor: oracledb.Cursor, owner: str) -> None:
    for statement in EVERYTHING:
        cursor.execute(statement)
    cursor.execute(
        "INSERT INTO kept VALUES (1, everything(-1.255, 0.5, 7, RPAD('é', 299, 'x'), 'abc',"
        " DATE '2024-02-29', TIMESTAMP '1969-12-31 23:59:59.5',"
        " TIMESTAMP '2024-01-01 12:00:00 +02:00', HEXTORAW(RPAD('0F', 600, '1')), 1.5d, -2.5f,"
        " TRUE, inner_type(1, '日本'), inner_list(inner_type(2, NULL), NULL),"
        " inner_table('a', NULL)), lists(inner_list(inner_type(3, 'x')), inner_list(), NULL))"
    )
    nulls = ", ".join(["NULL"] * 15)
    cursor.execute(f"INSERT INTO kept (id, v) VALUES (2, everything({nulls}))")
    cursor.execute("INSERT INTO kept (id) VALUES (3)")
    cursor.execute("SELECT v, m FROM kept ORDER BY id")
    described = [repr(column.type) for column in cursor.description or ()]
    assert described == [
        f"<oracledb.DbObjectType {owner}.{name}>" for name in ("EVERYTHING", "LISTS")
    ]
    first, second, third = ([plain(value) for value in row] for row in cursor.fetchall())
    assert first[0] == {
        "N": -1.26,
        "F": 0.5,
        "I": 7,
        "S": "é" + "x" * 298,
        "C": "abc  ",
        "D": dt.datetime(2024, 2, 29),  # noqa: DTZ001 - Oracle's DATE has no zone
        "TS": dt.datetime(1969, 12, 31, 23, 59, 59, 500000),  # noqa: DTZ001
        "TZ": dt.datetime(2024, 1, 1, 12),  # noqa: DTZ001 - the driver drops the zone
        "R": b"\x0f" + b"\x11" * 299,
        "BD": 1.5,
        "BF": -2.5,
        "B": True,
        "O": {"N": 1, "S": "日本"},
        "L": [{"N": 2, "S": None}, None],
        "T": ["a", None],
    }
    assert first[1] == [[{"N": 3, "S": "x"}], [], None]
    assert second == [dict.fromkeys(first[0]), None]
    assert third == [None, None]


def test_many_elements_and_views_are_read(cursor: oracledb.Cursor) -> None:
    for statement in EVERYTHING[:3]:
        cursor.execute(statement)
    elements = ", ".join(f"inner_type({number}, 'n')" for number in range(300))
    cursor.execute("CREATE TABLE many (l inner_list)")
    cursor.execute(f"INSERT INTO many VALUES (inner_list({elements}))")
    cursor.execute("CREATE VIEW seen AS SELECT l AS list FROM many")
    ((found,),) = rows(cursor, "SELECT list FROM seen")
    assert [element.N for element in found.aslist()] == list(range(300))


def test_the_driver_describes_types(types: oracledb.Cursor, owner: str) -> None:
    address = types.connection.gettype("ADDRESS")
    assert (address.schema, address.name, address.iscollection) == (owner, "ADDRESS", False)
    assert [
        (part.name, part.precision, part.scale, part.max_size) for part in address.attributes
    ] == [
        ("STREET", None, None, 10),
        ("ZIP", 5, 0, None),
        ("SINCE", 0, 3, None),
    ]
    assert types.connection.gettype(f"{owner}.TEXTS").element_type is oracledb.DB_TYPE_VARCHAR
    assert types.connection.gettype("ADDRESSES").element_type == address
    with pytest.raises(oracledb.DatabaseError, match="DPY-2035"):
        types.connection.gettype("NO_SUCH_TYPE")
    types.execute("CREATE TYPE spans AS TABLE OF INTERVAL DAY TO SECOND")
    with pytest.raises(oracledb.DatabaseError, match="not in this stand-in"):
        types.connection.gettype("SPANS")
