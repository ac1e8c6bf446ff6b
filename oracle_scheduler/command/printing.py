"""Results as text for people and as JSON for programs."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def print_json(value: object) -> None:
    """Print a value as JSON; moments in RFC 3339, dataclasses as objects."""
    click.echo(json.dumps(value, default=_plain, ensure_ascii=False, indent=2))


def print_result(output_format: str, values: Mapping[str, object], text: str) -> None:
    """Print what a command has done: as JSON, or as one line for people."""
    if output_format == "json":
        print_json(values)
    else:
        click.echo(text)


def _plain(value: Any) -> object:  # noqa: ANN401 - whatever json does not know
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return str(value)


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows in columns as wide as their content."""
    texts = [list(headings), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[place]) for row in texts) for place in range(len(headings))]
    for row in texts:
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%SZ")
    return str(value)
