"""How deep a line may be nested: a limit of our own, the same on every Python."""

from __future__ import annotations

import re

MAX_DEPTH = 500
"""Levels of arrays and objects in one message.

msgspec stops where Python's own recursion limit is, which depends on the release and on how deep
the caller stands: about 1,000 levels on Python 3.11, several thousand on 3.13.
"""

TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels"

# Possessive (Python 3.11), so that a long text costs no backtracking.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[{\]}]')
_STEP = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}


def is_too_deep(line: bytes) -> bool:
    """Return whether a message is nested deeper than `MAX_DEPTH`."""
    # Brackets inside texts are counted too: an upper bound, which spares most lines the search.
    if line.count(b"[") + line.count(b"{") <= MAX_DEPTH:
        return False
    depth = 0
    for token in _TOKEN.findall(line):
        depth += _STEP.get(token, 0)
        if depth > MAX_DEPTH:
            return True
    return False


def may_be_too_deep(lines: bytes, count: int) -> bool:
    """Return whether one of `count` RECORD lines may be nested too deeply, without reading them.

    Each line has two levels of its own, the message and the record.
    """
    # Most lines have no array, which a search tells faster than a count.
    arrays = lines.count(b"[") if b"[" in lines else 0
    return arrays + lines.count(b"{") - 2 * count > MAX_DEPTH - 2
