"""The sinks that settings ask for, and those of plugins."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from oracle_core import retry
from oracle_core.errors import ConfigurationError
from oracle_core.history.recorder import RunRecorder
from oracle_core.plugins import EVENTS, load_plugins
from oracle_core.telemetry import logs
from oracle_core.telemetry.audit import AuditSink
from oracle_core.telemetry.bus import EventSink, Telemetry
from oracle_core.telemetry.events import Retried
from oracle_core.telemetry.history_sink import HistorySink
from oracle_core.telemetry.metrics import MetricsSink

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def telemetry_of(
    config: Mapping[str, Any], *, application: str, logger: logging.Logger | None = None
) -> Telemetry:
    """Return the telemetry that the settings ask for.

    Args:
        config: Settings under their canonical names.
        application: `tap-oracle` or `target-oracle`.
        logger: Takes the warnings.

    Raises:
        ConfigurationError: If a setting needs an extra that is not installed, or is wrong.
    """
    logs.install(config.get("log_format"))
    log = logger or logging.getLogger(application)
    telemetry = Telemetry(_sinks(config, application, log), logger=log)
    if (history := telemetry.find(HistorySink)) is not None:
        history.emit = telemetry.emit
    if telemetry.is_on:
        retry.observe(lambda code: telemetry.emit(Retried(code)))
    return telemetry


def _sinks(
    config: Mapping[str, Any], application: str, logger: logging.Logger
) -> Iterator[EventSink]:
    recorder = RunRecorder(config, module=application, logger=logger)
    if recorder.is_on:
        yield HistorySink(recorder, user=str(config.get("proxy_user") or config.get("user") or ""))
    if config.get("metrics_file"):
        yield MetricsSink(config["metrics_file"], application=application)
    if config.get("audit_file"):
        yield AuditSink(config["audit_file"], application=application)
    if config.get("lineage_namespace"):
        yield _lineage(config, application)
    if config.get("opentelemetry"):
        yield from _open_telemetry(config, application)
    for plugin in load_plugins(EVENTS, logger=logger):
        yield plugin.loaded(config, application)


def _lineage(config: Mapping[str, Any], application: str) -> EventSink:
    try:
        from oracle_core.telemetry.lineage import LineageSink  # noqa: PLC0415 - an extra
    except ImportError as error:
        msg = "needs the extra: pip install 'singer-oracle[lineage]'"
        raise ConfigurationError(msg, setting="lineage_namespace") from error
    return LineageSink(config, application=application)


def _open_telemetry(config: Mapping[str, Any], application: str) -> Iterator[EventSink]:
    """Yield the sinks of spans and metrics; what the driver reports comes first and ends first."""
    try:
        from oracle_core.telemetry.driver_spans import DriverSpans  # noqa: PLC0415 - an extra
        from oracle_core.telemetry.meters import MeterSink  # noqa: PLC0415 - an extra
        from oracle_core.telemetry.traces import TraceSink  # noqa: PLC0415 - an extra
    except ImportError as error:
        msg = "needs the extra: pip install 'singer-oracle[otel]'"
        raise ConfigurationError(msg, setting="opentelemetry") from error
    traces = TraceSink(config, application=application)
    meters = MeterSink(application=application)
    yield DriverSpans(traces.provider, meters.provider)
    yield traces
    yield meters
