"""`singer-oracle scheduler` hands over to the command of the scheduler."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

from click.testing import CliRunner

from singer_oracle_cli.main import main

if TYPE_CHECKING:
    import pytest


def test_the_arguments_reach_the_scheduler() -> None:
    shown = CliRunner().invoke(main, ["scheduler", "--help"])
    assert shown.exit_code == 0
    assert shown.output.startswith("Usage: singer-oracle scheduler [OPTIONS] COMMAND")
    assert "  validate " in shown.output
    wrong = CliRunner().invoke(main, ["scheduler", "validate", "--no-such-option"])
    assert wrong.exit_code == 2


def test_a_scheduler_that_is_not_installed_is_one_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def entry_points(*, group: str, name: str) -> list[metadata.EntryPoint]:
        return [metadata.EntryPoint(name, "no_such_scheduler:main", group)]

    monkeypatch.setattr(metadata, "entry_points", entry_points)
    done = CliRunner().invoke(main, ["scheduler", "plan"])
    assert done.exit_code == 1
    assert "pip install 'singer-oracle[scheduler]'" in caplog.text
