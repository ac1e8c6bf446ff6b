"""A headless browser, and the pixels of what it draws."""

from __future__ import annotations

import shutil
import subprocess
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 1200, 900


def screenshot(url: str, picture: Path, theme: str) -> list[bytes]:
    """Return the rows of pixels that a browser draws, three bytes a pixel."""
    options = [
        "--hide-scrollbars",
        f"--window-size={SIZE[0]},{SIZE[1]}",
        f"--screenshot={picture}",
        *(["--force-dark-mode"] if theme == "dark" else []),
    ]
    _browse(url, picture.parent / theme, *options)
    return pixels(picture.read_bytes())


def document(url: str, folder: Path) -> str:
    """Return the document that a browser holds six seconds after it was opened."""
    return _browse(url, folder / "document", "--dump-dom").decode()


def _browse(url: str, profile: Path, *options: str) -> bytes:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    assert browser, "a browser is missing: apt-get install chromium"
    command = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--virtual-time-budget=6000",
        f"--user-data-dir={profile}",
        *options,
        url,
    ]
    return subprocess.run(command, capture_output=True, check=True, timeout=120).stdout


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
