"""The formats of binds and defines, as a request declares them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_standin.wire.profiles import FIELD_VERSION_12_2

if TYPE_CHECKING:
    from oracle_standin.wire.reader import RequestReader

_ARRAY_FLAG = 0x40


@dataclass(frozen=True, slots=True)
class Declaration:
    """The format of one bind or define, as the request declares it."""

    type_number: int
    flags: int
    size_bytes: int
    charset_form: int
    max_elements: int = 0

    @property
    def is_array(self) -> bool:
        """Return whether this is a PL/SQL index-by table."""
        return bool(self.flags & _ARRAY_FLAG)


def read_declarations(reader: RequestReader, count: int, field_version: int) -> list[Declaration]:
    """Read the formats of `count` binds or defines."""
    found = []
    for _ in range(count):
        type_number, flags = reader.byte(), reader.byte()
        reader.skip("bb")
        size_bytes, max_elements = reader.unsigned(), reader.unsigned()
        reader.skip("u")
        if reader.unsigned():  # object type identifier
            reader.sized()
        reader.skip("uu")
        form = reader.byte()
        reader.skip("u")
        if field_version >= FIELD_VERSION_12_2:
            reader.skip("u")
        found.append(Declaration(type_number, flags, size_bytes, form, max_elements))
    return found
