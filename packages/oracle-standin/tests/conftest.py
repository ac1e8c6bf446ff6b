"""Fixtures of every test of the stand-in."""

from __future__ import annotations

pytest_plugins = ["oracle_standin.testing.fixtures"]
