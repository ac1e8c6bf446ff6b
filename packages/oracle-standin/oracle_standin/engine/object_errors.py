"""Oracle's errors for what cannot be done with objects.

Source: Error Messages, 932 and 22950: without a MAP or ORDER method objects can be told equal or
not, and nothing else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from oracle_standin.engine.circumstances import Circumstances
    from oracle_standin.engine.failures import Failure

_SCHEMA = r'(?:[^\s."]+\.|"[^"]+"\.)?'
_TYPE = rf'{_SCHEMA}"(?P<type>[^"]+)"'
_COMPARED = re.compile(
    rf'operator does not exist: {_TYPE} (?P<operator>[<>=!]+) {_SCHEMA}"(?P=type)"$'
)
_ORDERED = re.compile(
    rf"could not identify (?:an \w+ operator|a comparison function) for type {_TYPE}"
)
_ARGUMENT = re.compile(rf"function [^(]+\((?:.*, )?{_TYPE}[,)]")
_NAMES = {"BFILE": "FILE", "XMLTYPE": "SYS.XMLTYPE", "SDO_GEOMETRY": "MDSYS.SDO_GEOMETRY"}
"""What messages call the types of the system."""
_MADE = "SELECT 1 FROM ora.type_facts WHERE name = %s AND collection IS NULL"


def misuse(failure: Failure, circumstances: Circumstances) -> OracleError | None:
    """Return the error of comparing objects, or of giving one to a function that takes none."""
    compared = _COMPARED.match(failure.message)
    if compared and _is_object(compared["type"], circumstances):
        equality = compared["operator"] in {"=", "<>", "!="}
        return not_in_this_standin("a comparison of objects") if equality else _without_method()
    ordered = _ORDERED.match(failure.message)
    if ordered and _is_object(ordered["type"], circumstances):
        return _without_method()
    argument = _ARGUMENT.match(failure.message)
    if argument and (argument["type"] in _NAMES or _is_object(argument["type"], circumstances)):
        name = _NAMES.get(argument["type"], argument["type"])
        return OracleError(932, f"inconsistent datatypes: expected - got {name}")
    return None


def _is_object(name: str, circumstances: Circumstances) -> bool:
    return name == "SDO_GEOMETRY" or bool(circumstances.query(_MADE, (name,)))


def _without_method() -> OracleError:
    return OracleError(22950, "cannot ORDER objects without MAP or ORDER method")
