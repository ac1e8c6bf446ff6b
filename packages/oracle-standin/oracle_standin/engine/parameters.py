"""The parameters a session starts with: an American client in UTC.

Source: Globalization Support Guide, "Setting Up a Globalization Support Environment".
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "NLS_LANGUAGE": "AMERICAN",
        "NLS_TERRITORY": "AMERICA",
        "NLS_CURRENCY": "$",
        "NLS_ISO_CURRENCY": "AMERICA",
        "NLS_DUAL_CURRENCY": "$",
        "NLS_NUMERIC_CHARACTERS": ".,",
        "NLS_CALENDAR": "GREGORIAN",
        "NLS_DATE_FORMAT": "DD-MON-RR",
        "NLS_DATE_LANGUAGE": "AMERICAN",
        "NLS_SORT": "BINARY",
        "NLS_TIME_FORMAT": "HH.MI.SSXFF AM",
        "NLS_TIMESTAMP_FORMAT": "DD-MON-RR HH.MI.SSXFF AM",
        "NLS_TIME_TZ_FORMAT": "HH.MI.SSXFF AM TZR",
        "NLS_TIMESTAMP_TZ_FORMAT": "DD-MON-RR HH.MI.SSXFF AM TZR",
        "NLS_COMP": "BINARY",
        "NLS_LENGTH_SEMANTICS": "BYTE",
        "NLS_NCHAR_CONV_EXCP": "FALSE",
        "DDL_LOCK_TIMEOUT": "0",
    }
)


def setting_name(parameter: str) -> str:
    """Return the engine setting that holds a parameter: `ora.` and its lower-case name."""
    return f"ora.{parameter.lower()}"
