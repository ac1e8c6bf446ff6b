"""`target-oracle`: its settings and its command line."""

from __future__ import annotations

import sys
from typing import IO, TYPE_CHECKING, Any, ClassVar

import click
import msgspec
from singer_sdk import Target
from singer_sdk import typing as th
from singer_sdk.helpers.capabilities import PluginCapabilities, TargetCapabilities
from singer_sdk.plugin_base import PluginBase
from singer_sdk.singerlib.encoding import GenericSingerReader

from oracle_core import redact
from oracle_core.errors import ConfigurationError
from oracle_core.settings import CONNECTION_SETTINGS, check_settings, resolve_aliases
from target_oracle.failure import reported
from target_oracle.reader import BulkReader
from target_oracle.run import LoadRun
from target_oracle.settings import DEFAULT_MAX_LINE_BYTES, TARGET_SETTINGS

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from singer_sdk.helpers.capabilities import CapabilitiesEnum
    from singer_sdk.plugin_base import _ConfigInput


class MessageReader(GenericSingerReader[bytes]):
    """The SDK's seam for reading: hands the whole input to the bulk reader."""

    def __init__(self, target: TargetOracle) -> None:
        """Read for a target."""
        super().__init__()
        self._target = target

    @property
    def default_input(self) -> IO[bytes]:
        """Return standard input, as bytes whatever the locale."""
        return sys.stdin.buffer

    def deserialize_json(self, line: bytes) -> dict[str, Any]:
        """Parse one line."""
        return msgspec.json.decode(line, type=dict[str, Any])

    def process_lines(
        self,
        file_input: IO[Any] | None,
        callbacks: dict[str, Callable[[dict[str, Any]], None]],
    ) -> Counter[str]:
        """Read the input to its end; the run takes the messages instead of the callbacks."""
        del callbacks
        run = self._target.run
        limit = self._target.config.get("max_line_bytes") or DEFAULT_MAX_LINE_BYTES
        try:
            return BulkReader(run, max_line_bytes=limit).read(file_input)
        except BaseException:
            run.close()
            raise


class TargetOracle(Target):
    """Singer target for Oracle Database."""

    name = "target-oracle"
    package_name = "singer-oracle"
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(
        *CONNECTION_SETTINGS, *TARGET_SETTINGS
    ).to_dict()
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        PluginCapabilities.ABOUT,
        PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.FLATTENING,
        PluginCapabilities.STRUCTURED_LOGGING,
        PluginCapabilities.ACTIVATE_VERSION,
        TargetCapabilities.TARGET_SCHEMA,
        TargetCapabilities.SOFT_DELETE,
        TargetCapabilities.HARD_DELETE,
        TargetCapabilities.VALIDATE_RECORDS,
    ]

    def __init__(self, **arguments: Any) -> None:
        """Check the settings; the database is reached with the first SCHEMA.

        Args:
            **arguments: those of the SDK's target: `config`, `parse_env_config`,
                `validate_config`, `setup_mapper`.

        Raises:
            ConfigurationError: when a setting is missing or wrong.
        """
        try:
            super().__init__(message_reader=MessageReader(self), **arguments)
        except ValueError:
            what = "a TARGET_ORACLE_* environment variable does not fit its setting"
            raise ConfigurationError(what) from None
        self._run: LoadRun | None = None

    @property
    def run(self) -> LoadRun:
        """The run, which starts when first asked for."""
        if self._run is None:
            self._run = LoadRun(self.config, self.mapper)
        return self._run

    def process_endofpipe(self) -> None:
        """Load the rest and write the last STATE."""
        self.run.finish()

    # Settings

    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        """Resolve aliases, register the secrets, and check every setting.

        Raises:
            ConfigurationError: for a wrong setting; the text never holds its value.
        """
        self._config, notices = resolve_aliases(self._config)
        for notice in notices:
            self.logger.info("%s", notice)
        redact.register_settings(self._config)
        self.append_builtin_config(self.config_jsonschema)
        try:
            check_settings(self._config, self.config_jsonschema)
        except ConfigurationError as error:
            if raise_errors:
                raise
            return [str(error)]
        return []

    # Command line

    def _setup_signal_handlers(self) -> None:
        """Leave signals alone: only the command takes them over, in `invoke`."""

    @classmethod
    def cb_config(
        cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]
    ) -> _ConfigInput:
        """Read the configuration files; exit code 2 for one that cannot be read."""
        with reported(cls.logger):
            try:
                return super().cb_config(ctx, param, value)
            except (OSError, ValueError, TypeError):
                what = "a configuration file is missing, unreadable or not a JSON object in UTF-8"
                raise ConfigurationError(what, setting="--config") from None

    @classmethod
    def invoke(  # type: ignore[override]
        cls,
        *,
        about: bool = False,
        about_format: str | None = None,
        config: _ConfigInput | None = None,
        file_input: IO[bytes] | None = None,
    ) -> None:
        """Run the command.

        Args:
            about: print what the target is and its settings.
            about_format: json or markdown.
            config: the settings.
            file_input: read messages from here rather than from standard input.
        """
        PluginBase.invoke.__func__(cls, about=about, about_format=about_format)  # type: ignore[attr-defined]
        redact.install()
        with reported(cls.logger):
            target = cls(
                config=config.config if config else {},
                parse_env_config=bool(config and config.parse_env),
            )
            target.run.termination.install()
            target.listen(file_input)  # type: ignore[arg-type]

    @classmethod
    def get_singer_command(cls) -> click.Command:
        """Return the command; `--input` is read as bytes, whatever the locale."""
        command = super().get_singer_command()
        for parameter in command.params:
            if parameter.name == "file_input":
                parameter.type = click.File("rb")
        return command
