"""Hints that a queue has something: they shorten the wait of workers, and decide nothing.

What runs is decided by the claim in the store; a hint that is lost costs one poll interval.
"""

from __future__ import annotations

from oracle_scheduler.hints.backends import Hints, hints_of

__all__ = ["Hints", "hints_of"]
