"""Identifiers of up to 128 bytes in an engine that keeps 63.

A long name is stored as its beginning and a digest of the whole. The mapping back is remembered in
this process and, for objects and columns, in `ora.long_names`.
"""

from __future__ import annotations

import hashlib
import re

from oracle_standin.protocol import OracleError

MAX_BYTES = 128
"""The longest identifier of Oracle 12.2 and later; ORA-00972 beyond."""

_ENGINE_BYTES = 63
_DIGEST_CHARACTERS = 12
_LENGTH = re.compile(r"\([^()]*\)$")
_long_names: dict[str, str] = {}


def engine_name(name: str) -> str:
    """Return the name that PostgreSQL stores for an exact Oracle name.

    Raises OracleError 972 for a name that is too long for Oracle.
    """
    encoded = name.encode()
    if len(encoded) <= _ENGINE_BYTES:
        return name
    if len(encoded) > MAX_BYTES:
        raise OracleError(972, "identifier is too long")
    short = _shortened(encoded)
    _long_names[short] = name
    return short


def hidden_name(prefix: str, name: str) -> str:
    """Return the name that PostgreSQL stores for something of ours that belongs to an Oracle name.

    No client sees it, so that it may be longer than a name of Oracle.
    """
    encoded = (prefix + name).encode()
    return prefix + name if len(encoded) <= _ENGINE_BYTES else _shortened(encoded)


def _shortened(encoded: bytes) -> str:
    digest = hashlib.sha256(encoded).hexdigest()[:_DIGEST_CHARACTERS].upper()
    kept = encoded[: _ENGINE_BYTES - _DIGEST_CHARACTERS - 1].decode(errors="ignore")
    return f"{kept}${digest}"


def oracle_name(name: str) -> str:
    """Return the Oracle name of an engine's name, as far as this process has met it."""
    return _long_names.get(name, name)


def remember(engine: str, oracle: str) -> None:
    """Note a mapping read from `ora.long_names`."""
    _long_names[engine] = oracle


def quoted(name: str) -> str:
    """Return an exact Oracle name as PostgreSQL text: mapped and in double quotes."""
    doubled = engine_name(name).replace('"', '""')
    return f'"{doubled}"'


def unsized(pg_type: str) -> str:
    """Return a PostgreSQL type without its length, which a function's parameters do not have."""
    return _LENGTH.sub("", pg_type)
