"""Results of queries: their columns, and where their rows come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from oracle_standin.protocol import CharsetForm

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from oracle_standin.codecs import VectorShape
    from oracle_standin.protocol import Row, TypeCode


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a result, with the values that describe information carries.

    `precision` and `scale` follow Oracle: NUMBER(9,2) is 9/2, a bare NUMBER 0/-127, INTEGER 38/0,
    FLOAT 126/-127, TIMESTAMP(6) has scale 6, INTERVAL DAY(2) TO SECOND(6) is 2/6.
    `size_bytes` is the buffer: 4 times the characters for database text, 2 times for national text.
    """

    name: str
    type_code: TypeCode
    precision: int = 0
    scale: int = 0
    size_bytes: int = 0
    size_chars: int = 0
    charset_form: CharsetForm = CharsetForm.NONE
    nullable: bool = True
    is_json: bool = False
    type_schema: str = ""
    type_name: str = ""
    """Schema and name of an object type."""
    vector: VectorShape | None = None
    """What a VECTOR column asks of its values."""


class RowSource(Protocol):
    """The rows of an open query; independent of later commits in the same session."""

    def fetch(self, count: int) -> list[Row]:
        """Return up to `count` further rows; fewer only at the end."""

    def close(self) -> None:
        """Release what the rows hold; further calls are harmless."""


@runtime_checkable
class EncodedRowSource(Protocol):
    """Rows that are kept as they travel; a `RowSource` may be one too (the bench server's is)."""

    def fetch_encoded(
        self, count: int, encode: Callable[[Sequence[Row]], bytes]
    ) -> tuple[bytes, int]:
        """Return up to `count` further rows, encoded by `encode` once, and how many they are."""
