"""The type table: one row per Oracle type, and the only place that knows facts about types.

A row says what family the type belongs to, how it appears in JSON Schema, how it is fetched and
bound, what is lost, if anything, and since which release Oracle has it. Documentation and the
round-trip test are made from the same rows.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import oracledb

from oracle_core.types import decode, encode, encode_numbers, reading, writing
from oracle_core.types.converters import converted
from oracle_core.types.encode_moments import only_utc
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
    number,
    real,
    rowid,
    text,
    unsupported,
    vector,
)
from oracle_core.types.type_row import Family, Size, TypeRow

if TYPE_CHECKING:
    from collections.abc import Mapping


def _refused(kind: str, reason: str, advice: str) -> TypeRow:
    row = TypeRow(kind=kind, family=Family.OTHER, json_schema=unsupported, keyable=False)
    return replace(row, orderable=False, is_mined=False, reason=reason, advice=advice)


_BY_A_VIEW = "select from a view that gives its parts as columns, for example as text"
_TEXT = reading.always(FetchPlan())
_LARGE_TEXT = reading.always(FetchPlan(is_large=True))
_LARGE_BINARY = reading.always(FetchPlan(decode=decode.base64_texts, is_large=True))
_DAYS = FetchPlan("TO_CHAR({})", decode.day_to_second)
_MONTHS = FetchPlan("TO_CHAR({})", decode.year_to_month)
# Without the clause an error gives NULL (SQL Language Reference, "JSON_SERIALIZE").
_DOCUMENT = FetchPlan(
    "JSON_SERIALIZE({} RETURNING CLOB ERROR ON ERROR)", decode.json_documents, is_large=True
)
_VECTOR = FetchPlan("VECTOR_SERIALIZE({} RETURNING CLOB)", decode.json_documents, is_large=True)
_YEARS_NOTE = "years before 1 are read as text with Oracle's own number, which has no year 0"

_ROWS = (
    TypeRow(
        kind="NUMBER",
        family=Family.DECIMAL,
        json_schema=number,
        fetch=reading.number,
        bind=writing.number,
    ),
    TypeRow(
        kind="FLOAT",
        family=Family.DECIMAL,
        json_schema=number,
        fetch=reading.number,
        bind=writing.float_number,
    ),
    TypeRow(
        kind="BINARY_FLOAT",
        family=Family.REAL,
        json_schema=real,
        fetch=reading.always(FetchPlan(decode=decode.floats)),
        bind=writing.bound(oracledb.DB_TYPE_BINARY_FLOAT, encode_numbers.floats),
        digits=6,
        loss_note="NaN and infinities are null unless non_finite is string",
    ),
    TypeRow(
        kind="BINARY_DOUBLE",
        family=Family.REAL,
        json_schema=real,
        fetch=reading.always(FetchPlan(decode=decode.doubles)),
        bind=writing.bound(oracledb.DB_TYPE_BINARY_DOUBLE, encode_numbers.doubles),
        digits=15,
        loss_note="NaN and infinities are null unless non_finite is string",
    ),
    TypeRow(
        kind="CHAR",
        family=Family.TEXT,
        json_schema=text,
        fetch=_TEXT,
        bind=writing.bound(oracledb.DB_TYPE_CHAR, encode.texts),
        is_padded=True,
        sized=Size(2000, 2000, has_unit=True),
    ),
    TypeRow(
        kind="VARCHAR2",
        family=Family.TEXT,
        json_schema=text,
        fetch=_TEXT,
        bind=writing.bound(oracledb.DB_TYPE_VARCHAR, encode.texts),
        sized=Size(4000, 32767, is_required=True, has_unit=True),
    ),
    TypeRow(
        kind="NCHAR",
        family=Family.TEXT,
        json_schema=text,
        fetch=_TEXT,
        bind=writing.bound(oracledb.DB_TYPE_NCHAR, encode.texts),
        is_padded=True,
        sized=Size(1000, 1000),
    ),
    TypeRow(
        kind="NVARCHAR2",
        family=Family.TEXT,
        json_schema=text,
        fetch=_TEXT,
        bind=writing.bound(oracledb.DB_TYPE_NVARCHAR, encode.texts),
        sized=Size(2000, 16383, is_required=True),
    ),
    TypeRow(
        kind="CLOB",
        family=Family.TEXT,
        json_schema=text,
        fetch=_LARGE_TEXT,
        # As LONG: a bind of type CLOB is a temporary LOB and two round trips per value.
        bind=writing.bound(oracledb.DB_TYPE_LONG, encode.texts, is_long=True),
        keyable=False,
        orderable=False,
    ),
    TypeRow(
        kind="NCLOB",
        family=Family.TEXT,
        json_schema=text,
        fetch=_LARGE_TEXT,
        bind=writing.bound(oracledb.DB_TYPE_LONG_NVARCHAR, encode.texts, is_long=True),
        keyable=False,
        orderable=False,
    ),
    TypeRow(
        kind="LONG",
        family=Family.TEXT,
        is_mined=False,
        json_schema=text,
        fetch=_LARGE_TEXT,
        bind=writing.bound(oracledb.DB_TYPE_LONG, encode.texts, is_long=True),
        keyable=False,
        orderable=False,
        loss_note="the type: the copy is a CLOB, as Oracle advises",
    ),
    TypeRow(
        kind="XMLTYPE",
        family=Family.XML,
        is_mined=False,
        json_schema=text,
        fetch=reading.always(FetchPlan("XMLSERIALIZE(CONTENT {} AS CLOB)", is_large=True)),
        # The driver has no bind of its own for XMLTYPE.
        bind=writing.bound(oracledb.DB_TYPE_CLOB, encode.texts, "XMLPARSE(DOCUMENT {})"),
        keyable=False,
        orderable=False,
        loss_note="white space that binary XML storage does not keep",
    ),
    TypeRow(
        kind="ROWID",
        family=Family.ROWID,
        json_schema=rowid,
        fetch=reading.always(FetchPlan("ROWIDTOCHAR({})")),
        bind=writing.bound(oracledb.DB_TYPE_VARCHAR, encode.texts, "CHARTOROWID({})"),
    ),
    TypeRow(
        kind="UROWID",
        family=Family.ROWID,
        is_mined=False,
        json_schema=rowid,
        fetch=_TEXT,
        bind=writing.bound(oracledb.DB_TYPE_VARCHAR, encode.texts),
        sized=Size(4000, 4000),
    ),
    TypeRow(
        kind="RAW",
        family=Family.BINARY,
        json_schema=binary,
        fetch=reading.always(FetchPlan(decode=decode.base64_texts)),
        bind=writing.bound(oracledb.DB_TYPE_RAW, encode.binaries),
        sized=Size(2000, 32767, is_required=True),
    ),
    TypeRow(
        kind="BLOB",
        family=Family.BINARY,
        json_schema=binary,
        fetch=_LARGE_BINARY,
        bind=writing.bound(oracledb.DB_TYPE_LONG_RAW, encode.binaries, is_long=True),
        keyable=False,
        orderable=False,
    ),
    TypeRow(
        kind="LONG RAW",
        family=Family.BINARY,
        is_mined=False,
        json_schema=binary,
        fetch=_LARGE_BINARY,
        bind=writing.bound(oracledb.DB_TYPE_LONG_RAW, encode.binaries, is_long=True),
        keyable=False,
        orderable=False,
        loss_note="the type: the copy is a BLOB, as Oracle advises",
    ),
    TypeRow(
        kind="DATE",
        family=Family.WALL_CLOCK,
        json_schema=datetime_text,
        fetch=reading.always(FetchPlan(decode=decode.naive_datetimes)),
        bind=writing.date_text,
        native_bind=writing.date,
        text_fetch=reading.naive_text,
        loss_note=_YEARS_NOTE,
    ),
    TypeRow(
        kind=TIMESTAMP,
        family=Family.WALL_CLOCK,
        json_schema=datetime_text,
        fetch=reading.timestamp,
        bind=writing.timestamp_text,
        native_bind=writing.timestamp,
        text_fetch=reading.naive_text,
        loss_note=_YEARS_NOTE,
    ),
    TypeRow(
        kind=TIMESTAMP_TZ,
        family=Family.INSTANT,
        json_schema=datetime_text,
        fetch=reading.zoned,
        bind=writing.zoned,
        keyable=False,  # ORA-02329; TIMESTAMP WITH LOCAL TIME ZONE can be a key
        loss_note="the name of a region; its offset at that moment stays",
    ),
    TypeRow(
        kind=TIMESTAMP_LTZ,
        family=Family.INSTANT,
        json_schema=datetime_text,
        fetch=reading.local,
        bind=writing.local,
    ),
    TypeRow(
        kind=INTERVAL_DAY_TO_SECOND,
        family=Family.INTERVAL,
        json_schema=duration,
        fetch=reading.always(_DAYS),
        bind=writing.bound(oracledb.DB_TYPE_VARCHAR, encode.day_to_second, "TO_DSINTERVAL({})"),
    ),
    TypeRow(
        kind=INTERVAL_YEAR_TO_MONTH,
        family=Family.INTERVAL,
        json_schema=duration,
        fetch=reading.always(_MONTHS),
        bind=writing.bound(oracledb.DB_TYPE_VARCHAR, encode.year_to_month, "TO_YMINTERVAL({})"),
    ),
    TypeRow(
        kind="JSON",
        family=Family.JSON,
        is_mined=False,
        json_schema=document,
        fetch=reading.always(_DOCUMENT),
        bind=writing.bound(oracledb.DB_TYPE_CLOB, encode.json_texts, "JSON({})"),
        keyable=False,
        orderable=False,
        loss_note="types beyond those of JSON text, such as dates, become text",
        since_version="21c",
    ),
    TypeRow(
        kind="BOOLEAN",
        family=Family.BOOLEAN,
        is_mined=False,
        json_schema=boolean,
        fetch=_TEXT,
        bind=writing.bound(oracledb.DB_TYPE_BOOLEAN, encode.booleans),
        orderable=False,
        since_version="23ai",
    ),
    TypeRow(
        kind="VECTOR",
        family=Family.VECTOR,
        is_mined=False,
        json_schema=vector,
        fetch=reading.always(_VECTOR),
        bind=writing.vector,
        keyable=False,
        orderable=False,
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
"""The row of every type made by CREATE TYPE that no plugin converts."""


def row_of(oracle_type: OracleType) -> TypeRow:
    """Return the row of a type, as a plugin converts it where one does.

    Raises:
        ConfigurationError: If the converter of a plugin cannot be used.
    """
    return converted(oracle_type, TYPE_TABLE.get(oracle_type.kind, OBJECTS))


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
    """Return the JSON Schema of a type's values.

    Args:
        oracle_type: The type.
        nullable: Whether null is among the values.
        options: How values are represented.

    Returns:
        A schema whose `type` is a list and whose `x-sql-datatype` is the exact type, which
        `from_json_schema` reads back.
    """
    row = row_of(oracle_type)
    options = options or JsonSchemaOptions()
    schema = row.json_schema(oracle_type, options)
    if nullable:
        schema["type"] = [*schema["type"], "null"]
    if row.supported:
        # 40 bytes of WE8MSWIN1252 may be 80 in AL32UTF8 (ORA-12899); 40 characters stay 40.
        counts_bytes = oracle_type.char_used == "B" and options.bytes_are_characters
        exact = replace(oracle_type, char_used="C") if counts_bytes else oracle_type
        schema["x-sql-datatype"] = exact.ddl()
    return schema


def fetch_plan(oracle_type: OracleType, *, any_year: bool = False) -> FetchPlan:
    """Return how columns of a type are read.

    Args:
        oracle_type: The type.
        any_year: Whether to read dates as text, so that years before 1, which Python's datetime
            and thus the driver cannot hold, do not raise. Slower.

    Raises:
        LookupError: If the type cannot be read.
    """
    row = row_of(oracle_type)
    if row.fetch is None:
        raise LookupError(row.reason)
    return row.text_fetch(oracle_type) if any_year and row.text_fetch else row.fetch(oracle_type)


def bind_plan(
    oracle_type: OracleType, *, native: bool = False, is_instant: bool = False
) -> BindPlan:
    """Return how columns of a type are written.

    Args:
        oracle_type: The type.
        native: Whether to prefer the driver's own types over text where both are exact; years
            before 1 are then refused.
        is_instant: Whether the values are instants rather than wall clocks that carry an offset
            as a label. A DATE or TIMESTAMP column then takes those in UTC only.

    Raises:
        LookupError: If the type cannot be written.
    """
    row = row_of(oracle_type)
    if row.bind is None:
        raise LookupError(row.reason)
    plan = row.native_bind(oracle_type) if native and row.native_bind else row.bind(oracle_type)
    if is_instant and row.family is Family.WALL_CLOCK:
        return replace(plan, encode=only_utc(plan.encode))
    return plan
