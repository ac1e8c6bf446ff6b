"""Keys of runs: each time has one run, whoever asks for it and in whatever zone."""

from __future__ import annotations

import datetime as dt
from itertools import takewhile
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from oracle_scheduler.calendar.schedules import times
from oracle_scheduler.command.main import main
from oracle_scheduler.jobfile import Schedule, pipeline_of
from oracle_scheduler.store import definitions, firing, migrations
from oracle_scheduler.store.backfills import backfill
from oracle_scheduler.store.database import Database, sqlite_engine
from oracle_scheduler.store.firing import NewRun, fire_key, request_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
# Seconds from 2020 to 2040, and those of 2026-10-25 around the hour that Berlin has twice.
MOMENTS = st.one_of(
    st.integers(1_577_836_800, 2_208_988_800), st.integers(1_792_882_800, 1_792_897_200)
).map(lambda seconds: dt.datetime.fromtimestamp(seconds, dt.UTC))


@given(MOMENTS, st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_a_moment_has_one_key_in_every_zone(moment: dt.datetime, zone: str, other: str) -> None:
    first, second = moment.astimezone(ZoneInfo(zone)), moment.astimezone(ZoneInfo(other))
    assert fire_key("load", first) == fire_key("load", second) == fire_key("load", moment)
    later = (moment + dt.timedelta(hours=1)).astimezone(ZoneInfo(zone))
    assert fire_key("load", later) != fire_key("load", first)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = Database(sqlite_engine(tmp_path / "store.db"))
    migrations.migrate(database)
    yield database
    database.close()


def register(store: Database, cron: str, catch_up: str) -> None:
    text = (
        f"application_name: load\ncatch_up: {catch_up}\noverlap: queue\n"
        f"schedule: {{cron: '{cron}', timezone: Europe/Berlin}}\n"
        "jobs:\n- {id: load, command: load}\n"
    )
    definitions.register(store, pipeline_of(text, "load.yml"), text)


def fire_at(
    store: Database,
    monkeypatch: pytest.MonkeyPatch,
    now: dt.datetime,
    next_time: dt.datetime | None = None,
) -> None:
    """Fire all that is due as a process that starts at `now`; `next_time` replaces the store's."""
    if next_time is not None:
        with store.transaction() as connection:
            connection.execute(sa.update(store.tables.trigger).values(next_time=next_time))
    monkeypatch.setattr(Database, "now", lambda *_: now)
    while len(firing.fire(store, "load")) == firing.RUNS_MAX:
        continue


def scheduled(store: Database, state: str | None = None) -> list[dt.datetime]:
    run = store.tables.run
    query = sa.select(run.c.scheduled_for).order_by(run.c.scheduled_for)
    if state is not None:
        query = query.where(run.c.state == state)
    with store.transaction() as connection:
        return [row.scheduled_for for row in connection.execute(query)]


def test_a_backfill_makes_no_run_of_a_time_that_was_fired(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(store, "0 6 * * *", "all")
    first = dt.datetime(2026, 10, 1, 4, tzinfo=dt.UTC)
    now = dt.datetime(2026, 10, 3, 12, tzinfo=dt.UTC)
    fire_at(store, monkeypatch, now, first)
    assert len(scheduled(store)) == 3
    result = backfill(store, "load", since=first - dt.timedelta(hours=1), until=now)
    assert len(result.times) == 3
    assert result.run_ids == ()


def test_many_times_are_fired_in_parts(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    register(store, "0 * * * *", "all")
    first = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
    now = first + dt.timedelta(hours=49, minutes=1)
    times = [first + dt.timedelta(hours=hour) for hour in range(50)]
    with store.transaction() as connection:
        connection.execute(sa.update(store.tables.trigger).values(next_time=first))
    monkeypatch.setattr(Database, "now", lambda *_: now)
    for count in (20, 40, 50, 50):
        firing.fire(store, "load")
        assert scheduled(store) == times[:count]
        assert scheduled(store, "QUEUED") == times[:1], "the others wait for it"


def test_a_missed_time_is_named_in_utc(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    register(store, "0 6 * * *", "none")
    first = dt.datetime(2026, 10, 1, 4, tzinfo=dt.UTC)
    fire_at(store, monkeypatch, dt.datetime(2026, 10, 3, 12, tzinfo=dt.UTC), first)
    with store.transaction() as connection:
        row = connection.execute(sa.select(store.tables.run)).one()
    assert row.reason == "3 times from 2026-10-01T04:00:00+00:00 to 2026-10-03T04:00:00+00:00"
    assert row.fire_key == "load@2026-10-01T04:00:00+00:00+3 missed"


def berlin(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))


def period(store: Database, since: dt.datetime, until: dt.datetime) -> list[str]:
    times = backfill(store, "load", since=since, until=until, dry_run=True).times
    return [f"{moment.astimezone(ZoneInfo('Europe/Berlin')):%dT%H:%M%z}" for moment in times]


def test_a_backfill_begins_with_its_first_moment_and_ends_before_its_last(store: Database) -> None:
    register(store, "0 0 * * *", "latest")
    october = berlin("2026-10-01"), berlin("2026-10-03")
    assert period(store, *october) == ["01T00:00+0200", "02T00:00+0200"]
    # Without an offset, as in `--from 2026-10-03`: in the zone of the pipeline.
    naive = dt.datetime.fromisoformat("2026-10-03"), dt.datetime.fromisoformat("2026-10-04")
    assert period(store, *naive) == ["03T00:00+0200"]
    assert period(store, berlin("2026-10-03"), berlin("2026-10-03")) == []
    assert period(store, berlin("2026-10-03T00:00:00.000001"), berlin("2026-10-04")) == []


def test_a_backfill_ends_in_the_hour_of_autumn_that_is_meant(store: Database) -> None:
    register(store, "*/30 * * * *", "latest")
    since, until = berlin("2026-10-25T02:30"), berlin("2026-10-25T02:30").replace(fold=1)
    assert period(store, since, until) == ["25T02:30+0200", "25T02:00+0100"]


def started(store_file: Path, *arguments: str) -> str:
    """Return what `oracle-scheduler run` prints."""
    options = ["--store-url", f"sqlite:///{store_file}", *arguments]
    result = CliRunner().invoke(main, ["run", *options])
    assert result.exit_code == 0, result.output
    return result.output.strip()


def register_manual(store: Database, name: str) -> None:
    text = f"application_name: {name}\njobs:\n- {{id: load, command: load}}\n"
    definitions.register(store, pipeline_of(text, "job.yml"), text)


def test_a_key_given_by_hand_counts_for_its_pipeline_alone(store: Database, tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    register_manual(store, "load")
    register_manual(store, "check")
    run_id = started(file, "load", "--key", "today")
    assert started(file, "load", "--key", "today") == run_id
    assert started(file, "check", "--key", "today") != run_id
    # The same key by HTTP is the same request.
    assert firing.start(store, "load", NewRun(request_key("load", "today"))) == (run_id, False)


def test_a_key_given_by_hand_blocks_no_scheduled_time(
    store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(store, "0 6 * * *", "all")
    moment = dt.datetime(2026, 10, 1, 4, tzinfo=dt.UTC)
    started(tmp_path / "store.db", "load", "--key", fire_key("load", moment))
    fire_at(store, monkeypatch, moment, moment)
    assert moment in scheduled(store)


@pytest.mark.parametrize("key", ["", "two words", "ä", "k" * 201, "line\n"])
def test_a_key_that_http_would_refuse_is_refused_by_hand(
    store: Database, tmp_path: Path, key: str
) -> None:
    register_manual(store, "load")
    arguments = ["run", "load", "--store-url", f"sqlite:///{tmp_path}/store.db", "--key", key]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert scheduled(store) == []


def test_a_pipeline_with_a_dot_in_its_name_is_started_by_name(
    store: Database, tmp_path: Path
) -> None:
    register_manual(store, "load.daily")
    assert started(tmp_path / "store.db", "load.daily")
    assert len(scheduled(store)) == 1


def test_a_job_file_with_another_suffix_is_read_and_a_missing_one_is_named(
    store: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "night.job"
    file.write_text("application_name: night\njobs:\n- {id: load, command: load}\n")
    assert started(tmp_path / "store.db", str(file))
    assert len(scheduled(store)) == 1
    arguments = ["run", "gone.YML", "--store-url", f"sqlite:///{tmp_path}/store.db"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "gone.YML: cannot be read" in caplog.text


# At 01:00 UTC Berlin's clock goes from 02:00 to 03:00 in the first night, and back in the second.
@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
@pytest.mark.parametrize("cron", ["30 2 * * *", "*/30 * * * *", "15 2,3 * * *"])
@pytest.mark.parametrize("catch_up", ["all", "latest"])
def test_restarts_in_a_night_of_a_new_offset_decide_each_time_once(
    store: Database, monkeypatch: pytest.MonkeyPatch, day: str, cron: str, catch_up: str
) -> None:
    register(store, cron, catch_up)
    begin = dt.datetime.fromisoformat(f"{day}T00:00+00:00") - dt.timedelta(hours=3)
    calendar = times(Schedule(cron=cron, timezone="Europe/Berlin"), begin)
    end = begin + dt.timedelta(hours=30)
    expected = [
        moment.astimezone(dt.UTC) for moment in takewhile(lambda moment: moment <= end, calendar)
    ]
    # Processes start before, in and behind the hour that is left out or comes twice.
    fire_at(store, monkeypatch, expected[0], expected[0])
    for minutes in (185, 200, 215, 245, 275, 300, 1800):
        now = begin + dt.timedelta(minutes=minutes)
        fire_at(store, monkeypatch, now)
        fire_at(store, monkeypatch, now)
    run = store.tables.run
    with store.transaction() as connection:
        rows = connection.execute(sa.select(run.c.scheduled_for, run.c.missed_count)).all()
    made = [row.scheduled_for for row in rows if not row.missed_count]
    assert len(made) == len(set(made))
    assert set(made) <= set(expected)
    assert len(made) + sum(row.missed_count for row in rows) == len(expected)
    if catch_up == "all":
        assert sorted(made) == expected
