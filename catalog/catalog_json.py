"""A Singer catalog as JSON that people can read and tools can compare, one line per column."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TextIO

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENCODER = msgspec.json.Encoder()


def write_catalog(catalog: Mapping[str, Any], out: TextIO) -> None:
    """Write a catalog as JSON, one stream after the other.

    The indenting encoder of `json` is pure Python, and its text of a large catalog would have to
    fit in memory.

    Args:
        catalog: The catalog.
        out: File that receives the text.
    """
    rest = {name: value for name, value in catalog.items() if name != "streams"}
    out.write("{" + "".join(f"\n  {_json(name)}: {_json(rest[name])}," for name in rest))
    out.write('\n  "streams": [')
    separator = "\n    "
    for stream in catalog["streams"]:
        out.write(separator + _object(stream, "      ", {"schema", "metadata"}))
        separator = ",\n    "
    out.write("\n  ]\n}\n")


def _object(value: Mapping[str, Any], indent: str, opened: set[str]) -> str:
    """Return an object with one line per member, and several for members in `opened`."""
    members = []
    for name, member in value.items():
        if name not in opened:
            text = _json(member)
        elif isinstance(member, dict):
            inner = {"properties"} if name == "schema" else set()
            text = _object(member, indent + "  ", inner)
        else:
            lines = (f"\n{indent}  {_json(element)}" for element in member)
            text = f"[{','.join(lines)}\n{indent}]"
        members.append(f"\n{indent}{_json(name)}: {text}")
    return f"{{{','.join(members)}\n{indent[:-2]}}}"


def _json(value: object) -> str:
    """Return JSON in ASCII, so that the encoding of the output does not matter.

    `json` escapes other characters but takes ten times as long, so it is used only where needed.
    """
    text = _ENCODER.encode(value)
    return text.decode("ascii") if text.isascii() else json.dumps(value)
