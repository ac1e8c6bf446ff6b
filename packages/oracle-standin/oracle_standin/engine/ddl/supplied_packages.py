"""Supplied packages on which EXECUTE is not granted to PUBLIC.

Source: PL/SQL Packages and Types Reference, "Security Model" of each package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.ddl.objects import Relation
from oracle_standin.engine.ddl.program_units import PROGRAM

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.reader import ObjectName

_OWNER = "SYS"


def find(engine: Engine, name: ObjectName) -> Relation | None:
    """Return a package as something to grant EXECUTE on."""
    if name.schema not in {None, _OWNER}:
        return None
    rows = engine.query("SELECT object_id::bigint FROM ora.packages WHERE name = %s", (name.name,))
    if not rows:
        return None
    names = _OWNER, name.name
    return Relation(rows[0][0], *names, *names, PROGRAM, "PACKAGE")
