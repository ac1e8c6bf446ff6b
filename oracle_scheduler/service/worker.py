"""Takes jobs, keeps their claims and reports their ends."""

from __future__ import annotations

import logging
import os
import threading
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_core.errors import ConfigurationError, describe
from oracle_scheduler.child.command import command_of
from oracle_scheduler.child.handle import Child, Limits, Spool, kill_leftovers
from oracle_scheduler.child.output import HEAD_BYTES, TAIL_BYTES, kept_of
from oracle_scheduler.jobfile import JobKind
from oracle_scheduler.service.meltano_hosts import refusal
from oracle_scheduler.store import claims, endings, outputs, reading
from oracle_scheduler.store.claims import Claimant
from oracle_scheduler.store.endings import Ending
from oracle_scheduler.store.outputs import Output
from oracle_scheduler.store.states import State
from oracle_scheduler.triggers.service import DATABASE_ERRORS

if TYPE_CHECKING:
    from oracle_scheduler.child.command import Command
    from oracle_scheduler.service.settings import ServiceSettings
    from oracle_scheduler.store.claims import Claim
    from oracle_scheduler.store.database import Database

_LOGGER = logging.getLogger(__name__)

OUTPUT_SECONDS = 2.0
"""Least time between two looks at what a running job writes."""

_KEPT_BYTES = HEAD_BYTES + TAIL_BYTES
_BYTES_PER_SECOND = 100_000


@dataclass(slots=True)
class Running:
    """A job that this worker runs.

    Attributes:
        kept_at: Monotonic time of its last heartbeat.
        is_lost: Whether a heartbeat has found that the claim does not hold any more.
        stored_bytes: Size of its output when it was stored last.
        store_at: Monotonic time from which its output is stored again.
    """

    claim: Claim
    child: Child
    kept_at: float
    is_lost: bool = False
    stored_bytes: int = 0
    store_at: float = 0.0


class Worker:
    """Runs jobs of some queues, one round per call of `step`."""

    def __init__(self, database: Database, node_id: str, settings: ServiceSettings) -> None:
        """Prepare; nothing is claimed before the first round."""
        self._database = database
        self._settings = settings
        self._claimant = Claimant(node_id, settings.lease_seconds)
        self._running: list[Running] = []
        self._keeping = threading.Lock()

    @property
    def running(self) -> int:
        """Number of jobs that run."""
        return len(self._running)

    def recover(self) -> None:
        """Report what ended while no worker looked: results that an earlier process left."""
        if count := kill_leftovers(self._settings.spool):
            _LOGGER.warning("%d processes of attempts without a supervisor were killed", count)
        for path in sorted(self._settings.spool.glob("*.json")):
            spool = Spool(self._settings.spool, path.stem)
            ending = spool.ending()
            if ending is not None:
                self._report(spool, ending)

    def step(self, *, may_claim: bool = True) -> None:
        """Report what has ended, keep what runs, and take what is ready.

        A fault of the database is logged; what could not be written is written in a later round.
        """
        try:
            # What has ended first: it frees slots for `_claim`, and its claim needs no heartbeat.
            self._report_ended()
            self.keep()
            self._store_outputs()
            if may_claim:
                self._claim()
        except DATABASE_ERRORS as error:
            _LOGGER.warning("The round is repeated: %s", describe(error).report)

    def _report_ended(self) -> None:
        for running in [running for running in self._running if running.child.poll()]:
            run_id, job_id = running.claim.run_id, running.claim.job.id
            ending = running.child.ending()
            try:
                self._report(running.child.spool, ending)
            except DATABASE_ERRORS as error:
                # The next round reports it again; the others do not wait for it.
                text = describe(error).report
                _LOGGER.warning("Run %s, job '%s' is reported later: %s", run_id, job_id, text)
                continue
            self._running.remove(running)
            _LOGGER.info("Run %s, job '%s': %s", run_id, job_id, ending.state)

    def _report(self, spool: Spool, ending: Ending) -> None:
        """Write the output and the end to the store, then remove the result.

        A worker that dies in between leaves the result, and the next one reports it again.
        """
        if spool.output.exists():
            # Before the end: whoever sees a job that has ended finds its whole output.
            self._store_output(spool, is_complete=True)
        endings.finish(self._database, spool.token, ending)
        spool.remove()

    def _store_output(self, spool: Spool, *, is_complete: bool) -> int:
        """Store the head and the tail of an output, and return its size."""
        kept = kept_of(spool.output)
        written = Output(0, kept.head, kept.tail, kept.byte_count, is_complete)
        outputs.store_output(self._database, spool.token, written)
        return kept.byte_count

    def _store_outputs(self) -> None:
        """Store what running jobs have written since, so that it can be read while they run.

        The whole of what is kept is written again, so that the wait grows with its size.
        """
        now = time.monotonic()
        for running in self._running:
            spool = running.child.spool
            if now < running.store_at or not spool.output.exists():
                continue
            if spool.output.stat().st_size != running.stored_bytes:
                size = self._store_output(spool, is_complete=False)
                running.stored_bytes = spool.output.stat().st_size
                running.store_at = now + OUTPUT_SECONDS + min(size, _KEPT_BYTES) / _BYTES_PER_SECOND

    def keep(self) -> None:
        """Send the heartbeats that are due; safe beside `step` in a thread of its own.

        A claim or a report may wait for the lock of a process that was stopped in a transaction,
        and what runs must not lose its claim for that.

        Raises:
            OracleError: If the database cannot be reached.
        """
        # Whoever comes second has nothing to send.
        if not self._keeping.acquire(blocking=False):
            return
        try:
            for running in list(self._running):
                self._keep_one(running)
        finally:
            self._keeping.release()

    def _keep_one(self, running: Running) -> None:
        seconds = self._settings.lease_seconds
        # Before the store is asked: the lease counts from a moment behind this one.
        now = time.monotonic()
        # A third of the lease: one heartbeat may fail before the supervisor kills at 0.7 of it.
        if running.is_lost or now - running.kept_at < seconds / 3:
            return
        if claims.extend(self._database, running.claim.token, seconds):
            # After the store: the supervisor must not outlive a claim that was not extended.
            running.child.keep(now)
            running.kept_at = now
        elif not running.child.poll():
            run_id, job_id = running.claim.run_id, running.claim.job.id
            _LOGGER.warning(
                "Run %s, job '%s': the claim is lost, the command is killed", run_id, job_id
            )
            running.is_lost = True
            running.child.abandon()

    def _claim(self) -> None:
        # Per process as well: the slots of the queue count over all workers.
        if self.running >= self._settings.slots:
            return
        # A look without a lock: an idle worker does not touch the rows of the queues.
        if not reading.has_ready(self._database, self._settings.queues):
            return
        for queue in self._settings.queues:
            while self.running < self._settings.slots:
                # Made here, not in the transaction: a repeated one finds what it had taken by it.
                token = str(uuid.uuid4())
                asked_at = time.monotonic()
                claim = claims.claim(self._database, queue, self._claimant, token)
                if claim is None:
                    break
                self._start(claim, asked_at)

    def _start(self, claim: Claim, asked_at: float) -> None:
        run_id, job_id = claim.run_id, claim.job.id
        try:
            child = self._child(claim, asked_at)
        except (ConfigurationError, OSError) as error:
            # The text names variables and files, never values: it is shown on pages.
            endings.finish(self._database, claim.token, Ending(State.FAILED, None, str(error)))
            _LOGGER.error("Run %s, job '%s': %s", run_id, job_id, error)  # noqa: TRY400
            return
        self._running.append(Running(claim, child, asked_at))
        _LOGGER.info("Run %s, job '%s': attempt %d starts", run_id, job_id, claim.attempt)

    def _child(self, claim: Claim, asked_at: float) -> Child:
        command = command_of(claim, os.environ, self._settings.meltano)
        if claim.job.kind is JobKind.MELTANO:
            self._check_hosts(command)
        limits = Limits(
            timeout_seconds=claim.job.timeout_seconds,
            lease_seconds=self._settings.lease_seconds,
            grace_seconds=self._settings.stop_grace_seconds,
        )
        spool = Spool(self._settings.spool, claim.token)
        # From before the claim: where this process is stopped in between, the supervisor finds that
        # the lease may have run out, and starts nothing.
        return Child(command, spool, limits, held_since=asked_at)

    def _check_hosts(self, command: Command) -> None:
        reason = refusal(self._database, self._settings.meltano, command.env)
        if reason is not None:
            raise ConfigurationError(reason)

    def stop(self) -> None:
        """Ask all jobs to end; further rounds report them."""
        for running in self._running:
            running.child.stop()
