"""No statement of the product joins views of the data dictionary.

Each of them is a join of a dozen tables already, and the optimizer often fails on two of them
(jOOQ issues 8462 and 14014).
"""

from __future__ import annotations

import re

import pytest

from docs.statement_catalogue import Entry, read_catalogue

_VIEW = re.compile(r"\b(?:FROM|JOIN) ((?:ALL|DBA|USER)_\w+)", re.IGNORECASE)
_BLOCK = re.compile(r"\bUNION ALL\b", re.IGNORECASE)


@pytest.mark.parametrize("package", sorted({entry.package for entry in read_catalogue().entries}))
def test_no_statement_joins_views(package: str) -> None:
    entries: list[Entry] = [e for e in read_catalogue().entries if e.package == package]
    joined = [
        block
        for entry in entries
        for text in entry.sql
        for block in _BLOCK.split(text)
        if len(_VIEW.findall(block)) > 1
    ]

    assert joined == []
