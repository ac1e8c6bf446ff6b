"""Constants of supplied packages, which expressions of PL/SQL may name and SQL may not.

Source: PL/SQL Packages and Types Reference, DBMS_LOGMNR, "Constants".
"""

from __future__ import annotations

from oracle_standin.engine.logminer import mining

CONSTANTS: dict[tuple[str, str], int] = {
    ("DBMS_LOGMNR", "NEW"): mining.NEW,
    ("DBMS_LOGMNR", "REMOVEFILE"): mining.REMOVEFILE,
    ("DBMS_LOGMNR", "ADDFILE"): mining.ADDFILE,
    **{("DBMS_LOGMNR", name): bit for name, bit in mining.START_OPTIONS.items()},
}
"""Values by package and name."""
