"""The report in a real browser: its charts are drawn, light and dark. `make test-browser`."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from singer_oracle_cli.report import report_page
from tests.browser.chromium import screenshot
from tests.unit.singer_oracle_cli.runs import some_runs

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.browser

SERIES = {"light": (0x2F, 0x6F, 0xBF), "dark": (0x6A, 0xA5, 0xEA)}
SUCCESS = {"light": (0x2F, 0x7D, 0x4F), "dark": (0x5F, 0xB7, 0x83)}
FAILED = {"light": (0xC0, 0x39, 0x2B), "dark": (0xEC, 0x73, 0x65)}
PAGE = {"light": (0xFF, 0xFF, 0xFF), "dark": (0x14, 0x17, 0x1A)}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_charts_are_drawn(tmp_path: Path, theme: str) -> None:
    page = tmp_path / "report.html"
    now = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
    page.write_text(report_page(some_runs(40), title="Runs", now=now), encoding="utf-8")
    rows = screenshot(page.as_uri(), tmp_path / f"{theme}.png", theme)
    assert rows[2][:3] == bytes(PAGE[theme])
    drawn = b"".join(rows)
    counts = {
        name: drawn.count(bytes(colours[theme]))
        for name, colours in (("series", SERIES), ("success", SUCCESS), ("failed", FAILED))
    }
    # Columns and bars are filled areas, of thousands of pixels each; a legend is a hundred.
    assert counts["series"] > 5_000, counts
    assert counts["success"] > 2_000, counts
    assert counts["failed"] > 2_000, counts
