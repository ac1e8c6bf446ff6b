"""THE type table: one row for each Oracle type, and nothing about a type anywhere else.

A row says how the type appears in JSON Schema, how it is fetched and bound, what is lost, if
anything, and since which release Oracle has it. Documentation and the round-trip test are made
from the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import oracledb

from oracle_core.types import decode, encode
from oracle_core.types.oracle_type import (
    INTERVAL_DAY_TO_SECOND,
    INTERVAL_YEAR_TO_MONTH,
    TIMESTAMP,
    TIMESTAMP_LTZ,
    TIMESTAMP_TZ,
    OracleType,
)
from oracle_core.types.plans import BindPlan, FetchPlan, JsonSchemaOptions
from oracle_core.types.to_json_schema import (
    binary,
    boolean,
    datetime_text,
    document,
    duration,
    real,
    rowid,
    text,
    unsupported,
    vector,
)
from oracle_core.types.to_json_schema import number as number_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from oracledb import DbType

    from oracle_core.types.plans import Encoder

_CLOCK = 'SYYYY-MM-DD"T"HH24:MI:SS'


@dataclass(frozen=True, slots=True)
class TypeRow:
    """One type.

    Attributes:
        kind: Oracle's name, as in `OracleType.kind`.
        json_schema: the schema of a value that is not NULL.
        fetch: how it is read; None where it cannot be.
        bind: how it is written; None where it cannot be.
        native_bind: a cheaper way to write it that takes years 1 to 9999 only and plain
            placeholders, as direct path load needs them; None where there is none.
        text_fetch: a way to read it as text that takes years before 1; None where `fetch` does.
        loss_note: what does not survive, empty where everything does.
        reason: why it is not supported, empty where it is.
        advice: what to do instead, empty where it is supported.
        since_version: first release that has the type, empty for those of 12.2 and earlier.
    """

    kind: str
    json_schema: Callable[[OracleType, JsonSchemaOptions], dict[str, Any]]
    fetch: Callable[[OracleType], FetchPlan] | None
    bind: Callable[[OracleType], BindPlan] | None
    native_bind: Callable[[OracleType], BindPlan] | None = None
    text_fetch: Callable[[OracleType], FetchPlan] | None = None
    loss_note: str = ""
    reason: str = ""
    advice: str = ""
    since_version: str = ""

    @property
    def supported(self) -> bool:
        """Whether the tap can read the type."""
        return self.fetch is not None

    def ddl(self, oracle_type: OracleType) -> str:
        """Return the spelling in a column definition."""
        return oracle_type.ddl()


def _same(plan: FetchPlan) -> Callable[[OracleType], FetchPlan]:
    return lambda _: plan


def _bound(
    input_type: DbType,
    encode: Encoder,
    expression: str = "{}",
    *,
    is_long: bool = False,
) -> Callable[[OracleType], BindPlan]:
    plan = BindPlan(expression, input_type, encode, is_long)
    return lambda _: plan


def _fetch_number(oracle_type: OracleType) -> FetchPlan:
    return FetchPlan(decode=decode.integers if oracle_type.is_integer else decode.decimals)


def _bind_number(oracle_type: OracleType) -> BindPlan:
    return BindPlan(
        "{}", oracledb.DB_TYPE_NUMBER, encode.number(oracle_type.precision, oracle_type.scale)
    )


def _bind_float(oracle_type: OracleType) -> BindPlan:
    return BindPlan(
        "{}", oracledb.DB_TYPE_NUMBER, encode.binary_float_number(oracle_type.precision or 126)
    )


def _fraction_mask(digits: int) -> str:
    return f".FF{digits}" if digits else ""


def _fetch_timestamp(oracle_type: OracleType) -> FetchPlan:
    if oracle_type.fraction_digits > 6:  # a Python datetime ends at microseconds
        return _fetch_naive_text(oracle_type)
    return FetchPlan(decode=decode.naive_datetimes)


def _fetch_naive_text(oracle_type: OracleType) -> FetchPlan:
    mask = _CLOCK + _fraction_mask(oracle_type.fraction_digits)
    return FetchPlan(f"TO_CHAR({{}}, '{mask}')", decode.naive_texts)


def _fetch_zoned(oracle_type: OracleType) -> FetchPlan:
    mask = f"{_CLOCK}{_fraction_mask(oracle_type.fraction_digits)}TZH:TZM"
    return FetchPlan(f"TO_CHAR({{}}, '{mask}')", decode.zoned_texts)


def _bind_date_text(_: OracleType) -> BindPlan:
    return BindPlan(f"TO_DATE({{}}, '{_CLOCK}')", oracledb.DB_TYPE_VARCHAR, encode.naive_texts(0))


def _bind_timestamp_text(oracle_type: OracleType) -> BindPlan:
    # Always FF9 in the mask: TO_TIMESTAMP reads as many digits as there are, up to nine.
    digits = oracle_type.fraction_digits
    mask = f"{_CLOCK}.FF9" if digits else _CLOCK
    return BindPlan(
        f"TO_TIMESTAMP({{}}, '{mask}')", oracledb.DB_TYPE_VARCHAR, encode.naive_texts(digits)
    )


def _bind_date(_: OracleType) -> BindPlan:
    return BindPlan("{}", oracledb.DB_TYPE_DATE, encode.native_datetimes(0))


def _bind_timestamp(oracle_type: OracleType) -> BindPlan:
    if oracle_type.fraction_digits > 6:
        return _bind_timestamp_text(oracle_type)
    return BindPlan(
        "{}", oracledb.DB_TYPE_TIMESTAMP, encode.native_datetimes(oracle_type.fraction_digits)
    )


def _bind_zoned(oracle_type: OracleType) -> BindPlan:
    encoder = encode.zoned_texts(oracle_type.fraction_digits)
    expression = f"TO_TIMESTAMP_TZ({{}}, '{_CLOCK}.FF9TZH:TZM')"
    return BindPlan(expression, oracledb.DB_TYPE_VARCHAR, encoder)


def _refused(kind: str, reason: str, advice: str) -> TypeRow:
    return TypeRow(kind, unsupported, None, None, reason=reason, advice=advice)


_BY_A_VIEW = "select from a view that gives its parts as columns, for example as text"
_TEXT = _same(FetchPlan())
_LARGE_TEXT = _same(FetchPlan(is_large=True))
_LARGE_BINARY = _same(FetchPlan(decode=decode.base64_texts, is_large=True))
_DAYS = FetchPlan("TO_CHAR({})", decode.day_to_second)
_MONTHS = FetchPlan("TO_CHAR({})", decode.year_to_month)
_DOCUMENT = FetchPlan("JSON_SERIALIZE({} RETURNING CLOB)", decode.json_documents, is_large=True)
_VECTOR = FetchPlan("VECTOR_SERIALIZE({} RETURNING CLOB)", decode.json_documents, is_large=True)
_YEARS_NOTE = "years before 1 are read as text with Oracle's own number, which has no year 0"

_ROWS = (
    TypeRow("NUMBER", number_schema, _fetch_number, _bind_number),
    TypeRow("FLOAT", number_schema, _fetch_number, _bind_float),
    TypeRow(
        "BINARY_FLOAT",
        real,
        _same(FetchPlan(decode=decode.floats)),
        _bound(oracledb.DB_TYPE_BINARY_FLOAT, encode.doubles),
        loss_note="NaN and infinities are null unless non_finite is string",
    ),
    TypeRow(
        "BINARY_DOUBLE",
        real,
        _same(FetchPlan(decode=decode.doubles)),
        _bound(oracledb.DB_TYPE_BINARY_DOUBLE, encode.doubles),
        loss_note="NaN and infinities are null unless non_finite is string",
    ),
    TypeRow("CHAR", text, _TEXT, _bound(oracledb.DB_TYPE_CHAR, encode.texts)),
    TypeRow("VARCHAR2", text, _TEXT, _bound(oracledb.DB_TYPE_VARCHAR, encode.texts)),
    TypeRow("NCHAR", text, _TEXT, _bound(oracledb.DB_TYPE_NCHAR, encode.texts)),
    TypeRow("NVARCHAR2", text, _TEXT, _bound(oracledb.DB_TYPE_NVARCHAR, encode.texts)),
    TypeRow("CLOB", text, _LARGE_TEXT, _bound(oracledb.DB_TYPE_LONG, encode.texts, is_long=True)),
    TypeRow(
        "NCLOB",
        text,
        _LARGE_TEXT,
        _bound(oracledb.DB_TYPE_LONG_NVARCHAR, encode.texts, is_long=True),
    ),
    TypeRow("LONG", text, _LARGE_TEXT, _bound(oracledb.DB_TYPE_LONG, encode.texts, is_long=True)),
    TypeRow(
        "XMLTYPE",
        text,
        _same(FetchPlan("XMLSERIALIZE(CONTENT {} AS CLOB)", is_large=True)),
        _bound(oracledb.DB_TYPE_CLOB, encode.texts, "XMLPARSE(DOCUMENT {})"),
        loss_note="white space that binary XML storage does not keep",
    ),
    TypeRow(
        "ROWID",
        rowid,
        _same(FetchPlan("ROWIDTOCHAR({})")),
        _bound(oracledb.DB_TYPE_VARCHAR, encode.texts, "CHARTOROWID({})"),
    ),
    TypeRow(
        "UROWID",
        rowid,
        _TEXT,
        _bound(oracledb.DB_TYPE_VARCHAR, encode.texts),
    ),
    TypeRow(
        "RAW",
        binary,
        _same(FetchPlan(decode=decode.base64_texts)),
        _bound(oracledb.DB_TYPE_RAW, encode.binaries),
    ),
    TypeRow(
        "BLOB",
        binary,
        _LARGE_BINARY,
        _bound(oracledb.DB_TYPE_LONG_RAW, encode.binaries, is_long=True),
    ),
    TypeRow(
        "LONG RAW",
        binary,
        _LARGE_BINARY,
        _bound(oracledb.DB_TYPE_LONG_RAW, encode.binaries, is_long=True),
    ),
    TypeRow(
        "DATE",
        datetime_text,
        _same(FetchPlan(decode=decode.naive_datetimes)),
        _bind_date_text,
        native_bind=_bind_date,
        text_fetch=_fetch_naive_text,
        loss_note=_YEARS_NOTE,
    ),
    TypeRow(
        TIMESTAMP,
        datetime_text,
        _fetch_timestamp,
        _bind_timestamp_text,
        native_bind=_bind_timestamp,
        text_fetch=_fetch_naive_text,
        loss_note=_YEARS_NOTE,
    ),
    TypeRow(
        TIMESTAMP_TZ,
        datetime_text,
        _fetch_zoned,
        _bind_zoned,
        loss_note="the name of a region; its offset at that moment stays",
    ),
    TypeRow(TIMESTAMP_LTZ, datetime_text, _fetch_zoned, _bind_zoned),
    TypeRow(
        INTERVAL_DAY_TO_SECOND,
        duration,
        _same(_DAYS),
        _bound(oracledb.DB_TYPE_VARCHAR, encode.day_to_second, "TO_DSINTERVAL({})"),
    ),
    TypeRow(
        INTERVAL_YEAR_TO_MONTH,
        duration,
        _same(_MONTHS),
        _bound(oracledb.DB_TYPE_VARCHAR, encode.year_to_month, "TO_YMINTERVAL({})"),
    ),
    TypeRow(
        "JSON",
        document,
        _same(_DOCUMENT),
        _bound(oracledb.DB_TYPE_CLOB, encode.json_texts, "JSON({})"),
        loss_note="types beyond those of JSON text, such as dates, become text",
        since_version="21c",
    ),
    TypeRow(
        "BOOLEAN",
        boolean,
        _TEXT,
        _bound(oracledb.DB_TYPE_BOOLEAN, encode.booleans),
        since_version="23ai",
    ),
    TypeRow(
        "VECTOR",
        vector,
        _same(_VECTOR),
        _bound(oracledb.DB_TYPE_CLOB, encode.json_texts, "TO_VECTOR({})"),
        since_version="23ai",
    ),
    _refused(
        "BFILE",
        "BFILE points to a file outside the database",
        "read the file where it is, or copy it into a BLOB column",
    ),
    _refused("SDO_GEOMETRY", "object types are not supported yet", _BY_A_VIEW),
)

TYPE_TABLE: Mapping[str, TypeRow] = MappingProxyType({row.kind: row for row in _ROWS})
"""Kind -> row."""

OBJECTS = _refused("", "object types and collections are not supported yet", _BY_A_VIEW)
"""What holds for every type made by CREATE TYPE."""


def row_of(oracle_type: OracleType) -> TypeRow:
    """Return the row of a type; types made by CREATE TYPE share one that supports nothing."""
    return TYPE_TABLE.get(oracle_type.kind, OBJECTS)


def unsupported_reason(oracle_type: OracleType) -> str | None:
    """Return why columns of a type cannot be read and what to do, None where they can."""
    row = row_of(oracle_type)
    return None if row.supported else f"{row.reason}; {row.advice}"


def json_schema(
    oracle_type: OracleType,
    *,
    nullable: bool = True,
    options: JsonSchemaOptions | None = None,
) -> dict[str, Any]:
    """Describe the values of a type in JSON Schema.

    Args:
        oracle_type: the type.
        nullable: whether null is among the values.
        options: how values are represented.

    Returns:
        A schema whose `type` is a list and whose `x-sql-datatype` is the exact type, which
        `from_json_schema` reads back.
    """
    row = row_of(oracle_type)
    schema = row.json_schema(oracle_type, options or JsonSchemaOptions())
    if nullable:
        schema["type"] = [*schema["type"], "null"]
    if row.supported:
        schema["x-sql-datatype"] = oracle_type.ddl()
    return schema


def fetch_plan(oracle_type: OracleType, *, any_year: bool = False) -> FetchPlan:
    """Return how columns of a type are read.

    Args:
        oracle_type: the type.
        any_year: read dates as text, so that years before 1, which Python's datetime and thus
            the driver cannot hold, do not raise. Slower.

    Raises:
        LookupError: the type cannot be read.
    """
    row = row_of(oracle_type)
    if row.fetch is None:
        raise LookupError(row.reason)
    return row.text_fetch(oracle_type) if any_year and row.text_fetch else row.fetch(oracle_type)


def bind_plan(oracle_type: OracleType, *, native: bool = False) -> BindPlan:
    """Return how columns of a type are written.

    Args:
        oracle_type: the type.
        native: prefer the driver's own types over text where both are exact; years before 1 are
            then refused.

    Raises:
        LookupError: the type cannot be written.
    """
    row = row_of(oracle_type)
    if row.bind is None:
        raise LookupError(row.reason)
    return row.native_bind(oracle_type) if native and row.native_bind else row.bind(oracle_type)
