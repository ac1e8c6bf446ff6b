"""The same command of a tap as the SDK gives it: `python -m benchmarks.discovery.plain CONFIG`."""

from __future__ import annotations

import sys

from benchmarks.discovery.command import discover
from benchmarks.plain_tap import PlainTap

if __name__ == "__main__":
    discover(PlainTap, *sys.argv[1:])
