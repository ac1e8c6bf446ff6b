"""Attempts and waits."""

from __future__ import annotations

import oracledb
import pytest

from oracle_core import retry
from oracle_core.errors import ConfigurationError, DatabaseError
from oracle_core.retry import Backoff, call


class Action:
    def __init__(self, *outcomes: Exception | str) -> None:
        self.outcomes = list(outcomes)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def lock() -> oracledb.Error:
    return oracledb.DatabaseError("ORA-00054: resource busy")


def test_success_needs_one_attempt() -> None:
    assert call(Action("done"), where="x") == "done"


def test_waits_double_up_to_the_longest() -> None:
    waits: list[float] = []
    backoff = Backoff(6, 1.0, 5.0, waits.append, chance=lambda: 0.0)
    action = Action(lock(), lock(), lock(), lock(), lock(), "done")
    assert call(action, where="x", backoff=backoff) == "done"
    assert waits == [1.0, 2.0, 4.0, 5.0, 5.0]


def test_chance_shortens_a_wait_by_up_to_half() -> None:
    assert Backoff(first_seconds=2, chance=lambda: 1.0).wait_seconds(1) == 1.0
    assert Backoff().wait_seconds(10**6) <= 30


def test_the_last_failure_is_reported() -> None:
    action = Action(lock(), lock())
    with pytest.raises(DatabaseError, match=r"load: .*ORA-00054"):
        call(action, where="load", backoff=Backoff(2, sleep=lambda _: None))
    assert action.calls == 2


@pytest.mark.parametrize(
    "error", [oracledb.DatabaseError("ORA-00942: x"), oracledb.DatabaseError("ORA-01017: x")]
)
def test_what_repeating_cannot_help(error: Exception) -> None:
    action = Action(error, "never")
    with pytest.raises(DatabaseError):
        call(action, where="x")
    assert action.calls == 1


def test_errors_of_ours_pass_as_they_are() -> None:
    with pytest.raises(ConfigurationError):
        call(Action(ConfigurationError("no")), where="x")


def test_observers_are_told_the_code_of_what_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    codes: list[str] = []
    monkeypatch.setattr(retry, "_observers", [])
    retry.observe(codes.append)
    attempts = iter([oracledb.OperationalError("ORA-12541: no listener"), None])

    def action() -> None:
        if error := next(attempts):
            raise error

    retry.call(action, where="test", backoff=retry.Backoff(sleep=lambda _: None))
    assert codes == ["ORA-12541"]
