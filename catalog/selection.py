"""The selected part of a Singer catalog, as the tap would read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from singer_sdk.singerlib import MetadataMapping

from catalog.description import from_singer
from oracle_core.errors import ConfigurationError

if TYPE_CHECKING:
    from catalog.model import Inventory


def selected_inventory(text: str, *, name: str) -> Inventory:
    """Return the selected streams of a Singer catalog with their selected columns.

    Args:
        text: JSON of the catalog, with selections as metadata.
        name: Name of the file in messages.

    Raises:
        ConfigurationError: If the text is not a Singer catalog, or no stream is selected.
    """
    try:
        streams = msgspec.json.decode(text)["streams"]
        selected = [_selected(stream) for stream in streams]
        inventory = from_singer([stream for stream in selected if stream is not None])
    except (msgspec.MsgspecError, AttributeError, KeyError, TypeError) as error:
        msg = f"{name} is not a Singer catalog"
        raise ConfigurationError(msg, setting="--catalog") from error
    if not inventory.tables:
        msg = f'{name} selects no stream; set "selected": true in a stream\'s metadata'
        raise ConfigurationError(msg, setting="--catalog")
    return inventory


def _selected(stream: dict[str, Any]) -> dict[str, Any] | None:
    """Return a stream with its selected properties, None if it is not selected itself."""
    mask = MetadataMapping.from_iterable(stream.get("metadata") or ()).resolve_selection()
    if not mask[()]:
        return None
    schema = stream["schema"]
    properties = {
        name: declared
        for name, declared in (schema.get("properties") or {}).items()
        if mask["properties", name]
    }
    return {**stream, "schema": {**schema, "properties": properties}}
