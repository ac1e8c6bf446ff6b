"""Warnings before rows move, and the setting `strict` that turns them into errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_core.errors import ConfigurationError

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterable


def report(warnings: Iterable[str], logger: logging.Logger, *, strict: bool) -> None:
    """Log warnings, one line each.

    Args:
        warnings: What is probably not meant, each with the way out.
        logger: The plugin's logger.
        strict: Whether a warning ends the run.

    Raises:
        ConfigurationError: If there is a warning and `strict` is set.
    """
    lines = list(warnings)
    for line in lines:
        logger.warning("%s", line)
    if lines and strict:
        msg = f"{len(lines)} warning(s) are errors in this run: {'; '.join(lines)}"
        raise ConfigurationError(msg, setting="strict")
