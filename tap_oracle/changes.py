"""What a log-based stream delivers: for each key that changed, what became of it.

Both ways to the changes, LogMiner and Flashback Version Query, end here, so that they give the
same records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oracle_core.errors import OracleError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

DELETED_AT = "_sdc_deleted_at"
COMMIT_SCN = "_sdc_scn"


@dataclass(frozen=True, slots=True)
class KeyChange:
    """The last change of one key.

    Attributes:
        row: The fetched values of the planned columns; None where the log has no value.
        scn: SCN of the commit.
        time: Time of the commit by the server's clock, if the log has it.
        is_present: Whether a row has the key.
        must_read: Whether the row has to be read, because the log does not have all of it.
    """

    row: Sequence[object]
    scn: int
    time: dt.datetime | None
    is_present: bool
    must_read: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """Last changes of keys, in the order of their commits."""

    changes: Sequence[KeyChange]


@dataclass(frozen=True, slots=True)
class Truncated:
    """The table was emptied by a statement of which the log has no rows."""


@dataclass(frozen=True, slots=True)
class Advanced:
    """All changes up to a position have been yielded; `bookmark` says where that is."""

    bookmark: Mapping[str, Any]


Event = Changed | Truncated | Advanced


class GapError(OracleError):
    """Changes between the bookmark and now cannot be had any more, or not by this method.

    `cause` says why, `first_scn` and `last_scn` which changes are missing.
    """

    def __init__(
        self, stream: str, cause: str, *, first_scn: int, last_scn: int | None, advice: str = ""
    ) -> None:
        """Describe the gap.

        Args:
            stream: the stream.
            cause: why the changes are missing, with the code of Oracle if there is one.
            first_scn: the first SCN whose changes are missing.
            last_scn: the last one; None where it is not known.
            advice: what avoids the next gap.
        """
        until = "now" if last_scn is None else str(last_scn)
        prevention = f"; {advice}" if advice else ""
        super().__init__(
            f"stream '{stream}': the changes from SCN {first_scn} to {until} cannot be read: "
            f"{cause}. Load the stream in full again: set on_gap to snapshot, or remove the "
            f"stream's bookmark (meltano run --full-refresh){prevention}"
        )
        self.cause = cause
        self.first_scn = first_scn
        self.last_scn = last_scn
