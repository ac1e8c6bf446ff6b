"""A database whose `BENCH` tables replay and count rows; everything else is the engine's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.backend import SessionInfo
from oracle_standin.bench import wide10
from oracle_standin.bench.counts import Counts
from oracle_standin.bench.session import BenchSession

if TYPE_CHECKING:
    from oracle_standin.backend import Backend
    from oracle_standin.verifier import PasswordVerifier


class BenchDatabase:
    """A `Backend` in front of another: see the package."""

    def __init__(self, inner: Backend, rows: int, *, seconds_per_write: float = 0.0) -> None:
        """Create `WIDE10` for the user `BENCH`, who must be there.

        Args:
            inner: The backend that answers everything else.
            rows: How many rows `WIDE10` seems to have.
            seconds_per_write: How long each written row takes, without CPU of this machine.
        """
        self._inner = inner
        self._seconds_per_write = seconds_per_write
        self._counts = Counts({wide10.TABLE: rows})
        session = inner.open_session(wide10.USER, SessionInfo(session_id=0, serial_number=0))
        try:
            wide10.fill(session, min(rows, wide10.DISTINCT_ROWS))
        finally:
            session.close()

    def verifier(self, user: str) -> PasswordVerifier | None:
        """Return the stored password verifier of a user."""
        return self._inner.verifier(user)

    def set_password(self, user: str, password: str) -> None:
        """Change the password of a user."""
        self._inner.set_password(user, password)

    def open_session(self, user: str, info: SessionInfo) -> BenchSession:
        """Log a verified user on."""
        inner = self._inner.open_session(user, info)
        return BenchSession(inner, self._counts, self._seconds_per_write)
