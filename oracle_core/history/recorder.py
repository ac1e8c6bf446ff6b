"""Writes a run into JOB_HISTORY and never stops it: a history that fails warns once."""

from __future__ import annotations

import logging
import os
import sys
import uuid
from pathlib import PurePath
from typing import TYPE_CHECKING

from oracle_core import redact
from oracle_core.errors import OracleError, describe
from oracle_core.history.settings import HistorySettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from oracle_core.history.model import RunRecord
    from oracle_core.history.store import HistoryStore

CALL_SECONDS = 30.0
"""How long a statement of the history may take: another session may keep its table locked."""

_LOGGER = logging.getLogger(__name__)


class RunRecorder:
    """The rows of one run.

    The table's sessions are its own, so that a run which fails and rolls back its data is still
    written down.
    """

    def __init__(
        self, config: Mapping[str, Any], *, module: str, logger: logging.Logger = _LOGGER
    ) -> None:
        """Read the settings; nothing is opened yet.

        Args:
            config: Settings under their canonical names.
            module: The program, shown in V$SESSION.MODULE.
            logger: Takes the one warning.

        Raises:
            ConfigurationError: If the history's settings are wrong.
        """
        self._settings = HistorySettings.of(config)
        self._config = config
        self._module = module
        self._logger = logger
        self._store: HistoryStore | None = None
        self._number: int | None = None
        self._has_warned = False
        self._streams: set[str] = set()
        self.made: list[str] = []
        """Statements by which this run made the table and what belongs to it."""

    @property
    def is_on(self) -> bool:
        """Whether a table is to be written."""
        return self._settings.table is not None

    @property
    def place(self) -> str:
        """Where the history is, for the audit."""
        settings = self._settings
        return settings.url or ".".join(filter(None, (settings.schema, settings.table)))

    @property
    def has_begun(self) -> bool:
        """Whether the run is written down as RUNNING."""
        return self._number is not None

    def begin(
        self, run: RunRecord, *, description: str = "", known_ended: Iterable[str] = ()
    ) -> None:
        """Write the run down as RUNNING, and earlier ones that nobody will end as INTERRUPTED.

        Args:
            run: The run.
            description: What it does, for people.
            known_ended: Ids of runs of which the state says that they ended.
        """
        if not self.is_on or self._number is not None or self._has_warned:
            return
        ended = list(known_ended)

        def write() -> None:
            store = self._opened()
            self.made += [step.statement for step in store.migrate()]
            # Before the run's own row is there, which would be RUNNING and not yet locked.
            store.interrupt(run.job, known_ended=ended)
            self._number = store.begin(
                run, description=description, command=command_line(), parent=scheduled_run()
            )

        self._safely(write)

    def begin_stream(self, run: RunRecord, stream: str, method: str) -> None:
        """Write down that a stream has begun, once per stream."""
        number = self._number
        if number is None or stream in self._streams or self._has_warned:
            return
        self._streams.add(stream)
        self._safely(lambda: self._opened().begin_stream(number, run, stream, method))

    def end(self, run: RunRecord) -> None:
        """Write down how the run ended, and close the sessions."""
        number = self._number
        if number is not None:
            self._safely(lambda: self._opened().end(number, run))
        self.close()

    def close(self) -> None:
        """Close the sessions."""
        store, self._store = self._store, None
        if store is not None:
            self._safely(store.close)

    def _opened(self) -> HistoryStore:
        if self._store is None:
            from oracle_core.history.store import HistoryStore  # noqa: PLC0415 - SQLAlchemy

            self._store = HistoryStore.of(
                self._settings, self._config, module=self._module, call_seconds=CALL_SECONDS
            )
        return self._store

    def _safely(self, action: Callable[[], None]) -> None:
        """Run an action; the first failure is one warning, later ones say nothing more."""
        try:
            action()
        except Exception as error:  # noqa: BLE001 - the history must not stop the data
            if not self._has_warned:
                self._logger.warning(
                    "The run history %s cannot be written: %s; the data are not affected",
                    self._settings.table,
                    _report(error),
                )
            self._has_warned = True


def _report(error: Exception) -> str:
    if isinstance(error, OracleError):
        return str(error)
    fault = describe(error)
    # ORA-00942 is also what a table of another schema gives that the user may not see.
    if fault.code in {"ORA-01031", "ORA-00942"}:
        hint = "`singer-oracle history migrate --print-sql` prints its statements for a DBA"
        return f"{fault.message} ({fault.code}); {hint}"
    return fault.report


def scheduled_run() -> str | None:
    """Return the id of the scheduler's run that started this process (`RUN_ID`), if one did."""
    try:
        # RUN_ID is a common name of a variable; the scheduler's ids are UUIDs.
        return str(uuid.UUID(os.environ.get("RUN_ID", "")))
    except ValueError:
        return None


def command_line() -> str:
    """Return the command of this process without secrets."""
    program, *arguments = sys.argv or ["?"]
    return redact.redact(" ".join([PurePath(program).name, *arguments]))
