"""System change numbers: Oracle's clock of commits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Oracle's own end is 2^63 - 2^48 (Database Reference, "Logical Database Limits").
MAX_SCN = 2**63 - 1


@dataclass(frozen=True, slots=True, order=True)
class Scn:
    """One SCN; later commits have greater ones.

    Raises:
        ValueError: If the number is negative or above what Oracle uses.
    """

    value: int

    def __post_init__(self) -> None:
        """Check the range of the number."""
        if not 0 <= self.value <= MAX_SCN:
            msg = "an SCN lies between 0 and 2^63 - 1"
            raise ValueError(msg)

    def __str__(self) -> str:
        """Return the digits."""
        return str(self.value)


@dataclass(frozen=True, slots=True)
class ScnStatement:
    """A way to ask for an SCN and the privilege it needs."""

    sql: str
    privilege: str


# TIMESTAMP_TO_SCN(SYSTIMESTAMP) needs no right, but the map behind it has steps of about three
# seconds (SQL Language Reference, "SCN_TO_TIMESTAMP").
SCN_STATEMENTS: Mapping[str, ScnStatement] = {
    "v$database": ScnStatement("SELECT d.current_scn FROM v$database d", "READ on SYS.V_$DATABASE"),
    # Without EXECUTE the name is not known at all: ORA-00904.
    "dbms_flashback": ScnStatement(
        "SELECT dbms_flashback.get_system_change_number FROM dual", "EXECUTE on DBMS_FLASHBACK"
    ),
}
"""Ways to the current SCN, in the order of preference."""
