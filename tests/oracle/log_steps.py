"""A user who replicates a table by log, and a model of what a target makes of the messages."""

from __future__ import annotations

import copy
import json
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

from tap_oracle.query import Extras
from tap_oracle.streams import LogBasedStream
from tap_oracle.streams.whole_table import WholeTable
from tap_oracle.tap import TapOracle
from tap_oracle.writer import LineWriter, encode_message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from oracle_standin.testing import OracleDatabase

LOGMINER_GRANTS = (
    "LOGMINING",
    "EXECUTE ON SYS.DBMS_LOGMNR",
    *(
        f"SELECT ON SYS.{view}"
        for view in (
            *("V_$DATABASE", "V_$LOG", "V_$LOGFILE", "V_$ARCHIVED_LOG", "V_$ARCHIVE_DEST_STATUS"),
            *("V_$THREAD", "V_$LOGMNR_LOGS", "V_$LOGMNR_CONTENTS", "GV_$TRANSACTION"),
        )
    ),
)
FLASHBACK_GRANTS = ("SELECT ON SYS.V_$DATABASE", "SELECT ON SYS.V_$PARAMETER")


BASE = ("CREATE SESSION", "CREATE TABLE", "CREATE SEQUENCE")


class Lines(LineWriter):
    """Collects lines in place of standard output; its reader may leave after some of them."""

    def __init__(self, limit: int | None = None) -> None:
        super().__init__()
        self.limit = limit
        self.lines: list[bytes] = []

    def write_lines(self, lines: bytes) -> None:
        for line in lines.splitlines():
            if self.limit is not None and len(self.lines) >= self.limit:
                raise BrokenPipeError
            self.lines.append(line)
        self.bytes_written += len(lines)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]


class ModelTarget:
    """Rows by key, as a target with hard deletes and versions holds them."""

    def __init__(self, keys: tuple[str, ...] = ("ID",)) -> None:
        self.keys = keys
        self.rows: dict[tuple[Any, ...], dict[str, Any]] = {}
        self.versions: dict[tuple[Any, ...], int] = {}
        self.state: dict[str, Any] = {}

    def load(self, messages: Iterable[Mapping[str, Any]]) -> None:
        activated = None
        for message in messages:
            if message["type"] == "RECORD":
                self._load(message)
            elif message["type"] == "STATE":
                self.state = message["value"]
            elif message["type"] == "ACTIVATE_VERSION":
                activated = message["version"]
        if activated is not None:
            for key in [key for key, version in self.versions.items() if version < activated]:
                del self.rows[key], self.versions[key]

    def _load(self, message: Mapping[str, Any]) -> None:
        record = dict(message["record"])
        key = tuple(record[name] for name in self.keys)
        deleted_at = record.pop("_sdc_deleted_at")
        assert isinstance(record.pop("_sdc_scn"), int)
        if deleted_at is None:
            self.rows[key] = record
            self.versions[key] = message["version"]
        else:
            self.rows.pop(key, None)
            self.versions.pop(key, None)

    def table(self) -> list[dict[str, Any]]:
        return [self.rows[key] for key in sorted(self.rows)]


class Replica:
    """One table of a user, the tap that reads it and the model that it feeds."""

    def __init__(self, database: OracleDatabase, user: str, method: str) -> None:
        self.database = database
        self.user = user
        self.method = method
        self.target = ModelTarget()
        self.catalog = self._catalog()
        self.stream = f"{user}-T"

    def config(self, **settings: Any) -> dict[str, Any]:
        # The stand-in has no log writer that lags behind a commit.
        settings = {"filter_schemas": [self.user], "log_flush_seconds": 0, **settings}
        return self.database.config(self.user, log_based_method=self.method, **settings)

    def _catalog(self) -> dict[str, Any]:
        with closing(TapOracle(config=self.config())) as tap:
            catalog = tap.catalog_dict
            streams = [dict(stream) for stream in catalog["streams"]]
        (stream,) = [stream for stream in streams if stream["table_name"] == "T"]
        for element in stream["metadata"]:
            if not element["breadcrumb"]:
                element["metadata"] |= {"selected": True, "replication-method": "LOG_BASED"}
        return {"streams": [stream]}

    def messages(self, **settings: Any) -> list[dict[str, Any]]:
        """Run the tap and return its messages."""
        lines = Lines()
        with closing(self._tap(lines, **settings)) as tap:
            tap.run_pipeline()
        return lines.messages

    def _tap(self, lines: Lines, **settings: Any) -> TapOracle:
        return TapOracle(
            config=self.config(**settings),
            catalog=self.catalog,
            state=copy.deepcopy(self.target.state),
            message_writer=lines,
        )

    def run_killed(self, lines: int, **settings: Any) -> None:
        """Run the tap until it has written some lines, and load those."""
        written = Lines(lines)
        settings = {"array_size_rows": 2, **settings}
        with closing(self._tap(written, **settings)) as tap, suppress(BrokenPipeError):
            tap.run_pipeline()
        self.target.load(written.messages)

    def run(self, **settings: Any) -> list[dict[str, Any]]:
        """Run the tap, load the model and return the records."""
        messages = self.messages(**settings)
        self.target.load(messages)
        return [message["record"] for message in messages if message["type"] == "RECORD"]

    @property
    def bookmark(self) -> dict[str, Any]:
        bookmark: dict[str, Any] = self.target.state["bookmarks"][self.stream]
        return bookmark

    def source(self) -> list[dict[str, Any]]:
        """Return the whole table as of the bookmark's SCN, as FULL_TABLE would deliver it."""
        lines = Lines()
        tap = TapOracle(config=self.config(), catalog=self.catalog, message_writer=lines)
        with closing(tap):
            (stream,) = tap.oracle_streams
            assert isinstance(stream, LogBasedStream)
            plan = stream.plan()
            table = WholeTable(tap.connection, stream.entry, Extras(), stream.fetched)
            rows = table.rows_as_of(plan, self.bookmark["scn"])
            found = [record for batch in rows for record in plan.documents(batch)]
        keys = self.target.keys
        plain: list[dict[str, Any]] = [json.loads(encode_message(record)) for record in found]
        return sorted(plain, key=lambda row: [row[name] for name in keys])
