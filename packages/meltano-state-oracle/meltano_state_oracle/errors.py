"""What went wrong, in one line without secrets and without the content of a state.

The text of a server error may hold values, and that of a driver error a connect string. Messages
are therefore made from the code alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import oracledb

HINTS = {
    "ORA-00942": "SINGER_STATE is missing or no right on it is granted; "
    "`python -m meltano_state_oracle` prints its statements",
    "ORA-01017": "user or password is wrong",
    "ORA-28000": "the account is locked",
    "ORA-28001": "the password has expired",
    "ORA-01031": "the user may not create the tables; "
    "`python -m meltano_state_oracle` prints their statements for an administrator",
    "ORA-01536": "the user's quota is used up",
    "ORA-01653": "the tablespace is full",
    "ORA-01691": "the tablespace is full",
    "ORA-01950": "the user has no quota on its tablespace",
    "ORA-12514": "the listener does not know the service",
    "DPY-6001": "the listener does not know the service",
    "DPY-6003": "the listener does not know the SID",
    "DPY-6005": "the server cannot be reached",
    "DPY-4011": "the database closed the connection",
    "DPY-4024": "the call took longer than call_timeout_seconds",
}


class OracleStateError(Exception):
    """The state could not be read or written."""


def code_of(error: oracledb.Error) -> str:
    """Return the code of a driver's error, `ORA-nnnnn` or `DPY-nnnn`."""
    details = error.args[0] if error.args else None
    return str(getattr(details, "full_code", "") or type(error).__name__)


def is_session_lost(error: oracledb.Error) -> bool:
    """Return whether the session ended, so that a new one may succeed."""
    details = error.args[0] if error.args else None
    # ORA-02396: IDLE_TIME of the user's profile has passed; ORA-00028: an administrator killed the
    # session.
    lost = {"DPY-4011", "DPY-1001", "ORA-03113", "ORA-03114", "ORA-02396", "ORA-00028"}
    return bool(getattr(details, "is_session_dead", False)) or code_of(error) in lost


def report(error: oracledb.Error, doing: str) -> OracleStateError:
    """Return the error to raise: what was being done, the code and the next step."""
    code = code_of(error)
    hint = HINTS.get(code)
    return OracleStateError(f"{doing}: {hint} ({code})" if hint else f"{doing}: {code}")
