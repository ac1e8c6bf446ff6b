"""What is known of open transactions, and what is said where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, cast

import oracledb
import pytest

from tap_oracle.late_commits import AUTO, OFF, LateCommits, OpenTransactions

if TYPE_CHECKING:
    from collections.abc import Sequence


class Session:
    """Answers by a part of the statement, the first that fits; a text is an error."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = {"DATABASE_ROLE": ("PRIMARY",), **answers}
        self.sent: list[str] = []
        self._answer: Sequence[Any] = ()

    def cursor(self) -> Self:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """One cursor for all statements."""

    def execute(self, sql: str) -> Self:
        self.sent.append(sql)
        answer = next(rows for part, rows in self.answers.items() if part in sql)
        if isinstance(answer, str):
            raise oracledb.DatabaseError(answer)
        self._answer = answer
        return self

    def fetchone(self) -> Sequence[Any]:
        return self._answer


def late(session: Session, mode: str = AUTO, lookback_seconds: int = 0) -> LateCommits:
    return LateCommits(lambda: cast("Any", session), mode, lookback_seconds)


def test_transactions_of_every_instance_come_first() -> None:
    session = Session({"gv$transaction": (61, 4700), " v$transaction": (5, 4800)})
    assert late(session).note() == OpenTransactions(61, 4700)
    refused = {"gv$transaction": "ORA-00942: table or view does not exist"}
    session = Session({**refused, " v$transaction": (5, 4800)})
    commits = late(session)
    assert commits.note() == commits.note() == OpenTransactions(5, 4800)
    asked = [sql.split(" FROM ")[0] for sql in session.sent if "gv$" in sql]
    assert len(asked) == 1


def test_nothing_is_open() -> None:
    noted = late(Session({"gv$transaction": (None, None)})).note()
    assert noted == OpenTransactions(0, None)
    assert late(Session({}), OFF).note() is None


def test_a_physical_standby_is_blind(caplog: pytest.LogCaptureFixture) -> None:
    """Its empty V$TRANSACTION does not mean that nothing is open at the primary."""
    session = Session({"DATABASE_ROLE": ("PHYSICAL STANDBY",), "gv$transaction": (None, None)})
    commits = late(session)
    commits.warn_if_blind("HR-T")
    commits.warn_if_blind("HR-U")
    assert commits.note() is None
    (message,) = caplog.messages
    assert message.startswith("Stream 'HR-T': this is a physical standby")
    assert len(session.sent) == 1
    caplog.clear()
    late(session, lookback_seconds=600).warn_if_blind("HR-T")
    assert caplog.messages == []


@pytest.mark.parametrize("error", ["ORA-03113: end of file", "ORA-00604: error in recursive SQL"])
def test_other_errors_are_not_taken_for_a_missing_right(error: str) -> None:
    with pytest.raises(oracledb.DatabaseError):
        late(Session({"gv$transaction": error})).note()
