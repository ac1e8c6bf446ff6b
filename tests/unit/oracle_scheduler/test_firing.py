"""Keys of runs: each time has one run, whoever asks for it and in whatever zone."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from oracle_scheduler.jobfile import pipeline_of
from oracle_scheduler.store import definitions, firing, migrations
from oracle_scheduler.store.backfills import backfill
from oracle_scheduler.store.database import Database, sqlite_engine
from oracle_scheduler.store.firing import fire_key

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
    """Fire as a process does that starts at `now`; `next_time` replaces the one in the store."""
    if next_time is not None:
        with store.transaction() as connection:
            connection.execute(sa.update(store.tables.trigger).values(next_time=next_time))
    monkeypatch.setattr(Database, "now", lambda *_: now)
    firing.fire(store, "load")


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
