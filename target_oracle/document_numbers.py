"""Numbers inside of documents: a column of type JSON holds them as NUMBER.

What NUMBER does not hold exactly cannot be there as it was sent. Whether a database rounds it or
refuses it was not seen on a live one, so it is refused before, as in a column of NUMBER itself.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from oracle_core.errors import DataError
from oracle_core.types import OracleType, bind_plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DOUBTFUL = re.compile(r"\d[\d.]{38}|\d[eE][-+]?\d")
"""Matches every text with a number that may be beyond the 38 certain digits of NUMBER, or its
range."""

DECODER = msgspec.json.Decoder(float_hook=Decimal)
_NUMBER = bind_plan(OracleType("NUMBER"))


def refuse_inexact_numbers(texts: Sequence[object]) -> None:
    """Refuse JSON texts with a number that NUMBER does not hold exactly.

    Raises:
        DataError: If there is one; with the position of its text.
    """
    for position, text in enumerate(texts):
        if not isinstance(text, str) or not DOUBTFUL.search(text):
            continue
        try:
            _NUMBER.values(list(_numbers(DECODER.decode(text))))
        except DataError as error:
            msg = f"a number in a document: {error}"
            raise DataError(msg, position=position) from None


def _numbers(document: object) -> Iterator[int | Decimal]:
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, (int, Decimal)):
            yield value
