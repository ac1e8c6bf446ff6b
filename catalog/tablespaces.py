"""Default tablespaces and quotas of users, as far as the session may know them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import oracledb

from oracle_core import dictionary
from oracle_core.dictionary import Family, Scope
from oracle_core.errors import describe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from catalog.rights import SessionRights


def default_tablespaces(
    connection: oracledb.Connection, rights: SessionRights, users: Iterable[str]
) -> dict[str | None, str]:
    """Return the default tablespaces of users; None stands for every other user.

    Args:
        connection: An open session.
        rights: Rights of the session; without the `DBA_*` views only its own user is known.
        users: Exact names of users.
    """
    tablespaces: dict[str | None, str] = {
        row.user: row.tablespace
        for row in dictionary.default_tablespaces(connection, _scope(rights, users))
    }
    if (database := _database_tablespace(connection)) is not None:
        tablespaces[None] = database
    return tablespaces


def users_with_quota(
    connection: oracledb.Connection, rights: SessionRights, users: Iterable[str]
) -> frozenset[str]:
    """Return which of the users may store more rows in some tablespace."""
    rows = dictionary.quotas(connection, _scope(rights, users))
    return frozenset(row.user for row in rows)


def _scope(rights: SessionRights, users: Iterable[str]) -> Scope:
    family = Family.DBA if rights.sees_dba_views else Family.USER
    return Scope(tuple(sorted(set(users))), family=family)


def _database_tablespace(connection: oracledb.Connection) -> str | None:
    try:
        return next(dictionary.database_tablespace(connection), None)
    except oracledb.DatabaseError as error:
        if describe(error).code != "ORA-00942":
            raise
        return None
