"""`target-oracle`: its settings and its command line."""

from __future__ import annotations

from functools import partial
from typing import IO, TYPE_CHECKING, Any, ClassVar

from singer_sdk import typing as th
from singer_sdk.helpers.capabilities import PluginCapabilities, TargetCapabilities

from oracle_core.command import reported
from oracle_core.connection_settings import CONNECTION_SETTINGS
from oracle_core.errors import ConfigurationError
from oracle_core.garbage import collect_rarely
from oracle_core.history.settings import TARGET_HISTORY_SETTINGS
from oracle_core.settings import validated
from oracle_core.telemetry import logs
from oracle_core.telemetry.settings import TELEMETRY_SETTINGS
from oracle_core.telemetry.sinks import telemetry_of
from target_oracle.declared_settings import TARGET_SETTINGS
from target_oracle.dry_run import DryRun
from target_oracle.line_router import LineRouter
from target_oracle.parallel_run import ParallelRun
from target_oracle.reader import BulkReader
from target_oracle.run import LoadRun
from target_oracle.sdk_compat import BulkTarget, ConfigInput
from target_oracle.settings import TargetSettings

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from singer_sdk.helpers.capabilities import CapabilitiesEnum

    from oracle_core.telemetry import Telemetry


class TargetOracle(BulkTarget):
    """Singer target for Oracle Database."""

    name = "target-oracle"
    package_name = "singer-oracle"
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(
        *CONNECTION_SETTINGS, *TARGET_SETTINGS, *TARGET_HISTORY_SETTINGS, *TELEMETRY_SETTINGS
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

    _run: LoadRun | ParallelRun | None = None
    _dry_run: DryRun | None = None

    def plan_only(self) -> None:
        """Print the DDL that the input needs, rather than load it."""
        self._dry_run = DryRun(self.config, TargetSettings.of(self.config), self.mapper)

    @property
    def run(self) -> LoadRun | ParallelRun:
        """The run, which starts when first asked for."""
        if self._run is None:
            telemetry = telemetry_of(self.config, application=self.name, logger=self.logger)
            settings = TargetSettings.of(self.config)
            if settings.parallelism > 1:
                # The SDK's `config` is a mapping proxy, which cannot be pickled for a process.
                make_run = partial(lane_run, dict(self.config))
                self._run = ParallelRun(self.config, make_run, settings.parallelism, telemetry)
            else:
                self._run = LoadRun(self.config, settings, self.mapper, telemetry=telemetry)
        return self._run

    def read_input(self, file_input: IO[Any] | None) -> Counter[str]:
        """Read the input to its end and return the number of lines per message type."""
        if self._dry_run is not None:
            return BulkReader(self._dry_run, max_line_bytes=self.config["max_line_bytes"]).read(
                file_input
            )
        run = self.run
        try:
            most = self.config["max_line_bytes"]
            if isinstance(run, ParallelRun):
                return LineRouter(run, max_line_bytes=most).read(file_input)
            return BulkReader(run, max_line_bytes=most).read(file_input)
        # Not Exception: a signal ends the run by Terminated, which is none.
        except BaseException as failure:
            run.fail(failure)
            raise

    def process_endofpipe(self) -> None:
        """Load the rest and write the last STATE, or print the plans."""
        if self._dry_run is not None:
            self._dry_run.finish()
        else:
            self.run.finish()

    # Settings

    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        """Replace the settings by their validated form.

        Raises:
            ConfigurationError: If a setting is missing or wrong; the text never contains its
                value.
        """
        schema = self.config_jsonschema
        self.append_builtin_config(schema)
        try:
            self._config = validated(self._config, schema)
        except ConfigurationError as error:
            if raise_errors:
                raise
            return [str(error)]
        return []

    # Command line

    @classmethod
    def invoke(  # type: ignore[override]
        cls,
        *,
        about: bool = False,
        about_format: str | None = None,
        config: ConfigInput | None = None,
        file_input: IO[bytes] | None = None,
        dry_run: bool = False,
    ) -> None:
        """Run the command.

        Args:
            about: print what the target is and its settings.
            about_format: json or markdown.
            config: the settings.
            file_input: read messages from here rather than from standard input.
            dry_run: print the DDL that the input needs, and load nothing.
        """
        cls.answer_about(about=about, about_format=about_format)
        with reported(cls.logger):
            target = cls(
                config=config.config if config else {},
                parse_env_config=bool(config and config.parse_env),
            )
            if dry_run:
                target.plan_only()
            else:
                collect_rarely()
                target.run.termination.install()
            target.listen(file_input)  # type: ignore[arg-type]


# In the module itself, where a spawned process finds it by its name.
def lane_run(
    config: dict[str, Any], write: Callable[[bytes], None], telemetry: Telemetry
) -> LoadRun:
    """Return the run of one lane, in its own process, which logs as the command does."""
    TargetOracle.cli  # noqa: B018 - the SDK adds the handler of standard error with the command
    target = TargetOracle(config=config, parse_env_config=False)
    logs.install(target.config.get("log_format"))
    settings = TargetSettings.of(target.config)
    return LoadRun(target.config, settings, target.mapper, write=write, telemetry=telemetry)
