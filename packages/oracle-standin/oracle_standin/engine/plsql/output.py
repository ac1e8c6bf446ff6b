"""DBMS_OUTPUT: a buffer of lines for each session.

Source: PL/SQL Packages and Types Reference, DBMS_OUTPUT. Without ENABLE, lines are dropped.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from oracle_standin.engine.plsql.arguments import Arguments, number, number_of, text_of
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.plsql.host import Host

_LONGEST_LINE = 32_767


@dataclass(slots=True)
class _Buffer:
    enabled: bool = False
    lines: deque[str] = field(default_factory=deque)
    unfinished: str = ""


_BUFFERS: WeakKeyDictionary[Host, _Buffer] = WeakKeyDictionary()


def _buffer(host: Host) -> _Buffer:
    return _BUFFERS.setdefault(host, _Buffer())


def enable(host: Host, _arguments: Arguments) -> Arguments:
    """Keep lines from now on."""
    _buffer(host).enabled = True
    return {}


def disable(host: Host, _arguments: Arguments) -> Arguments:
    """Drop what is in the buffer, and lines to come."""
    _BUFFERS[host] = _Buffer()
    return {}


def put(host: Host, arguments: Arguments) -> Arguments:
    """Append to the unfinished line; raises ORA-20000 for a line over 32,767 bytes."""
    buffer = _buffer(host)
    if buffer.enabled:
        buffer.unfinished += text_of(arguments["A"])
        if len(buffer.unfinished.encode()) > _LONGEST_LINE:
            message = "ORU-10028: line length overflow, limit of 32767 bytes per line"
            raise OracleError(20000, message)
    return {}


def new_line(host: Host, _arguments: Arguments) -> Arguments:
    """End the unfinished line."""
    buffer = _buffer(host)
    if buffer.enabled:
        buffer.lines.append(buffer.unfinished)
        buffer.unfinished = ""
    return {}


def put_line(host: Host, arguments: Arguments) -> Arguments:
    """Append a whole line."""
    put(host, arguments)
    return new_line(host, arguments)


def get_line(host: Host, _arguments: Arguments) -> Arguments:
    """Take the oldest line; STATUS 1 says that there was none."""
    buffer = _buffer(host)
    if not buffer.lines:
        return {"LINE": None, "STATUS": number(1)}
    return {"LINE": buffer.lines.popleft().encode() or None, "STATUS": number(0)}


def get_lines(host: Host, arguments: Arguments) -> Arguments:
    """Take up to NUMLINES lines."""
    buffer = _buffer(host)
    count = min(int(number_of(arguments["NUMLINES"])), len(buffer.lines))
    lines = [buffer.lines.popleft().encode() or None for _ in range(count)]
    return {"LINES": lines, "NUMLINES": number(count)}
