"""Whether this process leads: fires times and finds lost attempts."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from typing import TYPE_CHECKING

from oracle_core.errors import describe
from oracle_scheduler.store import endings, leases
from oracle_scheduler.triggers.service import DATABASE_ERRORS

if TYPE_CHECKING:
    from oracle_scheduler.service.settings import ServiceSettings
    from oracle_scheduler.store.database import Database

_LOGGER = logging.getLogger(__name__)


class Leadership:
    """Asks for the lease again and again in a thread of its own."""

    def __init__(self, database: Database, node_id: str, settings: ServiceSettings) -> None:
        """Prepare; `start` begins to ask."""
        self._database = database
        self._node_id = node_id
        self._settings = settings
        self._is_leader = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="leadership", daemon=True)

    def is_leader(self) -> bool:
        """Return whether the lease was held at the last heartbeat."""
        return self._is_leader

    def start(self) -> None:
        """Begin to ask, at once."""
        self._thread.start()

    def stop(self) -> None:
        """Stop asking and give the lease back."""
        self._stop.set()
        # Joined before the lease is given back: a late heartbeat would take it again.
        self._thread.join()
        if self._is_leader:
            self._is_leader = False
            leases.release(self._database, leases.LEADER, self._node_id)

    def _loop(self) -> None:
        while not self._stop.is_set():
            try:
                self._beat()
            except DATABASE_ERRORS as error:
                self._set(is_leader=False)
                _LOGGER.warning("Leadership is asked for later: %s", describe(error).report)
            # A third: two heartbeats may fail before the lease runs out.
            self._stop.wait(self._settings.lease_seconds / 3)

    def _beat(self) -> None:
        skew = self._skew()
        if abs(skew) > self._settings.max_clock_skew_seconds:
            self._set(is_leader=False)
            _LOGGER.warning(
                "This machine's clock differs by %.1f seconds from the database's; it does not "
                "lead until that is mended",
                skew,
            )
            return
        seconds = self._settings.lease_seconds
        self._set(is_leader=leases.hold(self._database, leases.LEADER, self._node_id, seconds))
        # By the leader alone, to save statements; two at once would do no harm.
        if self._is_leader and (count := endings.reap(self._database)):
            _LOGGER.warning("%d attempts were lost with their worker", count)

    def _skew(self) -> float:
        with self._database.transaction() as connection:
            moment = self._database.now(connection)
        return (dt.datetime.now(dt.UTC) - moment).total_seconds()

    def _set(self, *, is_leader: bool) -> None:
        if is_leader != self._is_leader:
            _LOGGER.info("This process %s", "leads" if is_leader else "does not lead")
        self._is_leader = is_leader
