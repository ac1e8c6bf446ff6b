"""System change numbers: Oracle's clock of commits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


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
