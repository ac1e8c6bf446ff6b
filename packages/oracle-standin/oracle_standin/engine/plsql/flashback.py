"""DBMS_FLASHBACK: moves a session's reads to an earlier SCN.

Source: PL/SQL Packages and Types Reference, DBMS_FLASHBACK.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin import codecs
from oracle_standin.backend import Bind
from oracle_standin.protocol import TypeCode

if TYPE_CHECKING:
    from oracle_standin.engine.plsql.arguments import Arguments
    from oracle_standin.engine.plsql.host import Host
    from oracle_standin.protocol import BindValue


def enable_at_scn(host: Host, arguments: Arguments) -> Arguments:
    """Run ENABLE_AT_SYSTEM_CHANGE_NUMBER."""
    host.enable_flashback(_scn(arguments["QUERY_SCN"]))
    return {}


def enable_at_time(host: Host, arguments: Arguments) -> Arguments:
    """Run ENABLE_AT_TIME; the time is turned into an SCN once."""
    bind = Bind("MOMENT", TypeCode.TIMESTAMP, size_bytes=11)
    _, value = host.evaluate("TIMESTAMP_TO_SCN(:moment)", [bind], [arguments["QUERY_TIME"]])
    host.enable_flashback(_scn(value))
    return {}


def disable(host: Host, _arguments: Arguments) -> Arguments:
    """Run DISABLE, which Oracle accepts in a session that is not moved too."""
    host.disable_flashback()
    return {}


def _scn(value: BindValue) -> int | None:
    return int(float(codecs.number_to_text(value))) if isinstance(value, bytes) else None
