"""DBMS_LOGMNR: its procedures and constants.

Source: PL/SQL Packages and Types Reference, DBMS_LOGMNR.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin import codecs
from oracle_standin.backend import Bind
from oracle_standin.engine.logminer.mining import ADDFILE, Range
from oracle_standin.engine.plsql.arguments import number_of, text_of
from oracle_standin.protocol import TypeCode, not_in_this_standin

if TYPE_CHECKING:
    from oracle_standin.engine.plsql.arguments import Arguments
    from oracle_standin.engine.plsql.host import Host
    from oracle_standin.protocol import BindValue

_SECONDS = "(CAST(:moment AS DATE) - DATE '1970-01-01') * 86400"


def add_file(host: Host, arguments: Arguments) -> Arguments:
    """Run ADD_LOGFILE."""
    given = arguments["OPTIONS"]
    option = ADDFILE if given is None else int(number_of(given))
    host.mining.add_file(text_of(arguments["LOGFILENAME"]), option)
    return {}


def remove_file(host: Host, arguments: Arguments) -> Arguments:
    """Run REMOVE_LOGFILE."""
    host.mining.remove_file(text_of(arguments["LOGFILENAME"]))
    return {}


def start(host: Host, arguments: Arguments) -> Arguments:
    """Run START_LOGMNR; 0 and NULL as an SCN are no limit."""
    if text_of(arguments["DICTFILENAME"]):
        what = "a LogMiner dictionary in a file"
        raise not_in_this_standin(what)
    wanted = Range(
        _scn(arguments["STARTSCN"]),
        _scn(arguments["ENDSCN"]),
        _seconds(host, arguments["STARTTIME"]),
        _seconds(host, arguments["ENDTIME"]),
    )
    host.mining.start(wanted, int(number_of(arguments["OPTIONS"])))
    return {}


def end(host: Host, _arguments: Arguments) -> Arguments:
    """Run END_LOGMNR."""
    host.mining.end()
    return {}


def _scn(value: BindValue) -> int | None:
    return int(number_of(value)) or None


def _seconds(host: Host, value: BindValue) -> float | None:
    if value is None:
        return None
    _, seconds = host.evaluate(_SECONDS, [Bind("MOMENT", TypeCode.DATE, size_bytes=7)], [value])
    return float(codecs.number_to_text(seconds)) if seconds is not None else None
