"""Bookmarks: how far a stream has come, as Singer state carries it.

Nothing in a bookmark is a fractional number, because targets built on the Singer SDK cannot write
it back: numbers with a fraction are text with all their digits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from oracle_core.types.table import bind_plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oracle_core.types.oracle_type import OracleType
    from oracle_core.types.plans import BindPlan

BOOKMARK_VERSION = 1

BookmarkValue = str | int | bool | None

_KNOWN = frozenset(
    {
        "bookmark_version",
        "replication_method",
        "last_replication_method",
        "replication_key",
        "replication_key_value",
        "version",
        "scn",
        "ORA_ROWSCN",
    }
)


@dataclass(frozen=True, slots=True)
class Bookmark:
    """How far one stream has come.

    Attributes:
        replication_method: FULL_TABLE, INCREMENTAL or LOG_BASED; None where it never ran.
        replication_key: Name of the column whose value is kept.
        replication_key_value: The greatest value delivered, as in the records; never fractional.
        version: The table version of ACTIVATE_VERSION messages.
        scn: The SCN up to which changes were delivered.
        row_scn: The ORA_ROWSCN at which an older tap's interrupted full load stopped.
        extra: Keys of others, kept as they are.
    """

    replication_method: str | None = None
    replication_key: str | None = None
    replication_key_value: BookmarkValue = None
    version: int | None = None
    scn: int | None = None
    row_scn: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


def read_bookmark(raw: object) -> Bookmark:
    """Return a bookmark of this tap or of an older tap-oracle.

    Older taps call the method `last_replication_method`. Anything that is not a bookmark reads as
    an empty one, so that a damaged state means a full load and not a failure.
    """
    if not isinstance(raw, dict):
        return Bookmark()
    method = raw.get("replication_method") or raw.get("last_replication_method")
    key = raw.get("replication_key")
    return Bookmark(
        replication_method=method if isinstance(method, str) else None,
        replication_key=key if isinstance(key, str) else None,
        replication_key_value=_read_value(raw.get("replication_key_value")),
        version=_integer(raw.get("version")),
        scn=_integer(raw.get("scn")),
        row_scn=_integer(raw.get("ORA_ROWSCN")),
        extra={key: value for key, value in raw.items() if key not in _KNOWN},
    )


def state_value(value: object) -> BookmarkValue:
    """Return a record's value as the state can hold it: an integer, a boolean or text.

    Raises:
        TypeError: If the value is an object or array, which has no order.
    """
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else f"{value:f}"
    if isinstance(value, float):
        # repr has the shortest digits that give the float back, Decimal(value) its whole binary
        # fraction.
        return state_value(Decimal(repr(value)))
    msg = f"a {type(value).__name__} cannot be a bookmark"
    raise TypeError(msg)


def exact(value: object) -> object:
    """Return a JSON value whose fractional numbers, however deep, are text."""
    if isinstance(value, dict):
        return {key: exact(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [exact(inner) for inner in value]
    if isinstance(value, (float, Decimal)):
        return state_value(value)
    return value


def bookmark_bind(value: BookmarkValue, oracle_type: OracleType) -> tuple[BindPlan, object]:
    """Return the bind of a bookmark value for its column.

    Args:
        value: `Bookmark.replication_key_value`.
        oracle_type: Type of the replication key.

    Returns:
        The plan of the placeholder, and the value to bind.

    Raises:
        DataError: If the value does not have that type.
        LookupError: If the type cannot be bound.
    """
    plan = bind_plan(oracle_type, native=True)
    return plan, plan.values([value])[0]


def _integer(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return None


def _read_value(value: object) -> BookmarkValue:
    try:
        return state_value(value)
    except (TypeError, ValueError, ArithmeticError):
        return None
