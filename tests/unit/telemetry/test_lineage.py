"""OpenLineage events, as the client writes them into a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from demo.openlineage_rules import problems, problems_of_runs
from oracle_core.telemetry.lineage import LineageSink
from tests.unit.telemetry.events import CONFIG, a_run, new_run

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def sent(
    path: Path, monkeypatch: pytest.MonkeyPatch, *, application: str, fails: bool = False
) -> list[dict[str, Any]]:
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__TYPE", "file")
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__LOG_FILE_PATH", str(path))
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__APPEND", "true")
    monkeypatch.setenv("MELTANO_RUN_ID", "0d2d6f0e-6b5e-4a3b-9c55-5e1d6d7f3a10")
    sink = LineageSink({**CONFIG, "lineage_namespace": "prod"}, application=application)
    for event in a_run(fails=fails):
        sink.handle(event)
    sink.close()
    assert "canary" not in path.read_text(encoding="utf-8")
    events = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert problems_of_runs(events) == []
    return events


def test_a_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events = sent(tmp_path / "lineage.jsonl", monkeypatch, application="target-oracle")
    assert [event["eventType"] for event in events] == ["START", "RUNNING", "COMPLETE"]
    assert {event["job"]["name"] for event in events} == {new_run().job}
    assert len({event["run"]["runId"] for event in events}) == 1
    parent = events[0]["run"]["facets"]["parent"]["run"]["runId"]
    assert parent == "0d2d6f0e-6b5e-4a3b-9c55-5e1d6d7f3a10"
    assert events[0]["run"]["facets"]["parent"]["root"]["run"]["runId"] == parent
    (output,) = events[-1]["outputs"]
    assert output["namespace"] == "oracle://db.example.com:1522"
    assert output["name"] == "ORCL.HR_COPY.JOBS"
    assert output["outputFacets"]["outputStatistics"]["rowCount"] == 7
    fields = output["facets"]["schema"]["fields"]
    assert [(field["name"], field["type"]) for field in fields] == [
        ("ID", "NUMBER(18)"),
        ("_SDC_X", "NUMBER"),
    ]
    lineage = output["facets"]["columnLineage"]["fields"]
    assert lineage.keys() == {"ID"}
    assert lineage["ID"]["inputFields"][0]["name"] == "HR-JOBS"


def test_a_tap_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events = sent(tmp_path / "lineage.jsonl", monkeypatch, application="tap-oracle")
    (read,) = events[-1]["inputs"]
    assert read["inputFacets"]["inputStatistics"]["rowCount"] == 7
    assert events[-1]["outputs"] == []


def test_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "lineage.jsonl"
    events = sent(path, monkeypatch, application="target-oracle", fails=True)
    assert events[-1]["eventType"] == "FAIL"
    message = events[-1]["run"]["facets"]["errorMessage"]["message"]
    assert message == "ORA-01653 in stream HR-JOBS"


def test_the_rules_find_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    event = sent(tmp_path / "lineage.jsonl", monkeypatch, application="target-oracle")[-1]
    event["run"]["runId"] = "1"
    event["eventTime"] = "yesterday"
    del event["outputs"][0]["facets"]["schema"]["_producer"]
    event["outputs"][0]["outputFacets"]["outputStatistics"]["rowCount"] = "7"
    assert {problem.partition(":")[0] for problem in problems(event)} == {
        "$.run.runId",
        "$.eventTime",
        "$.outputs[0].facets.schema",
        "$.outputs[0].outputFacets.outputStatistics.rowCount",
    }
