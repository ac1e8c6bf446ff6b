"""The settings of the pool, declared once for every program that has one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from singer_sdk import typing as th

from oracle_core.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_MAX = 8
DEFAULT_TIMEOUT_SECONDS = 60.0

POOL_SETTINGS: list[th.Property[Any]] = [
    th.Property(
        "pool_min",
        th.IntegerType(nullable=True, minimum=0),
        default=0,
        title="Sessions kept in the pool",
        description=(
            "Sessions that the pool of a process opens at once. A run needs one session for its "
            "rows; those for locks, history and parallel work come from the pool, opened by need."
        ),
    ),
    th.Property(
        "pool_max",
        th.IntegerType(nullable=True, minimum=1),
        default=DEFAULT_MAX,
        title="Sessions of the pool",
        description=(
            "Maximum sessions of the pool of a process; keep it below SESSIONS_PER_USER of the "
            "user's profile."
        ),
    ),
    th.Property(
        "pool_timeout_seconds",
        th.NumberType(nullable=True, minimum=0),
        default=DEFAULT_TIMEOUT_SECONDS,
        title="Wait for a session (seconds)",
        description="How long to wait for a session of the pool when all are in use.",
    ),
]


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """How large the pool is.

    Attributes:
        min: Sessions opened at once.
        max: Maximum sessions.
        timeout_seconds: How long to wait when all are in use.
    """

    min: int = 0
    max: int = DEFAULT_MAX
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Self:
        """Return the settings of a configuration.

        Raises:
            ConfigurationError: If `pool_min` is more than `pool_max`.
        """
        least, most = config.get("pool_min"), config.get("pool_max")
        seconds = config.get("pool_timeout_seconds")
        settings = cls(
            min=0 if least is None else int(least),
            max=DEFAULT_MAX if most is None else int(most),
            timeout_seconds=DEFAULT_TIMEOUT_SECONDS if seconds is None else float(seconds),
        )
        if settings.min > settings.max:
            msg = f"must be at most pool_max, which is {settings.max}"
            raise ConfigurationError(msg, setting="pool_min")
        return settings
