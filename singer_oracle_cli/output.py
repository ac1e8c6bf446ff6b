"""Results for people and for programs: tables on a terminal, plain text or data when piped."""

from __future__ import annotations

import base64
import csv
import datetime as dt
import json
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click
import yaml
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

FORMATS = ("table", "json", "csv", "yaml")
_COLOURS = {"SUCCESS": "green", "FAILED": "red", "INTERRUPTED": "yellow", "RUNNING": "cyan"}
_COLOURS |= {"ok": "green", "failed": "red", "unknown": "yellow"}


def format_option(*more: str, default: str = "table") -> Callable[[Any], Any]:
    """Return the option `--format`.

    Args:
        more: Formats beside the usual ones.
        default: Format where none is chosen.
    """
    return click.option(
        "--format",
        "output_format",
        type=click.Choice([*FORMATS, *more]),
        default=default,
        show_default=True,
        help="Format of the result.",
    )


def show(
    data: object, header: Sequence[str], rows: Iterable[Sequence[object]], output_format: str
) -> None:
    """Write a result to standard output.

    Args:
        data: The whole result, for JSON and YAML.
        header: Column titles, for tables and CSV.
        rows: Rows, for tables and CSV; None is an empty cell.
        output_format: One of `FORMATS`.
    """
    if output_format == "json":
        click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=plain))
    elif output_format == "yaml":
        # By way of JSON, so that both formats show the same values: safe_dump writes dates in a
        # form of its own and refuses Decimal.
        simple = json.loads(json.dumps(data, default=plain))
        click.echo(yaml.safe_dump(simple, sort_keys=False, allow_unicode=True), nl=False)
    elif output_format == "csv":
        write_csv(header, rows)
    else:
        show_table(header, rows)


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write CSV as RFC 4180 has it."""
    writer = csv.writer(sys.stdout)
    writer.writerow(header)
    writer.writerows([text(value) for value in row] for row in rows)


def show_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table: with lines and colours on a terminal, else columns of plain text."""
    # Behind a pipe lines and colours would be in the way of grep and awk.
    if sys.stdout.isatty():
        table = Table(*header, header_style="bold")
        for row in rows:
            table.add_row(*(_cell(value) for value in row))
        Console().print(table)
        return
    texts = [tuple(text(value) for value in row) for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *texts, strict=True)]
    for line in (tuple(header), *texts):
        cells = (value.ljust(width) for value, width in zip(line, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _cell(value: object) -> Text:
    shown = text(value)
    # As Text: in a plain string Rich would read brackets as markup.
    return Text(shown, style=_COLOURS.get(shown, ""))


def text(value: object) -> str:
    """Return a value as people read it; empty for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=plain)
    made = plain(value) if isinstance(value, (bytes, dt.date, dt.timedelta, Decimal)) else value
    return str(made)


def plain(value: object) -> object:
    """Return a value as JSON can carry it: dates as ISO 8601, bytes as base64, digits kept."""
    if isinstance(value, Decimal):
        # A fraction is a text: most readers of JSON make a double of a number, with 15 to 17
        # digits.
        return int(value) if value == value.to_integral_value() else f"{value:f}"
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value)
