"""Cron times as Debian reads them, and what becomes of times that passed."""

from __future__ import annotations

import datetime as dt
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_scheduler.calendar.cron import CrontabTrigger
from oracle_scheduler.calendar.schedules import due, first_time, times
from oracle_scheduler.jobfile import CatchUp, Job, JobKind, Pipeline, Schedule
from oracle_scheduler.jobfile.cron_text import CronError, cron_fields

BERLIN = ZoneInfo("Europe/Berlin")
JOB = Job("load", JobKind.COMMAND, "true")


def texts(expression: str, after: str, count: int) -> list[str]:
    trigger = CrontabTrigger(expression, "Europe/Berlin")
    moments = trigger.times(dt.datetime.fromisoformat(after).replace(tzinfo=BERLIN))
    return [moment.isoformat() for moment in islice(moments, count)]


def test_a_daily_time_in_the_gap_of_spring_runs_when_the_gap_ends() -> None:
    assert texts("30 2 * * *", "2026-03-28T12:00", 2) == [
        "2026-03-29T03:00:00+02:00",
        "2026-03-30T02:30:00+02:00",
    ]


def test_a_daily_time_in_the_doubled_hour_of_autumn_runs_once() -> None:
    assert texts("30 2 * * *", "2026-10-24T12:00", 2) == [
        "2026-10-25T02:30:00+02:00",
        "2026-10-26T02:30:00+01:00",
    ]


def test_every_half_hour_runs_in_both_hours_of_autumn() -> None:
    assert texts("*/30 * * * *", "2026-10-25T01:31", 5) == [
        "2026-10-25T02:00:00+02:00",
        "2026-10-25T02:30:00+02:00",
        "2026-10-25T02:00:00+01:00",
        "2026-10-25T02:30:00+01:00",
        "2026-10-25T03:00:00+01:00",
    ]


@pytest.mark.parametrize(
    ("expression", "spelling"),
    [
        ("@weekly", "0 0 * * 0"),
        ("@Daily", "0 0 * * *"),
        ("0 0 ? * mon", "0 0 * * MON"),
        ("0 0 * * fri-mon", "0 0 * * 5,6,0,1"),
        ("0 0 * * 5-1", "0 0 * * 5,6,0,1"),
        ("0 0 * * mon-fri", "0 0 * * MON-FRI"),
        ("0 0 L * *", "0 0 L * *"),
        ("0 0 * * 7", "0 0 * * 7"),
    ],
)
def test_spellings_that_meltano_takes(expression: str, spelling: str) -> None:
    assert cron_fields(expression) == spelling


@pytest.mark.parametrize("weekday", ["0", "7", "sun", "SUN"])
def test_weekday_zero_is_sunday(weekday: str) -> None:
    trigger = CrontabTrigger(f"0 0 * * {weekday}", "UTC")
    moment = trigger.get_next_fire_time(None, dt.datetime(2026, 11, 25, tzinfo=dt.UTC))
    assert moment.strftime("%A") == "Sunday"


@pytest.mark.parametrize(
    "text", ["", "* * * *", "60 * * * *", "0 0 31 2 *", "@reboot", "a b c d e"]
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(CronError):
        cron_fields(text)


@given(
    st.sampled_from(["30 2 * * *", "*/15 * * * *", "0 3 * * 1-5", "59 23 L * *", "15 2,3 * * *"]),
    st.integers(1_704_067_200, 1_830_297_600),
)
def test_times_are_moments_that_exist_and_only_go_forward(expression: str, start: int) -> None:
    after = dt.datetime.fromtimestamp(start, dt.UTC)
    last = after
    for moment in islice(CrontabTrigger(expression, "Europe/Berlin").times(after), 20):
        assert moment > last
        assert moment.astimezone(dt.UTC).astimezone(BERLIN).isoformat() == moment.isoformat()
        last = moment


def pipeline(catch_up: CatchUp, **more: float) -> Pipeline:
    return Pipeline(
        "nightly",
        (JOB,),
        Schedule(interval_seconds=60),
        catch_up=catch_up,
        catch_up_window_seconds=more.get("window"),
        catch_up_max=int(more.get("most", 100)),
    )


START = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def minutes(moments: tuple[dt.datetime, ...]) -> list[float]:
    return [(moment - START).total_seconds() / 60 for moment in moments]


def test_one_time_that_is_on_time_runs_whatever_catch_up_says() -> None:
    for catch_up in CatchUp:
        result = due(pipeline(catch_up), START, START + dt.timedelta(seconds=2))
        assert minutes(result.run) == [0]
        assert result.missed == ()
        assert result.next_time == START + dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("chosen", "run", "missed"),
    [
        (pipeline(CatchUp.NONE), [5], [0, 1, 2, 3, 4]),
        (pipeline(CatchUp.LATEST), [5], [0, 1, 2, 3, 4]),
        (pipeline(CatchUp.ALL), [0, 1, 2, 3, 4, 5], []),
        (pipeline(CatchUp.ALL, most=2), [4, 5], [0, 1, 2, 3]),
        (pipeline(CatchUp.ALL, window=130), [4, 5], [0, 1, 2, 3]),
    ],
)
def test_what_is_caught_up(chosen: Pipeline, run: list[float], missed: list[float]) -> None:
    result = due(chosen, START, START + dt.timedelta(minutes=5, seconds=30))
    assert (minutes(result.run), minutes(result.missed)) == (run, missed)
    assert result.next_time == START + dt.timedelta(minutes=6)


def test_without_catch_up_a_late_time_is_missed() -> None:
    daily = Pipeline("nightly", (JOB,), Schedule(cron="0 2 * * *"), catch_up=CatchUp.NONE)
    at = dt.datetime(2026, 11, 1, 2, tzinfo=dt.UTC)
    result = due(daily, at, at + dt.timedelta(hours=5))
    assert result.run == ()
    assert result.missed == (at,)
    assert result.next_time == at + dt.timedelta(days=1)


def test_a_single_moment_has_no_further_time() -> None:
    once = Schedule(at="2026-11-01T02:00:00+00:00")
    at = dt.datetime(2026, 11, 1, 2, tzinfo=dt.UTC)
    assert list(times(once, START)) == [at]
    assert due(Pipeline("once", (JOB,), once), at, at).next_time is None


def test_a_manual_pipeline_has_no_time() -> None:
    assert first_time(Schedule(), START) is None
