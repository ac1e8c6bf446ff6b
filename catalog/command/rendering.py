"""Results as JSON, YAML or a plain table."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click
import yaml

from catalog.catalog_json import write_catalog
from catalog.singer import whole

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMATS = ("json", "yaml", "table")

Row = tuple[object, ...]


def show(data: object, output_format: str, header: Sequence[str], rows: Sequence[Row]) -> None:
    """Write a result to stdout.

    Args:
        data: The whole result, for JSON and YAML.
        output_format: One of `FORMATS`.
        header: Column titles of the table.
        rows: Rows of the table; None is an empty cell.
    """
    show_text(data, output_format, table_text(header, rows) if output_format == "table" else "")


def show_text(data: object, output_format: str, text: str) -> None:
    """Write a result to stdout, with a prepared text for the format `table`.

    Args:
        data: The whole result, for JSON and YAML.
        output_format: One of `FORMATS`.
        text: Text for the format `table`.
    """
    if output_format == "table":
        click.echo(text)
    elif output_format == "yaml":
        # safe_dump ends with a line break of its own.
        click.echo(yaml.safe_dump(_plain(data), sort_keys=False, allow_unicode=True), nl=False)
    else:
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))


def show_catalog(catalog: dict[str, Any], output_format: str) -> None:
    """Write a Singer catalog to stdout; its JSON equals that of `tap-oracle --discover`.

    Args:
        catalog: The catalog.
        output_format: json or yaml.
    """
    if output_format == "json":
        write_catalog(catalog, sys.stdout)
    else:
        show_text(whole(catalog), output_format, "")


def _plain(data: object) -> Any:  # noqa: ANN401 - as JSON has it
    """Return a copy without shared parts, which YAML would write as anchors."""
    return json.loads(json.dumps(data))


def table_text(header: Sequence[str], rows: Sequence[Row]) -> str:
    """Return a plain table; None is an empty cell, a header without titles is left out.

    Args:
        header: Column titles.
        rows: Cells of the rows.
    """
    titles = [tuple(header)] if any(header) else []
    cells = [[_cell(value) for value in row] for row in (*titles, *rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(header))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )


def _cell(value: object) -> str:
    return "" if value is None else " ".join(str(value).split())
