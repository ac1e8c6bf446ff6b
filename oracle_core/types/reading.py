"""Plans to read the columns of a type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_core.types import decode
from oracle_core.types.plans import FetchPlan

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_core.types.oracle_type import OracleType

# SYYYY: a minus before years BC, and a blank in its place before the others.
CLOCK_MASK = 'SYYYY-MM-DD"T"HH24:MI:SS'


def always(plan: FetchPlan) -> Callable[[OracleType], FetchPlan]:
    """Return a maker of one plan for every type."""
    return lambda _: plan


def number(oracle_type: OracleType) -> FetchPlan:
    """Return the plan to read NUMBER and FLOAT."""
    return FetchPlan(decode=decode.integers if oracle_type.is_integer else decode.decimals)


def _fraction_mask(digits: int) -> str:
    # The digits are named, because FF alone leaves their number to the precision of the value.
    return f".FF{digits}" if digits else ""


def timestamp(oracle_type: OracleType) -> FetchPlan:
    """Return the plan to read TIMESTAMP."""
    if oracle_type.fraction_digits > 6:  # a Python datetime ends at microseconds
        return naive_text(oracle_type)
    return FetchPlan(decode=decode.naive_datetimes)


def naive_text(oracle_type: OracleType) -> FetchPlan:
    """Return the plan to read DATE and TIMESTAMP as text."""
    mask = CLOCK_MASK + _fraction_mask(oracle_type.fraction_digits)
    return FetchPlan(f"TO_CHAR({{}}, '{mask}')", decode.naive_texts)


def zoned(oracle_type: OracleType) -> FetchPlan:
    """Return the plan to read TIMESTAMP WITH TIME ZONE."""
    # As text: thin mode refuses time zones that are named by region (DPY-3022).
    mask = f"{CLOCK_MASK}{_fraction_mask(oracle_type.fraction_digits)}TZH:TZM"
    return FetchPlan(f"TO_CHAR({{}}, '{mask}')", decode.zoned_texts)


def local(oracle_type: OracleType) -> FetchPlan:
    """Return the plan to read TIMESTAMP WITH LOCAL TIME ZONE."""
    # AT TIME ZONE makes the offset part of the value, whatever the time zone of the session is.
    mask = f"{CLOCK_MASK}{_fraction_mask(oracle_type.fraction_digits)}TZH:TZM"
    return FetchPlan(f"TO_CHAR({{}} AT TIME ZONE '+00:00', '{mask}')", decode.zoned_texts)
