"""Runs translated queries and DML for one session."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.backend import Result
from oracle_standin.engine import bulk, conversions, cursor_rows, object_images, values
from oracle_standin.engine.link import EngineFailureError, Link, Step
from oracle_standin.engine.locking_rows import EngineCursor, LockingRows
from oracle_standin.engine.rows import ResultRows
from oracle_standin.engine.transactions import Setting
from oracle_standin.protocol import CharsetForm, OracleError, TypeCode, not_in_this_standin

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from psycopg.pq.abc import PGresult

    from oracle_standin.backend import Bind, ExecuteOptions
    from oracle_standin.engine.bulk import BindRow, Explain, Parameters
    from oracle_standin.engine.contract import Translation
    from oracle_standin.engine.describe import Describer
    from oracle_standin.engine.transactions import Transaction
    from oracle_standin.engine.values import Decoder
    from oracle_standin.open_cursors import OpenCursors
    from oracle_standin.protocol import BindValue, Row
    from oracle_standin.rows import Column


# PostgreSQL guesses one row for most joins of dictionary views and then compares every row with
# every other: half a second for a hundred tables, and four times that for twice as many.
_DICTIONARY_VIEW = re.compile(r'"SYS"\."(?:ALL|DBA|USER)_')
_LARGE_JOINS = Setting(
    on=(Step(b"SET enable_nestloop = off"),), off=(Step(b"SET enable_nestloop = on"),)
)


class Executor:
    """Runs translations on a session's connection, within its transaction."""

    def __init__(
        self,
        link: Link,
        transaction: Transaction,
        describer: Describer,
        time_zone: Callable[[], str],
        open_cursors: OpenCursors,
    ) -> None:
        """Run on `link`; `time_zone` gives the session's zone of the moment.

        Cursors in rows are kept in `open_cursors`.
        """
        self._open_cursors = open_cursors
        self._link = link
        self._transaction = transaction
        self._describer = describer
        self._time_zone = time_zone
        self._cursors_opened = 0

    # ----------------------------------------------------------------------------- queries

    def query(self, translation: Translation, binds: Sequence[Bind], row: BindRow) -> Result:
        """Run a query and keep its rows; raises EngineFailureError."""
        step = Step(
            translation.sql.encode(),
            self.parameters(translation, binds, [row])[0],
            formats(translation, binds),
        )
        cursor = None
        if translation.locks_rows and translation.sql.endswith(" SKIP LOCKED"):
            self._cursors_opened += 1
            cursor = EngineCursor(self._transaction, self._cursors_opened)
            found = cursor.open(step)
        elif translation.lock_wait_seconds is None:
            found = self._transaction.run(
                step, changes=translation.locks_rows, setting=_setting_of(translation.sql)
            )
        else:
            found = self._run_waiting(step, translation.lock_wait_seconds)
        columns = _with_national(self._describer.columns(found), translation)
        _refuse_large_keys(columns, translation.compared)
        codes = [column.type_code for column in columns]
        decoders = self._decoders(columns, translation)
        if cursor is not None:
            return Result(columns=columns, rows=LockingRows(cursor, codes, decoders))
        return Result(columns=columns, rows=ResultRows(found, codes, decoders))

    def _decoders(self, columns: Sequence[Column], translation: Translation) -> list[Decoder]:
        """Return what makes Oracle's bytes of each column; local timestamps are in today's zone."""
        zone = self._time_zone()
        nested = iter(translation.cursors)
        return [
            self._cursor_decoder(next(nested))
            if column.type_code is TypeCode.CURSOR
            else self._decoder(column, zone)
            for column in columns
        ]

    def _decoder(self, column: Column, zone: str) -> Decoder:
        """Return what makes a value's bytes; raises OracleError 3001 for objects without a type."""
        if column.type_code is not TypeCode.OBJECT or column.type_name == "XMLTYPE":
            return values.decoder(column.type_code, zone)
        shape = self._describer.shape(column.type_schema, column.type_name)
        if shape is None:
            name = f"{column.type_schema}.{column.type_name}".strip(".")
            what = f"a value of type {name or 'OBJECT'}"
            raise not_in_this_standin(what)
        return object_images.decoder(shape, zone)

    def _cursor_decoder(self, translation: Translation) -> Decoder:
        columns = self.describe(translation)
        decoders = self._decoders(columns, translation)
        return cursor_rows.decoder(columns, decoders, self._open_cursors)

    def _run_waiting(self, step: Step, seconds: int) -> PGresult:
        """Run a query that locks rows and waits for them no longer than this."""
        steps = (
            Step(b"SET LOCAL lock_timeout = %d" % max(seconds * 1000, 1)),
            step,
            Step(b"SET LOCAL lock_timeout = 0"),
        )
        return self._transaction.protect(lambda: self._link.run_steps(steps)[1], changes=True)

    def numbers(
        self, translation: Translation, binds: Sequence[Bind], row: BindRow
    ) -> list[int | None]:
        """Return the whole numbers in a query's first row; raises EngineFailureError."""
        step = Step(
            translation.sql.encode(),
            self.parameters(translation, binds, [row])[0],
            formats(translation, binds),
        )
        found = self._transaction.run(step, changes=False)
        texts = [found.get_value(0, index) for index in range(found.nfields)]
        return [
            None if text is None else int(float(text)) if b"." in text else int(text)
            for text in texts
        ]

    def describe(self, translation: Translation) -> tuple[Column, ...]:
        """Return a query's columns without running it; raises EngineFailureError."""
        sql = translation.present_sql.encode()
        if self._transaction.open:
            found = self._transaction.protect(
                lambda: self._link.describe_statement(sql), changes=False
            )
        else:
            found = self._link.describe_statement(sql)
        return _with_national(self._describer.columns(found), translation)

    # --------------------------------------------------------------------------------- DML

    def change(
        self,
        translation: Translation,
        binds: Sequence[Bind],
        rows: Sequence[BindRow],
        options: ExecuteOptions,
        explain: Explain,
    ) -> Result:
        """Run DML for each bind row.

        Raises OracleError when a single iteration fails; of several, the rows before the failing
        one stay done and the error is in the result.
        """
        if len(rows) > 1 or options.batch_errors:
            return self._change_many(translation, binds, rows, options, explain)
        try:
            result = self._change_once(translation, binds, rows[0] if rows else ())
        except EngineFailureError as failure:
            raise explain(failure, rows[0] if rows else ()) from None
        count = result.command_tuples or 0
        if translation.counts_rows:
            count = int(result.get_value(0, 0) or 0)
        outcome = Result(row_count=count, row_counts=[count] if options.row_counts else [])
        if translation.returning:
            outcome.returning = [self._returned(result, translation, binds)]
        if translation.row_identifier:
            outcome.last_rowid = _last_rowid(result)
        return outcome

    def _change_once(
        self, translation: Translation, binds: Sequence[Bind], row: BindRow
    ) -> PGresult:
        step = Step(
            (translation.sql + translation.row_identifier).encode(),
            self.parameters(translation, binds, [row])[0],
            formats(translation, binds),
        )
        return self._transaction.run(step, changes=True)

    def _change_many(
        self,
        translation: Translation,
        binds: Sequence[Bind],
        rows: Sequence[BindRow],
        options: ExecuteOptions,
        explain: Explain,
    ) -> Result:
        if translation.counts_rows:
            what = "array DML with a multitable INSERT"
            raise not_in_this_standin(what)
        work = bulk.ArrayWork(self, translation, binds, rows, explain, formats(translation, binds))
        outcome = work.run(batch_errors=options.batch_errors)
        counts = [(result.command_tuples or 0) if result else 0 for result in work.results]
        outcome.row_count = sum(counts)
        if options.row_counts:
            outcome.row_counts = counts
        last = work.results[-1] if work.results else None
        if translation.row_identifier and last is not None:
            outcome.last_rowid = _last_rowid(last)
        if translation.returning:
            outcome.returning = [
                self._returned(result, translation, binds) if result else []
                for result in work.results
            ]
        return outcome

    def run_rows(
        self,
        translation: Translation,
        rows: Sequence[Parameters],
        parameter_formats: tuple[int, ...],
    ) -> tuple[list[PGresult], EngineFailureError | None]:
        """Run parameter rows as one statement: all of them stay, or none after a failure."""
        failure: EngineFailureError | None = None

        def work() -> list[PGresult]:
            nonlocal failure
            sql = translation.sql
            last_sql = (sql + translation.row_identifier).encode()
            done, failure = self._link.run_many(sql.encode(), rows, parameter_formats, last_sql)
            if failure is not None:
                raise _UndoError(done)
            return done

        try:
            return self._transaction.protect(work, changes=True), None
        except _UndoError as undone:
            return undone.done, failure

    def parameters(
        self, translation: Translation, binds: Sequence[Bind], rows: Sequence[BindRow]
    ) -> list[Parameters]:
        """Return PostgreSQL's parameters for bind rows; raises OracleError 1008."""
        positions = translation.parameters
        if not positions:
            return [()] * len(rows)
        if any(len(row) <= max(positions) for row in rows):
            raise OracleError(1008, "not all variables bound")
        zone = self._time_zone()
        columns = [
            _encoded(binds[position], [row[position] for row in rows], zone)
            for position in positions
        ]
        return list(zip(*columns, strict=True))

    def _returned(
        self, result: PGresult, translation: Translation, binds: Sequence[Bind]
    ) -> list[Row]:
        """Return the rows of RETURNING INTO, in the types that the return binds declare."""
        first = result.nfields - translation.returning
        have = self._describer.type_codes(result)[first:]
        zone = self._time_zone()
        decoders = [values.decoder(code, zone) for code in have]
        rows = ResultRows(result, have, decoders, first).fetch(result.ntuples)
        want = [bind.type_code for bind in binds if bind.is_return]
        if len(want) != len(have):
            message = "the numbers of RETURNING expressions and INTO targets differ"
            raise OracleError(947, message)
        if have == want:
            return rows
        converters = [conversions.converter(*pair) for pair in zip(have, want, strict=True)]
        return [
            tuple(
                None if value is None else convert(value)
                for convert, value in zip(converters, row, strict=True)
            )
            for row in rows
        ]


def _with_national(columns: tuple[Column, ...], translation: Translation) -> tuple[Column, ...]:
    """Return columns with those described as national that the statement says are."""
    return tuple(
        replace(column, charset_form=CharsetForm.NATIONAL, size_bytes=column.size_chars * 2)
        if place in translation.national
        else column
        for place, column in enumerate(columns)
    )


def _refuse_large_keys(columns: tuple[Column, ...], compared: tuple[int, ...] | None) -> None:
    """Raise ORA-22848 where a query tells rows apart by a LOB (Error Messages, 22848)."""
    keys = columns if compared is None else [columns[place] for place in compared]
    for column in keys:
        if column.type_code in {TypeCode.CLOB, TypeCode.BLOB}:
            name = "NCLOB" if column.charset_form is CharsetForm.NATIONAL else column.type_code.name
            raise OracleError(22848, f"cannot use {name} type as comparison key")


def _last_rowid(result: PGresult) -> str | None:
    if not result.ntuples:
        return None
    value = result.get_value(result.ntuples - 1, 0)
    return values.decoder(TypeCode.ROWID, "")(value or b"").decode()


def _setting_of(sql: str) -> Setting | None:
    return _LARGE_JOINS if len(_DICTIONARY_VIEW.findall(sql)) > 1 else None


class _UndoError(Exception):
    """Ends a protected piece of work whose failure is reported otherwise."""

    def __init__(self, done: list[PGresult]) -> None:
        super().__init__()
        self.done = done


def formats(translation: Translation, binds: Sequence[Bind]) -> tuple[int, ...]:
    """Return PostgreSQL's format of each parameter of a translation."""
    return tuple(
        values.parameter_format(binds[position].type_code) for position in translation.parameters
    )


def _encoded(bind: Bind, column: list[BindValue], zone: str) -> list[bytes | None]:
    if bind.type_code is TypeCode.CURSOR or bind.is_array:
        what = "an array or cursor bind outside PL/SQL"
        raise not_in_this_standin(what)
    encode = values.encoder(bind, zone)
    return [encode(value) if isinstance(value, bytes) else None for value in column]
