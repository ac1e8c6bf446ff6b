"""Results as JSON, YAML or a plain table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click
import yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMATS = ("json", "yaml", "table")

Row = tuple[object, ...]


def show(data: object, output_format: str, header: Sequence[str], rows: Sequence[Row]) -> None:
    """Write a result to stdout.

    Args:
        data: the whole result, for JSON and YAML.
        output_format: one of `FORMATS`.
        header: titles of the table's columns.
        rows: what the table shows; None is an empty cell.
    """
    if output_format == "table":
        click.echo(_table(header, rows))
    elif output_format == "yaml":
        click.echo(yaml.safe_dump(_plain(data), sort_keys=False, allow_unicode=True), nl=False)
    else:
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))


def _plain(data: object) -> Any:  # noqa: ANN401 - as JSON has it
    """Return data without shared parts, which YAML would write as anchors."""
    return json.loads(json.dumps(data))


def _table(header: Sequence[str], rows: Sequence[Row]) -> str:
    cells = [[_cell(value) for value in row] for row in (tuple(header), *rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(header))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )


def _cell(value: object) -> str:
    return "" if value is None else " ".join(str(value).split())
