"""Hands events to sinks; a sink that fails is left out from then on, with one warning."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol, TypeVar

from oracle_core.errors import OracleError, describe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from oracle_core.telemetry.events import Event

Sink = TypeVar("Sink")

_LOGGER = logging.getLogger(__name__)


class EventSink(Protocol):
    """Takes events; a sink may have a `name`, shown when it fails."""

    def handle(self, event: Event) -> None:
        """Handle one event."""

    def close(self) -> None:
        """Write what is left."""


class Telemetry:
    """The sinks of a run."""

    def __init__(
        self, sinks: Iterable[EventSink] = (), *, logger: logging.Logger = _LOGGER
    ) -> None:
        """Keep the sinks.

        Args:
            sinks: Who gets the events, in this order.
            logger: Takes the warnings.
        """
        self._sinks = list(sinks)
        self._logger = logger

    @property
    def is_on(self) -> bool:
        """Whether anybody takes events."""
        return bool(self._sinks)

    def find(self, kind: type[Sink]) -> Sink | None:
        """Return the sink of a kind, if there is one."""
        return next((sink for sink in self._sinks if isinstance(sink, kind)), None)

    def emit(self, event: Event) -> None:
        """Hand an event to every sink."""
        # A copy: a sink that fails is removed meanwhile.
        for sink in tuple(self._sinks):
            self._safely(sink, lambda sink=sink: sink.handle(event))  # type: ignore[misc]

    def close(self) -> None:
        """Close every sink."""
        for sink in tuple(self._sinks):
            self._safely(sink, sink.close)
        self._sinks.clear()

    def _safely(self, sink: EventSink, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:
            self._sinks.remove(sink)
            name = getattr(sink, "name", type(sink).__name__)
            report = str(error) if isinstance(error, OracleError) else describe(error).report
            self._logger.warning(
                "%s stops after an error (%s: %s); the data are not affected",
                name,
                type(error).__name__,
                report,
            )
            self._logger.debug("Failure of %s", name, exc_info=error)
