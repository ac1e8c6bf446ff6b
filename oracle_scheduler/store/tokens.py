"""Tokens of the HTTP interface: 256 random bits, of which the store keeps a digest."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa

from oracle_core.errors import ConfigurationError
from oracle_scheduler.store.errors import UnknownNameError

if TYPE_CHECKING:
    import datetime as dt

    from oracle_scheduler.store.database import Database

_BYTES = 32


class Scope(StrEnum):
    """What a token allows; each scope includes the ones before it."""

    READ = "read"
    OPERATE = "operate"
    ADMIN = "admin"

    def allows(self, needed: Scope) -> bool:
        """Return whether this scope includes another."""
        order = list(Scope)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token without its secret."""

    name: str
    scope: str
    created_at: dt.datetime


def create(database: Database, name: str, scope: Scope) -> str:
    """Store a new token and return it; it is not shown again.

    Raises:
        ConfigurationError: If a token of this name is there.
    """
    token = secrets.token_urlsafe(_BYTES)

    def work(connection: sa.Connection) -> None:
        table = database.tables.token
        known = sa.select(table.c.digest).where(table.c.name == name)
        digest = connection.execute(known).scalar()
        if digest == digest_of(token):
            return  # the answer to an earlier COMMIT was lost
        if digest is not None:
            message = f"a token '{name}' is there; revoke it, or choose another name"
            raise ConfigurationError(message)
        values = {"name": name, "digest": digest_of(token), "scope": scope}
        now = database.now(connection)
        connection.execute(sa.insert(table).values(created_at=now, **values))

    database.perform(work)
    return token


def scope_of(database: Database, token: str) -> Scope | None:
    """Return what a token allows; None for one that is not known.

    The digest is looked up, so that the time of an answer tells nothing of a token.
    """

    def work(connection: sa.Connection) -> Scope | None:
        table = database.tables.token
        query = sa.select(table.c.scope).where(table.c.digest == digest_of(token))
        scope = connection.execute(query).scalar()
        return None if scope is None else Scope(scope)

    return database.perform(work)


def any_exists(database: Database) -> bool:
    """Return whether the store has a token."""
    query = sa.select(sa.func.count()).select_from(database.tables.token)
    return database.perform(lambda connection: bool(connection.execute(query).scalar()))


def rows(database: Database) -> list[TokenRow]:
    """Return all tokens by name."""
    table = database.tables.token
    query = sa.select(table.c.name, table.c.scope, table.c.created_at).order_by(table.c.name)

    def work(connection: sa.Connection) -> list[TokenRow]:
        return [TokenRow(**row) for row in connection.execute(query).mappings()]

    return database.perform(work)


def revoke(database: Database, name: str) -> None:
    """Delete a token.

    Raises:
        UnknownNameError: If no token has this name.
    """

    def work(connection: sa.Connection) -> None:
        table = database.tables.token
        if connection.execute(sa.delete(table).where(table.c.name == name)).rowcount == 0:
            message = f"no token is called '{name}'"
            raise UnknownNameError(message)

    database.perform(work)


def digest_of(token: str) -> str:
    """Return what the store keeps of a token: SHA-256 in hexadecimal."""
    # No salt and no slow hash: 256 random bits cannot be guessed, and the digest is looked up.
    return hashlib.sha256(token.encode()).hexdigest()
