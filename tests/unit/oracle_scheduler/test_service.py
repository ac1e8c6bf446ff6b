"""A service whose job files break, and whose clock is wrong."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING

import pytest

from oracle_scheduler.service.leadership import Leadership
from oracle_scheduler.service.process import Service
from oracle_scheduler.service.settings import ServiceSettings
from oracle_scheduler.store import reading
from oracle_scheduler.store.database import Database, sqlite_engine
from oracle_scheduler.store.migrations import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import sqlalchemy as sa

JOBS = 'application_name: night\nschedule: "@daily"\njobs: [{id: a, command: a}]\n'


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    """Return a store in a SQLite file."""
    database = Database(sqlite_engine(tmp_path / "store.db"))
    migrate(database)
    yield database
    database.close()


def test_a_job_file_that_breaks_vanishes_or_is_renamed_keeps_its_pipeline(
    store: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "jobs"
    folder.mkdir()
    service = Service(store, ServiceSettings(jobs_dir=folder, spool=tmp_path))
    file = folder / "night.yml"
    file.write_text(JOBS)
    (folder / "gone.yml").symlink_to(folder / "nowhere.yml")
    service._read_jobs()
    (row,) = reading.pipelines(store)
    assert (row.name, row.source) == ("night", str(file))
    assert "gone.yml is read later" in caplog.text
    file.write_text("jobs: [")
    service._read_jobs()
    assert "night.yml:" in caplog.text
    file.write_bytes(b"\xff\xfe")
    service._read_jobs()
    assert "is not text in UTF-8" in caplog.text
    assert reading.pipelines(store) == [row], "it goes on as it was"
    file.unlink()
    service._read_jobs()
    assert reading.pipelines(store) == [row]
    (folder / "renamed.yml").write_text(JOBS)
    service._read_jobs()
    (renamed,) = reading.pipelines(store)
    assert renamed.source == str(folder / "renamed.yml")
    assert renamed.next_time == row.next_time, "no time is skipped or repeated"
    for entry in folder.iterdir():
        entry.unlink()
    folder.rmdir()
    service._read_jobs()
    assert "Job files are read later" in caplog.text


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_machine_whose_clock_is_wrong_does_not_lead(
    store: Database,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    hours: int,
) -> None:
    leadership = Leadership(store, str(uuid.uuid4()), ServiceSettings())
    leadership._beat()
    assert leadership.is_leader()

    def off(_connection: sa.Connection) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + dt.timedelta(hours=hours)

    monkeypatch.setattr(store, "now", off)
    leadership._beat()
    assert not leadership.is_leader()
    assert "it does not lead until that is mended" in caplog.text
