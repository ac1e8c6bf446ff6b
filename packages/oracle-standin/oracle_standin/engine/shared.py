"""What the sessions of one database share."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Protocol

from oracle_standin.engine import names
from oracle_standin.engine.describe import EngineType, engine_types
from oracle_standin.engine.external.tables import ExternalTables
from oracle_standin.engine.flashback.past import Past

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import psycopg

    from oracle_standin.backend import SessionInfo, SessionUsage
    from oracle_standin.engine.server_facts import ServerFacts


SHOWN_ATTRIBUTES = ("module", "action", "client_info", "client_identifier")
"""What V$SESSION shows of what a session says of itself."""


class OpenSession(Protocol):
    """A session as its database sees it."""

    @property
    def process_id(self) -> int:
        """Return the id of the backend process."""

    @property
    def usage(self) -> SessionUsage:
        """Return its counters."""

    @property
    def identity(self) -> tuple[int, int]:
        """Return its SID and serial number."""

    def kill(self) -> None:
        """End its work and let its next call fail; called by another session's thread."""

    def close(self) -> None:
        """End it."""


_TYPES = """
SELECT t.oid, n.nspname, t.typname
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE n.nspname IN ('pg_catalog', 'ora')
"""


# As the wire layer announces them at logon.
_FORGET_SESSION = "DELETE FROM ora.sessions WHERE pid = %s"
_NOTE_SESSION = """
INSERT INTO ora.sessions (pid, session_id, serial_number, username, schema_name, service_name,
  program, machine, os_user, driver_name, terminal)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_NOTE_ATTRIBUTES = """
UPDATE ora.sessions SET schema_name = %s, module = nullif(%s, ''), action = nullif(%s, ''),
  client_info = nullif(%s, ''), client_identifier = nullif(%s, '') WHERE pid = %s
"""


class SharedState:
    """Type oids, the DDL epoch, the open sessions and a connection for looking things up.

    The connection is the owner's, in autocommit mode: it sees what is committed.
    """

    def __init__(
        self,
        connection: psycopg.Connection[tuple[Any, ...]],
        server: ServerFacts,
        connect: Callable[[], psycopg.Connection[tuple[Any, ...]]],
    ) -> None:
        """Share `connection`, which `close()` closes; `connect` makes further ones."""
        self.past = Past(connect)
        self.external = ExternalTables(connect)
        self.server = server
        self._connection = connection
        self._lock = threading.Lock()
        self._sessions: set[OpenSession] = set()
        self._epoch = 0
        connection.execute("SET search_path = pg_catalog, ora")
        connection.execute("DELETE FROM ora.sessions")  # of an earlier run over the same data
        self.types: Mapping[int, EngineType] = engine_types(
            (oid, schema, name) for oid, schema, name in connection.execute(_TYPES)
        )
        for engine, oracle in connection.execute("SELECT * FROM ora.long_names"):
            names.remember(engine, oracle)

    def query(
        self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()
    ) -> list[tuple[Any, ...]]:
        """Run a query as the owner; operators are PostgreSQL's own here."""
        with self._lock:
            return self._connection.execute(sql.encode(), parameters).fetchall()

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement as the owner, committed at once."""
        with self._lock:
            self._connection.execute(sql.encode(), parameters)

    @property
    def epoch(self) -> int:
        """Return a number that grows with every DDL statement."""
        return self._epoch

    def next_epoch(self) -> None:
        """Tell all sessions that names and types may have changed."""
        with self._lock:
            self._epoch += 1

    def session_opened(self, session: OpenSession, user: str, info: SessionInfo) -> None:
        """Note a session: for V$SESSION, and so that it can be ended with the database."""
        with self._lock:
            self._sessions.add(session)
        self.run(_FORGET_SESSION, (session.process_id,))  # of one that ended without a word
        self.run(
            _NOTE_SESSION,
            (
                *(session.process_id, info.session_id, info.serial_number),
                *(user, user, info.service_name, info.program),
                *(info.machine, info.os_user, info.driver_name, info.terminal),
            ),
        )

    def session_changed(
        self, process_id: int, current_schema: str, attributes: Mapping[str, str]
    ) -> None:
        """Write what a session has set for itself where V$SESSION of all sessions finds it."""
        shown = (attributes.get(name, "") for name in SHOWN_ATTRIBUTES)
        self.run(_NOTE_ATTRIBUTES, (current_schema, *shown, process_id))

    def find_session(self, session_id: int, serial_number: int) -> OpenSession | None:
        """Return the open session of a SID and serial number."""
        with self._lock:
            sessions = list(self._sessions)
        wanted = (session_id, serial_number)
        return next((session for session in sessions if session.identity == wanted), None)

    def publish_usage(self) -> None:
        """Write the counters of all sessions where V$SESSTAT reads them."""
        with self._lock:
            rows = [
                (session.identity[0], session.usage.round_trips, session.usage.parses)
                for session in self._sessions
            ]
            with self._connection.transaction(), self._connection.cursor() as cursor:
                cursor.execute("DELETE FROM ora.session_usage")
                cursor.executemany("INSERT INTO ora.session_usage VALUES (%s, %s, %s)", rows)

    def session_closed(self, session: OpenSession) -> None:
        """Forget a session that has ended."""
        with self._lock:
            self._sessions.discard(session)
        if not self._connection.closed:
            self.run(_FORGET_SESSION, (session.process_id,))

    def close(self) -> None:
        """End the open sessions and close the connection."""
        with self._lock:
            sessions = list(self._sessions)
        for session in sessions:
            session.close()
        self.past.close()
        self.external.close()
        self._connection.close()
