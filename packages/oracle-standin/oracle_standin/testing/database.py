"""A database under test: the stand-in, or one that the environment names."""

from __future__ import annotations

import secrets
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import oracledb

_GRANTS = (
    "CREATE SESSION",
    "CREATE TABLE",
    "CREATE VIEW",
    "CREATE SEQUENCE",
    "CREATE SYNONYM",
    "CREATE MATERIALIZED VIEW",
)


@dataclass
class OracleDatabase:
    """A database and an administrator who may create users in it."""

    dsn: str
    admin_user: str
    admin_password: str = field(repr=False)
    is_standin: bool
    passwords: dict[str, str] = field(default_factory=dict, repr=False)

    def connect(self, user: str | None = None) -> oracledb.Connection:
        """Connect as a user made by `create_user`, or as the administrator."""
        if user is None:
            return oracledb.connect(
                user=self.admin_user, password=self.admin_password, dsn=self.dsn
            )
        return oracledb.connect(user=f'"{user}"', password=self.passwords[user], dsn=self.dsn)

    @cached_property
    def release(self) -> int:
        """The major number of the database's release."""
        with closing(self.connect()) as connection:
            return int(connection.version.partition(".")[0])

    def config(self, user: str, **settings: Any) -> dict[str, Any]:
        """Return the connection settings of the tap or target for a user."""
        host_port, _, service = self.dsn.partition("/")
        host, _, port = host_port.partition(":")
        return {
            "host": host,
            "port": int(port or 1521),
            "service_name": service,
            "user": user,
            "password": self.passwords[user],
            **settings,
        }

    def administer(self, *statements: str) -> None:
        """Run statements as the administrator."""
        with closing(self.connect()) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def execute(self, user: str, *statements: str) -> None:
        """Run statements as a user made by `create_user`, and commit."""
        with closing(self.connect(user)) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            connection.commit()

    def create_user(self, prefix: str = "T", *, grants: tuple[str, ...] = _GRANTS) -> str:
        """Create a user with a schema of its own and return its name."""
        name = f"{prefix}_{secrets.token_hex(4)}".upper()
        password = f"pw-{secrets.token_hex(8)}"
        self.passwords[name] = password
        self.administer(
            f'CREATE USER "{name}" IDENTIFIED BY "{password}" QUOTA UNLIMITED ON USERS',
            *(f'GRANT {grant} TO "{name}"' for grant in grants),
        )
        return name

    def drop_user(self, name: str) -> None:
        """Drop a user and everything in its schema."""
        self.administer(f'DROP USER "{name}" CASCADE')

    def rows(self, user: str, query: str, **binds: Any) -> list[tuple[Any, ...]]:
        """Return all rows of a query run as a user, numbers exact."""
        with closing(self.connect(user)) as connection, connection.cursor() as cursor:
            return list(cursor.execute(query, binds, fetch_decimals=True, fetch_lobs=False))
