"""Plans to write the columns of a type."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import oracledb

from oracle_core.types import encode, encode_numbers
from oracle_core.types.encode_moments import naive_texts, native_datetimes, zoned_texts
from oracle_core.types.plans import BindPlan
from oracle_core.types.reading import CLOCK_MASK

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracledb import DbType

    from oracle_core.types.oracle_type import OracleType
    from oracle_core.types.plans import Encoder


def bound(
    input_type: DbType,
    encode: Encoder,
    expression: str = "{}",
    *,
    is_long: bool = False,
) -> Callable[[OracleType], BindPlan]:
    """Return a maker of one plan for every type."""
    plan = BindPlan(expression, input_type, encode, is_long)
    return lambda _: plan


def number(oracle_type: OracleType) -> BindPlan:
    """Return the plan to write NUMBER."""
    return BindPlan("{}", oracledb.DB_TYPE_NUMBER, encode_numbers.number(oracle_type.scale))


def float_number(oracle_type: OracleType) -> BindPlan:
    """Return the plan to write FLOAT."""
    encoder = encode_numbers.binary_float_number(oracle_type.precision or 126)
    return BindPlan("{}", oracledb.DB_TYPE_NUMBER, encoder)


def date_text(_: OracleType) -> BindPlan:
    """Return the plan to write DATE as text."""
    return BindPlan(f"TO_DATE({{}}, '{CLOCK_MASK}')", oracledb.DB_TYPE_VARCHAR, naive_texts(0))


def timestamp_text(oracle_type: OracleType) -> BindPlan:
    """Return the plan to write TIMESTAMP as text."""
    # Always FF9 in the mask: TO_TIMESTAMP reads as many digits as there are, up to nine.
    digits = oracle_type.fraction_digits
    mask = f"{CLOCK_MASK}.FF9" if digits else CLOCK_MASK
    return BindPlan(
        f"TO_TIMESTAMP({{}}, '{mask}')",
        oracledb.DB_TYPE_VARCHAR,
        naive_texts(digits),
    )


def date(_: OracleType) -> BindPlan:
    """Return the plan to write DATE by the driver's own type."""
    return BindPlan("{}", oracledb.DB_TYPE_DATE, native_datetimes(0))


def timestamp(oracle_type: OracleType) -> BindPlan:
    """Return the plan to write TIMESTAMP, by the driver's own type where that is exact."""
    # Python's datetime ends at microseconds.
    if oracle_type.fraction_digits > 6:
        return timestamp_text(oracle_type)
    return BindPlan(
        "{}",
        oracledb.DB_TYPE_TIMESTAMP,
        native_datetimes(oracle_type.fraction_digits),
    )


def vector(oracle_type: OracleType) -> BindPlan:
    """Return the plan to write VECTOR: an array of the driver, or text for a sparse one.

    TO_VECTOR makes FLOAT32 of text whatever the column holds, and a temporary LOB per value.
    """
    if oracle_type.detail is not None and "SPARSE" in oracle_type.detail:
        return BindPlan("TO_VECTOR({})", oracledb.DB_TYPE_CLOB, encode.json_texts)
    return BindPlan("{}", oracledb.DB_TYPE_VECTOR, encode_numbers.vectors(oracle_type.detail))


def zoned(oracle_type: OracleType) -> BindPlan:
    """Return the plan to write TIMESTAMP WITH TIME ZONE."""
    encoder = zoned_texts(oracle_type.fraction_digits)
    expression = f"TO_TIMESTAMP_TZ({{}}, '{CLOCK_MASK}.FF9TZH:TZM')"
    return BindPlan(expression, oracledb.DB_TYPE_VARCHAR, encoder)


def local(oracle_type: OracleType) -> BindPlan:
    """Return the plan to write TIMESTAMP WITH LOCAL TIME ZONE."""
    # Compared with a TIMESTAMP WITH TIME ZONE, the column would be converted and its index not
    # used: SYS_EXTRACT_UTC(INTERNAL_FUNCTION("K")) in the plan. A bind of its own type keeps it.
    plan = zoned(oracle_type)
    return replace(plan, expression=f"CAST({plan.expression} AS TIMESTAMP(9) WITH LOCAL TIME ZONE)")
