"""One process of the service, from its start to its end."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
import uuid
from typing import TYPE_CHECKING

from oracle_core.errors import ConfigurationError, describe
from oracle_scheduler.child import handle
from oracle_scheduler.jobfile import SUFFIXES, read_pipeline
from oracle_scheduler.notices.channels import Email, Webhook
from oracle_scheduler.notices.sender import Sender
from oracle_scheduler.service.leadership import Leadership
from oracle_scheduler.service.worker import Worker
from oracle_scheduler.store import claims, definitions, nodes, pruning
from oracle_scheduler.triggers.service import DATABASE_ERRORS, firing_scheduler

if TYPE_CHECKING:
    from pathlib import Path

    from oracle_scheduler.service.settings import ServiceSettings
    from oracle_scheduler.store.database import Database

_LOGGER = logging.getLogger(__name__)

_POLLS_PER_NODE_HEARTBEAT = 10
_ROUNDS_PER_PRUNING = 360
_NOTICE_SECONDS = 10.0


class Service:
    """Fires, works, or both, until it is stopped."""

    def __init__(self, database: Database, settings: ServiceSettings) -> None:
        """Prepare; `run` begins."""
        self._database = database
        self._settings = settings
        self.node_id = str(uuid.uuid4())
        self._leadership = Leadership(database, self.node_id, settings)
        self._worker = Worker(database, self.node_id, settings)
        self._sender = Sender(
            database,
            {"email": Email(settings.smtp), "webhook": Webhook()},
            is_leader=self._leadership.is_leader,
            poll_seconds=min(_NOTICE_SECONDS, settings.lease_seconds / 3),
        )
        self._is_stopping = False
        self._seen: dict[Path, tuple[int, int]] = {}

    def stop(self) -> None:
        """Let `run` come to its end within a poll; safe in a signal handler."""
        # No Event and no hint: their locks are not reentrant, and a handler runs in the thread that
        # may hold them.
        self._is_stopping = True

    def run(self) -> None:
        """Serve until `stop`; then jobs are asked to end, and what ends in time is reported."""
        settings = self._settings
        # First: the check of Meltano's hosts counts nodes.
        nodes.register(self._database, self.node_id, settings.roles)
        self._read_jobs()
        scheduler = firing_scheduler(
            self._database,
            is_leader=self._leadership.is_leader,
            poll_seconds=settings.poll_seconds,
            announce=self._announce,
        )
        if "scheduler" in settings.roles:
            self._leadership.start()
            scheduler.start()
            self._sender.start()
        if "worker" in settings.roles:
            for queue in settings.queues:
                # Slots count over all workers: the last one that starts sets them.
                claims.set_slots(self._database, queue, settings.slots)
            # Before the first claim: results of an earlier process free their jobs at once, not
            # when their leases end.
            self._worker.recover()
            threading.Thread(target=self._keep, name="heartbeats", daemon=True).start()
        _LOGGER.info("Serving as %s", ", ".join(sorted(settings.roles)))
        try:
            self._serve()
        finally:
            if "scheduler" in settings.roles:
                # No job to wait for: the executor fires in the loop itself, whose thread is joined
                # in any case.
                scheduler.shutdown(wait=False)
                self._sender.stop()
                self._leadership.stop()
            self._end_jobs()

    def _serve(self) -> None:
        rounds = 0
        settings, next_round = self._settings, 0.0
        while not self._is_stopping:
            # A hint shortens the wait; without one, a lost one included, the poll interval decides.
            settings.hints.wait(settings.queues, settings.poll_seconds)
            if "worker" in settings.roles:
                self._worker.step()
            if time.monotonic() < next_round:
                continue
            # Rounds are counted by the clock: hints make them come sooner.
            next_round = time.monotonic() + _POLLS_PER_NODE_HEARTBEAT * settings.poll_seconds
            rounds += 1
            self._heartbeat()
            self._read_jobs()
            if rounds % _ROUNDS_PER_PRUNING == 0:
                self._prune()

    def _keep(self) -> None:
        """Send heartbeats of jobs, beside a round that waits; ends with the process."""
        while True:
            time.sleep(self._settings.lease_seconds / 6)
            try:
                self._worker.keep()
            except DATABASE_ERRORS as error:
                _LOGGER.warning("Heartbeats are sent later: %s", describe(error).report)

    def _announce(self) -> None:
        for queue in self._settings.queues:
            self._settings.hints.announce(queue)

    def _prune(self) -> None:
        before = dt.datetime.now(dt.UTC) - dt.timedelta(days=self._settings.keep_days)
        try:
            handle.prune(self._settings.spool, before.timestamp())
            if self._leadership.is_leader():
                pruning.prune(self._database, before)
        except DATABASE_ERRORS as error:
            _LOGGER.warning("Old runs are deleted later: %s", describe(error).report)

    def _end_jobs(self) -> None:
        self._worker.stop()
        while self._worker.running:
            # Heartbeats go on while jobs end: a claim that ran out would give the job to another.
            self._worker.step(may_claim=False)
            time.sleep(min(self._settings.poll_seconds, 0.2))

    def _read_jobs(self) -> None:
        """Register job files that are new or changed; one that is wrong is logged and left."""
        folder = self._settings.jobs_dir
        if folder is None:
            return
        try:
            paths = sorted(entry for entry in folder.iterdir() if entry.suffix in SUFFIXES)
        except OSError as error:
            _LOGGER.warning("Job files are read later: %s", error)
            return
        for path in paths:
            try:
                self._read_job(path)
            except ConfigurationError as error:
                _LOGGER.error("%s", error)  # noqa: TRY400 - the text says what and where
            except DATABASE_ERRORS as error:
                # A file may vanish between the listing and here.
                _LOGGER.warning("%s is read later: %s", path, describe(error).report)
                self._seen.pop(path, None)

    def _read_job(self, path: Path) -> None:
        stat = path.stat()
        # Size as well: two writes within one tick of the file system's clock have one time.
        stamp = (stat.st_mtime_ns, stat.st_size)
        if self._seen.get(path) == stamp:
            return
        # Before it is read: a file that is wrong is logged once, not in each round.
        self._seen[path] = stamp
        pipeline = read_pipeline(path)
        definitions.register(self._database, pipeline, path.read_text(encoding="utf-8"))

    def _heartbeat(self) -> None:
        try:
            nodes.heartbeat(self._database, self.node_id)
        except DATABASE_ERRORS as error:
            _LOGGER.warning("The node is reported later: %s", describe(error).report)
