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

MELTANO = "0d2d6f0e-6b5e-4a3b-9c55-5e1d6d7f3a10"


def sent(
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    application: str,
    fails: bool = False,
    meltano: str = MELTANO,
) -> list[dict[str, Any]]:
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__TYPE", "file")
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__LOG_FILE_PATH", str(path))
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__APPEND", "true")
    monkeypatch.setenv("MELTANO_RUN_ID", meltano)
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
    run, stream = new_run().job, f"{new_run().job}.HR-JOBS"
    assert [(event["job"]["name"], event["eventType"]) for event in events] == [
        (run, "START"),
        (run, "RUNNING"),
        (stream, "START"),
        (stream, "COMPLETE"),
        (run, "COMPLETE"),
    ]
    assert len({event["run"]["runId"] for event in events}) == 2
    assert [event["outputs"] != [] for event in events] == [False, False, True, True, False]
    assert events[0]["eventTime"] == "2026-01-02T03:04:05.678+00:00"
    nominal = events[0]["run"]["facets"]["nominalTime"]
    assert nominal["nominalStartTime"] == events[0]["eventTime"]
    (output,) = events[3]["outputs"]
    assert output["namespace"] == "oracle://db.example.com:1522"
    assert output["name"] == "ORCL.HR_COPY.JOBS"
    assert output["outputFacets"]["outputStatistics"]["rowCount"] == 7
    assert output["facets"]["lifecycleStateChange"]["lifecycleStateChange"] == "CREATE"
    fields = output["facets"]["schema"]["fields"]
    assert [(field["name"], field["type"]) for field in fields] == [
        ("ID", "NUMBER(18)"),
        ("_SDC_X", "NUMBER"),
    ]
    lineage = output["facets"]["columnLineage"]["fields"]
    assert lineage.keys() == {"ID"}
    (source,) = lineage["ID"]["inputFields"]
    assert (source["name"], source["field"]) == ("HR-JOBS", "ID")
    assert source["transformations"][0]["subtype"] == "IDENTITY"


def parents_of(event: dict[str, Any]) -> list[tuple[str, str]]:
    parent = event["run"]["facets"]["parent"]
    return [(place["job"]["name"], place["run"]["runId"]) for place in (parent, parent["root"])]


def test_streams_belong_to_the_run_and_the_run_to_what_started_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduled = "0190d0b0-0000-7000-8000-000000000001"
    monkeypatch.setenv("OPENLINEAGE_PARENT_ID", f"oracle-scheduler/nightly/dwh/{scheduled}")
    monkeypatch.setenv("SCHEDULED_FOR", "2026-01-02T03:00:00+01:00")
    events = sent(tmp_path / "lineage.jsonl", monkeypatch, application="target-oracle")
    root = ("nightly/dwh", scheduled)
    assert parents_of(events[0]) == [("meltano", MELTANO), root]
    assert parents_of(events[2]) == [(new_run().job, events[0]["run"]["runId"]), root]
    nominal = events[0]["run"]["facets"]["nominalTime"]
    assert nominal["nominalStartTime"] == "2026-01-02T03:00:00.000+01:00"


def test_a_run_that_nothing_started_has_no_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENLINEAGE_PARENT_ID", "SCHEDULED_FOR"):
        monkeypatch.setenv(name, "something else")
    path = tmp_path / "lineage.jsonl"
    events = sent(path, monkeypatch, application="target-oracle", meltano="none")
    assert "parent" not in events[0]["run"]["facets"]
    assert parents_of(events[2])[0] == parents_of(events[2])[1]


def test_a_tap_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events = sent(tmp_path / "lineage.jsonl", monkeypatch, application="tap-oracle")
    (read,) = events[3]["inputs"]
    assert read["inputFacets"]["inputStatistics"]["rowCount"] == 7
    assert events[3]["outputs"] == []


def test_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "lineage.jsonl"
    events = sent(path, monkeypatch, application="target-oracle", fails=True)
    for event in events[3:]:
        assert event["eventType"] == "FAIL"
        message = event["run"]["facets"]["errorMessage"]["message"]
        assert message == "ORA-01653 in stream HR-JOBS"


def test_the_rules_find_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    event = sent(tmp_path / "lineage.jsonl", monkeypatch, application="target-oracle")[3]
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
