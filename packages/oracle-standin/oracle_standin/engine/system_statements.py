"""ALTER SYSTEM: killing sessions.

Source: SQL Language Reference, ALTER SYSTEM, end_session_clauses.

A system control statement: it does not end the transaction of the session that gives it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from oracle_standin.engine.contract import Engine
from oracle_standin.engine.ddl import privileges
from oracle_standin.engine.reader import Reader
from oracle_standin.engine.shared import OpenSession
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from oracle_standin.engine.shared import SharedState


class ServingSession(Engine, OpenSession, Protocol):
    """The session that gives the statement, which is one of those that can be killed."""


_SESSION = re.compile(r"\s*(\d+)\s*,\s*(\d+)\s*(,\s*@1\s*)?")


def run(statement: str, session: ServingSession, shared: SharedState) -> None:
    """Run ALTER SYSTEM KILL SESSION or DISCONNECT SESSION; other clauses are refused."""
    reader = Reader(statement)
    reader.take()
    reader.take()
    word = reader.accept_any("KILL", "DISCONNECT")
    if word is None or not reader.accept("SESSION"):
        raise not_in_this_standin(what="this ALTER SYSTEM clause")
    token = reader.take()
    found = _SESSION.fullmatch(token.value)
    if found is None:
        raise OracleError(26, "missing or invalid session ID")
    after_transaction = reader.accept("POST_TRANSACTION")
    reader.accept("IMMEDIATE")
    reader.accept("NOREPLAY")
    reader.expect_end(933, "SQL command not properly ended")
    if after_transaction:
        raise not_in_this_standin(what="DISCONNECT SESSION POST_TRANSACTION")
    privileges.require(session, "ALTER SYSTEM")
    other = shared.find_session(int(found[1]), int(found[2]))
    if other is None:
        raise OracleError(30, "User session ID does not exist.")
    if other is session:
        raise OracleError(27, "cannot kill current session")
    other.kill()
