"""The structure of the report's page."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser

import pytest

from singer_oracle_cli.report import report_page
from singer_oracle_cli.report.charts import nice_ceiling, nice_seconds, short_number, short_seconds
from singer_oracle_cli.report.figures import failures_by_code, slowest_streams, summary_of
from tests.unit.singer_oracle_cli.runs import SPECIAL, some_runs

NOW = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
VOID = {"meta", "rect", "line"}


class Outline(HTMLParser):
    """Counts elements and fails on what is not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.counts: dict[str, int] = {}
        self.texts: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href"}]
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.counts[tag] = self.counts.get(tag, 0) + 1

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser


def test_the_page_has_its_charts_and_tables() -> None:
    runs = some_runs()
    page = report_page(runs, title="Runs of <prod>", now=NOW)
    found = outline(page)
    assert found.counts["svg"] == 4
    # Columns of two charts, bars of codes, bars of streams.
    assert found.counts["rect"] == 12 + 12 + 2 + 3
    assert found.counts["table"] == 2
    assert found.counts["tr"] == (1 + 12) + (1 + 3)
    assert "script" not in found.counts
    assert found.addresses == []
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert SPECIAL in " ".join(found.texts)
    assert "<b>" not in page.partition('<div class="charts">')[2]
    assert "prefers-color-scheme: dark" in page
    shown = {run.status.value.lower() for run in runs}
    legend = page.partition('<p class="legend">')[2].partition("</p>")[0]
    assert legend.count("<i ") == len(shown)
    assert all(f"</i>{status}</span>" in legend for status in shown)


def test_a_page_of_no_runs() -> None:
    found = outline(report_page([], title="Runs", now=NOW))
    assert "svg" not in found.counts
    assert found.texts.count("Nothing to show.") == 6


def test_every_variable_of_the_style_is_defined() -> None:
    page = report_page(some_runs(), title="Runs", now=NOW)
    used = set(re.findall(r"var\(--([\w-]+)\)", page))
    light, dark = page.split("prefers-color-scheme: dark")
    assert used <= set(re.findall(r"--([\w-]+):", light))
    assert used <= set(re.findall(r"--([\w-]+):", dark.partition("}")[0]))


def test_figures() -> None:
    runs = some_runs()
    numbers = summary_of(runs)
    assert (numbers.runs, numbers.succeeded, numbers.failed, numbers.interrupted) == (12, 8, 2, 1)
    assert failures_by_code(runs) == [("ORA-01555", 2), ("INTERRUPTED", 1)]
    slow = slowest_streams(runs)
    assert [stream.stream for stream in slow] == [SPECIAL, "HR-EMPLOYEES", "HR-JOBS"]
    assert slow[0].longest_seconds == 1.2


@pytest.mark.parametrize(
    ("value", "ceiling"), [(0, 1), (1, 1), (1.1, 2), (3, 5), (7, 10), (10, 10), (0.03, 0.05)]
)
def test_axes_end_at_round_numbers(value: float, ceiling: float) -> None:
    assert nice_ceiling(value) == pytest.approx(ceiling)


def test_axes_of_time_end_at_round_units() -> None:
    assert [nice_seconds(value) for value in (90, 130, 8000)] == [100, 300, 5 * 3600]


def test_short_forms() -> None:
    assert [short_number(n) for n in (0, 999, 1500, 2.5e6, 3e9)] == [
        "0", "999", "1.5k", "2.5M", "3G"
    ]  # fmt: skip
    assert [short_seconds(n) for n in (0.25, 12, 180, 9000)] == ["250 ms", "12 s", "3 min", "2.5 h"]
