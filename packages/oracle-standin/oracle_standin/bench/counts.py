"""What the `BENCH` tables count."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oracle_standin.bench.replay import Recording


@dataclass(slots=True)
class Counts:
    """Committed rows of each `BENCH` table, and what was recorded for reads."""

    rows: dict[str, int] = field(default_factory=dict)
    recordings: dict[tuple[str, ...], Recording] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def add(self, pending: dict[str, int]) -> None:
        """Count rows that were committed."""
        with self.lock:
            for table, count in pending.items():
                self.rows[table] = self.rows.get(table, 0) + count

    def forget(self, table: str) -> None:
        """Count from zero again."""
        with self.lock:
            self.rows.pop(table, None)
