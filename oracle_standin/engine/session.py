"""One logged-on session: dispatches statements and keeps what belongs to it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
import psycopg.sql

from oracle_standin import lexer
from oracle_standin.backend import (
    ClientGoneError,
    ExecuteOptions,
    OracleError,
    Result,
    not_in_this_standin,
)
from oracle_standin.engine import ddl, errors, failures, plsql, query, session_statements
from oracle_standin.engine.contract import Translation, TranslationContext
from oracle_standin.engine.describe import Describer
from oracle_standin.engine.execution import Executor
from oracle_standin.engine.lengths import StoredLengths
from oracle_standin.engine.link import EngineFailureError, Link, Step
from oracle_standin.engine.parameters import DEFAULT_PARAMETERS, setting_name
from oracle_standin.engine.resolver import NameResolver
from oracle_standin.engine.transactions import READ_COMMITTED, SERIALIZABLE, Transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from oracle_standin.backend import (
        Bind,
        BindValue,
        Column,
        Interrupt,
        SessionInfo,
        Value,
    )
    from oracle_standin.engine.contract import Resolver
    from oracle_standin.engine.shared import SharedState

_T = TypeVar("_T")
_CACHED_TRANSLATIONS = 500
# DDL meets short reads of other sessions, which Oracle's would not: it waits a moment for those.
_DDL_PATIENCE_MILLISECONDS = 500
_SESSION_STATEMENTS = frozenset({"COMMIT", "ROLLBACK", "SAVEPOINT", "SET", "LOCK"})
_REFUSED = frozenset({"EXPLAIN"})


class Session:
    """Implements `BackendSession` for the wire and `Engine` for DDL and PL/SQL."""

    def __init__(self, link: Link, user: str, info: SessionInfo, shared: SharedState) -> None:
        """Take over a connection and make it a session of `user`."""
        self._link = link
        self._user = user
        self._shared = shared
        self._schema = user
        self._nls = dict(DEFAULT_PARAMETERS)
        self._time_zone = info.time_zone or "+00:00"
        self._transaction = Transaction(link)
        self._resolver = NameResolver(shared.query, self._own_query, lambda: self._schema)
        self._describer = Describer(shared.types, shared.query)
        self._executor = Executor(link, self._transaction, self._describer, lambda: self._time_zone)
        self._translations: dict[Any, Translation] = {}
        self._epoch = shared.epoch
        self._as_owner = False
        self._set(
            {
                "role": user,
                "search_path": self._search_path(),
                "ora.user": user,
                "ora.current_schema": user,
                "ora.session_id": str(info.session_id),
                "ora.serial_number": str(info.serial_number),
                "ora.service_name": info.service_name,
                "ora.program": info.program,
                "ora.machine": info.machine,
                "ora.os_user": info.os_user,
                "ora.driver_name": info.driver_name,
                "ora.time_zone": self._time_zone,
                **{setting_name(name): value for name, value in self._nls.items()},
            }
        )

    # ------------------------------------------------------------------------- properties

    @property
    def user(self) -> str:
        """Return the session's user."""
        return self._user

    @property
    def current_schema(self) -> str:
        """Return the schema that unqualified names resolve to."""
        return self._schema

    @property
    def in_transaction(self) -> bool:
        """Return whether a transaction with changes or locks is open."""
        return self._transaction.changed

    @property
    def resolver(self) -> Resolver:
        """Return the session's name resolver."""
        return self._resolver

    def nls(self, parameter: str) -> str:
        """Return a session parameter by its Oracle name; "" for one that was never set."""
        return self._nls.get(parameter.upper(), "")

    @property
    def time_zone(self) -> str:
        """Return the session's time zone as it was given."""
        return self._time_zone

    # -------------------------------------------------------------------------- execution

    def execute(
        self,
        statement: str,
        binds: Sequence[Bind],
        rows: Sequence[Sequence[BindValue]],
        options: ExecuteOptions,
    ) -> Result:
        """Run a statement; see `BackendSession`."""
        self._begin_call()
        try:
            result = self._dispatch(statement, binds, rows, options)
            if options.commit and result.error is None:
                self.commit()
        finally:
            self._end_call()
        return result

    def describe(self, statement: str, binds: Sequence[Bind]) -> tuple[Column, ...]:
        """Return the columns of a query without running it; empty for other statements."""
        outline = lexer.outline(statement)
        if outline.kind is not lexer.StatementKind.QUERY:
            return ()
        self._begin_call()
        try:
            translation = self._translation(statement, binds)
            return self._executor.describe(translation)
        except EngineFailureError as failure:
            raise self._explained(failure, outline.keyword) from None
        finally:
            self._end_call()

    def _begin_call(self) -> None:
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
        self._translations.clear()
        self._resolver.forget()
        self._describer.forget()

    def _dispatch(
        self,
        statement: str,
        binds: Sequence[Bind],
        rows: Sequence[Sequence[BindValue]],
        options: ExecuteOptions,
    ) -> Result:
        outline = lexer.outline(statement)
        if len(binds) < len(outline.binds):
            raise OracleError(1008, "not all variables bound")
        if outline.kind is lexer.StatementKind.QUERY:
            return self._run_query(statement, outline.keyword, binds, rows)
        if outline.kind is lexer.StatementKind.DML:
            return self._run_dml(statement, outline.keyword, binds, rows, options)
        if outline.kind is lexer.StatementKind.PLSQL:
            return self._run_plsql(statement, binds, rows)
        return self._run_other(statement, outline.keyword)

    def _run_query(
        self,
        statement: str,
        keyword: str,
        binds: Sequence[Bind],
        rows: Sequence[Sequence[BindValue]],
    ) -> Result:
        translation = self._translation(statement, binds)
        try:
            return self._executor.query(translation, binds, rows[0] if rows else ())
        except EngineFailureError as failure:
            waits = translation.locks_rows and "lock_timeout" in translation.sql
            raise self._explained(failure, keyword, waits=waits) from None

    def _run_dml(
        self,
        statement: str,
        keyword: str,
        binds: Sequence[Bind],
        rows: Sequence[Sequence[BindValue]],
        options: ExecuteOptions,
    ) -> Result:
        translation = self._translation(statement, binds)

        def explain(failure: EngineFailureError, row: Sequence[BindValue]) -> OracleError:
            stored = StoredLengths(statement, row)
            return self._explained(failure, keyword, stored=stored)

        return self._executor.change(translation, binds, rows, options, explain)

    def _run_plsql(
        self, statement: str, binds: Sequence[Bind], rows: Sequence[Sequence[BindValue]]
    ) -> Result:
        result = Result()
        for row in rows or [()]:
            result.out_values = self._transaction.protect_block(
                lambda row=row: plsql.run_block(statement, binds, row, self)  # type: ignore[misc]
            )
        return result

    def _run_other(self, statement: str, keyword: str) -> Result:
        words = [token.value for token in lexer.tokens(statement)[:2]]
        if keyword in _SESSION_STATEMENTS or words == ["ALTER", "SESSION"]:
            self._transaction_statement(lambda: session_statements.run(statement, self))
        elif keyword in _REFUSED:
            raise not_in_this_standin(keyword)
        else:
            self._run_ddl(statement)
        return Result()

    def _transaction_statement(self, work: Callable[[], _T]) -> _T:
        try:
            return work()
        except EngineFailureError as failure:
            raise self._explained(failure, "") from None

    def _run_ddl(self, statement: str) -> None:
        """Run DDL as the owner in a transaction of its own, between two commits."""
        self.commit()
        timeout = _DDL_PATIENCE_MILLISECONDS + 1000 * int(self.nls("DDL_LOCK_TIMEOUT") or 0)
        self._link.run_simple(b"BEGIN; SET LOCAL ROLE NONE; SET LOCAL lock_timeout = %d" % timeout)
        self._as_owner = True
        try:
            ddl.run(statement, self)
            self._link.run_simple(b"SELECT ora.record_commit(); COMMIT")
        except EngineFailureError as failure:
            self._undo_ddl()
            raise self._explained(failure, "") from None
        except BaseException:
            self._undo_ddl()
            raise
        finally:
            self._as_owner = False
        self._shared.next_epoch()
        self._forget()

    def _undo_ddl(self) -> None:
        if not self._link.closed:
            self._link.run_simple(b"ROLLBACK")

    # ------------------------------------------------------------------------- translation

    def _translation(self, statement: str, binds: Sequence[Bind]) -> Translation:
        key = (
            statement,
            self._schema,
            tuple((bind.type_code, bind.charset_form, bind.is_return) for bind in binds),
        )
        found = self._translations.get(key)
        if found is None:
            found = query.translate(statement, self._context(binds))
            if found.as_of_scn is not None:
                what = "AS OF"
                raise not_in_this_standin(what)
            if len(self._translations) >= _CACHED_TRANSLATIONS:
                self._translations.clear()
            self._translations[key] = found
        return found

    def _context(self, binds: Sequence[Bind] = ()) -> TranslationContext:
        return TranslationContext(self._user, self._schema, self._resolver, binds)

    def translate(self, statement: str) -> Translation:
        """Translate a query in the session's context."""
        return query.translate(statement, self._context())

    def translate_expression(self, text: str) -> str:
        """Translate an expression in the session's context."""
        return query.translate_expression(text, self._context())

    def evaluate(
        self, expression: str, binds: Sequence[Bind], values: Sequence[BindValue]
    ) -> tuple[Column, Value]:
        """Return the type and value of `SELECT expression FROM DUAL`; one bind an occurrence."""
        text = f"SELECT {expression} FROM DUAL"  # noqa: S608 - the client's own statement
        result = self._run_query(text, "SELECT", binds, [values])
        if result.columns is None or result.rows is None:
            raise OracleError(900, "invalid SQL statement")
        return result.columns[0], result.rows.fetch(1)[0][0]

    def _explained(
        self,
        failure: EngineFailureError | psycopg.Error,
        keyword: str,
        *,
        stored: StoredLengths | None = None,
        waits: bool = False,
    ) -> OracleError:
        """Return Oracle's error for a failure; call it after the statement was undone."""
        if isinstance(failure, EngineFailureError):
            facts = failures.from_result(failure.result)
        else:
            facts = failures.from_exception(failure)
        circumstances = errors.Circumstances(
            keyword=keyword,
            user=self._user,
            query=self._shared.query,
            profile=self._shared.profile,
            stored=stored,
            resolver=self._resolver,
            waits=waits,
        )
        return errors.oracle_error(facts, circumstances)

    # ---------------------------------------------------------------- the owner's statements

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a PostgreSQL statement as the owner; returns the rows it touched."""
        with self._owner_cursor(sql, parameters) as cursor:
            return max(cursor.rowcount, 0)

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a PostgreSQL query as the owner; returns its rows as Python values."""
        with self._owner_cursor(sql, parameters) as cursor:
            return cursor.fetchall() if cursor.description else []

    @contextlib.contextmanager
    def _owner_cursor(
        self, sql: str, parameters: Sequence[Any]
    ) -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
        try:
            if self._as_owner:
                with self._link.cursor() as cursor:
                    yield cursor.execute(sql.encode(), parameters or None)
            else:
                with self._owner_role(), self._link.cursor() as cursor:
                    yield cursor.execute(sql.encode(), parameters or None)
        except psycopg.Error as error:
            raise self._explained(error, "") from None

    @contextlib.contextmanager
    def _owner_role(self) -> Iterator[None]:
        """Be the owner for one statement of a session that is somebody else."""
        link, in_transaction = self._link, self._transaction.open
        back = psycopg.sql.SQL("SET ROLE {}").format(psycopg.sql.Identifier(self._user))
        link.run_simple(
            b'SAVEPOINT "ora$owner"; SET ROLE NONE' if in_transaction else b"SET ROLE NONE"
        )
        try:
            yield
        except BaseException:
            if in_transaction:
                link.run_simple(b'ROLLBACK TO "ora$owner"; RELEASE "ora$owner"')
            else:
                link.execute(back)
            raise
        link.execute(back)
        if in_transaction:
            link.run_simple(b'RELEASE "ora$owner"')

    def _own_query(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Look something up on the session's own connection, as its user."""
        return self._link.execute(sql.encode(), parameters).fetchall()

    # ------------------------------------------------------------------------ transactions

    def commit(self) -> None:
        """End the transaction and keep its changes; ORA-02091 when a constraint forbids it."""
        try:
            self._transaction.commit()
        except EngineFailureError as failure:
            reason = self._explained(failure, "")
            if reason.code in {1013, 3113}:
                raise reason from None
            raise OracleError(2091, f"transaction rolled back\n{reason}") from None

    def rollback(self) -> None:
        """End the transaction and undo its changes."""
        self._transaction.rollback()

    def savepoint(self, name: str) -> None:
        """Set a savepoint."""
        self._transaction.savepoint(name)

    def rollback_to(self, name: str) -> None:
        """Undo back to a savepoint."""
        self._transaction.rollback_to(name)

    def set_isolation(self, level: str, *, whole_session: bool = False) -> None:
        """Set the isolation level, of the coming transaction or of all to come in the session.

        Levels are READ COMMITTED and SERIALIZABLE, which is the engine's REPEATABLE READ: both
        promise one snapshot and refuse to change what another transaction has changed since.
        """
        if level not in {READ_COMMITTED, SERIALIZABLE}:
            raise OracleError(
                2179, "valid options: ISOLATION LEVEL { SERIALIZABLE | READ COMMITTED }"
            )
        if whole_session:
            self._transaction.set_session_level(level)
        elif level == SERIALIZABLE:
            self._transaction.begin_special("ISOLATION LEVEL REPEATABLE READ")
        else:
            self._transaction.begin_special("ISOLATION LEVEL READ COMMITTED")

    def set_read_only(self) -> None:
        """Begin a transaction that sees the database of this moment and may not change it."""
        self._transaction.begin_special("ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def transaction_id(self) -> str | None:
        """Return undo segment, slot and sequence as "usn.slot.sqn"; None without changes."""
        if not self._transaction.changed:
            return None
        step = Step(b"SELECT ora.transaction_id(pg_catalog.pg_current_xact_id())")
        value = self._transaction.run(step, changes=False).get_value(0, 0)
        return value.decode() if value else None

    def lock_table(
        self,
        owner: str,
        name: str,
        mode: str,
        nowait: bool,  # noqa: FBT001
        wait_seconds: int | None,
    ) -> None:
        """Lock a table until the end of the transaction; ORA-00054 when it is not to be had."""
        engine_mode = "ROW SHARE" if mode == "SHARE UPDATE" else mode
        table = psycopg.sql.Identifier(owner, name).as_string()
        text = f"LOCK TABLE {table} IN {engine_mode} MODE{' NOWAIT' if nowait else ''}"
        seconds = 0 if wait_seconds is None else max(wait_seconds * 1000, 1)
        steps = [
            Step(b"SET LOCAL lock_timeout = %d" % seconds),
            Step(text.encode()),
            Step(b"SET LOCAL lock_timeout = 0"),
        ]
        self._transaction_statement(
            lambda: self._transaction.protect(lambda: self._link.run_steps(steps), changes=True)
        )

    # ---------------------------------------------------------------------------- settings

    def set_nls(self, parameter: str, value: str) -> None:
        """Set a session parameter by its Oracle name."""
        self._nls[parameter.upper()] = value
        self._set({setting_name(parameter): value})

    def set_time_zone(self, text: str) -> None:
        """Set the session's time zone: an offset such as "+02:00" or a region name."""
        self._time_zone = text
        self._set({"ora.time_zone": text})

    def set_current_schema(self, name: str) -> None:
        """Resolve unqualified names in another schema; ORA-01435 when there is no such user."""
        if not self._shared.query("SELECT 1 FROM ora.users WHERE username = %s", (name,)):
            raise OracleError(1435, "user does not exist")
        self._schema = name
        self._set({"search_path": self._search_path(), "ora.current_schema": name})

    def set_client_attributes(self, attributes: Mapping[str, str]) -> None:
        """Set MODULE, ACTION, CLIENT_INFO, CLIENT_IDENTIFIER, DBOP; absent ones keep theirs."""
        if attributes:
            self._set({f"ora.{name.lower()}": value for name, value in attributes.items()})

    def _search_path(self) -> str:
        doubled = self._schema.replace('"', '""')
        return f'"{doubled}", "SYS", pg_catalog, ora'

    def _set(self, parameters: Mapping[str, str]) -> None:
        self._transaction_statement(lambda: self._transaction.set_parameters(parameters))

    # --------------------------------------------------------------------------------- end

    def watch(self, interrupt: Interrupt) -> None:
        """Look at `interrupt` while working from now on."""
        self._link.interrupt = interrupt

    def close(self) -> None:
        """Roll back and free everything; further calls are harmless."""
        if self._link.closed:
            return
        if self._link.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
            with contextlib.suppress(psycopg.OperationalError):  # the server may be gone already
                self._link.cancel_running()
        self._link.close()
        self._shared.session_closed(self)
