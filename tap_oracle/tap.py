"""`tap-oracle`: settings, discovery and the run."""

from __future__ import annotations

import logging
import sys
from functools import cached_property, partial
from typing import IO, TYPE_CHECKING, Any, ClassVar, cast

from singer_sdk import typing as th
from singer_sdk.helpers.capabilities import PluginCapabilities, TapCapabilities
from singer_sdk.singerlib import Catalog

from catalog.catalog_json import write_catalog
from oracle_core.command import read_configuration, reported
from oracle_core.connection import ConnectionSource
from oracle_core.connection_settings import CONNECTION_SETTINGS
from oracle_core.history.settings import TAP_HISTORY_SETTINGS, HistorySettings
from oracle_core.settings import validated
from oracle_core.state import exact
from oracle_core.telemetry.settings import TELEMETRY_SETTINGS
from oracle_core.telemetry.sinks import telemetry_of
from oracle_core.termination import Termination
from tap_oracle.batches import remove_unfinished
from tap_oracle.catalog_entry import check_entry, read_entry
from tap_oracle.declared_settings import TAP_SETTINGS
from tap_oracle.discovery import discover, mention_new_columns, with_types
from tap_oracle.extra_columns import with_extra_columns
from tap_oracle.input_files import checked_state, configuration, plain_catalog, read_json
from tap_oracle.late_commits import LateCommits
from tap_oracle.pipeline import Pipeline
from tap_oracle.preflight import check_streams, warn_of_unmatched
from tap_oracle.represented import represented
from tap_oracle.run import CurrentRun
from tap_oracle.sdk_compat import AdaptedTap, ConfigInput
from tap_oracle.services import StreamServices
from tap_oracle.settings import TapSettings
from tap_oracle.snapshot import Snapshots
from tap_oracle.state_schedule import StateSchedule
from tap_oracle.stream_options import options_of
from tap_oracle.streams import OracleStream, stream_of
from tap_oracle.writer import LineWriter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import PurePath
    from types import FrameType

    import click
    import oracledb
    from singer_sdk.helpers.capabilities import CapabilitiesEnum

    from oracle_core.history import RunRecord
    from tap_oracle.catalog_entry import CatalogEntry

    JsonSource = Mapping[str, Any] | PurePath | str


class TapOracle(AdaptedTap):
    """Singer tap for Oracle Database."""

    name = "tap-oracle"
    package_name = "singer-oracle"
    dynamic_catalog = True
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(
        *CONNECTION_SETTINGS, *TAP_SETTINGS, *TAP_HISTORY_SETTINGS, *TELEMETRY_SETTINGS
    ).to_dict()
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        TapCapabilities.CATALOG,
        TapCapabilities.STATE,
        TapCapabilities.DISCOVER,
        TapCapabilities.ACTIVATE_VERSION,
        TapCapabilities.TEST,
        PluginCapabilities.ABOUT,
        PluginCapabilities.BATCH,
        PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.FLATTENING,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]

    message_writer: LineWriter

    def __init__(
        self,
        *,
        config: JsonSource | Sequence[PurePath | str] | None = None,
        catalog: Catalog | JsonSource | None = None,
        state: JsonSource | None = None,
        message_writer: LineWriter | None = None,
        **arguments: Any,
    ) -> None:
        """Make the tap.

        Args:
            config: Settings, or the path of a JSON file with them; of several files the later
                ones win.
            catalog: Input catalog or its path; the dictionary is not read when it is given.
            state: State of the previous run or its path.
            message_writer: Where messages go; standard output by default.
            **arguments: Those of the SDK's tap: `parse_env_config`, `validate_config`,
                `setup_mapper`.

        Raises:
            ConfigurationError: If a setting, a file, the catalog or the state cannot be used.
        """
        # Before the SDK's constructor, which installs the signal handlers.
        self.termination = Termination()
        self._connections: ConnectionSource | None = None
        self._raw_catalog = plain_catalog(catalog)
        self._is_catalog_given = self._raw_catalog is not None
        super().__init__(
            config=configuration(config),
            catalog=None if self._raw_catalog is None else Catalog.from_dict(self._raw_catalog),
            state=checked_state(state),
            message_writer=message_writer or LineWriter(self.termination),
            **arguments,
        )

    # Configuration

    def check_config(self, config: dict[str, Any]) -> dict[str, Any]:
        """Check the settings and keep them typed.

        Raises:
            ConfigurationError: If a setting is missing or wrong; the text never holds its value.
        """
        schema = self.config_jsonschema
        self.append_builtin_config(schema)
        settings = validated(config, schema)
        self.settings = TapSettings.of(settings)
        return settings

    @cached_property
    def run(self) -> CurrentRun:
        """The record of this run, kept in the state."""
        return CurrentRun(
            self._whole_state,
            self.settings,
            telemetry=telemetry_of(self.config, application=self.name, logger=self.logger),
            max_runs=HistorySettings.of(self.config).runs,
        )

    @cached_property
    def services(self) -> StreamServices:
        """What the streams need from this run."""
        settings = self.settings
        late_commits = LateCommits(
            lambda: self.connection, settings.late_commits, settings.lookback_seconds
        )
        return StreamServices(
            settings=self.settings,
            session=lambda: self.connection,
            run=self.run,
            termination=self.termination,
            writer=self.message_writer,
            states=StateSchedule(
                lambda: self.state_writer.write_state(self.state),
                rows_between=self.settings.array_size_rows,
            ),
            snapshots=Snapshots(lambda: self.connection, settings.snapshot, late_commits.note),
            late_commits=late_commits,
        )

    # Database

    @property
    def connection(self) -> oracledb.Connection:
        """The session with the database, opened when first asked for."""
        if self._connections is None:
            self._connections = ConnectionSource(self.settings.connection, module=self.name)
        return self._connections.connection()

    def close(self) -> None:
        """Close the session, if there is one."""
        if self._connections is not None:
            self._connections.close()

    # Catalog

    @property
    def catalog_dict(self) -> dict[str, Any]:
        """The catalog: the one given, else what the dictionary holds; read once."""
        if self._raw_catalog is None:
            self._raw_catalog = discover(self.connection, self.settings)
            if not self._raw_catalog["streams"]:
                self.logger.warning(
                    "No table or view matches filter_schemas and filter_tables among those that "
                    "the user may read; names are matched in Oracle's exact case"
                )
        return self._raw_catalog

    def run_discovery(self) -> str:
        """Print the catalog one stream after the other: a large one need not fit in memory.

        Returns:
            An empty text, where the SDK's own returns the whole catalog.
        """
        write_catalog(self.catalog_dict, sys.stdout)
        return ""

    def discover_streams(self) -> Sequence[OracleStream]:
        """Return the streams of the catalog."""
        return [
            stream_of(self, self._entry_of(stream), self.services)
            for stream in self.catalog_dict.get("streams", [])
        ]

    def _entry_of(self, stream: Mapping[str, Any]) -> CatalogEntry:
        """Return a stream of the catalog as the settings change it."""
        settings = self.settings
        entry = read_entry(stream, default_method=settings.default_replication_method)
        entry = options_of(entry.stream_id, settings.stream_options).applied_to(entry)
        return represented(entry, settings.representation)

    def setup_mapper(self) -> None:
        """Make the mapper and give it the selected columns of each stream."""
        self.make_mapper()
        for stream in self.oracle_streams:
            stream.register()

    @property
    def oracle_streams(self) -> list[OracleStream]:
        """The streams in the order of their names."""
        return [stream for stream in self.streams.values() if isinstance(stream, OracleStream)]

    # State

    def load_state(self, state: dict[str, Any]) -> None:
        """Take the state over as it is: bookmarks, run history and whatever others keep in it."""
        # The SDK's own copies `bookmarks` alone, and the run history would be lost.
        self._whole_state.update({key: exact(value) for key, value in state.items()})
        self._whole_state.setdefault("bookmarks", {})

    @property
    def _whole_state(self) -> dict[str, Any]:
        """The state with every key, those that the SDK's type does not know too."""
        return cast("dict[str, Any]", self.state)

    # Run

    def run_pipeline(self) -> None:
        """Read every selected stream and keep the record of the run in the state.

        The first STATE says RUNNING, the last SUCCESS or FAILED, and covers the rows that were
        written.
        """
        chosen = self._prepared_streams()
        self._check(chosen)
        states = self.services.states
        self.run.begin()
        if self._connections is not None:
            self._connections.name_run()
        # Before the first row, so that a run that is killed is known as INTERRUPTED to the next.
        states.write_now()
        if (batches := self.settings.batches) is not None:
            remove_unfinished(batches, self.run.ended_before)
        try:
            in_full = [stream for stream in chosen if stream.is_read_in_full]
            for stream in in_full:
                stream.before_snapshot()
            self.services.snapshots.begin([stream.entry for stream in in_full])
            # Workers are spawned, so that they take plain data and no session.
            make_streams = partial(
                streams_in_worker,
                dict(self.settings.connection),
                [stream.entry for stream in chosen],
                self._whole_state["bookmarks"],
                self.run.record,
            )
            parallelism = self.settings.parallelism
            Pipeline(self.services, make_streams, parallelism=parallelism).run(chosen)
        # Nobody reads a last STATE.
        except BrokenPipeError as failure:
            self.run.end(failure)
            raise
        except BaseException as failure:
            self.run.end(failure)
            states.write_now()
            raise
        self.run.end(None)
        states.write_now()

    def _check(self, chosen: Sequence[OracleStream]) -> None:
        """Warn of what is probably not meant."""
        warn_of_unmatched(self.streams, self.settings.stream_options, self.config)
        check_streams(chosen, strict=self.settings.strict)

    def _prepared_streams(self) -> list[OracleStream]:
        """Return the selected streams, checked and with the types that the catalog lacks."""
        chosen = [stream for stream in self.oracle_streams if stream.selected]
        for stream in chosen:
            check_entry(stream.entry)
        untyped = [stream for stream in chosen if not stream.entry.has_all_types]
        if untyped:
            self.logger.info(
                "The catalog names no Oracle types for %d stream(s): reading the dictionary",
                len(untyped),
            )
            entries = with_types(self.connection, [stream.entry for stream in untyped])
            for stream, entry in zip(untyped, entries, strict=True):
                stream.replace_entry(represented(entry, self.settings.representation))
        self._fit_to_tables(chosen)
        return chosen

    def _fit_to_tables(self, chosen: Sequence[OracleStream]) -> None:
        """Leave out columns that have gone, name those that came, add those of the operator."""
        # A catalog that was just discovered has every column.
        if self._is_catalog_given and chosen:
            mention_new_columns(self.connection, [stream.entry for stream in chosen])
        for stream in chosen:
            stream.leave_out_gone_columns()
            if columns := stream.options.columns:
                options = self.settings.representation
                entry = with_extra_columns(self.connection, stream.entry, columns, options)
                stream.replace_entry(entry)

    def receive_signal(self, signum: int, frame: FrameType | None) -> None:
        """Receive SIGTERM or SIGINT."""
        self.termination.handle(signum, frame)

    # Command line

    @classmethod
    def invoke(  # type: ignore[override]
        cls,
        *,
        about: bool = False,
        about_format: str | None = None,
        config: ConfigInput | None = None,
        state: IO[str] | None = None,
        catalog: IO[str] | None = None,
    ) -> None:
        """Run the tap as the command line asks."""
        cls.print_about_if_asked(about=about, about_format=about_format)
        cls.print_version(print_fn=cls.logger.info)
        given = config or ConfigInput()
        with reported(cls.logger, lambda: "start"):
            tap = cls(
                config=given.config,
                parse_env_config=given.parse_env,
                state=None if state is None else read_json(state, "--state"),
                catalog=None if catalog is None else read_json(catalog, "--catalog"),
            )
        with reported(cls.logger, tap.run.place):
            tap.termination.install()
            tap.run_pipeline()
            # After a failure or signal the end of the process closes the socket: closing it in
            # the middle of an answer could wait for ever.
            tap.close()

    @classmethod
    def cb_config(
        cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]
    ) -> ConfigInput:
        """Read the configuration files."""
        del ctx, param
        with reported(cls.logger, lambda: "config"):
            return ConfigInput(*read_configuration(value))

    @classmethod
    def cb_discover(cls, ctx: click.Context, param: click.Option, value: bool) -> None:  # noqa: FBT001
        """Print the catalog."""
        with reported(cls.logger, lambda: "discovery"):
            super().cb_discover(ctx, param, value)

    @classmethod
    def cb_test(cls, ctx: click.Context, param: click.Option, value: str) -> None:
        """Read one record of each stream, or print the schemas."""
        with reported(cls.logger, lambda: "test"):
            super().cb_test(ctx, param, value)


def streams_in_worker(
    config: dict[str, Any],
    entries: Sequence[CatalogEntry],
    bookmarks: Mapping[str, Any],
    record: RunRecord,
) -> dict[str, OracleStream]:
    """Return the streams of a worker process by name.

    Args:
        config: Checked settings.
        entries: The selected streams, with the types of their columns.
        bookmarks: The bookmarks of the state.
        record: The run, whose id the sessions and files of the worker carry.
    """
    TapOracle.set_up_logging()
    TapOracle.logger.setLevel(logging.WARNING)  # what it says at the start has been said already
    tap = TapOracle(
        config=config,
        catalog={"streams": [dict(entry.raw) for entry in entries]},
        state={"bookmarks": dict(bookmarks)},
    )
    tap.run.join(record)
    TapOracle.logger.setLevel(logging.NOTSET)
    streams = {stream.name: stream for stream in tap.oracle_streams}
    for entry in entries:
        # With the types from the dictionary, which the raw catalog may lack.
        streams[entry.stream_id].replace_entry(entry)
    return streams
