"""What a load tells with every form of telemetry on, and what it keeps to itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from oracle_core.telemetry.audit import read_audit, verify
from tests.oracle.loader import ID, Loader, record_line, schema_line, state_line

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fix_plugins import Plugin

pytestmark = pytest.mark.oracle

WIDER = {**ID, "NOTE": {"type": ["string", "null"], "maxLength": 9}}


def everything(folder: Path) -> dict[str, Any]:
    return {
        "job_history_table": "RUNS",
        "metrics_file": str(folder / "target.prom"),
        "audit_file": str(folder / "audit.jsonl"),
        "lineage_namespace": "test",
        "log_format": "json",
    }


def lineage(folder: Path) -> dict[str, str]:
    return {
        "OPENLINEAGE__TRANSPORT__TYPE": "file",
        "OPENLINEAGE__TRANSPORT__LOG_FILE_PATH": str(folder / "lineage.jsonl"),
        "OPENLINEAGE__TRANSPORT__APPEND": "true",
        "TARGET_ORACLE_LOGLEVEL": "DEBUG",
    }


def test_the_audit_names_every_change(loader: Loader, tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    loader.load(schema_line(ID), record_line({"ID": 1}), audit_file=str(file))
    loader.load(
        schema_line(WIDER),
        record_line({"ID": 1, "NOTE": "x"}),
        record_line({"ID": 2, "NOTE": "y"}),
        audit_file=str(file),
    )
    lines = list(read_audit(file))
    table = f"{loader.user}.T"
    assert [(line["event"], line.get("table"), line.get("rows")) for line in lines] == [
        ("RUN_STARTED", None, None),
        ("CREATE", f"{loader.user}.SINGER_LOADS", None),
        ("CREATE", f"{loader.user}.SINGER_LOAD_LOCKS", None),
        ("CREATE", table, None),
        ("LOAD", table, 1),
        ("RUN_ENDED", None, None),
        ("RUN_STARTED", None, None),
        ("ALTER", table, None),
        ("LOAD", table, 2),
        ("RUN_ENDED", None, None),
    ]
    assert len({line["run_id"] for line in lines}) == 2
    assert verify(file) is None


def test_rights_and_staging_tables_are_audited(
    loader: Loader, tmp_path: Path, other_schema: str
) -> None:
    file = tmp_path / "audit.jsonl"
    loader.load(
        schema_line(ID),
        record_line({"ID": 1}),
        audit_file=str(file),
        merge_strategy="staged",
        job_history_table="RUNS",
        table_options={"HR-T": {"grants": [f"SELECT TO {other_schema}"]}},
    )
    lines = [line for line in read_audit(file) if "SINGER_LOAD" not in str(line.get("table"))]
    staged = [line["event"] for line in lines if "SINGER_STG_" in str(line.get("table"))]
    assert staged == ["CREATE", "DROP"]
    own = [line["statement"] for line in lines if line.get("table") == "RUNS"]
    assert own[0].startswith(("CREATE SEQUENCE", "CREATE TABLE"))
    (granted,) = [line for line in lines if line["event"] == "GRANT"]
    assert granted["table"] == f"{loader.user}.T"
    assert granted["statement"].endswith(f" TO {other_schema}")
    assert verify(file) is None


@pytest.mark.parametrize(
    ("strategy", "statements"),
    [
        ("rename", ['ALTER TABLE "{0}"."T" RENAME TO', 'RENAME TO "T"']),
        ("exchange", ['ALTER TABLE "{0}"."T" EXCHANGE PARTITION']),
    ],
)
def test_tables_put_in_the_place_of_another_are_audited(
    loader: Loader, tmp_path: Path, strategy: str, statements: list[str]
) -> None:
    file = tmp_path / "audit.jsonl"
    for _ in range(2):
        file.unlink(missing_ok=True)
        loader.load(
            schema_line(ID),
            record_line({"ID": 1}),
            load_method="overwrite",
            overwrite_strategy=strategy,
            audit_file=str(file),
        )
    lines = list(read_audit(file))
    altered = [line["statement"] for line in lines if line["event"] == "ALTER"]
    for text in statements:
        assert any(text.format(loader.user) in statement for statement in altered), text
    built = [line for line in lines if line["event"] == "CREATE" and "SINGER_NEW" in line["table"]]
    dropped = [line for line in lines if line["event"] == "DROP"]
    assert built and dropped
    loaded = [line for line in lines if line["event"] == "LOAD"]
    assert [(line["table"], line["rows"]) for line in loaded] == [(f"{loader.user}.T", 1)]
    assert verify(file) is None


def test_a_column_that_moves_is_audited(loader: Loader, tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    text = {**ID, "NOTE": {"type": ["string", "null"]}}
    records = [record_line({"ID": 1, "NOTE": note}) for note in ("short", "x" * 40_000)]
    loader.load(schema_line(text), *records, batch_size_rows=1, audit_file=str(file))
    altered = [line["statement"] for line in read_audit(file) if line["event"] == "ALTER"]
    for part in (" ADD (", " SET UNUSED (", " RENAME COLUMN "):
        assert any(part in statement for statement in altered), part


def test_rows_loaded_with_their_state_are_audited_at_its_commit(
    loader: Loader, tmp_path: Path
) -> None:
    file = tmp_path / "audit.jsonl"
    lines = (schema_line(ID), record_line({"ID": 1}), state_line({"a": 1}))
    loader.load(*lines, audit_file=str(file), state_table="SINGER_STATE", state_id="s")
    assert [line["event"] for line in read_audit(file)][-2:] == ["LOAD", "RUN_ENDED"]


def test_no_form_of_telemetry_shows_a_secret(
    loader: Loader, target: Plugin, tmp_path: Path
) -> None:
    settings = everything(tmp_path)
    secret = loader.database.passwords[loader.user]
    canary = "canary-60321"
    config = loader.database.config(
        loader.user, **settings, wallet_password=canary, access_token_private_key=None
    )
    lines = (schema_line(ID), record_line({"ID": 1}), state_line({"a": 1}))
    text = "".join(line + "\n" for line in lines).encode()
    done = target.run(config, stdin=text, environment=lineage(tmp_path))
    assert done.code == 0, done.stderr
    wrong = {**config, "password": canary}
    refused = target.run(wrong, stdin=text, environment=lineage(tmp_path))
    assert refused.code == 1
    told = {
        path.name: path.read_text(encoding="utf-8")
        for path in tmp_path.iterdir()
        if path.name in {"target.prom", "audit.jsonl", "lineage.jsonl"}
    }
    assert len(told) == 3
    told["log"] = done.stderr + refused.stderr
    told["history"] = json.dumps(loader.rows("SELECT * FROM runs"), default=str)
    for name, content in told.items():
        assert canary not in content, name
        assert secret not in content, name
