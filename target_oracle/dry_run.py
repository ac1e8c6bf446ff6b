"""`--dry-run`: prints the DDL that a load of the input would run, and loads nothing."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from singer_sdk.mapper import RemoveRecordTransform

from oracle_core.identifiers import Identifier
from target_oracle.naming import NamingRules, TableRegister
from target_oracle.services import LoadServices
from target_oracle.session import TargetSession
from target_oracle.sink import OracleSink
from target_oracle.table_changes import TableChanges

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from singer_sdk.mapper import PluginMapper

    from target_oracle.batch_files import BatchMessage
    from target_oracle.records import RecordDecoder
    from target_oracle.rows import Rows
    from target_oracle.settings import TargetSettings


class DryRun:
    """Takes the messages of one input and prints a plan per stream, as a script of SQL.

    Only the dictionary is read. Tables of the ledger, of locks and of staging are not in the plan.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        settings: TargetSettings,
        mapper: PluginMapper,
        *,
        write: Callable[[str], object] = sys.stdout.write,
    ) -> None:
        """Prepare the plan; the database is reached with the first SCHEMA."""
        self._settings = settings
        self._mapper = mapper
        self._write = write
        self._session = TargetSession(config)
        self._shared: LoadServices | None = None
        self._register = TableRegister()
        self._sinks: dict[str, dict[str, OracleSink]] = {}

    def waiting(self) -> AbstractContextManager[None]:
        """Surround a wait for input."""
        return nullcontext()

    def idle(self) -> None:
        """Do nothing: no row waits."""

    def knows(self, stream: str) -> bool:
        """Return whether the SCHEMA of a stream has come."""
        return stream in self._sinks

    def decoder(self, stream: str) -> RecordDecoder | None:
        """Return None: records are not read."""
        del stream
        return None

    def take_rows(self, stream: str, rows: Rows, size: int, line: int) -> None:
        """Pass over rows."""

    def take_record(self, stream: str, message: dict[str, Any], size: int, line: int) -> None:
        """Pass over a record, but for its version, which needs columns."""
        del size, line
        if message.get("version") is not None:
            self._note_versions(stream)

    def take_refused(self, stream: str, line: bytes, reason: str) -> bool:
        """Pass over a record that its SCHEMA refuses; a load judges it."""
        del stream, line, reason
        return True

    def take_batch(self, message: BatchMessage) -> None:
        """Pass over the files of a BATCH."""

    def take_state(self, value: bytes) -> None:
        """Pass over a STATE."""

    def take_activate_version(self, stream: str, version: int) -> None:
        """Note that the table of a stream needs the columns of versions."""
        del version
        self._note_versions(stream)

    def _note_versions(self, stream: str) -> None:
        if self._settings.process_activate_version_messages:
            for sink in self._sinks.get(stream, {}).values():
                sink.add_version_columns()

    def take_schema(self, message: dict[str, Any]) -> None:
        """Keep a SCHEMA; the last SCHEMA of a stream is planned.

        Raises:
            TableMismatchError: If two streams share a table, or properties a column.
        """
        stream, keys = message["stream"], list(message.get("key_properties") or ())
        self._mapper.register_raw_stream_schema(stream, message["schema"], keys)
        sinks = self._sinks.setdefault(stream, {})
        for stream_map in self._mapper.stream_maps[stream]:
            # A stream that `stream_maps` removes has no table.
            if isinstance(stream_map, RemoveRecordTransform):
                continue
            alias = stream_map.stream_alias
            table = self._services().rules.table(alias)
            self._register.claim(alias, table)
            sinks[alias] = OracleSink(
                stream=alias,
                schema=stream_map.transformed_schema,
                key_properties=tuple(stream_map.transformed_key_properties or ()),
                table=table,
                services=self._services(),
            )

    def _services(self) -> LoadServices:
        if self._shared is None:
            settings, session = self._settings, self._session
            named, style = settings.default_target_schema, settings.identifier_style
            schema = Identifier.fold(named, style) if named else session.own_schema
            rules = NamingRules(schema, style, session.server.name_bytes)
            self._shared = LoadServices(settings, session, rules, lambda: None, session)
        return self._shared

    def finish(self) -> None:
        """Print the plans and end the session.

        Raises:
            TableMismatchError: If a table cannot take its stream; earlier plans are printed.
        """
        try:
            for sinks in self._sinks.values():
                for sink in sinks.values():
                    self._print(sink)
        finally:
            self._session.close()

    def _print(self, sink: OracleSink) -> None:
        settings, spec = self._settings, sink.table_spec()
        statements = TableChanges(self._session).preview(
            spec,
            stream=sink.stream,
            freeze=settings.freeze_schema,
            on_type_change=settings.on_type_change,
        )
        heading = f"-- Stream '{sink.stream}' into {spec.name}"
        self._write(f"{heading}\n" if statements else f"{heading}: nothing to change\n")
        for statement in statements:
            # The only UPDATE of a plan copies a piece of a column that moves.
            is_piece = statement.startswith("UPDATE")
            ending = " -- again, with COMMIT, until no row is left" if is_piece else ""
            self._write(f"{statement};{ending}\n")
