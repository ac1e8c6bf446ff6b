"""Pages: what they show, what their buttons do, and that nothing of a job becomes markup."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from oracle_scheduler.api import drawing
from oracle_scheduler.jobfile import pipeline_of
from oracle_scheduler.store import claims, endings, firing, leases, nodes, outputs, reading
from oracle_scheduler.store.claims import Claimant
from oracle_scheduler.store.endings import Ending
from oracle_scheduler.store.firing import NewRun
from oracle_scheduler.store.outputs import Output
from oracle_scheduler.store.states import State
from tests.scheduler_api import NIGHT, Api, register

if TYPE_CHECKING:
    from oracle_scheduler.store.database import Database

pytest_plugins = ["tests.fix_scheduler_api"]

HOSTILE = "<script>alert(1)</script>"
ORIGIN = "http://127.0.0.1:8090"


@pytest.fixture
def run_id(api: Api) -> str:
    """Return a run whose first job has failed and whose output is hostile."""
    store = api.store
    claims.set_slots(store, "default", 10)
    run_id, _ = firing.start(store, "night", NewRun("first"))
    token = str(uuid.uuid4())
    assert claims.claim(store, "default", Claimant(str(uuid.uuid4()), 60), token)
    text = f"{HOSTILE}\nline\n"
    outputs.store_output(store, token, Output(0, text, "", len(text), is_complete=True))
    endings.finish(store, token, Ending(State.FAILED, 7, f"exit code 7 {HOSTILE}"))
    return run_id


def page(api: Api, path: str, status: int = 200) -> str:
    response = api.client.get(path, headers={**api.headers, "Accept": "text/html"})
    assert response.status_code == status
    assert response.headers["content-type"].startswith("text/html")
    text = response.text
    assert "<script>alert" not in text
    assert not re.search(r"""\s(?:style|on\w+)=["']|<style""", text), "the CSP allows none"
    return text


def press(api: Api, path: str) -> str:
    """Press a button and return where it leads."""
    headers = {**api.headers, "Origin": ORIGIN, "Accept": "text/html"}
    response = api.client.post(path, headers=headers, follow_redirects=False)
    assert response.status_code == 303, response.text
    return response.headers["location"]


def test_overview(api: Api, run_id: str) -> None:
    text = page(api, "/")
    assert "no process holds the lease of the leader" in text
    assert f'href="/runs/{run_id}"' in text and 'class="state FAILED"' in text
    node = str(uuid.uuid4())
    leases.hold(api.store, leases.LEADER, node, 60)
    nodes.register(api.store, node, {"worker"})
    assert 'role="alert"' not in page(api, "/")
    assert ">leads<" in page(api, "/nodes") and ">alive<" in page(api, "/nodes")


def test_a_pipeline_and_its_buttons(api: Api) -> None:
    text = page(api, "/pipelines/night")
    assert "Loads what the day left" in text and "30 2 * * * (Europe/Berlin)" in text
    assert text.count('class="box none"') == 3 and text.count('class="edge"') == 2
    assert press(api, "/pipelines/night/pause") == "/pipelines/night"
    assert ">paused<" in page(api, "/pipelines/night")
    assert press(api, "/pipelines/night/resume") == "/pipelines/night"
    assert ">paused<" not in page(api, "/pipelines/night")
    path = press(api, "/pipelines/night/run")
    assert 'class="box QUEUED"' in page(api, path)
    assert press(api, f"{path}/cancel") == path
    assert 'class="state CANCELLED"' in page(api, path)


def test_a_run_shows_the_job_that_failed(api: Api, run_id: str) -> None:
    text = page(api, f"/runs/{run_id}")
    assert "Output of load" in text and "&lt;script&gt;" in text
    assert "every 2s" not in text, "a run that has ended does not change"
    assert "Nothing written yet" in page(api, f"/runs/{run_id}?job=check")
    plain = api.client.get(f"/runs/{run_id}/output/load", headers=api.headers)
    assert plain.headers["content-type"] == "text/plain; charset=utf-8"
    assert plain.text == f"{HOSTILE}\nline\n"
    assert press(api, f"/runs/{run_id}/resume") == f"/runs/{run_id}"
    text = page(api, f"/runs/{run_id}")
    assert 'hx-trigger="every 2s"' in text
    assert '<noscript><meta http-equiv="refresh"' in text, "it renews itself without scripts too"


def test_history(api: Api, run_id: str) -> None:
    register(api.store, NIGHT.replace("night", "a b&c", 1))
    text = page(api, "/history")
    assert f'href="/runs/{run_id}"' in text and "<option>a b&amp;c</option>" in text
    assert run_id not in page(api, "/history?pipeline=a%20b%26c")
    assert 'href="/pipelines/a%20b%26c"' in page(api, "/")
    assert "a b&amp;c" in page(api, "/pipelines/a%20b%26c")


def test_problems_are_pages_for_a_browser(api: Api) -> None:
    assert "no pipeline is called &#39;day&#39;" in page(api, "/pipelines/day", 404)
    assert "no run has the id" in page(api, "/runs/x", 404)
    assert "Not Found" in page(api, "/nothing", 404)


def test_a_graph_puts_each_job_behind_those_it_waits_for() -> None:
    jobs = "[{id: a, command: x}, {id: b, command: x}, {id: c, command: x, dependencies: [a, b]}]"
    pipeline = pipeline_of(f"application_name: n\njobs: {jobs}", "n.yml")
    graph = drawing.graph(pipeline.jobs, {"a": "SUCCESS"})
    a, b, c = graph.boxes
    assert a.x == b.x < c.x and a.y < b.y and c.y == a.y
    assert [box.state for box in graph.boxes] == ["SUCCESS", "", ""]
    assert len(graph.curves) == 2
    assert c.x + drawing.BOX_WIDTH < graph.width and b.y + drawing.BOX_HEIGHT < graph.height


def test_charts_stay_inside(api: Api, run_id: str) -> None:
    day = dt.date(2026, 3, 1)
    chart = drawing.runs_by_day([(day, "SUCCESS", 3), (day, "FAILED", 1)], day)
    failed = next(bar for bar in chart.bars if bar.state == "FAILED")
    assert (chart.top, len(chart.bars), failed.height) == ("4", 2, drawing.CHART_HEIGHT / 4)
    assert failed.y == 0 and failed.x + failed.width <= drawing.CHART_WIDTH
    run = api.store.tables.run
    with api.store.transaction() as connection:
        moment = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
        ended = {"started_at": moment, "ended_at": moment + dt.timedelta(seconds=3_725)}
        connection.execute(sa.update(run).where(run.c.run_id == run_id).values(ended))
    bars = drawing.durations(reading.runs(api.store))
    assert bars.top == "1 h 02 min" and bars.bars[0].height == drawing.CHART_HEIGHT


def test_an_empty_store_has_pages(sqlite_store: Database, api: Api) -> None:
    tables = sqlite_store.tables
    with sqlite_store.transaction() as connection:
        connection.execute(sa.delete(tables.trigger))
        connection.execute(sa.delete(tables.pipeline))
    assert "No pipeline is known" in page(api, "/")
    assert "Nothing to show yet" in page(api, "/history")
    assert "No process has served" in page(api, "/nodes")
