"""`tap-oracle`: settings, discovery and the run."""

from __future__ import annotations

import sys
from decimal import Decimal
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any, ClassVar, cast

from singer_sdk import Tap
from singer_sdk import typing as th
from singer_sdk.helpers._classproperty import classproperty
from singer_sdk.helpers.capabilities import PluginCapabilities, TapCapabilities
from singer_sdk.plugin_base import PluginBase, _ConfigInput
from singer_sdk.singerlib import Catalog

from catalog.catalog_json import write_catalog
from catalog.singer import Streams
from oracle_core.command import read_configuration, read_json_object, reported
from oracle_core.connection import ConnectionSource
from oracle_core.errors import ConfigurationError
from oracle_core.settings import CONNECTION_SETTINGS, from_environment, validated
from oracle_core.state import exact
from oracle_core.termination import Termination
from tap_oracle.catalog_entry import FULL_TABLE, check_entry, read_entry
from tap_oracle.discovery import discover, with_types
from tap_oracle.run import CurrentRun
from tap_oracle.settings import TAP_SETTINGS, check_tap_settings, representation
from tap_oracle.streams import OracleStream, stream_of
from tap_oracle.writer import LineWriter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

    import click
    import oracledb
    from singer_sdk.helpers.capabilities import CapabilitiesEnum

    from oracle_core.types.plans import JsonSchemaOptions


def _plain_catalog(catalog: Catalog | Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Take a catalog as plain data.

    Raises:
        ConfigurationError: it is no catalog.
    """
    if catalog is None:
        return None
    if isinstance(catalog, Catalog):
        return catalog.to_dict()
    if not isinstance(catalog.get("streams"), (list, Streams)):
        msg = "holds no list of streams; make one with --discover"
        raise ConfigurationError(msg, setting="--catalog")
    return dict(catalog)


def _checked_state(state: Mapping[str, Any] | None) -> dict[str, Any]:
    """Take a state whose bookmarks are where they belong.

    Raises:
        ConfigurationError: they are not.
    """
    checked = dict(state or {})
    bookmarks = checked.get("bookmarks", {})
    if not isinstance(bookmarks, dict) or not all(
        isinstance(bookmark, dict) for bookmark in bookmarks.values()
    ):
        msg = "its bookmarks are not one object a stream"
        raise ConfigurationError(msg, setting="--state")
    return checked


def _read_file(file: IO[str] | None, option: str) -> dict[str, Any] | None:
    """Return the content of a file given on the command line; fractional numbers stay exact."""
    if file is None:
        return None
    return read_json_object(file, setting=option, parse_float=Decimal)


class TapOracle(Tap):
    """Singer tap for Oracle Database."""

    name = "tap-oracle"
    package_name = "singer-oracle"
    dynamic_catalog = True
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(
        *CONNECTION_SETTINGS, *TAP_SETTINGS
    ).to_dict()
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        TapCapabilities.CATALOG,
        TapCapabilities.STATE,
        TapCapabilities.DISCOVER,
        TapCapabilities.ACTIVATE_VERSION,
        TapCapabilities.TEST,
        PluginCapabilities.ABOUT,
        PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.FLATTENING,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]

    message_writer: LineWriter

    def __init__(
        self,
        *,
        catalog: Catalog | Mapping[str, Any] | None = None,
        state: Mapping[str, Any] | None = None,
        message_writer: LineWriter | None = None,
        **arguments: Any,
    ) -> None:
        """Make the tap.

        Args:
            catalog: the input catalog; the dictionary is not read when it is given.
            state: the state of the previous run.
            message_writer: where messages go, stdout by default.
            **arguments: those of the SDK's tap: `config`, `parse_env_config`, `validate_config`,
                `setup_mapper`.

        Raises:
            ConfigurationError: a setting, the catalog or the state cannot be used.
        """
        self.termination = Termination()
        self._connections: ConnectionSource | None = None
        self._raw_catalog = _plain_catalog(catalog)
        super().__init__(
            catalog=None if self._raw_catalog is None else Catalog.from_dict(self._raw_catalog),
            state=_checked_state(state),
            message_writer=message_writer or LineWriter(self.termination),
            **arguments,
        )

    # Configuration

    @classproperty
    def _env_var_config(cls) -> dict[str, Any]:  # noqa: N805 - a property of the class
        schema = cls.config_jsonschema
        cls.append_builtin_config(schema)
        return from_environment(schema, cls._env_var_prefix)

    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        """Replace the settings by their validated form.

        Raises:
            ConfigurationError: If a setting is missing or wrong; the text never contains its
                value.
        """
        del raise_errors
        schema = self.config_jsonschema
        self.append_builtin_config(schema)
        self._config = validated(self._config, schema)
        check_tap_settings(self._config)
        return []

    @cached_property
    def options(self) -> JsonSchemaOptions:
        """How values are represented in records and their schema."""
        return representation(self.config)

    @cached_property
    def run(self) -> CurrentRun:
        """The record of this run, kept in the state."""
        return CurrentRun(self._whole_state, self.config)

    # Database

    @property
    def connection(self) -> oracledb.Connection:
        """The session with the database, opened when first asked for."""
        if self._connections is None:
            self._connections = ConnectionSource(self.config, module=self.name)
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
            self._raw_catalog = discover(self.connection, self.config, self.options)
            if not self._raw_catalog["streams"]:
                self.logger.warning(
                    "No table or view matches filter_schemas and filter_tables among those that "
                    "the user may read; names are matched in Oracle's exact case"
                )
        return self._raw_catalog

    def run_discovery(self) -> str:
        """Print the catalog, one stream after the other: a large one need not fit in memory.

        Returns:
            Nothing; the SDK's own returns the whole text.
        """
        write_catalog(self.catalog_dict, sys.stdout)
        return ""

    def discover_streams(self) -> Sequence[OracleStream]:
        """Make the streams of the catalog."""
        default = self.config.get("default_replication_method") or FULL_TABLE
        streams = self.catalog_dict.get("streams", [])
        return [stream_of(self, read_entry(stream, default_method=default)) for stream in streams]

    def setup_mapper(self) -> None:
        """Make the mapper and give it the selected columns of each stream."""
        PluginBase.setup_mapper(self)
        for stream in self.oracle_streams:
            stream.register_with(self)

    @property
    def oracle_streams(self) -> list[OracleStream]:
        """The streams in the order of their names."""
        return [stream for stream in self.streams.values() if isinstance(stream, OracleStream)]

    # State

    def load_state(self, state: dict[str, Any]) -> None:
        """Take the state over as it is: bookmarks, run history and whatever others keep in it."""
        self._whole_state.update({key: exact(value) for key, value in state.items()})
        self._whole_state.setdefault("bookmarks", {})

    @property
    def _whole_state(self) -> dict[str, Any]:
        """The state with every key, those that the SDK's type does not know too."""
        return cast("dict[str, Any]", self.state)

    # Run

    def run_pipeline(self) -> None:
        """Read every selected stream and keep the record of the run in the state.

        The first STATE says RUNNING, the last SUCCESS or FAILED, and covers the rows
        that were written.
        """
        self._prepare()
        self.run.begin()
        try:
            self.sync_all()
        except BrokenPipeError:
            raise
        except BaseException as failure:
            self.run.end(failure)
            self.state_writer.write_state(self.state)
            raise
        self.run.end(None)
        self.state_writer.write_state(self.state)

    def _prepare(self) -> None:
        """Check the selected streams, and complete types that the catalog does not name."""
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
                stream.entry = entry

    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        self.termination.handle(signum, frame)

    # Command line

    @classmethod
    def invoke(  # type: ignore[override]
        cls,
        *,
        about: bool = False,
        about_format: str | None = None,
        config: _ConfigInput | None = None,
        state: IO[str] | None = None,
        catalog: IO[str] | None = None,
    ) -> None:
        """Run the tap as the command line asks."""
        PluginBase.invoke.__func__(cls, about=about, about_format=about_format)  # type: ignore[attr-defined]
        cls.print_version(print_fn=cls.logger.info)
        given = config or _ConfigInput()
        with reported(cls.logger, lambda: "start"):
            tap = cls(
                config=given.config,
                parse_env_config=given.parse_env,
                state=_read_file(state, "--state"),
                catalog=_read_file(catalog, "--catalog"),
            )
        with reported(cls.logger, tap.run.place):
            tap.run_pipeline()
            # After a failure or signal the end of the process closes the socket: a farewell in
            # the middle of an answer could wait for ever.
            tap.close()

    @classmethod
    def cb_config(
        cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]
    ) -> _ConfigInput:
        """Read the configuration files."""
        del ctx, param
        with reported(cls.logger, lambda: "config"):
            return _ConfigInput(*read_configuration(value))

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
