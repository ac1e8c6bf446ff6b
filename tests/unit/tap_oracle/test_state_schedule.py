"""When STATE messages are written."""

from __future__ import annotations

from tap_oracle.state_schedule import INTERVAL_SECONDS, StateSchedule


class Recorder:
    """Counts STATE messages over a clock that a test moves."""

    def __init__(self, rows_between: int) -> None:
        self.now = 100.0
        self.written = 0
        self.states = StateSchedule(self.write, rows_between, clock=lambda: self.now)

    def write(self) -> None:
        self.written += 1


def test_a_state_is_due_after_enough_rows() -> None:
    recorder = Recorder(10)
    for _ in range(3):
        recorder.states.changed(4)
        recorder.states.write_if_due()
    assert recorder.written == 1

    recorder.states.changed(9)
    recorder.states.write_if_due()
    assert recorder.written == 1


def test_a_state_is_due_after_some_time_even_for_few_rows() -> None:
    recorder = Recorder(10)
    recorder.states.changed(1)
    recorder.now += INTERVAL_SECONDS - 1
    recorder.states.write_if_due()
    assert recorder.written == 0

    recorder.now += 1
    recorder.states.write_if_due()
    assert recorder.written == 1


def test_nothing_new_is_not_written_again() -> None:
    recorder = Recorder(1)
    recorder.states.write_if_changed()
    recorder.now += 10 * INTERVAL_SECONDS
    recorder.states.write_if_due()
    assert recorder.written == 0

    recorder.states.write_now()
    assert recorder.written == 1
