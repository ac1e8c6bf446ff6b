"""Configuration, catalog and state as values or files."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path, PurePath
from typing import IO, TYPE_CHECKING, Any

from singer_sdk.singerlib import Catalog

from catalog.singer import Streams
from oracle_core.command import read_json_object
from oracle_core.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence


def configuration(
    source: Mapping[str, Any] | PurePath | str | Sequence[PurePath | str] | None,
) -> dict[str, Any]:
    """Return the settings of a mapping, a file, or several files of which the later ones win.

    Raises:
        ConfigurationError: If a file cannot be read as a JSON object.
    """
    if source is None:
        return {}
    if isinstance(source, Mapping):
        return dict(source)
    paths = [source] if isinstance(source, (PurePath, str)) else source
    merged: dict[str, Any] = {}
    for path in paths:
        merged |= read_json(path, "--config")
    return merged


def plain_catalog(
    source: Catalog | Mapping[str, Any] | PurePath | str | None,
) -> dict[str, Any] | None:
    """Return a catalog as plain data, None where there is none.

    Raises:
        ConfigurationError: If it is not a catalog.
    """
    if source is None:
        return None
    if isinstance(source, Catalog):
        return dict(source.to_dict())
    content = source if isinstance(source, Mapping) else read_json(source, "--catalog")
    # A discovery hands over `Streams`, which builds each stream on access: 50,000 tables at once
    # take more than a gigabyte.
    if not isinstance(content.get("streams"), (list, Streams)):
        msg = "holds no list of streams; make one with --discover"
        raise ConfigurationError(msg, setting="--catalog")
    return dict(content)


def checked_state(source: Mapping[str, Any] | PurePath | str | None) -> dict[str, Any]:
    """Return a state whose bookmarks are where they belong.

    Raises:
        ConfigurationError: If they are not.
    """
    if source is None:
        return {}
    state = dict(source) if isinstance(source, Mapping) else read_json(source, "--state")
    bookmarks = state.get("bookmarks", {})
    if not isinstance(bookmarks, dict) or not all(
        isinstance(bookmark, dict) for bookmark in bookmarks.values()
    ):
        msg = "its bookmarks are not one object per stream"
        raise ConfigurationError(msg, setting="--state")
    return state


def read_json(file: PurePath | str | IO[str], option: str) -> dict[str, Any]:
    """Return the JSON object in a file; fractional numbers stay exact.

    Args:
        file: Path of the file, or the open file.
        option: Option of the command line that names the file.

    Raises:
        ConfigurationError: If the file cannot be read, or does not hold a JSON object.
    """
    source = Path(file) if isinstance(file, PurePath) else file
    return read_json_object(source, setting=option, parse_float=Decimal)
