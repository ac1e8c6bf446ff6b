"""What the type table says about one type."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_core.types.oracle_type import OracleType
    from oracle_core.types.plans import BindPlan, FetchPlan, JsonSchemaOptions


class Family(Enum):
    """Types whose values are of one nature."""

    DECIMAL = "decimal number"
    REAL = "binary floating-point number"
    TEXT = "text"
    ROWID = "row address"
    BINARY = "binary"
    WALL_CLOCK = "date and time without an offset"
    INSTANT = "date and time of one instant"
    INTERVAL = "duration"
    XML = "XML document"
    JSON = "JSON document"
    BOOLEAN = "boolean"
    VECTOR = "vector"
    OTHER = "anything else"


@dataclass(frozen=True, slots=True)
class Size:
    """The length of a type, as its declaration gives it.

    Attributes:
        standard: The longest where MAX_STRING_SIZE is STANDARD, in bytes; in characters for
            national text.
        extended: The longest where MAX_STRING_SIZE is EXTENDED, likewise.
        is_required: Whether a column definition must have it.
        has_unit: Whether it counts bytes or characters by choice.
    """

    standard: int
    extended: int
    is_required: bool = False
    has_unit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeRow:
    """One type.

    Attributes:
        kind: Oracle's name, as in `OracleType.kind`.
        family: Nature of the values.
        json_schema: Makes the schema of a value that is not NULL.
        fetch: Makes the plan to read a column; None where it cannot be read.
        bind: Makes the plan to write a column; None where it cannot be written.
        native_bind: Makes a cheaper plan to write that takes years 1 to 9999 only and plain
            placeholders, as direct path load needs them; None where there is none.
        text_fetch: Makes a plan to read as text that takes years before 1; None where `fetch`
            does.
        keyable: Whether a primary key takes it (SQL Language Reference, "constraint"; ORA-02329).
        orderable: Whether ORDER BY and `>` work (ORA-00932, ORA-22848).
        digits: Decimal digits that every number keeps (IEEE 754); 0 where that is not binary
            floating point.
        is_padded: Whether values have blanks at their end up to the column's length.
        is_mined: Whether LogMiner writes its values (Database Utilities, "Supported Data Types" and
            "Unsupported Data Types"; Debezium's Oracle connector lists the same).
        sized: Length of its declaration; None where it has none.
        loss_note: What does not survive; empty where everything does.
        reason: Why it is not supported; empty where it is.
        advice: What to do instead; empty where it is supported.
        since_version: First release that has the type; empty for 12.2 and earlier.
    """

    kind: str
    family: Family
    json_schema: Callable[[OracleType, JsonSchemaOptions], dict[str, Any]]
    fetch: Callable[[OracleType], FetchPlan] | None = None
    bind: Callable[[OracleType], BindPlan] | None = None
    native_bind: Callable[[OracleType], BindPlan] | None = None
    text_fetch: Callable[[OracleType], FetchPlan] | None = None
    keyable: bool = True
    orderable: bool = True
    digits: int = 0
    is_padded: bool = False
    is_mined: bool = True
    sized: Size | None = None
    loss_note: str = ""
    reason: str = ""
    advice: str = ""
    since_version: str = ""

    @property
    def supported(self) -> bool:
        """Whether the tap can read the type."""
        return self.fetch is not None

    @property
    def since_release(self) -> int:
        """Major number of the first release that has the type; 0 for types as old as Oracle."""
        # The letters of 21c and 23ai are part of Oracle's names of releases.
        return int(self.since_version.rstrip("aci") or 0)

    @property
    def is_moment(self) -> bool:
        """Whether values are dates with a time."""
        return self.family in {Family.WALL_CLOCK, Family.INSTANT}

    @property
    def is_large(self) -> bool:
        """Whether values may be of any length."""
        return self.sized is None and self.family in {Family.TEXT, Family.BINARY}
