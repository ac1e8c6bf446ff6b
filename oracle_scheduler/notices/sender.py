"""Takes notices from the outbox and sends them, in a thread that nothing waits for."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from oracle_core.errors import describe
from oracle_scheduler.notices.channels import UnsentError
from oracle_scheduler.store import events
from oracle_scheduler.triggers.service import DATABASE_ERRORS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from oracle_scheduler.notices.channels import Channel
    from oracle_scheduler.store.database import Database

_LOGGER = logging.getLogger(__name__)


class Sender:
    """Sends what is due, at least once; a receiver that is down gets it later."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        *,
        is_leader: Callable[[], bool],
        poll_seconds: float,
    ) -> None:
        """Prepare; `start` begins.

        Args:
            database: The store.
            channels: By their names in the outbox.
            is_leader: Returns whether this process sends; two that do send nothing twice.
            poll_seconds: Time between two looks at the outbox.
        """
        self._database = database
        self._channels = channels
        self._is_leader = is_leader
        self._poll_seconds = poll_seconds
        self._stop = threading.Event()
        # A daemon: a receiver that does not answer must not keep the process from its end.
        self._thread = threading.Thread(target=self._loop, name="notices", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self) -> None:
        """Begin no further notice; one that is on its way is not waited for.

        It stays in the outbox, and whoever leads next sends it.
        """
        self._stop.set()

    def _loop(self) -> None:
        while not self._stop.wait(self._poll_seconds):
            if not self._is_leader():
                continue
            try:
                self.send_due()
            except DATABASE_ERRORS as error:
                _LOGGER.warning("Notices are sent later: %s", describe(error).report)

    def send_due(self) -> int:
        """Send what is due, and return the number of notices that were accepted."""
        count = 0
        for notice in events.take_due(self._database):
            # The rest was taken for two minutes and is sent by whoever leads then.
            if self._stop.is_set():
                break
            try:
                self._channels[notice.channel].send(notice)
            except UnsentError as error:
                _LOGGER.warning("Notice %s is sent later: %s", notice.event_id, error)
                events.failed(self._database, notice, str(error))
            else:
                events.sent(self._database, notice)
                count += 1
        return count
