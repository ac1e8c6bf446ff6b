"""`tap-oracle`: settings, discovery and the run."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import Tap
from singer_sdk import typing as th
from singer_sdk.helpers._classproperty import classproperty
from singer_sdk.helpers.capabilities import PluginCapabilities, TapCapabilities
from singer_sdk.plugin_base import PluginBase
from singer_sdk.singerlib import Catalog

from oracle_core import redact
from oracle_core.connection import ConnectionSource
from oracle_core.errors import ConfigurationError
from oracle_core.settings import CONNECTION_SETTINGS, resolve_aliases
from tap_oracle.catalog_entry import check_entry, read_entry
from tap_oracle.discovery import discover, with_types
from tap_oracle.failure import reported
from tap_oracle.run import RunRecord
from tap_oracle.settings import TAP_SETTINGS
from tap_oracle.streams import OracleStream, stream_of
from tap_oracle.termination import TerminationGate
from tap_oracle.writer import LineWriter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

    import click
    import oracledb
    from singer_sdk.helpers.capabilities import CapabilitiesEnum
    from singer_sdk.plugin_base import _ConfigInput


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
        self.gate = TerminationGate()
        self._connections: ConnectionSource | None = None
        self._raw_catalog = _plain_catalog(catalog)
        super().__init__(
            catalog=None if self._raw_catalog is None else Catalog.from_dict(self._raw_catalog),
            state=_checked_state(state),
            message_writer=message_writer or LineWriter(self.gate),
            **arguments,
        )

    # Configuration

    @classproperty
    def _env_var_config(cls) -> dict[str, Any]:  # noqa: N805 - a property of the class
        try:
            values: dict[str, Any] = Tap._env_var_config.__get__(None, cls)
        except ValueError as error:
            msg = f"environment: a {cls._env_var_prefix}* variable does not fit its setting"
            raise ConfigurationError(msg) from error
        return values

    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        """Resolve aliases, check every setting and register the secrets.

        Raises:
            ConfigurationError: a setting is missing or wrong; the text never holds its value.
        """
        self._config, notices = resolve_aliases(self._config)
        for notice in notices:
            self.logger.info("%s", notice)
        return []

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
        return self._raw_catalog

    def discover_streams(self) -> Sequence[OracleStream]:
        """Make the streams of the catalog."""
        default = self.config.get("default_replication_method") or FULL_TABLE
        streams = self.catalog_dict.get("streams", [])
        return [
            stream_of(self, read_entry(stream, default_method=default)) for stream in streams
        ]

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
        self.state.update(copy.deepcopy(state))
        self.state.setdefault("bookmarks", {})
