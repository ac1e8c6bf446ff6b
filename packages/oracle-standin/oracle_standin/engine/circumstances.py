"""What is known beside a failure, to tell what it is in Oracle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oracle_standin.engine.server_facts import DEFAULT_SERVER, ServerFacts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from oracle_standin.engine.contract import ObjectRef, Resolver
    from oracle_standin.engine.lengths import StoredLengths


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What was running when a failure came, and where to look for details.

    Args:
        keyword: The statement's first word.
        user: The session's user.
        query: Runs a query as the owner.
        resolver: Looks up the statement's target table.
        server: The server that is played.
        statement: The statement's text, where it is at hand.
        stored: The lengths of the values that a DML statement assigns to columns.
        waits: Whether the statement waits for locks for a time of its own (FOR UPDATE WAIT n).
    """

    keyword: str
    user: str
    query: Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]
    resolver: Resolver
    server: ServerFacts = DEFAULT_SERVER
    statement: str = ""
    stored: StoredLengths | None = None
    waits: bool = False

    def target(self) -> ObjectRef | None:
        """Return the table that a DML statement changes, where it is known."""
        if self.stored is None or not self.stored.table:
            return None
        return self.resolver.resolve(self.stored.schema, self.stored.table)

    def lengths(self) -> dict[str, tuple[int, int]]:
        """Return byte and character lengths of the assigned values by column."""
        target = self.target()
        if self.stored is None or target is None:
            return {}
        found = self.stored.lengths(lambda: self.resolver.columns(target))
        if self.server.bytes_per_character == 1:
            return {column: (characters, characters) for column, (_, characters) in found.items()}
        return found
