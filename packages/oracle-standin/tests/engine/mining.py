"""A database with supplemental logging, a user with tables, and one who mines its redo."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from oracle_standin.backend import SessionInfo
from tests.engine.user_session import UserSession

if TYPE_CHECKING:
    from oracle_standin.engine.database import Database

_numbers = itertools.count(9000)

OPTIONS = "DICT_FROM_ONLINE_CATALOG + COMMITTED_DATA_ONLY + NO_ROWID_IN_STMT"
SCN = "SELECT DBMS_FLASHBACK.GET_SYSTEM_CHANGE_NUMBER FROM dual"
LOG_FILE = "/opt/oracle/oradata/FREE/redo01.log"

Row = tuple[Any, ...]


class Miner:
    """A session that mines, beside the sessions that write."""

    def __init__(self, database: Database, name: str = "MINER") -> None:
        self._database = database
        database.create_user(name, "secret")
        self.administrator = self.open("SYSTEM")
        for privilege in (
            "EXECUTE ON DBMS_LOGMNR",
            "LOGMINING",
            "SELECT ON V_$LOGMNR_CONTENTS",
            "SELECT ON V_$LOGMNR_LOGS",
            "SELECT ON V_$LOGMNR_PARAMETERS",
            "SELECT ON V_$LOG",
            "SELECT ON V_$LOGFILE",
            "SELECT ON V_$DATABASE",
        ):
            self.administrator.run(f"GRANT {privilege} TO {name}")
        self.session = self.open(name)

    def open(self, user: str) -> UserSession:
        return UserSession(self._database.open_session(user, SessionInfo(next(_numbers), 1)))

    def scn(self) -> int:
        return int(self.session.rows(SCN)[0][0])

    def start(self, first: int, last: int | None = None, options: str = OPTIONS) -> None:
        self.session.run(call(options), first=first, last=0 if last is None else last)

    def start_fails(self, first: int, last: int = 0, options: str = OPTIONS) -> str:
        return self.session.fails(call(options), first=first, last=last)

    def end(self) -> None:
        self.session.run("BEGIN DBMS_LOGMNR.END_LOGMNR; END;")

    def contents(self, columns: str, condition: str = "1 = 1") -> list[Row]:
        """Return rows of V$LOGMNR_CONTENTS."""
        query = f"SELECT {columns} FROM v$logmnr_contents WHERE {condition}"
        return self.session.rows(query)

    def redo(self, first: int, last: int | None = None) -> list[str]:
        """Return the SQL_REDO of all changes of rows in a range."""
        self.start(first, last)
        return [row[0] for row in self.contents("sql_redo", "operation_code IN (1, 2, 3, 255)")]


def call(options: str) -> str:
    """Return a block that starts LogMiner with binds `first` and `last`."""
    named = " + ".join(f"DBMS_LOGMNR.{name}" for name in options.split(" + "))
    return (
        "BEGIN DBMS_LOGMNR.START_LOGMNR(startScn => :first, endScn => :last,"
        f" options => {named}); END;"
    )


def committed(writer: UserSession, *statements: str) -> None:
    for statement in statements:
        writer.run(statement)
    writer.run("COMMIT")


Shortened = Callable[[str], str]


def without_owner(writer: UserSession) -> Shortened:
    """Return what takes the owner's name out of a statement."""
    prefix = f'"{writer.session.user}".'
    return lambda statement: statement.replace(prefix, "")
