"""What people see while `oracle-catalog` reads."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

from click.testing import CliRunner

from catalog.command import options
from catalog.command.main import main

if TYPE_CHECKING:
    import pytest


class _DoneAfter(threading.Event):
    """An event that is set at the third look at it; notes how long each look would wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        return len(self.waits) == 3


def test_a_long_reading_is_told_again_and_again(capsys: pytest.CaptureFixture[str]) -> None:
    done = _DoneAfter()
    options._notify(done)

    written = capsys.readouterr()
    assert written.out == ""
    lines = written.err.splitlines()
    assert len(lines) == 2
    assert all(re.fullmatch(r"Reading the dictionary for \d+ seconds", line) for line in lines)
    assert done.waits == [2.0, 10.0, 10.0]


def test_a_short_reading_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    done = threading.Event()
    done.set()
    options._notify(done)

    assert capsys.readouterr().err == ""


def test_a_level_that_does_not_exist_is_a_wrong_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORACLE_CATALOG_LOGLEVEL", "loud")
    done = CliRunner().invoke(main, ["diff", "a", "b"])
    assert done.exit_code == 2
    assert "ORACLE_CATALOG_LOGLEVEL" in done.stderr
