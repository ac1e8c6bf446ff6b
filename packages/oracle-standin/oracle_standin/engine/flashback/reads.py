"""The past, and external tables, as one session reads them."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine.flashback.past import Wanted
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from oracle_standin.backend import Bind
    from oracle_standin.engine.contract import FlashbackSource, Translation
    from oracle_standin.engine.execution import Executor
    from oracle_standin.engine.external.tables import ExternalTables
    from oracle_standin.engine.flashback.past import Past
    from oracle_standin.protocol import BindValue

_OWNER = "SYS"


class FlashbackReads:
    """Puts past tables in the place of placeholders, and knows whether the session is moved."""

    def __init__(
        self,
        past: Past,
        external: ExternalTables,
        executor: Executor,
        stands_for: dict[int, int],
        user: str,
        nls: Callable[[str], str],
    ) -> None:
        """Read past and external tables for `user`, texts with the formats of `nls`.

        `stands_for` is told whose columns these tables have.
        """
        self._past = past
        self._external = external
        self._nls = nls
        self._executor = executor
        self._stands_for = stands_for
        self._user = user
        self._moved = False

    @contextlib.contextmanager
    def settled(
        self, translation: Translation, binds: Sequence[Bind], row: Sequence[BindValue]
    ) -> Iterator[Translation]:
        """Give a translation that can run while the context is open.

        Raises OracleError as `Past.tables`, and EngineFailureError when a limit has no value.
        """
        if not translation.flashback:
            yield translation
            return
        external = [source for source in translation.flashback if source.external]
        past = [source for source in translation.flashback if not source.external]
        wanted = []
        for source in past:
            low, high = self._executor.numbers(source.limits, binds, row)
            rights = source.asked, source.needs_flashback
            wanted.append(Wanted(source.table, *rights, low, high, source.versions))
        read = [(source.table, source.asked) for source in external]
        with (
            self._past.tables(wanted, self._user) as found,
            self._external.tables(read, self._user, self._nls) as rows,
        ):
            yield from self._named(translation, [*past, *external], [*found, *rows])

    def _named(
        self,
        translation: Translation,
        sources: Sequence[FlashbackSource],
        found: Sequence[tuple[str, int]],
    ) -> Iterator[Translation]:
        """Yield a translation with names for placeholders, whose columns are known meanwhile."""
        text = translation.sql
        for source, (name, oid) in zip(sources, found, strict=True):
            text = text.replace(source.placeholder, name)
            self._stands_for[oid] = source.table.oid
        try:
            yield replace(translation, sql=text, flashback=())
        finally:
            for _, oid in found:
                self._stands_for.pop(oid, None)

    def check(self, *, changes: bool) -> None:
        """Raise OracleError 8182 for a statement that changes something in a moved session."""
        if changes and self._moved:
            raise OracleError(8182, "operation not supported while in Flashback mode")

    def enable(self, scn: int | None, *, in_transaction: bool) -> None:
        """Note that the session is moved; raises OracleError 8181, 8183, 8184 or 8185."""
        if self._user == _OWNER:
            raise OracleError(8185, "Flashback not supported for user SYS")
        if self._moved:
            raise OracleError(8184, "attempting to re-enable Flashback while in Flashback mode")
        if in_transaction:
            message = "Flashback cannot be enabled in the middle of a transaction"
            raise OracleError(8183, message)
        self._past.check(scn)
        self._moved = True

    def disable(self) -> None:
        """Note that the session reads what is there now."""
        self._moved = False
