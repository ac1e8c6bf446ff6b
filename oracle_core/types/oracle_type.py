"""An Oracle type as a value: as the dictionary describes it, and as DDL spells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CharUnit = Literal["B", "C"]

INTERVAL_DAY_TO_SECOND = "INTERVAL DAY TO SECOND"
INTERVAL_YEAR_TO_MONTH = "INTERVAL YEAR TO MONTH"
TIMESTAMP = "TIMESTAMP"
TIMESTAMP_TZ = "TIMESTAMP WITH TIME ZONE"
TIMESTAMP_LTZ = "TIMESTAMP WITH LOCAL TIME ZONE"

MAX_NUMBER_PRECISION = 38
MIN_NUMBER_SCALE, MAX_NUMBER_SCALE = -84, 127
DEFAULT_FRACTION_DIGITS = 6
DEFAULT_LEADING_DIGITS = 2

_FLOAT_DEFAULT_BITS = 126


@dataclass(frozen=True, slots=True)
class OracleType:
    """One type with its parameters.

    Attributes:
        kind: Oracle's name of the type without parameters, for example `NUMBER`,
            `TIMESTAMP WITH TIME ZONE`, `INTERVAL DAY TO SECOND`; the type's own name for a type
            made by CREATE TYPE.
        precision: Decimal digits of NUMBER, **binary** digits of FLOAT, leading digits of an
            interval; None where the declaration has none.
        scale: Digits after the point of NUMBER (may be negative), fraction digits of a timestamp
            or of the seconds of an interval.
        length: Bytes or characters of text and RAW, dimensions of VECTOR.
        char_used: Whether `length` counts bytes (B) or characters (C); None where neither.
        owner: Schema of a type made by CREATE TYPE, else None.
        detail: Element format of VECTOR.
    """

    kind: str
    precision: int | None = None
    scale: int | None = None
    length: int | None = None
    char_used: CharUnit | None = None
    owner: str | None = None
    detail: str | None = None

    def ddl(self) -> str:
        """Return the type as a column definition spells it.

        Lengths of CHAR and VARCHAR2 always name their unit, because the meaning of a bare length
        depends on the session (NLS_LENGTH_SEMANTICS). `parse` reads every result back.
        """
        if self.owner is not None:
            return f'"{self.owner}"."{self.kind}"'
        if self.kind == "FLOAT":
            return f"FLOAT({self.precision or _FLOAT_DEFAULT_BITS})"
        if self.kind == "NUMBER":
            return self._number_ddl()
        if self.kind == "VECTOR" and (self.length or self.detail):
            return f"VECTOR({self.length or '*'}, {self.detail or '*'})"
        if self.length is not None:
            return f"{self.kind}({self.length}{self._unit})"
        return self._datetime_ddl()

    @property
    def is_national(self) -> bool:
        """Whether text is in the national character set, as NCHAR, NVARCHAR2 and NCLOB are."""
        return self.kind.startswith("N") and self.kind != "NUMBER"

    @property
    def _unit(self) -> str:
        # National lengths always count characters (SQL Language Reference, "NVARCHAR2 Data Type").
        if self.char_used is None or self.is_national:
            return ""
        return " CHAR" if self.char_used == "C" else " BYTE"

    def _number_ddl(self) -> str:
        if self.precision is None:
            if self.scale is None:
                return "NUMBER"
            # INTEGER is what the dictionary shows as a scale of 0 without a precision.
            return "INTEGER" if self.scale == 0 else f"NUMBER(*,{self.scale})"
        return (
            f"NUMBER({self.precision},{self.scale})" if self.scale else f"NUMBER({self.precision})"
        )

    def _datetime_ddl(self) -> str:
        if self.kind == INTERVAL_DAY_TO_SECOND:
            return f"INTERVAL DAY({self._leading}) TO SECOND({self.fraction_digits})"
        if self.kind == INTERVAL_YEAR_TO_MONTH:
            return f"INTERVAL YEAR({self._leading}) TO MONTH"
        if self.kind.startswith(TIMESTAMP):
            return f"TIMESTAMP({self.fraction_digits}){self.kind.removeprefix(TIMESTAMP)}"
        return self.kind

    @property
    def fraction_digits(self) -> int:
        """Digits of the second's fraction; 6 where the declaration names none, 0 for DATE."""
        if self.kind == "DATE":
            return 0
        return DEFAULT_FRACTION_DIGITS if self.scale is None else self.scale

    @property
    def _leading(self) -> int:
        return DEFAULT_LEADING_DIGITS if self.precision is None else self.precision

    @property
    def is_integer(self) -> bool:
        """Whether a NUMBER holds whole numbers only."""
        return self.kind == "NUMBER" and self.scale is not None and self.scale <= 0

    @property
    def integer_digits(self) -> int | None:
        """Digits before the point that a NUMBER holds at most; None where unbounded."""
        if self.kind != "NUMBER" or (self.precision is None and self.scale is None):
            return None
        return (self.precision or MAX_NUMBER_PRECISION) - (self.scale or 0)
