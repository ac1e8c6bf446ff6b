"""`tap-oracle --discover`, measured: `python -m benchmarks.discovery.ours CONFIG`."""

from __future__ import annotations

import sys

from benchmarks.discovery.command import discover
from tap_oracle.tap import TapOracle

if __name__ == "__main__":
    discover(TapOracle, *sys.argv[1:])
