"""Errors of this project, and what errors of Oracle and the driver mean.

```
OracleError                exit code 1: the run failed
├── ConfigurationError     exit code 2: a setting, catalog or command is wrong
├── DataError              a value that the column cannot hold exactly
└── DatabaseError          Oracle or the driver reported a `Fault`
```

The text of a server error may hold values of rows (ORA-00001 with ORA-03301, ORA-01722 since
23ai) and that of a driver error a connect string (DPY-4018), so it is never passed on: `describe`
builds a text from the code alone and takes over only names of constraints, tables and columns.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import oracledb

from oracle_core.fault_table import FAULTS, FaultClass, FaultRow

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "ConfigurationError",
    "DataError",
    "DatabaseError",
    "Fault",
    "FaultClass",
    "OracleError",
    "TunnelError",
    "describe",
]


class OracleError(Exception):
    """Base of all errors of this project; the text contains neither secrets nor row content."""

    exit_code: ClassVar[int] = 1


class ConfigurationError(OracleError):
    """A wrong setting, catalog entry or argument; `setting` is the name of a setting."""

    exit_code: ClassVar[int] = 2

    def __init__(self, message: str, *, setting: str | None = None) -> None:
        """Initialize the exception.

        Args:
            message: What is wrong and what to do, without secrets.
            setting: Canonical name of the setting at fault.
        """
        super().__init__(f"{setting}: {message}" if setting else message)
        self.setting = setting


class DataError(OracleError):
    """A value that a column cannot hold exactly.

    `position` is the place of the value in the column given, counted from 0.
    """

    def __init__(self, message: str, *, position: int | None = None) -> None:
        """Initialize the exception.

        Args:
            message: What is wrong, without the value.
            position: Place of the value in its column.
        """
        super().__init__(message)
        self.position = position


class DatabaseError(OracleError):
    """Oracle or the driver reported an error; `fault` says which and what it means."""

    def __init__(self, fault: Fault) -> None:
        """Initialize the exception with the fault; its report is the text."""
        super().__init__(fault.report)
        self.fault = fault


class TunnelError(OSError):
    """The SSH tunnel cannot be opened for now; the text names host and reason."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What an exception means.

    `code` is `ORA-nnnnn`, `DPY-nnnn` or, for anything else, the name of the exception's class.
    `retriable` says that repeating the transaction may help; `session_dead` that it needs a new
    session. `object_names` are the constraint, table or column that the server named.
    """

    code: str
    klass: FaultClass
    retriable: bool
    session_dead: bool
    message: str
    hint: str
    where: str = ""
    object_names: tuple[str, ...] = ()

    @property
    def report(self) -> str:
        """One line: where, what, which object, the code and the next step."""
        start = f"{self.where}: " if self.where else ""
        names = f" [{', '.join(self.object_names)}]" if self.object_names else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{start}{self.message}{names} ({self.code}){hint}"


_CODE = re.compile(r"\b(ORA-\d{5}|DPY-\d{4}|DPI-\d{4})\b")
_QUOTED_NAME = re.compile(r'"[^"\n]{1,128}"(?:\."[^"\n]{1,128}"){0,2}')
_CONSTRAINT = re.compile(r"\(([\w$#]{1,128}\.[\w$#]{1,128})\)")
# Texts in which parentheses hold the name of a constraint; in others they may hold values.
_CONSTRAINT_CODES = frozenset(
    {"ORA-00001", "ORA-02290", "ORA-02291", "ORA-02292", "ORA-02298", "ORA-02299"}
)
# Texts in which quotes hold a table or column.
_NAMED_CODES = frozenset(
    {"ORA-00904", "ORA-00942", "ORA-01400", "ORA-01407", "ORA-12899", "ORA-38104", "ORA-32795"}
)
_CLOSED = FaultRow(
    FaultClass.CONNECTION,
    "the server closed the connection before the log-on",
    "check host, port and protocol, and whether the listener admits this machine",
    retry=True,
)
_BROKEN = frozenset({"DPY-4011", "DPY-6005", "DPY-6000", "ORA-00604", "ORA-12801"})
"""Codes that wrap another code, which is more specific."""


def describe(exc: BaseException, *, where: str = "") -> Fault:
    """Return what an exception means.

    Args:
        exc: What was raised by the driver, by SQLAlchemy around it, or anything else.
        where: What was being done, for example `stream HR-JOBS`; it opens the report.

    Returns:
        A fault whose texts contain neither secrets nor values.
    """
    if isinstance(exc, DatabaseError):
        return exc.fault
    if isinstance(exc, OracleError):
        klass = FaultClass.DATA if isinstance(exc, DataError) else FaultClass.CONFIGURATION
        return _own(type(exc).__name__, klass, str(exc), where)
    if (driver_error := _driver_error(exc)) is not None:
        return _from_driver(driver_error, where)
    return _from_system(exc, where)


def _from_system(exc: BaseException, where: str) -> Fault:
    """Return the meaning of what neither Oracle nor the driver raised."""
    if isinstance(exc, TunnelError):
        text, hint = str(exc), "check ssh_tunnel, host and port"
        return Fault("TunnelError", FaultClass.TRANSIENT, True, True, text, hint, where)  # noqa: FBT003
    if isinstance(exc, socket.gaierror):
        # The driver passes the resolver's error on as it is.
        text, hint = "the host name is not known", "check host"
        return Fault("gaierror", FaultClass.CONFIGURATION, False, False, text, hint, where)  # noqa: FBT003
    # With strerror it comes from the operating system, without it from our own deadlines.
    if isinstance(exc, TimeoutError) and exc.strerror is None:
        text, hint = str(exc) or "no answer in time", "check host, port and protocol"
        return Fault("TimeoutError", FaultClass.TRANSIENT, True, True, text, hint, where)  # noqa: FBT003
    text = "unexpected error" if not isinstance(exc, OSError) else _os_text(exc)
    return _own(type(exc).__name__, FaultClass.TERMINAL, text, where)


def _own(code: str, klass: FaultClass, message: str, where: str) -> Fault:
    return Fault(code, klass, False, False, message, "", where)  # noqa: FBT003 - flags of the row


def _os_text(exc: OSError) -> str:
    return exc.strerror or "operating system error"


def _driver_error(exc: BaseException | None) -> oracledb.Error | None:
    """Return the driver's exception: the one given, SQLAlchemy's `orig`, or a cause."""
    # Causes may form a circle: `raise a from b` while a is being handled.
    seen: set[int] = set()
    while exc is not None and id(exc) not in seen:
        if isinstance(exc, oracledb.Error):
            return exc
        seen.add(id(exc))
        orig = getattr(exc, "orig", None)
        exc = orig if isinstance(orig, BaseException) else exc.__cause__
    return None


def _from_driver(exc: oracledb.Error, where: str) -> Fault:
    details = exc.args[0] if exc.args else None
    text = str(getattr(details, "message", None) or details or "")
    codes = list(_codes(str(getattr(details, "full_code", "") or ""), text))
    outer = codes[0] if codes else type(exc).__name__
    # ORA codes that end a session arrive as DPY-4011 with the ORA text on the next line
    # (python-oracledb, errors).
    code = next((inner for inner in codes if inner in FAULTS), outer)
    if outer in _BROKEN:
        code = next((inner for inner in codes[1:] if inner in FAULTS), outer)
    row = _row(outer, code)
    dead = (
        row.session_dead or outer == "DPY-4011" or bool(getattr(details, "is_session_dead", False))
    )
    # The driver also calls recoverable what a restart may cure, such as ORA-12514.
    retriable = row.retriable or bool(getattr(details, "isrecoverable", False))
    names = tuple(_object_names(code, text))
    return Fault(code, row.klass, retriable, dead, row.message, row.hint, where, names)


def _row(outer: str, code: str) -> FaultRow:
    if (outer, code) == ("DPY-6005", "DPY-4011"):
        return _CLOSED
    return FAULTS.get(code) or FaultRow(
        FaultClass.TERMINAL, "the database reported an error", _error_page(code)
    )


def _codes(full_code: str, text: str) -> Iterator[str]:
    """Yield the error's codes, outermost first, each once; the driver's help lines do not count."""
    lines = [line for line in text.splitlines() if not line.startswith("Help:")]
    seen: set[str] = set()
    for code in _CODE.findall(" ".join([full_code, *lines])):
        if code not in seen:
            seen.add(code)
            yield code


def _object_names(code: str, text: str) -> Iterator[str]:
    if code in _CONSTRAINT_CODES:
        yield from _CONSTRAINT.findall(text)[:1]
    elif code in _NAMED_CODES:
        yield from (name.replace('"', "") for name in _QUOTED_NAME.findall(text)[:1])


def _error_page(code: str) -> str:
    if code.startswith("ORA-"):
        return f"see https://docs.oracle.com/error-help/db/{code.lower()}/"
    return "see the troubleshooting chapter of the python-oracledb manual"
