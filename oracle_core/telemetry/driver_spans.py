"""The driver's own OpenTelemetry plugin: a span and a duration per statement.

python-oracledb 26.1 and later have it; with an older driver there are no spans of statements.
The text of a statement is sent where it has bind variables, as the semantic conventions say, and
never a value.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.trace import TracerProvider

    from oracle_core.telemetry.events import Event

_PLUGIN = "oracledb.plugins.opentelemetry"
_LOGGER = logging.getLogger(__name__)


class DriverSpans:
    """Lets the driver report its statements until the run has ended.

    Sessions opened from now on are followed, so this comes before the first one.
    """

    name = "opentelemetry"

    def __init__(self, tracers: TracerProvider, meters: MeterProvider) -> None:
        """Switch the plugin on, where the driver has it.

        Args:
            tracers: Gets the spans, below the span that is current.
            meters: Gets `db.client.operation.duration`.
        """
        self._plugin: ModuleType | None = None
        try:
            self._plugin = import_module(_PLUGIN)
        except ImportError:
            _LOGGER.info("Statements have no spans: the driver is older than 26.1")
            return
        self._plugin.instrument(tracer_provider=tracers, meter_provider=meters)

    def handle(self, event: Event) -> None:
        """Do nothing: the driver reports by itself."""

    def close(self) -> None:
        """Switch the plugin off."""
        plugin, self._plugin = self._plugin, None
        if plugin is not None:
            plugin.uninstrument()
