"""Faults that a test can order: what they are, and how they are written in a statement.

SYSTEM orders one with `ALTER SYSTEM SET EVENTS 'standin {"action": "drop", "pattern": "MERGE"}'`,
whose keys are the fields of `Fault`, and ends all with `ALTER SYSTEM SET EVENTS 'standin off'`.
Both are refused by a server that was not started with `--faults`. Sessions of SYSTEM never meet
a fault.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from enum import Enum

from oracle_standin.protocol import OracleError

COMMIT, ROLLBACK, LOGON = "COMMIT", "ROLLBACK", "LOGON"
"""What patterns are matched with where the client sends no statement."""

_CONTROL = re.compile(
    r"\s*ALTER\s+SYSTEM\s+SET\s+EVENTS\s+'standin (.*)'\s*", re.IGNORECASE | re.DOTALL
)


class Action(Enum):
    """What a fault does."""

    DROP = "drop"  # close the connection without a word
    HANG = "hang"  # do not answer for some seconds, or until the client breaks off
    FAIL = "fail"  # answer with an error instead of running the statement
    SLOW = "slow"  # send what follows at a limited rate
    IDLE = "idle"  # end sessions that were idle for some seconds, as IDLE_TIME of a profile does


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    Args:
        action: What happens: "drop", "hang", "fail", "slow" or "idle".
        pattern: A regular expression, searched in each statement whatever its case; "COMMIT",
            "ROLLBACK" and "LOGON" also stand for the calls of that name.
        times: How many calls meet the fault; 0 for no end.
        skip: How many such calls pass first, so that a test can let each call in turn fail.
        code: For "fail", the ORA number.
        message: For "fail", the text after the number.
        seconds: For "hang", how long; 0 for ever. For "idle", how long a session must have been
            idle: its next call, whatever it is, gets ORA-02396 and the session has ended.
        after: For "drop", "hang" and "fail", run the call first and let its answer be what is lost.
        after_rows: For "drop" and "fail", let a session have so many rows of such statements
            first, fetched or sent; the call that would pass the number is cut short or not run.
        after_bytes: For "drop", let the connection have so many bytes of answers first.
        bytes_per_second: For "slow", the rate.
    """

    action: str
    pattern: str = ""
    times: int = 1
    skip: int = 0
    code: int = 0
    message: str = "ordered by a test"
    seconds: float = 0.0
    after: bool = False
    after_rows: int | None = None
    after_bytes: int | None = None
    bytes_per_second: int = 0

    def statement(self) -> str:
        """Return the statement that orders this fault."""
        text = json.dumps(asdict(self)).replace("'", "''")
        return f"ALTER SYSTEM SET EVENTS 'standin {text}'"

    def matches(self, statement: str) -> bool:
        """Return whether a statement meets the fault."""
        return re.search(self.pattern, statement, re.IGNORECASE) is not None


OFF = "ALTER SYSTEM SET EVENTS 'standin off'"
"""The statement that ends all faults."""


def control_text(statement: str) -> str | None:
    """Return what a statement says to the stand-in, None for any other statement."""
    match = _CONTROL.fullmatch(statement)
    return match.group(1).replace("''", "'") if match else None


def parse(text: str) -> Fault:
    """Return the fault that a control text describes; raises OracleError 2248 for nonsense."""
    try:
        fault = Fault(**json.loads(text))
        Action(fault.action)
        re.compile(fault.pattern)
    except (TypeError, ValueError, re.error) as error:
        raise OracleError(2248, "invalid option for ALTER SYSTEM: not a fault") from error
    if fault.action == Action.FAIL.value and not 0 < fault.code < 65536:
        raise OracleError(2248, "invalid option for ALTER SYSTEM: fail needs a code")
    if fault.action == Action.SLOW.value and fault.bytes_per_second <= 0:
        raise OracleError(2248, "invalid option for ALTER SYSTEM: slow needs bytes_per_second")
    return fault
