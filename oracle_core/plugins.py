"""Plugins of others: entry points in groups of ours, with what a list of them shows.

A plugin module may say which interface it was written for by `api`, an integer; one that asks for
a later interface than ours, or that cannot be imported, is named in one line and left out.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

API = 1
"""Version of the interfaces; it grows when one changes in a way that plugins notice."""

PROFILES = "singer_oracle.profiles"
TYPES = "singer_oracle.types"
EVENTS = "singer_oracle.events"
GROUPS = (PROFILES, TYPES, EVENTS)

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plugin:
    """An entry point.

    Attributes:
        group: One of `GROUPS`.
        name: Its name in the group.
        distribution: Who installed it.
        version: The distribution's version.
        api: The interface that it was written for; None where it does not say.
        loaded: What the entry point names; None where it could not be loaded.
        error: Why it cannot be used; None where it can.
    """

    group: str
    name: str
    distribution: str
    version: str
    api: int | None = None
    loaded: Any = None
    error: str | None = None


def list_plugins(groups: Iterable[str] = GROUPS) -> list[Plugin]:
    """Return every plugin of the groups, broken ones with their error."""
    return [
        _plugin(point)
        for group in groups
        for point in sorted(metadata.entry_points(group=group), key=lambda point: point.name)
    ]


def load_plugins(group: str, *, logger: logging.Logger = _LOGGER) -> list[Plugin]:
    """Return the plugins of a group that can be used; the others are one warning each."""
    usable = []
    for plugin in list_plugins([group]):
        if plugin.error is None:
            usable.append(plugin)
        else:
            logger.warning(
                "Plugin '%s' of %s (%s %s) is left out: %s",
                plugin.name,
                group,
                plugin.distribution,
                plugin.version,
                plugin.error,
            )
    return usable


def _plugin(point: metadata.EntryPoint) -> Plugin:
    owner = point.dist
    name, version = (owner.name, owner.version) if owner else ("unknown", "unknown")
    known = Plugin(point.group, point.name, name, version)
    try:
        loaded = point.load()
        module = import_module(point.module)
    except Exception as error:  # noqa: BLE001 - the code of others may raise anything
        return Plugin(
            *(point.group, point.name, name, version),
            error=f"cannot be loaded ({type(error).__name__})",
        )
    # The entry point may name a class or function; `api` stands in its module.
    api = getattr(module, "api", None)
    if isinstance(api, int) and api > API:
        error_text = f"needs interface {api}, this version has {API}"
        return Plugin(known.group, known.name, name, version, api, error=error_text)
    return Plugin(known.group, known.name, name, version, api, loaded)
