"""Each cell of the tables in `docs/types.md`, proved by values at its edges."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
from array import array
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import oracledb
import pytest

from docs.type_matrix import COLUMNS, KINDS, SERVER, Verdict, declared_schemas, fitted
from oracle_core.connection import connect
from oracle_core.errors import DataError
from oracle_core.identifiers import Identifier, TableName
from oracle_core.server import read_server
from oracle_core.session_setup import EXACT_FETCH
from oracle_core.types import JsonSchemaOptions, fetch_plan, parse, row_of
from oracle_core.types.from_json_schema import stand_in
from oracle_core.types.type_row import Family
from target_oracle.batch_writer import BatchWriter
from target_oracle.metadata import BatchMoment
from target_oracle.properties import properties_of
from target_oracle.records import RecordDecoder
from target_oracle.rows import Rows
from target_oracle.sources import batch_of, sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from oracle_standin.testing import OracleDatabase

    from oracle_core.types import OracleType

pytestmark = pytest.mark.oracle

NOW = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
V = Identifier("V")
NUMBERS = [
    *("0", "-1", "1", "99999", "16777217", "9007199254740993", "0.1", "16777217.123", "-1.25"),
    *("-0.0", "1e125", "1e-130", f"{'9' * 38}e87", "0.123456789"),
]
TEXTS = [
    *('"a"', '"é€𝄞"', '" x "', '"0123456789012345678901234567890123456789"', '"1"'),
    *(r'"a\u0000"', r'"\ufeff"', r'"\r\n"', '"null"', '"NaN"'),
]
MOMENTS = [
    '"2024-02-29T10:00:00Z"',
    '"2024-02-29T10:00:00+02:00"',
    '"2024-02-29T10:00:00.123456Z"',
    '"2024-02-29T10:00:00.123456789+00:00"',
    '"0001-01-01T00:00:00Z"',
    '"9999-12-31T23:59:59.999999Z"',
]
BINARIES = [json.dumps(base64.b64encode(bytes(range(size))).decode()) for size in (1, 16, 17)]
EDGES: dict[str, list[str]] = {
    "integer": ["0", "-1", "99999", "1000000000", "16777217", "9007199254740993", "9" * 38],
    "integer, 0 to 99999": ["0", "1", "99999"],
    "number": [*NUMBERS, "12345678901234567890.123456789"],
    "singer.decimal": [f'"{number}"' for number in NUMBERS],
    "boolean": ["true", "false"],
    # Longer text moves the column to CLOB, see `text_without_length`; other tests do that.
    "string": TEXTS,
    "string, maxLength 20": ['"a"', json.dumps("é" * 20), '"   "'],
    "date-time": MOMENTS,
    "date": ['"2024-02-29"', '"0001-01-01"', '"9999-12-31"'],
    "time": ['"10:00:00Z"', '"23:59:59.999999+02:00"'],
    "base64": BINARIES,
    "object or array": [
        '{"a": 1.10000000000000000001}',
        "[1, 2, 3]",
        "[0.1, 0.123456789, 16777217]",
        "[]",
        '{"é": null}',
        r'{"a\u0000": "\u0000b"}',
    ],
    "string or integer": ['"text"', "12345678901234567890"],
}
"""Kind of property -> JSON texts of values."""

SPELLED_EDGES = {
    "NUMBER": [*NUMBERS, "1e-100", "9" * 40],
    "NUMBER(9)": ["0", "-999999999", "999999999"],
    "NUMBER(12,2)": ["0.01", "9999999999.99", "-9999999999.99"],
    "FLOAT(53)": ["0.1", "1234567890123456", "-1e100"],
    "INTERVAL DAY(2) TO SECOND(6)": ['"P99DT23H59M59.999999S"', '"-PT0.5S"'],
    "INTERVAL YEAR(2) TO MONTH": ['"P99Y11M"', '"-P1Y"'],
}

DECLARED_EDGES: dict[Family, list[str]] = {
    Family.REAL: ["0", "0.1", "-1.5", "16777216", "1e20"],
    Family.BOOLEAN: ["true", "false"],
    Family.JSON: ['"1"', "1", '{"a": 1.5}', "[true, null]", '"not json"', r'"\u0000"'],
    Family.VECTOR: ["[1, 2, 3]", "[0.5, -1, 0]", "[0.100000001, 1e20, 0.1]"],
}


def edges_of(spelled: str) -> list[str]:
    """Return values that a column of a type can hold, up to its edges."""
    oracle_type = parse(spelled)
    row = row_of(oracle_type)
    if row.is_moment:
        digits = oracle_type.fraction_digits
        fraction = f".{'123456789'[:digits]}" if digits else ""
        # The offset of a wall clock is only its label, see `naive_timezone`.
        return [f'"{day}T10:00:00{fraction}+00:00"' for day in ("2024-02-29", "0001-01-01")]
    if row.family is Family.TEXT:
        length = oracle_type.length or 5000
        one = "x" if oracle_type.char_used == "B" else "é"
        return [json.dumps(one * length), '"a"' if not row.is_padded else json.dumps("a" * length)]
    if row.family is Family.BINARY:
        return BINARIES[:2] if oracle_type.length else BINARIES
    return SPELLED_EDGES.get(spelled) or DECLARED_EDGES[row.family]


def instant(text: str) -> tuple[dt.datetime, str]:
    match = re.fullmatch(r"(.{10})(?:T(.{8})(?:\.(\d+))?(Z|.{6})?)?", text)
    assert match is not None, text
    day, clock, fraction, offset = match.groups()
    moment = dt.datetime.fromisoformat(f"{day}T{clock or '00:00:00'}{offset or '+00:00'}")
    return moment.astimezone(dt.UTC), (fraction or "").rstrip("0")


def is_same(sent: str, read: object, oracle_type: OracleType) -> bool:
    """Return whether what was read is the value that was sent."""
    row = row_of(oracle_type)
    value = json.loads(sent, parse_float=Decimal, parse_int=Decimal)
    if row.family is Family.TEXT:
        return is_same_text(value, str(read), is_padded=row.is_padded)
    if row.is_moment:
        return instant(str(value)) == instant(str(read))
    if row.family in {Family.DECIMAL, Family.REAL}:
        number = int(value) if isinstance(value, bool) else value
        return Decimal(str(read)) == Decimal(str(number))
    if row.family is Family.BOOLEAN:
        return bool(read) == bool(value) and value in (0, 1)
    if row.family is Family.VECTOR:
        assert isinstance(read, list)
        return array("f", map(float, value)) == array("f", map(float, read))
    return same_json(read) == same_json(value)


def is_same_text(value: object, text: str, *, is_padded: bool) -> bool:
    if not isinstance(value, str):
        return bool(json.loads(text, parse_float=Decimal, parse_int=Decimal) == value)
    spelled = [value, json.dumps(value, ensure_ascii=False), json.dumps(value)]
    if is_padded:
        return text.rstrip(" ") in [each.rstrip(" ") for each in spelled]
    return text in spelled


def same_json(value: object) -> object:
    """Return a JSON value whose numbers are all of one type."""
    if isinstance(value, dict):
        return {key: same_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [same_json(inner) for inner in value]
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Cell:
    """Loads values into a column through the target's own code, and reads them as the tap does."""

    def __init__(self, connection: oracledb.Connection) -> None:
        self.connection = connection
        self.schema = str(connection.username)
        self.server = read_server(connection)
        self.tables: dict[str, TableName] = {}

    def table(self, oracle_type: OracleType) -> TableName:
        spelled = oracle_type.ddl()
        if spelled not in self.tables:
            name = TableName(Identifier(self.schema), Identifier(f"M{len(self.tables)}"))
            self.connection.cursor().execute(f"CREATE TABLE {name.sql} (v {spelled})")
            self.tables[spelled] = name
        return self.tables[spelled]

    def load(self, schema: Mapping[str, Any], oracle_type: OracleType, sent: str) -> object:
        """Return what is read after a load; DataError or oracledb.Error where it is refused."""
        properties = properties_of({"properties": {"v": schema}}, (), validate=True)
        columns, types = {"v": V}, {V: oracle_type}
        parts = sources(properties, (), columns, types, keyed=False, server=SERVER)
        line = f'{{"type":"RECORD","stream":"S","record":{{"v":{sent}}}}}'
        row = RecordDecoder("S", properties).decode_line(line.encode())
        batch = batch_of(parts, Rows.of(row), BatchMoment(NOW, NOW, 0))
        name = self.table(oracle_type)
        plan = fetch_plan(oracle_type, any_year=True)
        with self.connection.cursor() as cursor:
            try:
                BatchWriter(cursor, name).append(batch)
                query = f"SELECT {plan.select(V)} FROM {name.sql}"
                values = cursor.execute(query, **EXACT_FETCH).fetchall()
            finally:
                self.connection.rollback()
        return next(iter(plan.values([value for (value,) in values], JsonSchemaOptions())))


@pytest.fixture(scope="module")
def cell(oracle_database: OracleDatabase) -> Iterator[Cell]:
    user = oracle_database.create_user("M")
    with connect(oracle_database.config(user), module="tests") as connection:
        yield Cell(connection)


def check(cell: Cell, schema: Mapping[str, Any], column: str, edges: list[str]) -> None:
    verdict, oracle_type = fitted(schema, column)
    if oracle_type is None or stand_in(oracle_type, cell.server) != oracle_type:
        return  # it does not fit, or there are no columns of that type in this database
    for sent in edges:
        refusal, read = "", None
        try:
            read = cell.load(schema, oracle_type, sent)
        except (DataError, oracledb.DatabaseError) as error:
            refusal = str(error)
        if refusal:
            assert verdict is Verdict.CHECKED, (column, sent, refusal)
        else:
            assert is_same(sent, read, oracle_type), (column, sent, read)


@pytest.mark.parametrize("kind", KINDS)
def test_values_without_a_declared_type(cell: Cell, kind: str) -> None:
    for column in COLUMNS:
        check(cell, KINDS[kind], column, EDGES[kind])


@pytest.mark.parametrize("spelled", COLUMNS)
def test_values_of_a_declared_type(cell: Cell, spelled: str) -> None:
    schema = declared_schemas()[spelled]
    for column in COLUMNS:
        check(cell, schema, column, edges_of(spelled))
