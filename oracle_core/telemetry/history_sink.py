"""The sink that writes runs into JOB_HISTORY."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_core.telemetry.events import (
    Event,
    RunEnded,
    RunStarted,
    StreamStarted,
    TableChanged,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_core.history.recorder import RunRecorder
    from oracle_core.telemetry.events import Change


class HistorySink:
    """Turns events into rows; the recorder keeps its own failures to one warning."""

    name = "job_history"

    def __init__(self, recorder: RunRecorder, *, user: str = "") -> None:
        """Write through a recorder.

        Args:
            recorder: Writes the rows.
            user: Who is logged on, for the audit.
        """
        self._recorder = recorder
        self._user = user
        self.emit: Callable[[Event], None] | None = None
        """Gets the changes that were needed to make the table."""

    @property
    def has_begun(self) -> bool:
        """Whether this run stands in the history."""
        return self._recorder.has_begun

    def handle(self, event: Event) -> None:
        """Write what the event tells of the run or a stream."""
        if isinstance(event, RunStarted):
            self._recorder.begin(
                event.run, description=event.description, known_ended=event.known_ended
            )
            self._tell_made()
        elif isinstance(event, StreamStarted):
            self._recorder.begin_stream(event.run, event.stream, event.method)
        elif isinstance(event, RunEnded):
            self._recorder.end(event.run)

    def _tell_made(self) -> None:
        if self.emit is None:
            return
        for statement in self._recorder.made:
            change: Change = "CREATE" if statement.startswith("CREATE") else "ALTER"
            text = " ".join(statement.split())
            self.emit(TableChanged(change, self._recorder.place, self._user, statement=text))

    def close(self) -> None:
        """End the sessions."""
        self._recorder.close()
