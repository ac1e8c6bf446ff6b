"""Alert rules, dashboard and operations.md speak of metrics and labels that the programs write."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from oracle_core.history.model import RunStatus
from oracle_core.telemetry.metrics import MetricsSink
from tests.unit.telemetry.events import a_run

DOCS = Path(__file__).parents[3] / "docs"
METRIC = re.compile(r"\b(?:tap_oracle|target_oracle|oracle_pipeline)_\w+")
FAMILIES = re.compile(r'__name__=~"([^"]+)"')
LABEL = re.compile(r"(\w+)=~?\"")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the metrics files of a tap and a target, each with a whole run."""
    texts = []
    for application in ("tap-oracle", "target-oracle"):
        file = tmp_path_factory.mktemp(application) / "run.prom"
        sink = MetricsSink(file, application=application)
        for event in a_run():
            sink.handle(event)
        texts.append(file.read_text(encoding="utf-8"))
    return "".join(texts)


def names(written: str) -> set[str]:
    """Return the names of the samples."""
    lines = (line for line in written.splitlines() if not line.startswith("#"))
    return {re.split(r"[{ ]", line)[0] for line in lines}


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((DOCS / "monitoring" / "alerts.yml").read_text(encoding="utf-8"))
    return [rule for group in groups["groups"] for rule in group["rules"]]


def expressions() -> list[str]:
    text = (DOCS / "monitoring" / "grafana-dashboard.json").read_text(encoding="utf-8")
    dashboard = json.loads(text)
    shown = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    return [*(rule["expr"] for rule in rules()), *shown]


def alternatives(pattern: str) -> set[str]:
    """Return the names that a pattern of the form `(a|b)_c` or `a|b` stands for."""
    grouped = re.fullmatch(r"\(([^)]*)\)(\w*)", pattern)
    first, rest = grouped.groups() if grouped else (pattern, "")
    return {name + rest for name in first.split("|")}


@pytest.mark.parametrize("expression", expressions())
def test_an_expression_asks_for_what_is_written(expression: str, written: str) -> None:
    patterns = FAMILIES.findall(expression)
    plain = FAMILIES.sub("", expression)
    asked = {*METRIC.findall(plain), *(n for text in patterns for n in alternatives(text))}
    assert asked
    assert asked <= names(written)
    labels = {*LABEL.findall(plain)} - {"__name__"}
    grouped = re.findall(r"\b(?:by|on) ?\(([^)]*)\)", expression)
    labels |= {label.strip() for text in grouped for label in text.split(",")}
    known = {*LABEL.findall(written)}
    assert labels <= known


def test_rules_name_the_labels_of_their_series(written: str) -> None:
    for rule in rules():
        text = " ".join(rule["annotations"].values())
        for label in re.findall(r"\$labels\.(\w+)", text):
            assert f'{label}="' in written
        assert rule["labels"]["severity"] in {"page", "ticket", "info"}


def test_operations_names_every_metric_and_status(written: str) -> None:
    text = (DOCS / "operations.md").read_text(encoding="utf-8")
    families = {line.split()[2] for line in written.splitlines() if line.startswith("# TYPE")}
    endings = {re.sub(r"^(?:tap_oracle|target_oracle|oracle_pipeline)_", "", n) for n in families}
    for ending in endings:
        assert f"_{ending}" in text, ending
    for status in ("RUNNING", "SUCCESS", "FAILED", "INTERRUPTED"):
        assert status in RunStatus.__members__
        assert f"| `{status}` |" in text
