"""The command of the scheduler where its extra is not installed."""

from __future__ import annotations

import sys

import pytest
from click.testing import CliRunner

from oracle_scheduler.command import start
from oracle_scheduler.command.main import main


def test_the_command_is_there_with_its_libraries() -> None:
    assert start.main is main


@pytest.mark.parametrize("arguments", [[], ["--help"], ["serve", "--port", "1"]])
def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    for name in list(sys.modules):
        if name.partition(".")[0] == "apscheduler":
            monkeypatch.setitem(sys.modules, name, None)
        elif name.startswith("oracle_scheduler."):
            monkeypatch.delitem(sys.modules, name)
    done = CliRunner().invoke(start.command(), arguments)
    assert done.exit_code == 2
    assert done.stderr == (
        "ERROR oracle-scheduler: apscheduler is missing; pip install 'singer-oracle[scheduler]'\n"
    )
