"""Streams that failed while the others go on (`on_stream_error: continue`)."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from target_oracle.errors import LineError, TargetError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LOGGER = logging.getLogger("target-oracle")


@dataclass(frozen=True, slots=True)
class Uncommitted:
    """Rows that this run will not commit, from number `oldest` on; no STATE behind them leaves."""

    oldest: int | None


class StreamFailures:
    """The streams that failed in a run, and the rows that they hold back."""

    def __init__(self, *, goes_on: bool) -> None:
        """Start with none; `goes_on` when a failure ends only its stream."""
        self._goes_on = goes_on
        self.held: dict[str, Uncommitted] = {}

    def __contains__(self, stream: str) -> bool:
        """Return whether a stream has failed."""
        return stream in self.held

    @contextmanager
    def of(self, stream: str, oldest: Callable[[], int]) -> Iterator[None]:
        """Note what fails in the body as a failure of its stream.

        Args:
            stream: The stream.
            oldest: Returns the number of its oldest row that is not committed.
        """
        try:
            yield
        except LineError:
            raise  # the input itself is wrong
        except TargetError as error:
            if not self._goes_on:
                raise
            _LOGGER.error("%s; the other streams go on", error)  # noqa: TRY400 - no traceback
            self.held[stream] = Uncommitted(oldest())

    def check(self, streams: int) -> None:
        """End the run with a summary where a stream failed.

        Raises:
            TargetError: If one has.
        """
        if self.held:
            listed = ", ".join(f"'{stream}'" for stream in self.held)
            what = (
                f"{len(self.held)} of {streams} streams failed ({listed}), the others are loaded; "
                "the STATE written ends before the first failure, so run again"
            )
            raise TargetError(what)
