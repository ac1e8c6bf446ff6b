"""The report in a real browser: its charts are drawn, light and dark. `make test-browser`."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import zlib
from typing import TYPE_CHECKING

import pytest

from singer_oracle_cli.report import report_page
from tests.unit.singer_oracle_cli.runs import some_runs

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.browser

SIZE = 1200, 900
SERIES = {"light": (0x2F, 0x6F, 0xBF), "dark": (0x6A, 0xA5, 0xEA)}
SUCCESS = {"light": (0x2F, 0x7D, 0x4F), "dark": (0x5F, 0xB7, 0x83)}
FAILED = {"light": (0xC0, 0x39, 0x2B), "dark": (0xEC, 0x73, 0x65)}
PAGE = {"light": (0xFF, 0xFF, 0xFF), "dark": (0x14, 0x17, 0x1A)}


def screenshot(page: Path, picture: Path, theme: str) -> list[bytes]:
    """Return the rows of pixels that a browser draws, three bytes a pixel."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    assert browser, "a browser is missing: apt-get install chromium"
    command = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        f"--window-size={SIZE[0]},{SIZE[1]}",
        f"--screenshot={picture}",
        f"--user-data-dir={picture.parent / theme}",
        *(["--force-dark-mode"] if theme == "dark" else []),
        page.as_uri(),
    ]
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    return pixels(picture.read_bytes())


def pixels(png: bytes) -> list[bytes]:
    """Return the rows of a PNG of 8 bits per channel, as RGB (PNG specification, clause 9)."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    position, packed, width, channels = 8, b"", 0, 0
    while position < len(png):
        length, kind = int.from_bytes(png[position : position + 4], "big"), png[position + 4 :][:4]
        body = png[position + 8 : position + 8 + length]
        if kind == b"IHDR":
            width, channels = int.from_bytes(body[:4], "big"), {2: 3, 6: 4}[body[9]]
            assert body[8] == 8
        packed += body if kind == b"IDAT" else b""
        position += length + 12
    data, stride = zlib.decompress(packed), width * channels
    rows, previous = [], bytearray(stride)
    for start in range(0, len(data), stride + 1):
        row = bytearray(data[start + 1 : start + 1 + stride])
        _unfilter(data[start], row, previous, channels)
        rows.append(b"".join(bytes(row[i : i + 3]) for i in range(0, stride, channels)))
        previous = row
    return rows


def _unfilter(kind: int, row: bytearray, above: bytearray, step: int) -> None:
    for i in range(len(row) if kind else 0):
        left = row[i - step] if i >= step else 0
        corner = above[i - step] if i >= step else 0
        if kind == 1:
            row[i] = (row[i] + left) & 255
        elif kind == 2:
            row[i] = (row[i] + above[i]) & 255
        elif kind == 3:
            row[i] = (row[i] + (left + above[i]) // 2) & 255
        else:
            estimate = left + above[i] - corner
            nearest = min((left, above[i], corner), key=lambda value: abs(estimate - value))
            row[i] = (row[i] + nearest) & 255


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_charts_are_drawn(tmp_path: Path, theme: str) -> None:
    page = tmp_path / "report.html"
    now = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
    page.write_text(report_page(some_runs(40), title="Runs", now=now), encoding="utf-8")
    rows = screenshot(page, tmp_path / f"{theme}.png", theme)
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
