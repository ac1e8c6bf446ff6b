"""A session with a table of two rows, for blocks to work on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.engine.user_session import UserSession


def names(session: UserSession) -> list[str]:
    return [row[0] for row in session.rows("SELECT name FROM t ORDER BY id")]
