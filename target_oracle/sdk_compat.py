"""What the target uses of the Singer SDK beyond its documented interface, each use with its reason.

Checked with singer-sdk 0.54; the dependency's upper bound keeps a newer one out until it is
checked too.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from os import PathLike
from typing import IO, TYPE_CHECKING, Any

import click
import msgspec
from singer_sdk import Target
from singer_sdk.plugin_base import PluginBase, _ConfigInput  # what `Target.invoke` takes
from singer_sdk.singerlib.encoding import GenericSingerReader

from oracle_core.command import read_configuration, reported
from oracle_core.settings import from_environment

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Sequence

    StrPath = str | PathLike[str]

ConfigInput = _ConfigInput


def settings_of(config: Mapping[str, Any] | StrPath | Sequence[StrPath] | None) -> dict[str, Any]:
    """Return settings given as such, or as the paths of files.

    Raises:
        ConfigurationError: If a file is missing or unreadable; the text names it.
    """
    if config is None or isinstance(config, Mapping):
        return dict(config or {})
    paths = [config] if isinstance(config, (str, PathLike)) else config
    return read_configuration(os.fspath(path) for path in paths)[0]


class _WholeInputReader(GenericSingerReader[bytes]):
    """Hands the whole input over at once.

    `GenericSingerReader` and `Target(message_reader=…)` are the SDK's only way to replace how
    lines are read; it calls `process_lines` once and `deserialize_json` never after that.
    """

    def __init__(self, read: Callable[[IO[Any] | None], Counter[str]]) -> None:
        """Read with `read`."""
        super().__init__()
        self._read = read

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
        """Read the input to its end; the SDK's callbacks per message are not used."""
        del callbacks
        return self._read(file_input)


class BulkTarget(Target):
    """An SDK target that reads its input in bulk and reports every failure itself."""

    def __init__(
        self,
        *,
        config: Mapping[str, Any] | StrPath | Sequence[StrPath] | None = None,
        parse_env_config: bool = False,
        **arguments: Any,
    ) -> None:
        """Check the settings.

        Files and environment are read here: the SDK's own errors do not name the file or the
        variable, and repeat the value.

        Args:
            config: The settings, or the paths of files with them; a later file wins.
            parse_env_config: Whether `TARGET_ORACLE_*` variables are read too.
            **arguments: `validate_config` and `setup_mapper`, as the SDK's target takes them.

        Raises:
            ConfigurationError: If a setting is missing or wrong, or a file cannot be read.
        """
        settings = settings_of(config)
        if parse_env_config:
            prefix = f"{self.name.upper().replace('-', '_')}_"
            # The SDK's own settings, as stream_maps, may come from the environment too.
            self.append_builtin_config(self.config_jsonschema)
            settings |= from_environment(self.config_jsonschema, prefix)
        super().__init__(
            message_reader=_WholeInputReader(self.read_input), config=settings, **arguments
        )

    def read_input(self, file_input: IO[Any] | None) -> Counter[str]:
        """Read the input to its end and return the number of lines per message type."""
        raise NotImplementedError

    def _setup_signal_handlers(self) -> None:
        """Leave signals alone.

        The SDK's handler drains its sinks inside the handler and acknowledges rows that are not
        committed (meltano/sdk issue 3775).
        """

    @classmethod
    def cb_config(
        cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]
    ) -> ConfigInput:
        """Return the settings of the files that `--config` names.

        The SDK's own lets the errors of `json` and of the file system pass as tracebacks.
        """
        del ctx, param
        with reported(cls.logger):
            return _ConfigInput(*read_configuration(value))

    @classmethod
    def answer_about(cls, *, about: bool, about_format: str | None) -> None:
        """Print what `--about` asks for.

        `Target.invoke` would also make the target and read the input, so the method of the class
        above it is called.
        """
        PluginBase.invoke.__func__(cls, about=about, about_format=about_format)  # type: ignore[attr-defined]

    @classmethod
    def get_singer_command(cls) -> click.Command:
        """Return the command with `--dry-run`; `--input` is read as bytes, whatever the locale."""
        command = super().get_singer_command()
        for parameter in command.params:
            if parameter.name == "file_input":
                parameter.type = click.File("rb")
        text = "Print the DDL that the input needs, and load nothing."
        command.params.append(click.Option(["--dry-run"], is_flag=True, help=text))
        return command
