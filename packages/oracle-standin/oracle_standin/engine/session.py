"""One logged-on session: translates and runs its statements."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

from oracle_standin import lexer
from oracle_standin.backend import ExecuteOptions, Result
from oracle_standin.engine import (
    bind_sizes,
    charsets,
    ddl,
    errors,
    object_shapes,
    offsets,
    plsql,
    session_statements,
    system_statements,
)
from oracle_standin.engine.ddl import program_units
from oracle_standin.engine.lengths import StoredLengths
from oracle_standin.engine.link import EngineFailureError
from oracle_standin.engine.session_context import SessionContext
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from oracle_standin.backend import Bind
    from oracle_standin.engine.contract import Translation
    from oracle_standin.protocol import BindValue, Value
    from oracle_standin.rows import Column

_SESSION_STATEMENTS = frozenset({"COMMIT", "ROLLBACK", "SAVEPOINT", "SET", "LOCK"})
_REFUSED = frozenset({"EXPLAIN"})
# Units that name each other in turn become valid one after the other.
_LONGEST_DEPENDENCY = 20
_READS_REDO = re.compile(r"\bG?V_?\$LOGMNR_CONTENTS\b", re.IGNORECASE)
_READS_USAGE = re.compile(r"\bG?V_?\$(SES|MY)STAT\b", re.IGNORECASE)


class Session(SessionContext):
    """Implements `BackendSession` for the wire and `Engine` for DDL and PL/SQL."""

    # -------------------------------------------------------------------------- execution

    def execute(
        self,
        statement: str,
        binds: Sequence[Bind],
        rows: Sequence[Sequence[BindValue]],
        options: ExecuteOptions,
    ) -> Result:
        """Run a statement; see `BackendSession`."""
        if not self.server.is_unicode:
            statement = charsets.converted(statement, self.server.charset)
            rows = charsets.converted_rows(binds, rows, self.server.charset)
        self._begin_call()
        try:
            result = self._dispatch(statement, binds, rows, options)
            if options.commit and result.error is None:
                self.commit()
        except OracleError as error:
            self.check()  # what fails in a killed session fails because of that
            found = offsets.located(error, statement)
            raise errors.as_announced(found, self._shared.server) from None
        finally:
            self._end_call()
        return result

    def describe(self, statement: str, binds: Sequence[Bind]) -> tuple[Column, ...]:
        """Return the columns of a query without running it; empty for other statements."""
        if lexer.outline(statement).kind is not lexer.StatementKind.QUERY:
            return ()
        self._begin_call()
        try:
            return self.examine(statement, binds)
        finally:
            self._end_call()

    def examine(
        self, statement: str, binds: Sequence[Bind], *, procedural: bool = False
    ) -> tuple[Column, ...]:
        """Return the columns of a query or DML without running it; raises what is wrong with it."""
        try:
            translation = self._translations.statement(statement, binds, procedural=procedural)
            return self._executor.describe(translation)
        except EngineFailureError as failure:
            keyword = lexer.outline(statement).keyword
            raise self._explained(failure, keyword, statement=statement) from None

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
        if _READS_USAGE.search(statement):
            self._shared.publish_usage()
        if _READS_REDO.search(statement):
            self._mining.read_on()
        translation = self._translations.statement(statement, binds)
        return self._run_translated(statement, translation, keyword, binds, rows)

    def _run_translated(
        self,
        statement: str,
        translation: Translation,
        keyword: str,
        binds: Sequence[Bind],
        rows: Sequence[Sequence[BindValue]],
    ) -> Result:
        row = rows[0] if rows else ()
        self._flashback.check(changes=translation.locks_rows)
        try:
            with self._flashback.settled(translation, binds, row) as settled:
                return self._executor.query(settled, binds, row)
        except EngineFailureError as failure:
            waits = translation.lock_wait_seconds is not None
            raise self._explained(failure, keyword, statement=statement, waits=waits) from None

    def _run_dml(
        self,
        statement: str,
        keyword: str,
        binds: Sequence[Bind],
        rows: Sequence[Sequence[BindValue]],
        options: ExecuteOptions,
    ) -> Result:
        translation = self._translations.statement(statement, binds)

        def explain(failure: EngineFailureError, row: Sequence[BindValue]) -> OracleError:
            stored = StoredLengths(statement, row)
            return self._explained(failure, keyword, statement=statement, stored=stored)

        longest = self.server.max_varchar_bytes
        bind_sizes.check(statement, binds, rows, longest, lambda: self._large_columns(statement))
        if translation.read_target is not None:
            self._reading_rights.require_select(self.user, translation.read_target)
        self._flashback.check(changes=True)
        if not translation.flashback:
            return self._executor.change(translation, binds, rows, options, explain)
        if len(rows) > 1:
            what = "array DML with flashback"
            raise not_in_this_standin(what)
        row = rows[0] if rows else ()
        try:
            with self._flashback.settled(translation, binds, row) as settled:
                return self._executor.change(settled, binds, rows, options, explain)
        except EngineFailureError as failure:
            raise self._explained(failure, keyword) from None

    def _large_columns(self, statement: str) -> Collection[str]:
        """Return the LOB and LONG columns of the table that a DML statement changes."""
        changed = StoredLengths(statement, ())
        target = self._resolver.resolve(changed.schema, changed.table) if changed.table else None
        return self._resolver.large_columns(target) if target else ()

    def _run_plsql(
        self, statement: str, binds: Sequence[Bind], rows: Sequence[Sequence[BindValue]]
    ) -> Result:
        if object_shapes.asks(statement):
            return object_shapes.answer(binds, rows[0], self)
        result, latest = Result(), self._open_cursors.latest
        for iteration, row in enumerate(rows or [()]):
            try:
                result.out_values = self._transaction.protect_block(
                    lambda row=row: plsql.run_block(statement, binds, row, self, self._linker)  # type: ignore[misc]
                )
            except OracleError as error:
                self._open_cursors.forget_since(latest, self._linker.cursor_values())
                if not iteration:
                    raise
                result.error = error
                break
            result.row_count = iteration + 1
        given_back = self._open_cursors.take_given_back()
        result.implicit_results = given_back
        kept = (
            *(*(result.out_values or {}).values(), *given_back),
            *self._linker.cursor_values(),
        )
        self._open_cursors.forget_since(latest, kept)
        return result

    def _run_other(self, statement: str, keyword: str) -> Result:
        first = [token.value for token in lexer.tokens(statement)[:3]]
        words = first[:2]
        if keyword in _SESSION_STATEMENTS or words == ["ALTER", "SESSION"]:
            self._told(lambda: session_statements.run(statement, self))
        elif words == ["CREATE", "PRIVATE"]:
            self._run_private_ddl(statement)
        elif words == ["ALTER", "SYSTEM"] and first[2:] != ["SET"]:
            self._told(lambda: system_statements.run(statement, self, self._shared))
        elif keyword in _REFUSED:
            raise not_in_this_standin(keyword)
        elif unit := program_units.read(statement, self):
            return self._run_unit_ddl(unit)
        else:
            self._run_ddl(lambda: ddl.run(statement, self))
        return Result()

    def _run_unit_ddl(self, unit: program_units.Definition) -> Result:
        """Compile stored PL/SQL and keep it, with a warning when it has errors."""
        self.commit()
        compiled = plsql.compile_unit(unit.source, unit.owner, self, self._linker)
        self._run_ddl(lambda: program_units.store(unit, compiled, self))
        return Result(warning=bool(compiled.errors))

    def _run_ddl(self, work: Callable[[], None]) -> None:
        self._define(work)
        for _ in range(_LONGEST_DEPENDENCY):
            stale = program_units.stale(self._shared.query)
            if not stale:
                break
            for unit in stale:
                self._compile_again(unit)

    def _compile_again(self, unit: program_units.Definition) -> None:
        """Compile a unit for what has changed under it; Oracle waits until it is used next."""
        try:
            compiled = plsql.compile_unit(unit.source, unit.owner, self, self._linker)
        except OracleError as refusal:
            compiled = plsql.Compiled((plsql.Message(0, 0, str(refusal)),))
        self._define(lambda: program_units.store(unit, compiled, self))

    def _define(self, work: Callable[[], None]) -> None:
        self._flashback.check(changes=True)
        self.commit()
        try:
            self._owner.define(work, int(self.nls("DDL_LOCK_TIMEOUT") or 0))
        except EngineFailureError as failure:
            raise self._explained(failure) from None
        self._shared.next_epoch()
        self._forget()

    def _run_private_ddl(self, statement: str) -> None:
        """Create or drop a private temporary table, which ends no transaction."""
        self._told(
            lambda: self._transaction.protect(
                lambda: self._owner.define_within(lambda: ddl.run(statement, self)),
                changes=True,
            )
        )
        self._forget()

    # ------------------------------------------------------------------------- translation

    def translate(self, statement: str) -> Translation:
        """Translate a query in the session's context."""
        return self._translations.query(statement)

    @contextlib.contextmanager
    def settled(self, statement: str) -> Iterator[Translation]:
        """Translate a query that can run while the context is open."""
        with self._flashback.settled(self.translate(statement), (), ()) as translation:
            yield translation

    def translate_expression(self, text: str) -> str:
        """Translate an expression in the session's context."""
        return self._translations.expression(text)

    def evaluate(
        self, expression: str, binds: Sequence[Bind], values: Sequence[BindValue]
    ) -> tuple[Column, Value]:
        """Return the type and value of `SELECT expression FROM DUAL`; one bind an occurrence."""
        text = f"SELECT {expression} FROM DUAL"  # noqa: S608 - the client's own statement
        translation = self._translations.statement(text, binds, procedural=True)
        result = self._run_translated(text, translation, "SELECT", binds, [values])
        if result.columns is None or result.rows is None:
            raise OracleError(900, "invalid SQL statement")
        return result.columns[0], result.rows.fetch(1)[0][0]
