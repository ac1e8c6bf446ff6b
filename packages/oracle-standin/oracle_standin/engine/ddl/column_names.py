"""Which names columns may have.

Source: SQL Language Reference, "Oracle SQL Reserved Words": "The uppercase word ROWID, either
quoted or nonquoted, cannot be used as a column name."
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Sequence


def check(names: Sequence[str]) -> None:
    """Raise OracleError 957 for a name that is there twice, 904 for one that no column may have."""
    if len(set(names)) != len(names):
        raise OracleError(957, "duplicate column name")
    if "ROWID" in names:
        raise OracleError(904, '"ROWID": invalid identifier')
