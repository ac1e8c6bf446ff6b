"""Names that tables have once the target has loaded them, and what a catalog selects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner

from catalog.command.main import main
from catalog.dbt import SOURCES_FILE, DbtOptions, dbt_files
from catalog.loaded import as_loaded
from catalog.model import Column, ForeignKey, Key, KeyKind, Schema, Table, TableKind
from catalog.singer import singer_catalog, whole
from oracle_core.errors import ConfigurationError
from oracle_core.identifiers import Identifier
from oracle_core.types import parse
from oracle_core.types.plans import JsonSchemaOptions
from target_oracle.naming import NamingRules

if TYPE_CHECKING:
    from pathlib import Path

    from oracle_core.identifiers import Style


def table(name: str, *columns: str, schema: str = "HR", **facts: Any) -> Table:
    made = tuple(Column(column, parse("NUMBER(9)"), nullable=False) for column in columns)
    return Table(schema, name, TableKind.TABLE, made, **facts)


PARENT = table("Ticket.Parent", "Id", keys=(Key("PK", KeyKind.PRIMARY, ("Id",)),))
CHILD = table(
    "Mixed-Case Name",
    "parentId",
    "rowid",
    foreign_keys=(ForeignKey("FK", ("parentId",), "HR", "Ticket.Parent", ("Id",)),),
)
HR = Schema("HR", (CHILD, PARENT))


@pytest.mark.parametrize("style", ["oracle", "exact", "snake"])
def test_names_are_those_of_the_target(style: Style) -> None:
    rules = NamingRules(Identifier("DWH"), style)
    (schema,) = as_loaded((HR,), style)
    for source, loaded in zip(HR.tables, schema.tables, strict=True):
        assert loaded.name == rules.table(f"HR-{source.name}").table.name
        properties = [column.name for column in source.columns]
        columns = rules.columns("S", properties).values()
        assert [column.name for column in loaded.columns] == [name.name for name in columns]
    child, parent = schema.tables
    assert child.foreign_keys[0].referred_table == parent.name
    assert child.foreign_keys[0].referred_columns == parent.keys[0].columns


def test_the_hyphen_of_a_schema_ends_the_schema_of_the_stream() -> None:
    child = table(
        "T",
        "ID",
        schema="HR-OLD",
        foreign_keys=(ForeignKey("FK", ("ID",), "HR-OLD", "P", ("ID",)),),
    )
    ((loaded,),) = (schema.tables for schema in as_loaded((Schema("HR-OLD", (child,)),), "oracle"))
    assert loaded.name == NamingRules(Identifier("DWH"), "oracle").table("HR-OLD-T").table.name
    assert loaded.foreign_keys[0].referred_table == "OLD-P"


def test_dbt_reads_what_the_target_makes() -> None:
    files = dbt_files((HR,), DbtOptions("DWH", "snake"))
    (source,) = yaml.safe_load(files[SOURCES_FILE])["sources"]
    assert [entry["identifier"] for entry in source["tables"]] == [
        "MIXED_CASE_NAME",
        "TICKET_PARENT",
    ]
    assert "relationships" in files[SOURCES_FILE]
    upper = dbt_files((HR,), DbtOptions("DWH"))
    assert "identifier: MIXED-CASE NAME" in upper[SOURCES_FILE]
    source_names = dbt_files((HR,))
    assert "identifier: Mixed-Case Name" in source_names[SOURCES_FILE]


def test_names_that_become_one_are_refused() -> None:
    two = (Schema("HR", (table("T", "ID"),)), Schema("OE", (table("T", "ID", schema="OE"),)))
    with pytest.raises(ConfigurationError, match=r"HR.T and OE.T both become table T"):
        as_loaded(two, "oracle")
    with pytest.raises(ConfigurationError, match=r"HR.T: columns 'Id' and 'ID' both become ID"):
        as_loaded((Schema("HR", (table("T", "Id", "ID"),)),), "oracle")


def catalog_with(**selected: bool) -> dict[str, Any]:
    streams = (table("A", "ID", "X"), table("B", "ID"))
    made = singer_catalog((Schema("HR", streams),), database=None, options=JsonSchemaOptions())
    catalog = whole(made)
    for stream in catalog["streams"]:
        for entry in stream["metadata"]:
            name = ".".join([stream["table_name"], *entry["breadcrumb"][1:]]).replace(".", "_")
            if name in selected:
                entry["metadata"]["selected"] = selected[name]
    return catalog


def run(folder: Path, catalog: object, *options: str) -> Any:
    path = folder / "catalog.json"
    path.write_text(json.dumps(catalog), encoding="utf-8")
    arguments = ["dbt", "--catalog", str(path), "--out", str(folder / "models"), *options]
    return CliRunner().invoke(main, arguments)


def test_only_selected_streams_and_columns_are_written(tmp_path: Path) -> None:
    catalog = catalog_with(A=True, A_X=False, B=False)
    done = run(tmp_path, catalog, "--target-schema", "DWH", "--identifier-style", "exact")
    assert done.exit_code == 0, done.stderr
    assert {path.name for path in (tmp_path / "models").iterdir()} == {
        "sources.yml",
        "stg_hr__a.sql",
    }
    model = (tmp_path / "models" / "stg_hr__a.sql").read_text("utf-8")
    assert "    id\n" in model
    assert "x" not in model.split("from")[0].split("select")[1]


def test_a_catalog_that_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    nothing = run(tmp_path, catalog_with(A=False, B=False))
    assert (nothing.exit_code, len(nothing.stderr.splitlines())) == (2, 1)
    assert "selects no stream" in nothing.stderr
    wrong = run(tmp_path, {"schemas": []})
    assert wrong.exit_code == 2
    assert "is not a Singer catalog" in wrong.stderr
    both = run(tmp_path, catalog_with(), "--schema", "HR")
    assert both.exit_code == 2
    assert "cannot be combined" in both.stderr
