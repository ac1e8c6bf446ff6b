"""The scheduler's endpoints on both stores."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from oracle_scheduler.api.server import serving
from oracle_scheduler.api.settings import ApiSettings
from oracle_scheduler.jobfile import JobKind, pipeline_of
from oracle_scheduler.store import claims, endings, leases, outputs, reading
from oracle_scheduler.store.claims import Claimant
from oracle_scheduler.store.endings import Ending
from oracle_scheduler.store.outputs import Output
from oracle_scheduler.store.states import State
from tests.scheduler_api import Api, api_of, register

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from oracle_scheduler.store.database import Database

pytestmark = pytest.mark.oracle
pytest_plugins = ["tests.oracle.fix_scheduler"]

PATHS = ("/api/jobs", "/status", "/")


@pytest.fixture
def both(store: Database, tmp_path: Path) -> Iterator[Api]:
    register(store)
    with api_of(store, allow_adhoc=(f"{tmp_path}/scripts", "checks")) as result:
        yield result


def run_first_job(store: Database, state: State, text: str = "") -> None:
    """Play a worker that takes one job, writes and ends it."""
    claims.set_slots(store, "default", 10)
    token = str(uuid.uuid4())
    assert claims.claim(store, "default", Claimant(str(uuid.uuid4()), 60), token)
    outputs.store_output(store, token, Output(0, text, "", len(text), is_complete=True))
    endings.finish(store, token, Ending(state, 0 if state is State.SUCCESS else 1))


def test_the_seven_endpoints_of_an_apscheduler_service(both: Api, tmp_path: Path) -> None:
    assert both.client.get("/health").status_code == 503
    script = f"{tmp_path}/scripts/load.sh"
    body = {"job_id": "nightly", "script_path": script, "args": ["a b", 3], "cron": "0 0 * * 0"}
    answer = both.post("/api/schedule-job", 201, json=body)
    first = dt.datetime.fromisoformat(answer["next_time"])
    assert first.weekday() == 6, "0 is Sunday"
    assert [job["name"] for job in both.get("/api/jobs")] == ["night", "nightly"]
    detail = both.get("/api/jobs/nightly")
    assert (detail["source"], detail["schedule"]) == ("request", "0 0 * * 0 (UTC)")
    assert len(detail["next_times"]) == len(set(detail["next_times"])) == 5
    assert both.post("/api/jobs/nightly/pause") == {"id": "nightly", "status": "paused"}
    assert both.get("/api/jobs/nightly")["is_paused"]
    assert both.post("/api/jobs/nightly/resume")["status"] == "scheduled"
    assert both.call("DELETE", "/api/remove-job/nightly")["status"] == "removed"
    assert "nightly" in both.get("/api/jobs/nightly", 404)["detail"]


def test_scheduled_jobs_become_what_a_job_file_would_say(both: Api, tmp_path: Path) -> None:
    script = f"{tmp_path}/scripts/load.sh"
    moment = "2030-01-01T02:00:00+01:00"
    bash = {"job_id": "b", "script_path": script, "args": ["$HOME; x"], "run_date": moment}
    answer = both.post("/api/schedule-job", 201, json=bash)
    assert dt.datetime.fromisoformat(answer["next_time"]) == dt.datetime.fromisoformat(moment)
    python: dict[str, Any] = {
        "job_id": "p",
        "job_type": "python",
        "module": "checks.daily",
        "function": "run",
    }
    python |= {"interval": 3600, "kwargs": {"limit": 1e16, "name": "ä"}}
    both.post("/api/schedule-job", 201, json=python)
    jobs = {}
    for name in "bp":
        row = reading.pipeline(both.store, name)
        jobs[name] = pipeline_of(row.definition, name).jobs[0]
    assert jobs["b"].kind is JobKind.COMMAND
    assert jobs["b"].command == f"/bin/bash {script} '$HOME; x'"
    assert jobs["b"].timeout_seconds == 300
    assert jobs["p"].command == "checks.daily:run"
    assert jobs["p"].keyword_arguments == {"limit": 1e16, "name": "ä"}
    both.post("/api/schedule-job", 201, json=bash | {"args": []})
    row = reading.pipeline(both.store, "b")
    assert pipeline_of(row.definition, "b").jobs[0].command == f"/bin/bash {script}"


def test_a_job_of_a_file_is_neither_replaced_nor_removed(both: Api) -> None:
    body = {"job_id": "night", "job_type": "python", "module": "checks", "function": "run"}
    for answer in (
        both.post("/api/schedule-job", 409, json=body | {"interval": 60}),
        both.call("DELETE", "/api/remove-job/night", 409),
    ):
        assert answer["detail"] == "the pipeline 'night' comes from night.yml; change it there"


def test_a_run_from_request_to_output(both: Api) -> None:
    key = {"Idempotency-Key": "monday"}
    path = "/api/pipelines/night/run"
    first = both.post(path, 202, headers=key, json={"env": {"TARGET_ENV": "test"}})
    again = both.post("/submit", 202, headers=key, json={"application_name": "night"})
    assert again == {"run_id": first["run_id"], "is_new": False}
    run_id = first["run_id"]
    run_first_job(both.store, State.SUCCESS, "one\ntwo\n")
    detail = both.get(f"/api/runs/{run_id}")
    states = {job["job_id"]: job["state"] for job in detail["jobs"]}
    assert states == {"load": "SUCCESS", "check": "QUEUED", "report": "WAITING"}
    output = both.get(f"/api/runs/{run_id}/output/load?after=4")
    assert output == {"attempt": 1, "text": "two\n", "next": 8, "is_complete": True}
    assert both.get(f"/api/runs/{run_id}/output/check", 404)
    assert both.post(f"/api/runs/{run_id}/cancel")["status"] == "cancelled"
    assert "has ended as CANCELLED" in both.post(f"/api/runs/{run_id}/cancel", 409)["detail"]
    assert both.post(f"/api/runs/{run_id}/resume")["status"] == "resumed"
    assert [run["run_id"] for run in both.get("/api/runs?pipeline=night")] == [run_id]
    assert both.get("/api/runs?pipeline=day") == []


def test_a_new_pipeline_is_submitted(both: Api, tmp_path: Path) -> None:
    jobs: list[dict[str, Any]] = [
        {"id": "load", "command": f"{tmp_path}/scripts/load.sh x"},
        {"id": "check", "type": "python", "call": "checks:run", "dependencies": ["load"]},
    ]
    body = {"application_name": "once", "jobs": jobs, "skip": ["check"]}
    run_id = both.post("/submit", 202, json=body)["run_id"]
    states = [job["state"] for job in both.get(f"/api/runs/{run_id}")["jobs"]]
    assert states == ["QUEUED", "SKIPPED"]
    jobs[1]["dependencies"] = ["lod"]
    assert "'lod', which is not a job" in both.post("/submit", 422, json=body)["detail"]


def test_past_times_are_run_once(both: Api) -> None:
    body = {"from": "2026-03-28T00:00", "to": "2026-03-31T00:00"}
    path = "/api/pipelines/night/backfill"
    dry = both.post(path, 202, json=body | {"dry_run": True})
    # The last Sunday of March has no 02:30 in Berlin: the time is the end of the gap.
    expected = ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]
    assert dry == {"times": expected, "run_ids": []}
    assert len(both.post(path, 202, json=body)["run_ids"]) == 3
    assert both.post(path, 202, json=body)["run_ids"] == []
    runs = both.get("/api/runs")
    assert [run["scheduled_for"] for run in runs] == expected[::-1]
    assert (
        "more than 1000 times"
        in both.post(path, 409, json=body | {"from": "2000-01-01T00:00"})["detail"]
    )


def test_status_and_metrics_agree(both: Api) -> None:
    both.post("/api/pipelines/night/run", 202)
    run_first_job(both.store, State.FAILED)
    leases.hold(both.store, leases.LEADER, str(uuid.uuid4()), 60)
    status = both.get("/status")
    assert status["leader"] and status["runs"] == {"FAILED": 1}
    assert status["pipelines"][0] | {"next_time": ""} == {
        "name": "night",
        "is_paused": False,
        "state": "FAILED",
        "last_success": None,
        "last_seconds": None,
        "next_time": "",
        "missed": 0,
    }
    same: dict[str, Any] = both.get("/metrics", headers={"Accept": "application/json"})
    assert same["runs"] == status["runs"]
    text = both.client.get("/metrics", headers=both.headers).text
    assert 'oracle_scheduler_runs{state="FAILED"} 1.0' in text
    assert 'oracle_scheduler_pipeline_last_run_failed{pipeline="night"} 1.0' in text
    assert "oracle_scheduler_leader 1.0" in text


def test_two_hundred_requests_at_once(store: Database) -> None:
    register(store)
    limits = httpx2.Limits(max_connections=200)
    with (
        serving(store, ApiSettings(port=0)) as url,
        httpx2.Client(base_url=url, limits=limits, timeout=60) as client,
    ):

        def ask(number: int) -> int:
            if number % 4:
                return client.get(PATHS[number % 4 - 1]).status_code
            headers = {"Idempotency-Key": str(number // 8)}
            return client.post("/api/pipelines/night/run", headers=headers).status_code

        with ThreadPoolExecutor(200) as threads:
            statuses = Counter(threads.map(ask, range(200)))
    assert statuses == {200: 150, 202: 50}
    assert len(reading.runs(store, limit=100)) == 25, "two requests of each key made one run"
