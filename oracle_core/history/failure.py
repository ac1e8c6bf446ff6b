"""The code under which a failure is recorded."""

from __future__ import annotations

import re

import oracledb

from oracle_core.errors import DatabaseError, describe
from oracle_core.termination import Terminated

_STREAM = re.compile(r"stream '([^'\n]+)'", re.IGNORECASE)


def failure_code(failure: BaseException) -> str:
    """Return the ORA or DPY code, the signal, or the name of the error that ended a run.

    An error of ours may stand in front of the driver's, whose code says more: it is looked for in
    what the error was raised from and in what was being handled when it was raised.
    """
    if isinstance(failure, Terminated):
        return str(failure)
    seen: set[int] = set()
    error: BaseException | None = failure
    while error is not None and id(error) not in seen:
        if isinstance(error, (DatabaseError, oracledb.Error)):
            return describe(error).code
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return describe(failure).code


def failed_stream(failure: BaseException) -> str | None:
    """Return the stream that a failure names in its text, if it names one."""
    match = _STREAM.search(str(failure))
    return match.group(1) if match else None
