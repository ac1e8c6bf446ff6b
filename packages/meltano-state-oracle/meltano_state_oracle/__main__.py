"""Prints the statements that make the tables, for an administrator: `python -m … [SCHEMA]`."""

from __future__ import annotations

import sys

from meltano_state_oracle.statements import Statements

if __name__ == "__main__":
    for statement in Statements(sys.argv[1] if len(sys.argv) > 1 else None).create_tables:
        sys.stdout.write(f"{statement};\n")
