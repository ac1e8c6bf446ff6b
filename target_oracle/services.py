"""What the streams of a run share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from target_oracle.bookkeeping import Bookkeeping
    from target_oracle.ledger import Ledger
    from target_oracle.naming import NamingRules
    from target_oracle.session import TargetSession
    from target_oracle.settings import TargetSettings
    from target_oracle.state_table import StateTransaction


@dataclass(frozen=True, slots=True)
class LoadServices:
    """Settings, sessions and bookkeeping of a run.

    `session` runs DDL and whatever else commits by itself; `transactions` loads. They are one,
    except where a transaction lasts from STATE to STATE (`state_table`). `checkpoint` is called
    before each batch and may end the run there. Without `bookkeeping` there is no ledger, no lock
    and no staging.
    """

    settings: TargetSettings
    session: TargetSession
    rules: NamingRules
    checkpoint: Callable[[], None]
    transactions: TargetSession | StateTransaction
    bookkeeping: Bookkeeping | None = None

    @property
    def commits_by_state(self) -> bool:
        """Whether rows are committed together with the STATE after them."""
        return self.transactions is not self.session

    @property
    def ledger(self) -> Ledger | None:
        """The ledger, where there is one."""
        return self.bookkeeping.ledger if self.bookkeeping else None
