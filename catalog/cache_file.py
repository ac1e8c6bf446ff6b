"""A catalog in a file: one header line, then one line per stream.

The streams are therefore never all in memory as objects, which for 50,000 tables would take more
than a gigabyte.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from catalog.singer import Streams

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FORMAT = 3


def write(path: Path, about: Mapping[str, Any], catalog: Mapping[str, Any]) -> None:
    """Replace the file atomically; only its owner may read it.

    Args:
        path: The file.
        about: Facts that decide whether the catalog is still valid.
        catalog: The catalog.

    Raises:
        OSError: If the file cannot be written.
    """
    rest = {name: value for name, value in catalog.items() if name != "streams"}
    streams = catalog["streams"]
    first = {"format": FORMAT, **about, "rest": rest, "streams": len(streams)}
    encode = msgspec.json.Encoder().encode
    # In the same folder: a rename is atomic only within one file system.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(encode(first) + b"\n")
            file.writelines(encode(stream) + b"\n" for stream in streams)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def read(path: Path, is_valid: Callable[[Mapping[str, Any]], bool]) -> dict[str, Any] | None:
    """Return the catalog, or None where it is missing, no longer valid or of another format.

    Args:
        path: The file.
        is_valid: Decides by the facts in the header whether the catalog is still valid.
    """
    try:
        with path.open("rb") as file:
            about = msgspec.json.decode(file.readline())
            if not isinstance(about, dict) or about.get("format") != FORMAT or not is_valid(about):
                return None
            lines = file.readlines()
    except (OSError, ValueError):
        return None
    # The file is not synced, so that its end may be missing after a crash of the machine.
    if len(lines) != about.get("streams") or not all(line.endswith(b"\n") for line in lines[-1:]):
        return None
    return {**about["rest"], "streams": Streams(lines, msgspec.json.decode)}
