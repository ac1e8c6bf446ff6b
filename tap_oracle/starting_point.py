"""Where an INCREMENTAL stream starts: bookmark, start date and lookback as one typed bind."""

from __future__ import annotations

import contextlib
import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from oracle_core import state
from oracle_core.errors import ConfigurationError, DataError
from oracle_core.types import Family, row_of
from tap_oracle.query import BOOKMARK, Bind
from tap_oracle.settings import moment_of

if TYPE_CHECKING:
    from oracle_core.state import BookmarkValue
    from oracle_core.types.oracle_type import OracleType
    from tap_oracle.plan import ColumnPlan


def is_moment(oracle_type: OracleType) -> bool:
    """Return whether a column holds dates or timestamps."""
    return row_of(oracle_type).is_moment


def check_key_type(stream: str, column: ColumnPlan) -> None:
    """Check that a column can order a stream.

    Raises:
        ConfigurationError: If values of its type have no order in Oracle (ORA-00932, ORA-22848).
    """
    if not row_of(column.type).orderable:
        msg = (
            f"catalog: stream '{stream}', column '{column.name}' of type {column.type.ddl()} "
            "cannot be a replication key"
        )
        raise ConfigurationError(msg)


def starting_value(
    column: ColumnPlan,
    bookmark: BookmarkValue,
    *,
    start_date: str | None,
    lookback_seconds: int,
    naive_timezone: dt.tzinfo,
    reread_from: BookmarkValue = None,
) -> BookmarkValue:
    """Return the value to start from.

    Args:
        column: The replication key.
        bookmark: The value of the state, None where there is none.
        start_date: The setting, RFC 3339; it counts for dates and timestamps only.
        lookback_seconds: How far before the bookmark to start; likewise.
        naive_timezone: The zone that labels values without one.
        reread_from: Where late commits of the last run may lie, None where they are not known.

    Returns:
        A JSON value of the column, None for the beginning.
    """
    if not is_moment(column.type):
        return bookmark
    start = None if start_date is None else moment_of(start_date, naive_timezone)
    if bookmark is None:
        return start
    shifted = earlier(str(bookmark), lookback_seconds)
    if reread_from is not None and is_later(shifted, str(reread_from)):
        shifted = str(reread_from)
    if start is not None and _instant(start) > _instant(shifted):
        return start
    return shifted


def end_value(
    column: ColumnPlan, end_bound: str | None, naive_timezone: dt.tzinfo
) -> BookmarkValue:
    """Return the setting `end_bound` as a value of the key; None where it is of another kind."""
    if end_bound is None:
        return None
    is_number = row_of(column.type).family is Family.DECIMAL
    # A number for a key of moments, or the reverse, belongs to other streams of the run.
    number = None
    with contextlib.suppress(ArithmeticError):
        number = Decimal(end_bound)
    if is_moment(column.type) and number is None:
        return moment_of(end_bound, naive_timezone, setting="end_bound")
    return state.state_value(number) if is_number and number is not None else None


def bookmark_bind(
    stream: str, column: ColumnPlan, value: BookmarkValue, name: str = BOOKMARK
) -> Bind:
    """Return the bind of a value of the state, with the type of its column.

    Raises:
        ConfigurationError: If it is not a value of the column's type.
    """
    try:
        plan, bound = state.bookmark_bind(value, column.type)
    except DataError as error:
        msg = (
            f"state: the bookmark of stream '{stream}' is not a value of column '{column.name}' "
            f"({column.type.ddl()}); correct or remove it"
        )
        raise ConfigurationError(msg) from error
    return Bind(plan.placeholder(f":{name}"), bound, plan.input_type, name)


def is_later(moment: str, than: str) -> bool:
    """Return whether one date or timestamp of the state is later than another."""
    return _instant(moment) > _instant(than)


def earlier(moment: str, seconds: int) -> str:
    """Return a moment a number of seconds earlier; fraction and offset keep their digits.

    A moment that would leave the years 1 to 9999 stays as it is.
    """
    if not seconds:
        return moment
    # The clock alone is parsed: datetime holds six digits of a fraction, Oracle nine.
    clock, rest = moment[:19], moment[19:]
    try:
        shifted = dt.datetime.fromisoformat(clock) - dt.timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        return moment
    return shifted.isoformat() + rest


def _instant(moment: str) -> tuple[int, str]:
    """Return the sort key of a moment: seconds since the epoch and the digits of the fraction.

    A year before 1, which no Python datetime holds, sorts before everything else.
    """
    clock, rest = moment[:19], moment[19:]
    fraction = ""
    if rest.startswith("."):
        end = next((i for i, char in enumerate(rest) if i and not char.isdigit()), len(rest))
        fraction, rest = rest[1:end], rest[end:]
    try:
        whole = dt.datetime.fromisoformat(clock + rest)
    except ValueError:
        return (-(2**62), moment)
    aware = whole if whole.tzinfo else whole.replace(tzinfo=dt.UTC)
    since = aware - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    # Digits compare as text once they are equally long.
    return (since.days * 86_400 + since.seconds, fraction.ljust(9, "0"))
