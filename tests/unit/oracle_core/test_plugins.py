"""Plugins of others: used, named when broken."""

from __future__ import annotations

import logging
import sys
from importlib import metadata
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from oracle_core import plugins
from oracle_core.telemetry.sinks import telemetry_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oracle_core.telemetry import Event


class Sink:
    """A sink as a plugin brings it."""

    def __init__(self, config: Mapping[str, object], application: str) -> None:
        self.made_for = (dict(config), application)

    def handle(self, event: Event) -> None:
        """Take an event."""

    def close(self) -> None:
        """End."""


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Install three plugins: a good one, one that cannot be imported, one of a later interface."""
    good, later = ModuleType("good_plugin"), ModuleType("later_plugin")
    good.__dict__.update(api=1, Sink=Sink)
    later.__dict__.update(api=99, Sink=Sink)
    monkeypatch.setitem(sys.modules, "good_plugin", good)
    monkeypatch.setitem(sys.modules, "later_plugin", later)
    points = [
        metadata.EntryPoint("good", "good_plugin:Sink", plugins.EVENTS),
        metadata.EntryPoint("broken", "no_such_plugin:Sink", plugins.EVENTS),
        metadata.EntryPoint("later", "later_plugin:Sink", plugins.EVENTS),
    ]

    def entry_points(*, group: str) -> list[metadata.EntryPoint]:
        return points if group == plugins.EVENTS else []

    monkeypatch.setattr(metadata, "entry_points", entry_points)


@pytest.mark.usefixtures("installed")
def test_broken_plugins_are_listed_with_their_error() -> None:
    errors = {plugin.name: plugin.error for plugin in plugins.list_plugins()}
    assert errors == {
        "good": None,
        "broken": "cannot be loaded (ModuleNotFoundError)",
        "later": "needs interface 99, this version has 1",
    }


@pytest.mark.usefixtures("installed")
def test_a_sink_of_a_plugin_gets_the_settings(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        bus = telemetry_of({"host": "h"}, application="target-oracle")
    sink = bus.find(Sink)
    assert sink is not None
    assert sink.made_for == ({"host": "h"}, "target-oracle")
    assert [record.args[0] for record in caplog.records if record.args] == ["broken", "later"]  # type: ignore[index]
