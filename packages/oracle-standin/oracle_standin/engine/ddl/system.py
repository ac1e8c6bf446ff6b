"""ALTER SYSTEM SET UNDO_RETENTION; other parameters are refused.

Source: SQL Language Reference, ALTER SYSTEM; Database Reference, UNDO_RETENTION.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import privileges
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.reader import Reader

_LONGEST = 2**31 - 1


def alter(reader: Reader, engine: Engine) -> None:
    """Run ALTER SYSTEM; raises OracleError 1031 without the privilege, 68 for a bad value."""
    privileges.require(engine, "ALTER SYSTEM")
    if not reader.accept("SET", "UNDO_RETENTION"):
        raise not_in_this_standin(what="this ALTER SYSTEM clause")
    if not reader.at_operator("="):
        raise OracleError(927, "missing equal sign", reader.offset)
    reader.take()
    seconds = reader.integer()
    if not 0 <= seconds <= _LONGEST:
        raise OracleError(68, f"invalid value {seconds} for parameter undo_retention")
    if reader.accept("SCOPE"):
        # There is no parameter file: a change lasts as long as the data.
        reader.take()
        if reader.accept_any("BOTH", "MEMORY", "SPFILE") is None:
            raise OracleError(922, "missing or invalid option", reader.offset)
    reader.expect_end(933, "SQL command not properly ended")
    engine.run("UPDATE ora.undo SET retention_seconds = %s", (seconds,))
    engine.run(
        "UPDATE ora.parameters SET value = %s WHERE name = 'undo_retention'", (str(seconds),)
    )
