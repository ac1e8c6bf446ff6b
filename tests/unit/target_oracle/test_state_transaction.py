"""The transaction from STATE to STATE: a COMMIT without an answer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import oracledb

from oracle_core.identifiers import TableName
from target_oracle.session import TargetSession
from target_oracle.state_table import StateTable, StateTransaction

if TYPE_CHECKING:
    from target_oracle.ledger import Ledger


class LostConnection:
    """Loses its session in COMMIT."""

    def cursor(self) -> LostConnection:
        return self

    def __enter__(self) -> LostConnection:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def commit(self) -> None:
        details = SimpleNamespace(
            full_code="DPY-4011",
            message="DPY-4011: the database or network closed the connection",
            offset=0,
            isrecoverable=True,
            is_session_dead=True,
        )
        raise oracledb.DatabaseError(details)


def test_a_lost_commit_of_nothing_is_no_failure() -> None:
    session = TargetSession({"host": "h", "service_name": "s", "user": "U", "password": "p"})
    session._connection = cast("Any", LostConnection())
    states = StateTable(TableName.of("DWH", "STATES"), "job")
    StateTransaction(session, states, cast("Ledger", None)).commit(None)
    assert session._connection is None
