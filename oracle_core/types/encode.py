"""From JSON values to binds of text, binary, booleans, documents and intervals."""

from __future__ import annotations

from binascii import a2b_base64
from decimal import Decimal

import msgspec

from oracle_core.types.durations import day_to_second_from_iso, year_to_month_from_iso
from oracle_core.types.encoder import Refused, encoder

_JSON = msgspec.json.Encoder(decimal_format="number")


def _boolean(value: object) -> object:
    if isinstance(value, bool):
        return value
    if value in (0, 1):
        return bool(value)
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    msg = "a value is not a boolean"
    raise Refused(msg)


def _text(value: object) -> object:
    if type(value) is str:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list, int, float, Decimal)):
        return _JSON.encode(value).decode()
    raise TypeError


def _json_text(value: object) -> object:
    return _JSON.encode(value).decode()


def _binary(value: object) -> object:
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        raise TypeError
    try:
        # Without strict_mode characters that are not base64 are passed over and the value is
        # another one.
        return a2b_base64(value, strict_mode=True)
    # Base64Error is a ValueError; so is what binascii raises for a text that is not ASCII.
    except ValueError:
        msg = "a text is not base64"
        raise Refused(msg) from None


texts = encoder(_text)
"""To text: as it is; other JSON values as JSON text."""

json_texts = encoder(_json_text)
"""To JSON text, also of a text."""

binaries = encoder(_binary)
"""From base64."""

booleans = encoder(_boolean)
"""To bool; also from 0, 1 and the texts `true` and `false`."""

day_to_second = encoder(lambda value: day_to_second_from_iso(str(value)))
"""From ISO 8601 durations to the text that TO_DSINTERVAL reads."""

year_to_month = encoder(lambda value: year_to_month_from_iso(str(value)))
"""From ISO 8601 durations to the text that TO_YMINTERVAL reads."""
