"""What a session knows and keeps: its user, settings, names and counters."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import psycopg

from oracle_standin.backend import SessionUsage
from oracle_standin.engine import errors, failures
from oracle_standin.engine.circumstances import Circumstances
from oracle_standin.engine.describe import Describer
from oracle_standin.engine.execution import Executor
from oracle_standin.engine.external import files
from oracle_standin.engine.flashback.reads import FlashbackReads
from oracle_standin.engine.link import EngineFailureError, Link
from oracle_standin.engine.logminer.mining import Mining
from oracle_standin.engine.owner import OwnerAccess
from oracle_standin.engine.plsql.linker import Linker
from oracle_standin.engine.reading_rights import ReadingRights
from oracle_standin.engine.resolver import NameResolver
from oracle_standin.engine.settings import Settings
from oracle_standin.engine.transaction_control import TransactionControl
from oracle_standin.engine.translations import Translations
from oracle_standin.open_cursors import OpenCursors
from oracle_standin.protocol import ClientGoneError, OracleError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from oracle_standin.backend import Interrupt, SessionInfo
    from oracle_standin.engine.contract import Resolver
    from oracle_standin.engine.lengths import StoredLengths
    from oracle_standin.engine.server_facts import ServerFacts
    from oracle_standin.engine.shared import SharedState


class SessionContext(TransactionControl):
    """The part of a session that outlives its statements; `session.Session` runs those."""

    def __init__(self, link: Link, user: str, info: SessionInfo, shared: SharedState) -> None:
        """Take over a connection and make it a session of `user`."""
        super().__init__(link)
        self._process_id = link.info.backend_pid
        self._user = user
        self._shared = shared
        self._resolver = NameResolver(
            shared.query,
            self._own_query,
            lambda: self.current_schema,
            lambda: self._owner.is_owner,
        )
        self._settings = Settings(user, info, shared.server, self._apply_settings)
        self._describer = Describer(shared.types, shared.query, self._resolver.stands_for)
        self._open_cursors = OpenCursors()
        self._executor = Executor(
            link,
            self._transaction,
            self._describer,
            lambda: self._settings.time_zone,
            self._open_cursors,
        )
        self._translations = Translations(
            user, lambda: self.current_schema, self._resolver, shared.server
        )
        self._flashback = FlashbackReads(
            *(shared.past, shared.external, self._executor),
            *(self._resolver.stands_for, user, self.nls),
        )
        self._mining = Mining(shared.query, shared.past.follow_log, user, self._apply_settings)
        self._owner = OwnerAccess(link, self._transaction, user, self._explained)
        self._linker = Linker(shared.query)
        self._reading_rights = ReadingRights(shared.query)
        self._epoch = shared.epoch
        self._usage = SessionUsage()
        self._identity = (info.session_id, info.serial_number)
        self._killed = False
        self._ended = False

    # ------------------------------------------------------------------------- properties

    @property
    def user(self) -> str:
        """Return the session's user."""
        return self._user

    @property
    def current_schema(self) -> str:
        """Return the schema that unqualified names resolve to."""
        return self._settings.current_schema

    @property
    def in_transaction(self) -> bool:
        """Return whether a transaction with changes or locks is open."""
        return self._transaction.changed

    @property
    def usage(self) -> SessionUsage:
        """Return the session's counters."""
        return self._usage

    @property
    def open_cursors(self) -> OpenCursors:
        """Return the session's cursors that are values."""
        return self._open_cursors

    @property
    def identity(self) -> tuple[int, int]:
        """Return SID and serial number."""
        return self._identity

    @property
    def process_id(self) -> int:
        """Return the id of the backend process that serves this session."""
        return self._process_id

    @property
    def resolver(self) -> Resolver:
        """Return the session's name resolver."""
        return self._resolver

    @property
    def server(self) -> ServerFacts:
        """Return what the played server is."""
        return self._shared.server

    def nls(self, parameter: str) -> str:
        """Return a session parameter by its Oracle name; "" for one that was never set."""
        return self._settings.nls(parameter)

    @property
    def time_zone(self) -> str:
        """Return the session's time zone as it was given."""
        return self._settings.time_zone

    # ------------------------------------------------------------------------------ calls

    def check(self) -> None:
        """Raise ORA-00028 when another session has killed this one."""
        if self._killed:
            raise OracleError(28, "your session has been killed")

    def kill(self) -> None:
        """End the session's work at once, undone; its own next call fails with ORA-00028."""
        self._killed = True
        self._shared.query("SELECT pg_terminate_backend(%s)", (self._process_id,))

    def _begin_call(self) -> None:
        self.check()
        if self._link.closed:
            raise OracleError(3113, "end-of-file on communication channel")
        self._link.broken = False
        if self._epoch != self._shared.epoch:
            self._forget()

    def _end_call(self) -> None:
        if self._link.client_gone:
            self.close()
            raise ClientGoneError

    def _forget(self) -> None:
        self._epoch = self._shared.epoch
        self._translations.forget()
        self._resolver.forget()
        self._describer.forget()
        self._linker.forget()
        self._reading_rights.forget()

    def _explained(
        self,
        failure: EngineFailureError | psycopg.Error,
        keyword: str = "",
        *,
        statement: str = "",
        stored: StoredLengths | None = None,
        waits: bool = False,
    ) -> OracleError:
        """Return Oracle's error for a failure; call it after the statement was undone."""
        if isinstance(failure, EngineFailureError):
            facts = failures.from_result(failure.result)
        else:
            facts = failures.from_exception(failure)
        circumstances = Circumstances(
            keyword=keyword,
            user=self._user,
            query=self._shared.query,
            server=self._shared.server,
            statement=statement,
            stored=stored,
            resolver=self._resolver,
            waits=waits,
        )
        return errors.oracle_error(facts, circumstances)

    # ---------------------------------------------------------------- the owner's statements

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a PostgreSQL statement as the owner; returns the rows it touched."""
        return self._owner.run(sql, parameters)

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a PostgreSQL query as the owner; returns its rows as Python values."""
        return self._owner.query(sql, parameters)

    def _own_query(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Look something up on the session's own connection, as its user."""
        return self._link.execute(sql.encode(), parameters).fetchall()

    def find_file(self, directory: str, name: str, operation: str) -> Path | None:
        """Return a file of a directory; see `FileFinder`."""
        folder = files.folder(self._shared.query, self._user, directory, operation)
        return files.file_in(folder, name)

    # --------------------------------------------------------------------------- flashback

    def enable_flashback(self, scn: int | None) -> None:
        """Read tables as they were at an SCN from now on; raises OracleError 8181 to 8185."""
        self._flashback.enable(scn, in_transaction=self.in_transaction)
        self._translations.move(scn)

    def disable_flashback(self) -> None:
        """Read tables as they are again."""
        self._flashback.disable()
        self._translations.move(None)

    @property
    def mining(self) -> Mining:
        """Return the session's use of LogMiner."""
        return self._mining

    # ---------------------------------------------------------------------------- settings

    def set_nls(self, parameter: str, value: str) -> None:
        """Set a session parameter by its Oracle name."""
        self._settings.set_nls(parameter, value)

    def set_time_zone(self, text: str) -> None:
        """Set the session's time zone: an offset such as "+02:00" or a region name."""
        self._settings.set_time_zone(text)

    def set_current_schema(self, name: str) -> None:
        """Resolve unqualified names in another schema; ORA-01435 when there is no such user."""
        if not self._shared.query("SELECT 1 FROM ora.users WHERE username = %s", (name,)):
            raise OracleError(1435, "user does not exist")
        self._settings.set_current_schema(name)
        self._note_settings()

    def set_client_attributes(self, attributes: Mapping[str, str]) -> None:
        """Set MODULE, ACTION, CLIENT_INFO, CLIENT_IDENTIFIER, DBOP; absent ones keep theirs."""
        self._settings.set_client_attributes(attributes)
        self._note_settings()

    def set_context(self, namespace: str, values: Mapping[str, str]) -> None:
        """Set attributes of a context, or clear it without any; ORA-28267 for all but one."""
        self._settings.set_context(namespace, values)

    def _note_settings(self) -> None:
        settings = self._settings
        self._shared.session_changed(self._process_id, settings.current_schema, settings.attributes)

    @contextlib.contextmanager
    def acting_as(self, owner: str) -> Iterator[None]:
        """Let the rights and the schema of another user count meanwhile; USER stays."""
        before = self._user, self.current_schema
        if before == (owner, owner):
            yield
            return
        self._act_for(owner, owner)
        try:
            yield
        finally:
            if not self._link.closed:
                self._act_for(*before)

    def _act_for(self, user: str, schema: str) -> None:
        self._user = user
        self._owner.user = user
        self._settings.act_for(user, schema)

    def _apply_settings(self, parameters: Mapping[str, str]) -> None:
        self._told(lambda: self._transaction.set_parameters(parameters))

    # --------------------------------------------------------------------------------- end

    def watch(self, interrupt: Interrupt) -> None:
        """Look at `interrupt` while working from now on."""
        self._link.interrupt = interrupt

    def close(self) -> None:
        """Roll back and free everything; further calls are harmless."""
        if self._ended:
            return
        self._ended = True
        if not self._link.closed:
            self._close_link()
        self._shared.session_closed(self)

    def _close_link(self) -> None:
        if self._link.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
            with contextlib.suppress(psycopg.OperationalError):  # the server may be gone already
                self._link.cancel_running()
        self._link.close()
