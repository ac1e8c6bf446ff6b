"""Whether the service can work with a store: rights, tables, clocks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from oracle_core.errors import OracleError, describe
from oracle_scheduler.store.migrations import MIGRATIONS, applied

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_scheduler.store.database import Database

_SKEW_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at; `remedy` is empty where it is in order."""

    what: str
    remedy: str = ""


def findings(database: Database) -> Iterator[Finding]:
    """Yield what was looked at, with what to do where something is missing.

    Args:
        database: The store; its tables need not be there.
    """
    is_current = applied(database) >= MIGRATIONS[-1].number
    if not database.is_sqlite:
        with database.transaction() as connection:
            yield from _rights(database, connection, is_current=is_current)
    remedy = "" if is_current else "run `oracle-scheduler migrate`, or give a DBA its --print-sql"
    yield Finding("the tables are there and current", remedy)
    yield _history(database)
    with database.transaction() as connection:
        skew = abs((dt.datetime.now(dt.UTC) - database.now(connection)).total_seconds())
    is_near = skew <= _SKEW_SECONDS
    remedy = "" if is_near else "let NTP set both clocks; until then this machine does not lead"
    yield Finding(f"this machine's clock differs from the database's by {skew:.1f} seconds", remedy)


def _rights(
    database: Database, connection: sa.Connection, *, is_current: bool
) -> Iterator[Finding]:
    # With those of enabled roles; USER_SYS_PRIVS lists direct grants only.
    held = set(connection.execute(sa.text("SELECT PRIVILEGE FROM SESSION_PRIVS")).scalars())
    user = str(connection.execute(sa.text("SELECT USER FROM DUAL")).scalar_one())
    needed = ["CREATE TABLE", *(["CREATE SEQUENCE"] if database.history is not None else [])]
    for privilege in needed:
        # Tables that a DBA has made need no right to make them.
        is_missing = privilege not in held and not is_current
        yield Finding(privilege, f'GRANT {privilege} TO "{user}";' if is_missing else "")
    # MAX_BYTES is -1 without a limit and 0 where the quota was taken away.
    quotas = sa.text("SELECT COUNT(*) FROM USER_TS_QUOTAS WHERE MAX_BYTES <> 0")
    has_quota = "UNLIMITED TABLESPACE" in held or bool(connection.execute(quotas).scalar())
    grant = f'ALTER USER "{user}" QUOTA 1G ON <tablespace>;'
    yield Finding("a quota on a tablespace", "" if has_quota else grant)


def _history(database: Database) -> Finding:
    history = database.history
    if history is None:
        return Finding("no run history is written")
    what = f"the run history {history.table_name} can be written"
    try:
        return Finding(what, "" if history.is_current() else "run `oracle-scheduler migrate`")
    except OracleError as error:
        return Finding(what, str(error))
    except sa.exc.DBAPIError as error:
        return Finding(what, describe(error).report)
