"""Calls on BFILE locators; the driver (26.1) does not pass on whether a file exists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from oracle_standin.protocol import OracleError
from oracle_standin.wire.codes import LobOperation
from oracle_standin.wire.files import FileCalls, file_column, is_file
from oracle_standin.wire.lobs import LobRequest, LobStore

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.standin

LOCATOR = file_column(b"\x00\x01D\x00\x05a.txt")[3:]


@dataclass
class Finder:
    """A session with one directory."""

    folder: Path

    def find_file(self, directory: str, name: str, operation: str) -> Path | None:
        assert (directory, operation) == ("D", "FILEEXISTS")
        found = self.folder / name
        return found if found.exists() else None


def request(operation: LobOperation) -> LobRequest:
    return LobRequest(operation, LOCATOR, 0, 0, 0, b"")


def test_a_file_exists_or_not(tmp_path: Path) -> None:
    calls, finder = FileCalls(), Finder(tmp_path)
    assert calls.run(request(LobOperation.FILE_EXISTS), finder)[-1:] == b"\x00"
    (tmp_path / "a.txt").touch()
    assert calls.run(request(LobOperation.FILE_EXISTS), finder)[-1:] == b"\x01"


def test_a_locator_of_a_lob_is_no_file() -> None:
    create = LobRequest(LobOperation.CREATE_TEMPORARY, bytes(40), 1, 113, 0, b"")
    assert is_file(LOCATOR)
    assert not is_file(LobStore().run(create)[1:41])


def test_a_file_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(OracleError, match="not in this stand-in"):
        FileCalls().run(request(LobOperation.WRITE), Finder(tmp_path))
    with pytest.raises(OracleError, match="not in this stand-in"):
        FileCalls().run(request(LobOperation.FILE_EXISTS), object())
