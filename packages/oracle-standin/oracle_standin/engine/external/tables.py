"""Reads the files of external tables into tables of the engine, for one statement at a time.

The rows are put there by another connection than the session's. A materialized view shows them to
every snapshot, also to one that is older. Source: Error Messages, ORA-29913, ORA-29400, ORA-30653,
KUP-04040 and KUP-04063.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg

from oracle_standin.engine.external import files, parameters, records
from oracle_standin.engine.names import engine_name, quoted
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from oracle_standin.engine.contract import ObjectRef
    from oracle_standin.engine.external.parameters import Field, LoaderFormat
    from oracle_standin.engine.external.records import Record

Connection = psycopg.Connection[tuple[Any, ...]]

_OPERATION = "FILEOPEN"
_FORMATS = ("NLS_DATE_FORMAT", "NLS_TIMESTAMP_FORMAT", "NLS_TIMESTAMP_TZ_FORMAT")
_FACTS = (
    "SELECT directory, access_parameters, reject_limit FROM ora.external_facts WHERE relid = %s"
)
_LOCATIONS = (
    "SELECT directory, location FROM ora.external_locations WHERE relid = %s ORDER BY position"
)
_COLUMNS = """
SELECT ora.oracle_name(a.attname::text) FROM pg_attribute a
WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
_CARTRIDGE = "ORA-29400: data cartridge error\n"
_PATIENCE = "100ms"


@dataclass(frozen=True, slots=True)
class _Definition:
    """What an external table says of its files."""

    place: str
    columns: tuple[str, ...]
    form: LoaderFormat
    reject_limit: str
    locations: tuple[tuple[str, str], ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """Return the fields of a record: without a list, one for each column."""
        return self.form.fields or tuple(parameters.Field(name) for name in self.columns)


class ExternalTables:
    """The rows that statements are reading; one for a database, used by all sessions."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        """Work over a connection of the owner's."""
        self._connection = connect()
        self._connection.execute("SET search_path = pg_catalog, ora")
        self._connection.execute(f"SET lock_timeout = '{_PATIENCE}'")
        # Of an earlier run over the same data.
        self._connection.execute("DROP SCHEMA ora_external CASCADE; CREATE SCHEMA ora_external")
        self._connection.execute("GRANT USAGE ON SCHEMA ora_external TO PUBLIC")
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._done: list[int] = []

    @contextlib.contextmanager
    def tables(
        self, wanted: Sequence[tuple[ObjectRef, ObjectRef]], user: str, nls: Callable[[str], str]
    ) -> Iterator[list[tuple[str, int]]]:
        """Give names and oids of tables with the rows of now, while the context is open.

        `wanted` are the external tables, each with what the statement named. Raises OracleError 942
        without the right to read, 6564 for a directory that `user` may not read, 29913 for a file
        that is not there and for more bad rows than the table allows.
        """
        made: list[int] = []
        try:
            found = []
            for table, asked in wanted:
                with self._lock:
                    made.append(next(self._numbers))
                    found.append(self._make(made[-1], table, asked, user, nls))
            yield found
        finally:
            with self._lock:
                self._done += made
                self._drop_done()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _drop_done(self) -> None:
        """Drop what nobody reads any more; an open transaction still holds what it has read."""
        for number in self._done.copy():
            with contextlib.suppress(psycopg.errors.LockNotAvailable):
                self._connection.execute(f"DROP TABLE IF EXISTS ora_external.t{number} CASCADE")
                self._done.remove(number)

    def _query(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql.encode(), values).fetchall()

    # ------------------------------------------------------------------------------- making

    def _make(
        self,
        number: int,
        table: ObjectRef,
        asked: ObjectRef,
        user: str,
        nls: Callable[[str], str],
    ) -> tuple[str, int]:
        self._check_right(asked, user)
        definition = self._definition(table)
        rows, rejected = self._rows(definition, user)
        with self._connection.transaction():
            for parameter in _FORMATS:
                setting = f"ora.{parameter.lower()}", nls(parameter)
                self._query("SELECT set_config(%s, %s, true)", setting)
            rejected += self._load(number, definition, rows)
        limit = definition.reject_limit
        if limit != "UNLIMITED" and rejected > int(limit):
            raise _failure(during="FETCH", detail="ORA-30653: reject limit reached")
        oid = self._query(f"SELECT 'ora_external.e{number}'::regclass::oid::bigint", ())[0][0]
        return f"ora_external.e{number}", int(oid)

    def _check_right(self, asked: ObjectRef, user: str) -> None:
        rights = (engine_name(user), asked.oid)
        if not self._query("SELECT has_table_privilege(%s, %s::oid, 'SELECT')", rights)[0][0]:
            raise OracleError(942, f'table or view "{asked.owner}"."{asked.name}" does not exist')

    def _definition(self, table: ObjectRef) -> _Definition:
        directory, text, limit = self._query(_FACTS, (table.oid,))[0]
        found = self._query(_LOCATIONS, (table.oid,))
        return _Definition(
            f"{quoted(table.owner)}.{quoted(table.name)}",
            tuple(name for (name,) in self._query(_COLUMNS, (table.oid,))),
            parameters.parse(text),
            limit,
            tuple((place or directory, file) for place, file in found),
        )

    def _rows(self, definition: _Definition, user: str) -> tuple[list[Record], int]:
        rows: list[Record] = []
        rejected = 0
        for directory, name in definition.locations:
            for record in records.records(self._content(directory, name, user), definition.form):
                try:
                    rows.append(records.fields(record, definition.form, definition.fields))
                except records.RejectedRecordError:
                    rejected += 1
        return rows, rejected

    def _content(self, directory: str, name: str, user: str) -> str:
        try:
            folder = files.folder(self._query, user, directory, _OPERATION)
        except OracleError as error:
            raise OracleError(6564, f"object {directory} does not exist") from error
        if not folder.is_dir():
            fault = f"KUP-04063: unable to open log file in {directory}"
            detail = f"{_CARTRIDGE}{fault}\nOS error No such file or directory"
            raise _failure(during="OPEN", detail=detail)
        found = files.file_in(folder, name)
        if found is None:
            fault = f"KUP-04040: file {name} in {directory} not found"
            raise _failure(during="OPEN", detail=f"{_CARTRIDGE}{fault}")
        return found.read_text(encoding="utf-8", errors="replace")

    def _load(self, number: int, definition: _Definition, rows: Sequence[Record]) -> int:
        stage, target = f"ora_external.s{number}", f"ora_external.t{number}"
        texts = ", ".join(f"f{place} text" for place in range(len(definition.fields)))
        execute = self._connection.execute
        execute(f"CREATE UNLOGGED TABLE {stage} ({texts})")
        execute(f"CREATE UNLOGGED TABLE {target} (LIKE {definition.place} INCLUDING CONSTRAINTS)")
        with self._connection.cursor() as cursor, cursor.copy(f"COPY {stage} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        values = (stage, target, _conversions(definition))
        rejected = self._query("SELECT ora.load_external(%s, %s, %s)", values)[0][0]
        execute(f"DROP TABLE {stage}")
        execute(f"CREATE MATERIALIZED VIEW ora_external.e{number} AS TABLE {target}")
        execute(f"GRANT SELECT ON ora_external.e{number} TO PUBLIC")
        return int(rejected)


def _conversions(definition: _Definition) -> str:
    """Return what each column is made of: a field as text, or a date by its mask."""
    places = {field.name: place for place, field in enumerate(definition.fields)}
    return ", ".join(
        _conversion(definition.fields[places[column]], places[column])
        if column in places
        else "NULL"
        for column in definition.columns
    )


def _conversion(field: Field, place: int) -> str:
    if not field.kind:
        return f"s.f{place}"
    function = "to_date" if field.kind == "DATE" else "to_timestamp"
    mask = field.mask.replace("'", "''")
    return f"\"SYS\".{function}(s.f{place}, '{mask}')"


def _failure(*, during: str, detail: str) -> OracleError:
    routine = f"ODCIEXTTABLE{during}"
    return OracleError(29913, f"error while processing {routine} routine\n{detail}")
