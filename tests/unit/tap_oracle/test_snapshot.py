"""How the rights of the user decide the way in which a run is read."""

from __future__ import annotations

from typing import Any, Self, cast

import oracledb
import pytest

from oracle_core.identifiers import TableName
from tap_oracle.catalog_entry import read_entry
from tap_oracle.snapshot import RUN, Moment, Snapshots, Way, current_scn, refusal_of_as_of
from tests.unit.tap_oracle.fake_database import catalog_of

TABLE = TableName.of("HR", "T")


class Session:
    """Answers by a part of the statement; a text is the error that it ends in."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.sent: list[str] = []
        self._answer: Any = None

    def cursor(self) -> Self:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """One cursor for all statements."""

    def execute(self, sql: str, binds: Any = None) -> Self:
        del binds
        self.sent.append(sql)
        self._answer = next((rows for part, rows in self.answers.items() if part in sql), None)
        if isinstance(self._answer, str):
            raise oracledb.DatabaseError(self._answer)
        return self

    def fetchone(self) -> Any:
        return self._answer

    def rollback(self) -> None:
        self.sent.append("ROLLBACK")


def moment_of(session: Session) -> Moment:
    snapshots = Snapshots(lambda: cast("Any", session), RUN, lambda: None)
    (stream,) = catalog_of({"ID": "NUMBER(9)"})["streams"]
    entry = read_entry(stream, default_method="FULL_TABLE")
    snapshots.begin([entry])
    return snapshots.of_full_read(entry)


NOTHING = "ORA-00942: table or view does not exist"


def test_the_most_exact_scn_that_the_user_may_read() -> None:
    unknown = 'ORA-00904: "DBMS_FLASHBACK"."GET_SYSTEM_CHANGE_NUMBER": invalid identifier'
    everything = {"database d": (9,), "dbms_flashback": (8,), "TIMESTAMP_TO_SCN": (7,)}
    assert current_scn(cast("Any", Session(**everything))) == (9, "V$DATABASE")
    some = {**everything, "database d": NOTHING}
    assert current_scn(cast("Any", Session(**some))) == (8, "DBMS_FLASHBACK")
    least = {**some, "dbms_flashback": unknown}
    assert current_scn(cast("Any", Session(**least))) == (7, "TIMESTAMP_TO_SCN")
    nothing = {**least, "TIMESTAMP_TO_SCN": "ORA-01031: insufficient privileges"}
    assert current_scn(cast("Any", Session(**nothing))) is None
    with pytest.raises(oracledb.DatabaseError):
        current_scn(cast("Any", Session(**{"database d": "ORA-03113: end of file"})))


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        ("ORA-01031: insufficient privileges", "ORA-01031"),
        # Reading tells: a table that has gone, and an external one, which has no past in any way.
        (NOTHING, None),
        ("ORA-08187: snapshot expression not allowed here", None),
    ],
)
def test_a_table_that_cannot_be_read_as_of_an_scn(error: str, refusal: str | None) -> None:
    session = Session(**{"AS OF SCN": error})
    assert refusal_of_as_of(cast("Any", session), TABLE, 9) == refusal


@pytest.mark.parametrize(
    ("answers", "way"),
    [
        ({"USER": ("HR",)}, Way.AS_OF),
        ({"USER": ("OTHER",)}, Way.AS_OF),
        ({"USER": ("OTHER",), "AS OF SCN": "ORA-01031: no"}, Way.TRANSACTION),
        ({"USER": ("OTHER",), "AS OF SCN": "ORA-08187: no"}, Way.AS_OF),
    ],
)
def test_the_way_of_a_run(answers: dict[str, Any], way: Way) -> None:
    session = Session(**{"database d": (9,), **answers})
    assert moment_of(session) == Moment(9, way)
    assert ("SET TRANSACTION READ ONLY" in session.sent) is (way is Way.TRANSACTION)
    if way is Way.TRANSACTION:
        # The SCN is not later than what is read, and nothing comes first in the transaction.
        end = session.sent.index("SET TRANSACTION READ ONLY")
        assert session.sent[end - 2] == "ROLLBACK"
        assert "current_scn" in session.sent[end - 1]


def test_without_an_scn_a_transaction_gives_one_moment() -> None:
    missing = dict.fromkeys(("database d", "dbms_flashback", "TIMESTAMP_TO_SCN"), NOTHING)
    assert moment_of(Session(**missing)) == Moment(None, Way.TRANSACTION)


def test_an_error_that_says_nothing_of_rights_is_left_to_the_reading() -> None:
    session = Session(**{"AS OF SCN": "ORA-01555: snapshot too old"})
    assert refusal_of_as_of(cast("Any", session), TABLE, 9) is None
