"""Events reach every sink; one that fails is left out."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from oracle_core.telemetry import Event, Telemetry
from tests.unit.telemetry.events import a_run

if TYPE_CHECKING:
    import pytest


class Remembering:
    def __init__(self, *, fails: bool = False) -> None:
        self.events: list[Event] = []
        self.fails = fails
        self.is_closed = False

    def handle(self, event: Event) -> None:
        self.events.append(event)
        if self.fails:
            raise OSError(28, "No space left on device")

    def close(self) -> None:
        self.is_closed = True


def test_a_failing_sink_is_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    bad, good = Remembering(fails=True), Remembering()
    bus = Telemetry([bad, good])
    with caplog.at_level(logging.WARNING):
        for event in a_run():
            bus.emit(event)
        bus.close()
    assert len(bad.events) == 1
    assert len(good.events) == 8
    assert good.is_closed
    assert len(caplog.records) == 1
    assert "Remembering stops after an error" in caplog.text


def test_the_bus_finds_a_sink_by_its_kind() -> None:
    sink = Remembering()
    assert Telemetry([sink]).find(Remembering) is sink
    assert Telemetry().find(Remembering) is None
    assert not Telemetry().is_on
