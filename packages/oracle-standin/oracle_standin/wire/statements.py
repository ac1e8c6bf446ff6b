"""Running statements: cursors, execute, re-execute and fetch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from oracle_standin.backend import CountedRows, ExecuteOptions, Result, RowCounter
from oracle_standin.lexer import StatementKind
from oracle_standin.protocol import BindValue, OracleError, not_in_this_standin
from oracle_standin.rows import EncodedRowSource, RowSource
from oracle_standin.wire import rows as row_format
from oracle_standin.wire.binds import BindRowReader, declared_binds
from oracle_standin.wire.codes import ExecuteFlag, ExecuteOption
from oracle_standin.wire.cursor_values import CursorValues
from oracle_standin.wire.cursors import Cursor, CursorTable
from oracle_standin.wire.execute_request import ExecuteRequest, read_execute, read_reexecute
from oracle_standin.wire.faults import DroppedError
from oracle_standin.wire.out_values import implicit_results, out_values, returning_values
from oracle_standin.wire.replies import (
    BATCH_ERRORS,
    NO_MORE_ROWS,
    describe,
    end_of_call,
    row_counts,
    row_header,
)
from oracle_standin.wire.stores import Stores

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from oracle_standin.backend import BackendSession

    BindRows = Sequence[Sequence[BindValue]] | CountedRows

    from oracle_standin.wire.faults import SessionFaults
    from oracle_standin.wire.lobs import LobStore
    from oracle_standin.wire.reader import RequestReader


@dataclass(frozen=True, slots=True)
class _Run:
    """What the execution of a cursor needs to know besides its binds."""

    options: ExecuteOptions
    fetch_rows: int = 0
    describe: bool = False


class StatementCalls:
    """The cursors of one session and the calls on them; each call returns its whole reply."""

    def __init__(
        self,
        session: BackendSession,
        lobs: LobStore,
        faults: SessionFaults,
        field_version: int,
        *,
        compress_rows: bool = False,
        max_string_bytes: int = 4000,
    ) -> None:
        """Start without cursors."""
        self._encode_rows = (
            row_format.encode_rows_compressed if compress_rows else row_format.encode_rows
        )
        self._session = session
        self._faults = faults
        self._field_version = field_version
        self._cursors = CursorTable()
        self._stores = Stores(
            lobs,
            CursorValues(session.open_cursors, self._cursors, field_version),
            max_string_bytes,
        )

    def close(self) -> None:
        """Release everything."""
        self._cursors.close_all()

    def close_cursors(self, numbers: Iterable[int]) -> None:
        """Forget some cursors; unknown numbers are harmless."""
        self._cursors.close(numbers)

    # Calls

    def execute(self, reader: RequestReader) -> bytes:
        """Parse, describe, run, define and fetch, as the options say."""
        request = read_execute(reader, self._field_version)
        if request.flags & ExecuteFlag.SCROLLABLE:
            refusal = not_in_this_standin("a scrollable cursor")
            raise refusal
        if request.statement is not None and self._faults.control(request.statement):
            return end_of_call(self._field_version)
        is_new = request.cursor_id == 0
        if request.statement is None:
            cursor = self._cursors.find(request.cursor_id)
        else:
            self._session.usage.parses += 1
            cursor = self._cursors.open(request.cursor_id, request.statement)
        if request.binds:
            cursor.binds = declared_binds(request.binds, cursor.outline)
        elif request.statement is not None and request.options & ExecuteOption.EXECUTE:
            cursor.binds = declared_binds((), cursor.outline)
        is_query = cursor.outline.kind is StatementKind.QUERY
        count = 1 if is_query else request.executions
        # A call that only defines and fetches brings no values for the binds of its execution.
        executes = bool(request.options & ExecuteOption.EXECUTE)
        rows = self._bind_rows(reader, cursor, count) if executes else ()
        try:
            return self._do(cursor, request, rows)
        except OracleError as error:
            if is_new:
                self.close_cursors([cursor.number])
                raise
            return self._end(cursor, error=error)

    def reexecute(self, reader: RequestReader, *, fetch: bool) -> bytes:
        """Run a known cursor with new bind rows and, for a query, fetch its first rows."""
        request = read_reexecute(reader)
        cursor = self._cursors.find(request.cursor_id)
        is_query = cursor.outline.kind is StatementKind.QUERY
        count = 1 if is_query or fetch else request.count
        rows = self._bind_rows(reader, cursor, count)
        options = ExecuteOptions(iterations=count, commit=request.commit)
        try:
            return self._run(cursor, rows, _Run(options, request.count if fetch else 0))
        except OracleError as error:
            return self._end(cursor, error=error)

    def fetch(self, reader: RequestReader) -> bytes:
        """Fetch further rows."""
        number, count = reader.unsigned(), reader.unsigned()
        cursor = self._cursors.find(number)
        try:
            return self._fetch_rows(cursor, count)
        except OracleError as error:
            return self._end(cursor, error=error)

    # Cursors and binds

    def _bind_rows(self, reader: RequestReader, cursor: Cursor, count: int) -> BindRows:
        if not cursor.binds:
            return [()] * count
        rows = BindRowReader(cursor.binds, cursor.outline, self._stores)
        if isinstance(self._session, RowCounter) and self._session.counts(cursor.statement):
            return rows.count(reader, count)
        return rows.read(reader, count)

    # Running

    def _do(self, cursor: Cursor, request: ExecuteRequest, rows: BindRows) -> bytes:
        options = request.options
        # For a query the number of executions is a number of rows to return with this reply, also
        # without the option to fetch: the client, which does not ask for a prefetch of LOBs, takes
        # the first batch of a data frame from here.
        is_query = cursor.outline.kind is StatementKind.QUERY
        fetch_rows = request.executions if is_query else 0
        if options & ExecuteOption.FETCH:
            fetch_rows = request.fetch_rows
        if options & ExecuteOption.DEFINE:
            cursor.defines = request.defines
            cursor.encoders = []
        if options & ExecuteOption.EXECUTE:
            return self._run(
                cursor,
                rows,
                _Run(
                    ExecuteOptions(
                        iterations=rows.count if isinstance(rows, CountedRows) else len(rows),
                        batch_errors=bool(options & ExecuteOption.BATCH_ERRORS),
                        row_counts=bool(request.flags & ExecuteFlag.ROW_COUNTS),
                        commit=bool(options & ExecuteOption.COMMIT),
                    ),
                    fetch_rows,
                    describe=request.statement is not None,
                ),
            )
        # A cursor that came as a value has no statement to run: it is fetched from by this call.
        if options & (ExecuteOption.DEFINE | ExecuteOption.FETCH):
            if fetch_rows:
                return self._fetch_rows(cursor, fetch_rows)
            return self._end(cursor)
        if options & ExecuteOption.FETCH and cursor.rows is not None:  # a REF cursor
            return self._fetch_rows(cursor, fetch_rows)
        return self._describe_only(cursor)

    def _describe_only(self, cursor: Cursor) -> bytes:
        columns = self._session.describe(cursor.statement, cursor.binds)
        if not columns:
            return self._end(cursor)
        cursor.columns = tuple(columns)
        return describe(columns, self._field_version) + self._end(cursor)

    def _run(self, cursor: Cursor, rows: BindRows, run: _Run) -> bytes:
        try:
            return self._run_described(cursor, rows, run)
        finally:
            self._stores.cursors.take_back()

    def _run_described(self, cursor: Cursor, rows: BindRows, run: _Run) -> bytes:
        cursor.close_rows()
        result = self._execute(cursor, rows, run.options)
        if result.columns is None:
            return self._changes(cursor, run.options, result)
        cursor.rows, cursor.fetched = result.rows, 0
        content = b""
        if run.describe or result.columns != cursor.columns:
            if result.columns != cursor.columns:
                changed = row_format.defines_after_change(
                    cursor.columns, cursor.defines, result.columns
                )
                cursor.defines, cursor.encoders = changed, []
            content = describe(result.columns, self._field_version)
        cursor.columns = result.columns
        waits = row_format.needs_define(result.columns) and cursor.defines is None
        if run.fetch_rows and not waits:
            return content + self._fetch_rows(cursor, run.fetch_rows)
        return content + self._end(cursor)

    def _execute(self, cursor: Cursor, rows: BindRows, options: ExecuteOptions) -> Result:
        is_query = cursor.outline.kind is StatementKind.QUERY
        self._faults.before(cursor.statement, 0 if is_query else options.iterations)
        result = self._execute_in_session(cursor, rows, options)
        self._faults.after(cursor.statement)
        return result

    def _execute_in_session(
        self, cursor: Cursor, rows: BindRows, options: ExecuteOptions
    ) -> Result:
        if not isinstance(rows, CountedRows):
            return self._session.execute(cursor.statement, cursor.binds, rows, options)
        session = self._session
        if not isinstance(session, RowCounter):
            message = "rows were counted for a session that wants their values"
            raise TypeError(message)
        return session.execute_counted(cursor.statement, cursor.binds, rows, options)

    def _fetch_rows(self, cursor: Cursor, count: int) -> bytes:
        if cursor.columns is None:
            raise OracleError(1002, "fetch out of sequence")
        if cursor.rows is None:
            return self._end(cursor, error=NO_MORE_ROWS)
        if not cursor.encoders:
            cursor.encoders = row_format.column_encoders(
                cursor.columns, cursor.defines, self._stores
            )
        allowed = self._faults.rows_left(cursor.statement, count)
        encoded, number = self._page(cursor, cursor.rows, count if allowed is None else allowed)
        content = row_header(count) + encoded
        if allowed is not None:
            raise DroppedError(content)
        self._faults.fetched(cursor.statement, number)
        cursor.fetched += number
        if number < count:
            cursor.close_rows()
            return content + self._end(cursor, error=NO_MORE_ROWS)
        return content + self._end(cursor)

    def _page(self, cursor: Cursor, rows: RowSource, count: int) -> tuple[bytes, int]:
        """Return up to `count` further rows as they travel, and their number."""
        encode = partial(self._encode_rows, cursor.encoders)
        if isinstance(rows, EncodedRowSource):
            return rows.fetch_encoded(count, encode)
        page = rows.fetch(count)
        return encode(page), len(page)

    def _end(self, cursor: Cursor, error: OracleError | None = None) -> bytes:
        return end_of_call(
            self._field_version,
            error=error,
            in_transaction=self._session.in_transaction,
            row_count=cursor.fetched,
            cursor_id=cursor.number,
        )

    # Statements that return no rows

    def _changes(
        self,
        cursor: Cursor,
        options: ExecuteOptions,
        result: Result,
    ) -> bytes:
        parts = []
        if result.returning is not None:
            parts.append(returning_values(cursor.binds, self._stores, result.returning))
        if cursor.outline.kind is StatementKind.PLSQL and cursor.binds and not result.error:
            parts.append(out_values(cursor.binds, self._stores, result.out_values or {}))
        if result.implicit_results:
            parts.append(implicit_results(self._stores, result.implicit_results))
        if options.row_counts:
            parts.append(row_counts(result.row_counts))
        error = result.error or (BATCH_ERRORS if result.batch_errors else None)
        parts.append(
            end_of_call(
                self._field_version,
                error=error,
                in_transaction=self._session.in_transaction,
                row_count=result.row_count,
                cursor_id=cursor.number,
                rowid=result.last_rowid,
                batch=result.batch_errors,
                warning=result.warning,
            )
        )
        return b"".join(parts)
