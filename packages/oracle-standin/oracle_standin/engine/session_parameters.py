"""The parameters of ALTER SESSION SET, and which values they take.

Source: SQL Language Reference, ALTER SESSION; Database Reference, NLS parameters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol

from oracle_standin.engine.server_facts import CALENDARS, ServerFacts
from oracle_standin.lexer import Kind, Token
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class ParameterSession(Protocol):
    """What ALTER SESSION SET asks of a session."""

    @property
    def server(self) -> ServerFacts:
        """Return what the played server is."""

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a PostgreSQL query as the owner."""

    def set_nls(self, parameter: str, value: str) -> None:
        """Store a session parameter."""

    def set_time_zone(self, text: str) -> None:
        """Set the session's time zone."""

    def set_isolation(self, level: str) -> None:
        """Set the isolation level of the coming transaction or of all to come."""

    def set_constraint_timing(self, timing: str | None) -> None:
        """Check deferrable constraints IMMEDIATE or DEFERRED from now on; None as they say."""

    def set_current_schema(self, name: str) -> None:
        """Set the schema that unqualified names resolve to."""


_MASKS = {
    "NLS_DATE_FORMAT": "date",
    "NLS_TIMESTAMP_FORMAT": "timestamp",
    "NLS_TIMESTAMP_TZ_FORMAT": "zoned",
}
_CHOICES = {
    "NLS_COMP": ("BINARY", "ANSI", "LINGUISTIC"),
    "NLS_LENGTH_SEMANTICS": ("BYTE", "CHAR"),
    "NLS_NCHAR_CONV_EXCP": ("TRUE", "FALSE"),
}
# What the stand-in can do of the parameters that change results: one value each.
_ONLY = {
    "NLS_LANGUAGE": "AMERICAN",
    "NLS_DATE_LANGUAGE": "AMERICAN",
    "NLS_TERRITORY": "AMERICA",
    "NLS_SORT": "BINARY",
    "ERROR_ON_OVERLAP_TIME": "FALSE",
    "CONTAINER": "FREEPDB1",
}
_FREE_TEXT = frozenset(
    {"NLS_CURRENCY", "NLS_ISO_CURRENCY", "NLS_DUAL_CURRENCY", "NLS_TIME_FORMAT",
     "NLS_TIME_TZ_FORMAT"},
)  # fmt: skip
# Tuning and diagnosis: no effect on any result.
_NO_EFFECT = frozenset(
    {"COMMIT_LOGGING", "COMMIT_WAIT", "COMMIT_WRITE", "CURSOR_SHARING",
     "DB_FILE_MULTIBLOCK_READ_COUNT", "EVENTS", "HASH_AREA_SIZE", "MAX_DUMP_FILE_SIZE",
     "OPTIMIZER_DYNAMIC_SAMPLING",
     "OPTIMIZER_FEATURES_ENABLE", "OPTIMIZER_INDEX_CACHING", "OPTIMIZER_INDEX_COST_ADJ",
     "OPTIMIZER_MODE", "OPTIMIZER_USE_INVISIBLE_INDEXES", "PARALLEL_DEGREE_POLICY",
     "PARALLEL_FORCE_LOCAL", "PLSQL_CODE_TYPE", "PLSQL_OPTIMIZE_LEVEL", "PLSQL_WARNINGS",
     "QUERY_REWRITE_ENABLED", "QUERY_REWRITE_INTEGRITY", "RESULT_CACHE_MODE",
     "SESSION_CACHED_CURSORS", "SORT_AREA_SIZE", "SQL_TRACE", "STAR_TRANSFORMATION_ENABLED",
     "STATISTICS_LEVEL", "TIMED_STATISTICS", "TRACEFILE_IDENTIFIER", "WORKAREA_SIZE_POLICY"},
)  # fmt: skip
_OFFSET = re.compile(r"([+-]?)(\d{1,2}):(\d{1,2})")


def set_parameter(name: str, values: Sequence[Token], session: ParameterSession) -> None:
    """Set one session parameter from the tokens after its equals sign.

    Raises OracleError 2248 for an unknown name and the parameter's own error for a wrong value.
    """
    value = " ".join(token.value for token in values)
    special = _SPECIAL.get(name)
    if special is not None:
        special(value, session)
    elif name in _MASKS:
        session.query("SELECT ora.pg_mask(%s, %s)", (value, _MASKS[name]))
        session.set_nls(name, value)
    elif name in _CHOICES:
        _set_choice(name, value, session)
    elif name in _ONLY:
        _set_only(name, value, session)
    elif name in _FREE_TEXT or (name in _NO_EFFECT and values):
        session.set_nls(name, value)
    elif not name.startswith("_"):
        raise OracleError(2248, "invalid option for ALTER SESSION")


def _set_choice(name: str, value: str, session: ParameterSession) -> None:
    if value.upper() not in _CHOICES[name]:
        raise _invalid_nls()
    if name == "NLS_COMP" and value.upper() != "BINARY":
        what = f"{name} = {value.upper()}"
        raise not_in_this_standin(what)
    session.set_nls(name, value.upper())


def _set_only(name: str, value: str, session: ParameterSession) -> None:
    if value.upper() != _ONLY[name]:
        what = f"{name} other than {_ONLY[name]}"
        raise not_in_this_standin(what)
    session.set_nls(name, value.upper())


def _invalid_nls() -> OracleError:
    return OracleError(
        12705,
        "Cannot access NLS data files or invalid environment specified",
    )


def _set_numeric_characters(value: str, session: ParameterSession) -> None:
    if len(value) != 2 or value[0] == value[1] or any(c.isalnum() or c in "+-<>" for c in value):
        raise _invalid_nls()
    session.set_nls("NLS_NUMERIC_CHARACTERS", value)


def _set_time_zone(value: str, session: ParameterSession) -> None:
    zone = value.strip()
    if zone.upper() in {"LOCAL", "DBTIMEZONE"}:
        # The server and its database both run in UTC.
        zone = "+00:00"
    match = _OFFSET.fullmatch(zone)
    if match:
        sign, hours, minutes = match.groups()
        if int(hours) > 15:
            raise OracleError(1874, "time zone hour must be between -15 and 15")
        if int(minutes) > 59:
            raise OracleError(1875, "time zone minute must be between -59 and 59")
        zone = f"{sign or '+'}{int(hours):02d}:{int(minutes):02d}"
    else:
        zone = str(session.query("SELECT ora.zone_name(%s)", (zone,))[0][0])
    session.set_time_zone(zone)


def _set_isolation(value: str, session: ParameterSession) -> None:
    level = value.upper()
    if level not in {"SERIALIZABLE", "READ COMMITTED"}:
        raise OracleError(2248, "invalid option for ALTER SESSION")
    session.set_isolation(level)


def _set_constraints(value: str, session: ParameterSession) -> None:
    timing = value.upper()
    if timing not in {"IMMEDIATE", "DEFERRED", "DEFAULT"}:
        raise OracleError(2248, "invalid option for ALTER SESSION")
    session.set_constraint_timing(None if timing == "DEFAULT" else timing)


def _set_schema(value: str, session: ParameterSession) -> None:
    session.set_current_schema(value)


def _set_lock_timeout(value: str, session: ParameterSession) -> None:
    if not value.isdecimal() or int(value) > 1_000_000:
        message = (
            f"invalid value {value} for parameter ddl_lock_timeout, must be between 0 and 1000000"
        )
        raise OracleError(68, message)
    session.set_nls("DDL_LOCK_TIMEOUT", value)


def _set_calendar(value: str, session: ParameterSession) -> None:
    calendar = value.upper()
    if calendar not in CALENDARS:
        raise _invalid_nls()
    if calendar not in {"GREGORIAN", session.server.calendar}:
        what = f"NLS_CALENDAR = {calendar}, which the instance has not,"
        raise not_in_this_standin(what)
    session.set_nls("NLS_CALENDAR", calendar)


_SPECIAL: dict[str, Callable[[str, ParameterSession], None]] = {
    "NLS_NUMERIC_CHARACTERS": _set_numeric_characters,
    "TIME_ZONE": _set_time_zone,
    "ISOLATION_LEVEL": _set_isolation,
    "CONSTRAINTS": _set_constraints,
    "CURRENT_SCHEMA": _set_schema,
    "DDL_LOCK_TIMEOUT": _set_lock_timeout,
    "NLS_CALENDAR": _set_calendar,
}


def starts_parameter(token: Token, following: Token) -> bool:
    """Return whether two tokens begin the next `name = value`."""
    return token.kind is Kind.WORD and following.is_operator("=")
