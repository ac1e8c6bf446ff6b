"""BFILE values: their locators, and the LOB calls on them.

A file's locator is 16 bytes of flags, then the names of directory and file, each after its length
in two bytes. The client may put other names into it, so every call reads them anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.backend import FileFinder
from oracle_standin.protocol import OracleError, not_in_this_standin
from oracle_standin.wire.codes import LobOperation, Message
from oracle_standin.wire.encoding import sized, unsigned

if TYPE_CHECKING:
    from pathlib import Path

    from oracle_standin.wire.lobs import LobRequest

_FIXED_BYTES = 16
_KIND_AT = 4
_IS_FILE = 0x08
_MAX_OPEN_FILES = 10
"""SESSION_MAX_OPEN_FILES by default (Database Reference)."""


def file_column(value: bytes) -> bytes:
    """Return the column value that the client reads: the size of the locator, and the locator."""
    locator = bytearray(_FIXED_BYTES) + value
    locator[0:2] = (len(locator) - 2).to_bytes(2, "big")
    locator[3] = 4
    locator[_KIND_AT] = _IS_FILE
    locator[5] = 8
    return unsigned(len(locator)) + sized(bytes(locator))


def is_file(locator: bytes) -> bool:
    """Return whether a locator is a BFILE's."""
    return len(locator) > _FIXED_BYTES and bool(locator[_KIND_AT] & _IS_FILE)


def file_value(locator: bytes) -> bytes:
    """Return a locator's names as they cross the seam."""
    return locator[_FIXED_BYTES:]


def _names(locator: bytes) -> tuple[str, str]:
    value = file_value(locator)
    length = int.from_bytes(value[:2], "big")
    return (
        value[2 : 2 + length].decode("utf-8", "replace"),
        value[length + 4 :].decode("utf-8", "replace"),
    )


class FileCalls:
    """The files that one session has open."""

    def __init__(self) -> None:
        """Start with none."""
        self._open: set[tuple[str, str]] = set()

    def run(self, request: LobRequest, session: object) -> bytes:
        """Do a LOB call on a file and return the messages before the end of the call.

        Raises OracleError 22285, 22286, 22288 for a file that cannot be reached, 22289 to read one
        that is not open, 22290 for too many open ones.
        """
        if not isinstance(session, FileFinder):
            refusal = not_in_this_standin("a BFILE of this server")
            raise refusal
        names = _names(request.locator)
        answer = bytes((Message.PARAMETER,)) + request.locator
        match request.operation:
            case LobOperation.FILE_IS_OPEN:
                return answer + bytes((names in self._open,))
            case LobOperation.FILE_EXISTS:
                return answer + bytes((session.find_file(*names, "FILEEXISTS") is not None,))
            case LobOperation.FILE_OPEN:
                self._open_file(session, names)
                return answer + unsigned(request.amount)
            case LobOperation.FILE_CLOSE:
                self._close_file(names)
                return answer
            case LobOperation.GET_LENGTH:
                size = _found(session, names, "GETLENGTH").stat().st_size
                return answer + unsigned(size)
            case LobOperation.READ:
                data = self._read(session, names, request)
                message = bytes((Message.LOB_DATA,)) + sized(data) if data else b""
                return message + answer + unsigned(len(data))
            case _:
                refusal = not_in_this_standin(f"{request.operation.name} on a BFILE")
                raise refusal

    def _open_file(self, session: FileFinder, names: tuple[str, str]) -> None:
        _found(session, names, "FILEOPEN")
        if names not in self._open and len(self._open) >= _MAX_OPEN_FILES:
            raise OracleError(
                22290, "operation would exceed the maximum number of opened files or LOBs"
            )
        self._open.add(names)

    def _close_file(self, names: tuple[str, str]) -> None:
        if names not in self._open:
            refusal = _not_open("FILECLOSE")
            raise refusal
        self._open.discard(names)

    def _read(self, session: FileFinder, names: tuple[str, str], request: LobRequest) -> bytes:
        if names not in self._open:
            refusal = _not_open("FILEREAD")
            raise refusal
        with _found(session, names, "FILEREAD").open("rb") as file:
            file.seek(max(request.offset, 1) - 1)
            return file.read(request.amount)


def _found(session: FileFinder, names: tuple[str, str], operation: str) -> Path:
    found = session.find_file(*names, operation)
    if found is None:
        raise OracleError(
            22288, f"file or LOB operation {operation} failed\nNo such file or directory"
        )
    return found


def _not_open(operation: str) -> OracleError:
    return OracleError(22289, f"cannot perform {operation} operation on an unopened file or LOB")
