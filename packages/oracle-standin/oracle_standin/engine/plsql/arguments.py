"""Arguments of supplied packages as Python values."""

from __future__ import annotations

from oracle_standin import codecs
from oracle_standin.protocol import BindValue

Arguments = dict[str, BindValue]
"""Values by parameter name, in and out."""

RESULT = "RETURN"
"""The name under which a function gives its result."""


def text_of(value: BindValue) -> str:
    """Return a text argument, "" for NULL."""
    return value.decode() if isinstance(value, bytes) else ""


def number_of(value: BindValue) -> float:
    """Return a number argument, 0 for NULL."""
    return float(codecs.number_to_text(value)) if isinstance(value, bytes) else 0.0


def number(amount: int) -> bytes:
    """Return an integer as a NUMBER."""
    return codecs.number_from_text(str(amount))
