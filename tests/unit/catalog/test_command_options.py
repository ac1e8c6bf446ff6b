"""What people see while `oracle-catalog` reads."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from catalog.command import options

if TYPE_CHECKING:
    import pytest


def test_a_long_reading_is_told_again_and_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(options, "_QUIET_SECONDS", 0.01)
    monkeypatch.setattr(options, "_BETWEEN_NOTICES_SECONDS", 0.01)
    done = threading.Event()
    notices = threading.Thread(target=options._notify, args=(done,))
    notices.start()
    time.sleep(0.3)
    done.set()
    notices.join()

    written = capsys.readouterr()
    assert written.out == ""
    lines = written.err.splitlines()
    assert len(lines) > 1
    assert set(lines) == {"Reading the dictionary for 0 seconds"}


def test_a_short_reading_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    done = threading.Event()
    done.set()
    options._notify(done)

    assert capsys.readouterr().err == ""
