"""The audit file and its chain."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from oracle_core import redact
from oracle_core.telemetry import TableChanged
from oracle_core.telemetry.audit import AuditSink, read_audit, verify
from tests.unit.telemetry.events import a_run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def write(path: Path) -> None:
    sink = AuditSink(path, application="target-oracle")
    for event in a_run():
        sink.handle(event)
    sink.close()


def test_every_change_is_a_line_of_the_chain(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    write(path)
    write(path)
    lines = list(read_audit(path))
    assert [line["event"] for line in lines] == ["RUN_STARTED", "CREATE", "LOAD", "RUN_ENDED"] * 2
    assert (lines[2]["table"], lines[2]["user"], lines[2]["rows"]) == ("HR_COPY.JOBS", "APP", 7)
    assert verify(path) is None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("damage", "broken"),
    [
        pytest.param(lambda lines: lines[:2] + lines[3:], 3, id="removed"),
        pytest.param(lambda lines: lines[1:], 1, id="first removed"),
        pytest.param(lambda lines: [lines[1], lines[0], *lines[2:]], 1, id="moved"),
        pytest.param(
            lambda lines: [lines[0].replace("RUN_STARTED", "RUN_STOPPED"), *lines[1:]],
            1,
            id="altered",
        ),
        pytest.param(lambda lines: [*lines[:1], "{torn", *lines[2:]], 2, id="torn"),
    ],
)
def test_damage_shows(
    tmp_path: Path, damage: Callable[[list[str]], list[str]], broken: int
) -> None:
    path = tmp_path / "audit.jsonl"
    write(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("".join(line + "\n" for line in damage(lines)), encoding="utf-8")
    assert verify(path) == broken


def test_statements_hold_no_secret(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    redact.register(["canary-3310"])
    try:
        sink = AuditSink(path, application="target-oracle")
        sink.handle(TableChanged("GRANT", "A.B", "APP", statement="x canary-3310"))
    finally:
        redact.forget_all()
    assert "canary" not in path.read_text(encoding="utf-8")
    assert json.loads(path.read_text(encoding="utf-8"))["statement"].startswith("x ")


def test_a_line_after_a_very_long_one_refers_to_it(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    sink = AuditSink(path, application="target-oracle")
    for length in (1, 70_000, 300_000, 1):
        statement = f"COMMENT ON TABLE T IS '{'x' * length}'"
        sink.handle(TableChanged("COMMENT", "T", "APP", statement=statement))
    assert verify(path) is None
