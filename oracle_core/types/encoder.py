"""Column encoders, built from a function of one value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_core.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from oracle_core.types.plans import Encoder


class Refused(Exception):  # noqa: N818 - never leaves the encoders
    """A value cannot be bound; the text says why without the value."""


def encoder(
    convert: Callable[[object], object],
    whole: Callable[[Sequence[object]], list[object] | None] | None = None,
) -> Encoder:
    """Return a column encoder that applies a function to each value but None.

    Args:
        convert: Raises `Refused`, ValueError or TypeError for what it cannot take.
        whole: Converts a column at once, without Python code per value, or returns None where a
            value needs a closer look.
    """

    def encode(column: Sequence[object]) -> list[object]:
        if whole is not None and (at_once := whole(column)) is not None:
            return at_once
        bound: list[object] = []
        append = bound.append
        for value in column:
            if value is None:
                append(None)
                continue
            try:
                append(convert(value))
            except Refused as refused:
                raise DataError(str(refused), position=len(bound)) from None
            except (ValueError, TypeError, ArithmeticError):
                msg = f"a {type(value).__name__} is not a value of the column's type"
                raise DataError(msg, position=len(bound)) from None
        return bound

    return encode
