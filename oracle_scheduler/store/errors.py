"""Errors of the store that a caller tells apart."""

from __future__ import annotations

from oracle_core.errors import ConfigurationError


class UnknownNameError(ConfigurationError):
    """No pipeline, run, job or token has the name that was asked for."""
