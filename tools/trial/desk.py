"""What the tasks of the trial work with."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import oracledb

from tools.trial.project import USERS, Project, TrialError, settings_of

if TYPE_CHECKING:
    from pathlib import Path

    from oracle_standin import Standin

    from tools.trial.postgres import PostgresServer

_HISTORY = "SINGER_JOB_HISTORY"


@dataclass(frozen=True, slots=True)
class Desk:
    """What a task works with: a database with both users, a PostgreSQL, a folder and Meltano."""

    database: Standin
    postgres: PostgresServer
    folder: Path
    meltano: Path
    rows: int

    def project(self) -> Project:
        """Return an own Meltano project, in a folder that the tasks share."""
        folder = self.folder / "project"
        folder.mkdir(exist_ok=True)
        return Project(folder, self.meltano)

    def source(self, **more: Any) -> dict[str, Any]:
        """Return the settings of the tap."""
        return settings_of(self.database, "HR", filter_schemas=["HR"], **more)

    def target(self, **more: Any) -> dict[str, Any]:
        """Return the settings of the target."""
        return settings_of(self.database, "HR_COPY", job_history_table=_HISTORY, **more)

    def connect(self, user: str) -> oracledb.Connection:
        """Connect as a user."""
        return oracledb.connect(user=user, password=USERS[user], dsn=self.database.dsn)

    def execute(self, *statements: str) -> None:
        """Run statements as HR and commit."""
        with closing(self.connect("HR")) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            connection.commit()

    def copied(self, query: str) -> Any:  # noqa: ANN401 - whatever a query gives
        """Return the one value of a query on the target's side."""
        with closing(self.connect("HR_COPY")) as connection, connection.cursor() as cursor:
            ((value,),) = cursor.execute(query).fetchall()
        return value


def expect(is_so: object, what: str) -> None:
    """Fail the task unless something is so.

    Raises:
        TrialError: If it is not; with what was expected.
    """
    if not is_so:
        raise TrialError(what)
