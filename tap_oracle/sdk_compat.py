"""Adapters for the Singer SDK: every use of its private parts stands here, with its reason.

The SDK is pinned to one minor version (`pyproject.toml`), because these parts may change in any.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from singer_sdk import Stream, Tap
from singer_sdk._logging import _setup_console_logging
from singer_sdk.helpers._catalog import get_selected_schema
from singer_sdk.helpers._classproperty import classproperty
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.mapper import SameRecordTransform
from singer_sdk.plugin_base import PluginBase, _ConfigInput, _plugin_log_level
from singer_sdk.singerlib import CatalogEntry as SingerCatalogEntry
from singer_sdk.singerlib import MetadataMapping
from singer_sdk.singerlib.catalog import Metadata

from oracle_core.settings import from_environment

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping
    from types import FrameType

    from singer_sdk.helpers.types import Context
    from singer_sdk.singerlib import Catalog, RecordMessage

    from tap_oracle.catalog_entry import CatalogEntry

ConfigInput = _ConfigInput
"""What `--config` gives to `invoke`; the SDK has no public name for it."""

__all__ = ["AdaptedStream", "AdaptedTap", "ConfigInput", "selection_metadata"]


class AdaptedTap(Tap):
    """The SDK's tap with our settings, signals and mapper in the places of its own."""

    @classproperty
    def _env_var_config(cls) -> dict[str, Any]:  # noqa: N805 - a property of the class
        """Read the environment; the SDK's own ends in a traceback that shows the value."""
        schema = cls.config_jsonschema
        cls.append_builtin_config(schema)
        return from_environment(schema, cls._env_var_prefix)

    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        """Check the settings; the SDK's own repeats the values, secrets included."""
        del raise_errors
        self._config = self.check_config(self._config)
        return []

    def check_config(self, config: dict[str, Any]) -> dict[str, Any]:
        """Return the checked settings under their canonical names, defaults included."""
        raise NotImplementedError

    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        """Pass a signal on; the SDK's own ends the process in the middle of a line."""
        self.receive_signal(signum, frame)

    def receive_signal(self, signum: int, frame: FrameType | None) -> None:
        """Receive SIGTERM or SIGINT."""
        raise NotImplementedError

    def make_mapper(self) -> None:
        """Make the mapper; the SDK's `Tap` would register every catalog entry in full."""
        PluginBase.setup_mapper(self)

    @classmethod
    def set_up_logging(cls) -> None:
        """Log as the command does; the SDK sets it up where it makes the command only."""
        _setup_console_logging(log_level=_plugin_log_level(plugin_name=cls.name))

    @classmethod
    def print_about_if_asked(cls, *, about: bool, about_format: str | None) -> None:
        """Print `--about` and exit; `Tap.invoke` would go on and run the pipeline."""
        PluginBase.invoke.__func__(cls, about=about, about_format=about_format)  # type: ignore[attr-defined]


class AdaptedStream(Stream):
    """The SDK's stream, of which configuration, selection, stream maps and messages remain.

    Rows are read and written by `transfer`; the SDK's own way handles one record at a time.
    """

    # Values are decoded to the schema's types by the plan. The SDK's check took 26 % of its time
    # per record, and changes the text of timestamps.
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE

    def __init__(
        self,
        tap: Tap,
        *,
        name: str,
        schema: Mapping[str, Any],
        replication_method: str,
        replication_key: str | None,
        key_properties: tuple[str, ...],
        metadata: MetadataMapping,
        raw: Mapping[str, Any],
    ) -> None:
        """Make a stream whose facts come from the catalog alone.

        The SDK reads keys, method and metadata from its own catalog entry, which knows neither
        `view-key-properties` nor the types in `x-sql-datatype`; so they are set here.
        """
        super().__init__(tap, schema=dict(schema), name=name)
        self.forced_replication_method = replication_method
        self._replication_key = replication_key
        self._primary_keys = list(key_properties)
        self._metadata = metadata
        self._raw = raw

    @property
    def metadata(self) -> MetadataMapping:
        """The selection metadata of the catalog, one object for the life of the stream."""
        assert self._metadata is not None  # noqa: S101 - set by the constructor
        return self._metadata

    @property
    def selected(self) -> bool:
        """Whether the stream is selected."""
        return bool(self.mask.get((), True))

    @selected.setter
    def selected(self, value: bool | None) -> None:
        """Select the stream for a test run; the SDK keeps the mask and the maps it made before."""
        # The SDK's SQL streams parse the catalog on each access, so that their setter does nothing
        # and `--test` of an unselected catalog reads nothing.
        self.metadata.root.selected = value
        self._mask = self.metadata.resolve_selection()
        self._stream_maps = None
        self.register()

    def replace_schema(self, schema: Mapping[str, Any]) -> None:
        """Describe the columns again; the SDK keeps the maps that it made of the old schema."""
        self._schema = dict(schema)
        self._stream_maps = None
        self.register()

    def register(self) -> None:
        """Give the mapper the schema of the selected columns."""
        self._tap.mapper.register_raw_stream_schema(
            self.name, self.selected_schema, self.primary_keys
        )

    @property
    def selected_schema(self) -> dict[str, Any]:
        """The JSON schema of the selected columns."""
        return get_selected_schema(self.name, self.schema, self.mask)

    @property
    def _singer_catalog_entry(self) -> SingerCatalogEntry:
        """The catalog entry as it was given; the SDK's own drops keys that it does not know."""
        entry = SingerCatalogEntry.from_dict(dict(self._raw))
        entry.metadata = self.metadata
        return entry

    def apply_catalog(self, catalog: Catalog) -> None:
        """Keep the input catalog; the constructor has read the entry already."""
        self._tap_input_catalog = catalog

    @property
    def emit_activate_version_messages(self) -> bool:
        """False: the message follows the last record, where it cannot empty the table early."""
        return False

    def get_replication_key_signpost(self, context: Context | None = None) -> None:
        """Return None: rows come in the order of the key, so that no signpost is needed."""

    def get_batch_config(self, config: Mapping[str, Any]) -> None:
        """Return None: the SDK would write the batches itself, a record at a time."""

    def log(self, message: str, *args: object, level: int = logging.INFO, **kwargs: Any) -> None:
        """Log what the SDK says as details: the tap reports each stream and failure once."""
        del level
        super().log(message, *args, level=logging.DEBUG, **kwargs)

    @property
    def started_at_seconds(self) -> int:
        """When the tap was made, in epoch seconds: the SDK's version of a full table."""
        return self._initialized_at // 1000

    @property
    def row_limit(self) -> int | None:
        """Maximum rows of a test run (`--test`); None in any other run."""
        return self.ABORT_AT_RECORD_COUNT

    def write_schema(self) -> None:
        """Write the SCHEMA message of each mapped stream."""
        self._write_schema_message()

    def write_activate_version(self, version: int) -> None:
        """Write the ACTIVATE_VERSION message of each mapped stream."""
        self._write_activate_version_message(version)

    def mapped_messages(
        self, record: dict[str, Any], version: int | None
    ) -> Iterator[RecordMessage]:
        """Return the RECORD messages that stream maps and flattening make of a record."""
        self._stream_version = version
        return self._generate_record_messages(record)

    @property
    def reason_for_single_records(self) -> str | None:
        """Why records must pass the SDK's mapper; None where they go through unchanged."""
        maps = self.stream_maps
        if len(maps) > 1:
            return "it is mapped to several streams"
        if type(maps[0]) is not SameRecordTransform:
            return "a stream map changes it"
        if maps[0].flattening_enabled:
            return "flattening is enabled"
        if maps[0].stream_alias != self.name:
            return "a stream map renames it"
        return None

    def transfer(self) -> None:
        """Read the rows that are due and write them with their STATE."""
        raise NotImplementedError

    def _sync_records(
        self, context: Context | None = None, *, write_messages: bool = True
    ) -> Generator[dict[str, Any], Any, Any]:
        """Transfer the rows; a generator that yields nothing, because the SDK iterates over it."""
        del context, write_messages
        self.transfer()
        yield from ()


def selection_metadata(entry: CatalogEntry) -> MetadataMapping:
    """Return the selection; columns of the keys are always part of it."""
    metadata = MetadataMapping.from_iterable(
        {"breadcrumb": element["breadcrumb"], "metadata": element.get("metadata") or {}}
        for element in entry.metadata
    )
    # A target needs the key to find rows, and the tap its bookmark.
    for name in (*entry.key_properties, *filter(None, [entry.replication_key])):
        column = metadata["properties", name]
        if column.inclusion != Metadata.InclusionType.UNSUPPORTED:
            column.inclusion = Metadata.InclusionType.AUTOMATIC
    return metadata
