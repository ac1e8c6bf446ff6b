"""The command line: `python -m oracle_standin serve` and `bench`."""

from __future__ import annotations

import sys

from oracle_standin.server import main

if __name__ == "__main__":
    sys.exit(main())
