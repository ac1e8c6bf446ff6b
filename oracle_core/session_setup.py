"""What every session starts with, and how its values are fetched.

Every session uses UTC, fixed date masks, `.` as decimal sign, binary comparison and character
lengths, whatever the machine, the user's profile or a logon trigger say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import oracledb

from oracle_core import run_context

if TYPE_CHECKING:
    from collections.abc import Mapping

SESSION_PARAMETERS: Mapping[str, str] = {
    "TIME_ZONE": "+00:00",  # LOCAL TIME ZONE values are shown in the session's zone
    "NLS_LANGUAGE": "AMERICAN",
    "NLS_TERRITORY": "AMERICA",
    # Another calendar counts other years, in every date that travels as text.
    "NLS_CALENDAR": "GREGORIAN",
    "NLS_DATE_FORMAT": 'YYYY-MM-DD"T"HH24:MI:SS',
    "NLS_TIMESTAMP_FORMAT": 'YYYY-MM-DD"T"HH24:MI:SS.FF9',  # FF alone varies by column, X by locale
    "NLS_TIMESTAMP_TZ_FORMAT": 'YYYY-MM-DD"T"HH24:MI:SS.FF9TZH:TZM',
    "NLS_NUMERIC_CHARACTERS": ".,",
    "NLS_SORT": "BINARY",  # a linguistic sort does not use an index of the bare column
    "NLS_COMP": "BINARY",
    "NLS_LENGTH_SEMANTICS": "CHAR",  # Oracle's default is BYTE
}
"""Parameters of every session; the territory comes before the masks because it resets them."""

EXACT_FETCH: Mapping[str, bool] = {"fetch_lobs": False, "fetch_decimals": True}
"""Arguments of `Cursor.execute` under which no digit is lost and LOBs arrive as values."""


def session_statement() -> str:
    """Return the statement that sets all session parameters."""
    parameters = " ".join(f"{name}='{value}'" for name, value in SESSION_PARAMETERS.items())
    return f"ALTER SESSION SET {parameters}"


def name_run(connection: oracledb.Connection) -> None:
    """Let V$SESSION.CLIENT_IDENTIFIER show the run; it is sent with the next round trip.

    A later run sees by it whether this one still has a session.
    """
    if run_id := run_context.current().run_id:
        connection.client_identifier = run_id


_AS_LONG = {
    oracledb.DB_TYPE_CLOB: oracledb.DB_TYPE_LONG,
    oracledb.DB_TYPE_NCLOB: oracledb.DB_TYPE_LONG_NVARCHAR,
    oracledb.DB_TYPE_BLOB: oracledb.DB_TYPE_LONG_RAW,
}


def as_stored(cursor: oracledb.Cursor, metadata: oracledb.FetchInfo) -> oracledb.Var | None:
    """Return the variable that fetches text or binary with an IS JSON check as it is stored.

    The driver sends such columns through `json.loads`, which loses digits, and fetches their LOBs
    as locators whatever `fetch_lobs` says. A variable of our own bypasses both (Python driver
    guide, "Using Oracle Database JSON"). Columns of the type JSON are left alone.

    Args:
        cursor: The cursor that fetches.
        metadata: Description of the column.
    """
    kind = metadata.type_code
    if kind is oracledb.DB_TYPE_JSON or not (metadata.is_json or metadata.is_oson):
        return None
    return cursor.var(
        _AS_LONG.get(kind, kind), size=metadata.internal_size or 0, arraysize=cursor.arraysize
    )
