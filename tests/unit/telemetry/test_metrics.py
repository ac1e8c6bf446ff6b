"""The Prometheus text file."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from oracle_core.pool import PoolUsage
from oracle_core.telemetry import RunStarted, metrics
from oracle_core.telemetry.metrics import MetricsSink
from tests.unit.telemetry.events import NOW, a_run, new_run

if TYPE_CHECKING:
    from pathlib import Path


def written(path: Path, *, fails: bool = False) -> list[str]:
    sink = MetricsSink(path, application="target-oracle")
    for event in a_run(fails=fails):
        sink.handle(event)
    sink.close()
    return path.read_text(encoding="utf-8").splitlines()


def test_the_figures_of_a_run(tmp_path: Path) -> None:
    lines = written(tmp_path / "target.prom")
    end = (NOW + dt.timedelta(milliseconds=1234)).timestamp()
    pipeline = r'{pipeline="tap-oracle:dev:a\"b"}'
    durations = "target_oracle_batch_duration_seconds"
    labels = 'stream="HR-JOBS",operation="merge"'
    for line in (
        'target_oracle_rows_total{stream="HR-JOBS",operation="merge"} 7',
        'target_oracle_bytes_total{stream="HR-JOBS"} 150',
        'target_oracle_retries_total{code="ORA-12541"} 1',
        f'{durations}_bucket{{{labels},le="0.5"}} 1',
        f'{durations}_bucket{{{labels},le="+Inf"}} 2',
        f"{durations}_sum{{{labels}}} 2.250000",
        'target_oracle_table_changes_total{change="create"} 1',
        'target_oracle_bookmark_lag_seconds{stream="HR-JOBS"} 6.912',
        f"oracle_pipeline_last_success_timestamp_seconds{pipeline} {end:.3f}",
        f"oracle_pipeline_run_duration_seconds{pipeline} 1.234",
    ):
        assert line in lines
    assert list(tmp_path.iterdir()) == [tmp_path / "target.prom"]


def test_the_figures_of_the_pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    used = PoolUsage(acquired=5, waits=1, wait_seconds=0.25, opened_max=3, busy_max=2, replaced=1)
    monkeypatch.setattr(metrics, "usage", lambda: used)
    lines = [line for line in written(tmp_path / "t.prom") if line.startswith("target_oracle_pool")]
    assert lines == [
        "target_oracle_pool_sessions_max 3",
        "target_oracle_pool_busy_max 2",
        "target_oracle_pool_acquired_total 5",
        "target_oracle_pool_replaced_total 1",
        "target_oracle_pool_waits_total 1",
        "target_oracle_pool_wait_seconds_total 0.25",
    ]


def test_every_family_is_declared_once(tmp_path: Path) -> None:
    lines = written(tmp_path / "target.prom")
    declared = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(declared) == len(set(declared))
    samples = {
        line.partition("{")[0].partition(" ")[0] for line in lines if not line.startswith("#")
    }
    assert all(any(name.startswith(family) for family in declared) for name in samples)


def test_a_failure_keeps_the_time_of_the_last_success(tmp_path: Path) -> None:
    path = tmp_path / "target.prom"
    success = [line for line in written(path) if "last_success_timestamp_seconds{" in line]
    failed = written(path, fails=True)
    assert success[0] in failed
    assert r'oracle_pipeline_run_status{pipeline="tap-oracle:dev:a\"b",status="FAILED"} 1' in failed


def test_the_start_shows_a_running_pipeline(tmp_path: Path) -> None:
    path = tmp_path / "target.prom"
    MetricsSink(path, application="target-oracle").handle(RunStarted(new_run()))
    assert 'status="RUNNING"} 1' in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [r"C:\new", "a\nb", 'a"b', "\\", r"\\n", '\\"'])
def test_names_of_jobs_are_read_as_they_were_written(name: str) -> None:
    assert metrics._unescaped(metrics._escaped(name)) == name
