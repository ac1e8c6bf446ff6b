"""Plans to read and write the values of a column, as the type table names them.

A plan works on whole columns, as the tap and the target do. None stays None.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from oracledb import DbType

    from oracle_core.identifiers import Identifier

NonFinite = Literal["null", "string"]


@dataclass(frozen=True, slots=True)
class JsonSchemaOptions:
    """How values are represented in records and their schema.

    Attributes:
        use_singer_decimal: Whether numbers that may have a fraction are text in the format
            `singer.decimal`.
        naive_timezone: The zone whose offset labels DATE and TIMESTAMP values.
        non_finite: NaN and the infinities as null, or as text.
        bytes_are_characters: Whether every character of the source is one byte, so that a length
            in bytes means as many characters elsewhere.
    """

    use_singer_decimal: bool = False
    naive_timezone: dt.tzinfo = dt.UTC
    non_finite: NonFinite = "null"
    bytes_are_characters: bool = False


Decoder = Callable[[Sequence[object], JsonSchemaOptions], Sequence[object]]
Encoder = Callable[[Sequence[object]], list[object]]

PLACE = "{}"


@dataclass(frozen=True, slots=True)
class FetchPlan:
    """How a column is selected and its values become JSON values.

    Attributes:
        expression: SQL with `{}` for the quoted column.
        decode: Converts fetched values to JSON values; None where they are the same.
        is_large: Whether values may be of any size, so that fewer rows are fetched at a time.
    """

    expression: str = PLACE
    decode: Decoder | None = None
    is_large: bool = False

    def select(self, column: Identifier) -> str:
        """Return the SELECT expression of a column, without an alias."""
        return self.expression.replace(PLACE, column.sql)

    def values(self, column: Sequence[object], options: JsonSchemaOptions) -> Sequence[object]:
        """Return the JSON values of fetched values.

        Args:
            column: Values as the driver gives them with `fetch_decimals` and without LOB locators.
            options: How values are represented.

        Raises:
            TypeError: If a number arrived as a float, which would have lost digits.
        """
        return column if self.decode is None else self.decode(column, options)


@dataclass(frozen=True, slots=True)
class BindPlan:
    """How JSON values are bound to a column.

    Attributes:
        expression: SQL with `{}` for the placeholder.
        input_type: The driver's type of the bind, for `setinputsizes`.
        encode: Converts JSON values to bind values.
        is_long: Whether values are bound as LONG, which a MERGE does not take and which must come
            last (ORA-24816).
    """

    expression: str
    input_type: DbType
    encode: Encoder
    is_long: bool = False

    @property
    def takes_lobs(self) -> bool:
        """Whether values may be bound as LONG or as a LOB."""
        return self.is_long or self.input_type.name == "DB_TYPE_CLOB"

    def placeholder(self, name: str) -> str:
        """Return the SQL of a bind.

        Args:
            name: The bind with its colon, for example `:1`.
        """
        return self.expression.replace(PLACE, name)

    def values(self, column: Sequence[object]) -> list[object]:
        """Return the bind values of JSON values.

        Raises:
            DataError: If the column cannot hold a value exactly; it has the position, not the
                value.
        """
        return self.encode(column)
