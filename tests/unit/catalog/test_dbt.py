"""Sources and staging models for dbt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from catalog.command.dbt import Written, write_files
from catalog.dbt import HEADER, SOURCES_FILE, DbtOptions, dbt_files, inert, model_name, slug
from catalog.model import Column, ForeignKey, Key, KeyKind, Schema, Table, TableKind
from catalog.reserved_words import needs_quotes, spelled
from oracle_core.types import parse

if TYPE_CHECKING:
    from pathlib import Path


def column(name: str, *, nullable: bool = True, **facts: Any) -> Column:
    return Column(name, parse("NUMBER(9)"), nullable, **facts)


def table(schema: str, name: str, *columns: Column, **facts: Any) -> Table:
    return Table(schema, name, TableKind.TABLE, columns, **facts)


DEPARTMENTS = table(
    "HR",
    "DEPARTMENTS",
    column("DEPARTMENT_ID", nullable=False),
    keys=(Key("PK", KeyKind.PRIMARY, ("DEPARTMENT_ID",)),),
)
EMPLOYEES = table(
    "HR",
    "EMPLOYEES",
    column("EMPLOYEE_ID", nullable=False),
    column("DEPARTMENT_ID", comment="Where the person works"),
    column("UPDATED_AT"),
    column("PHOTO", unsupported="BFILE points to a file outside the database"),
    keys=(Key("PK", KeyKind.PRIMARY, ("EMPLOYEE_ID",)),),
    comment="Everybody",
    foreign_keys=(
        ForeignKey("FK", ("DEPARTMENT_ID",), "HR", "DEPARTMENTS", ("DEPARTMENT_ID",)),
        ForeignKey("OFF", ("DEPARTMENT_ID",), "HR", "DEPARTMENTS", ("ID",), is_enforced=False),
    ),
)
HR = Schema("HR", (DEPARTMENTS, EMPLOYEES))


def source(files: dict[str, str], place: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(files[SOURCES_FILE])["sources"][place]
    return found


def entry_of(files: dict[str, str], name: str) -> dict[str, Any]:
    (found,) = [each for each in source(files)["tables"] if each["name"] == name]
    assert isinstance(found, dict)
    return found


def test_constraints_become_tests_and_comments_descriptions() -> None:
    employees = entry_of(dbt_files([HR]), "employees")

    assert employees["identifier"] == "EMPLOYEES"
    assert employees["description"] == "Everybody"
    assert employees["config"]["meta"] == {"primary_key": ["EMPLOYEE_ID"]}
    columns = {each["name"]: each for each in employees["columns"]}
    assert columns["EMPLOYEE_ID"]["data_tests"] == ["not_null", "unique"]
    assert columns["DEPARTMENT_ID"] == {
        "name": "DEPARTMENT_ID",
        "description": "Where the person works",
        "data_type": "NUMBER(9)",
        "data_tests": [
            {
                "relationships": {
                    "arguments": {"to": "source('hr', 'departments')", "field": "department_id"}
                }
            }
        ],
    }
    assert "data_tests" not in columns["UPDATED_AT"]
    assert columns["PHOTO"]["description"].startswith("Not loaded: BFILE")


def test_a_composite_key_is_told_but_not_tested_column_by_column() -> None:
    pair = table(
        "HR",
        "PAIR",
        column("A", nullable=False),
        column("B", nullable=False),
        keys=(Key("PK", KeyKind.PRIMARY, ("A", "B")),),
    )
    found = entry_of(dbt_files([Schema("HR", (pair,))]), "pair")

    assert found["config"]["meta"] == {"primary_key": ["A", "B"]}
    assert [each["data_tests"] for each in found["columns"]] == [["not_null"], ["not_null"]]


def test_a_parent_that_is_no_source_is_not_compared_with() -> None:
    found = entry_of(dbt_files([Schema("HR", (EMPLOYEES,))]), "employees")

    assert all("relationships" not in str(each) for each in found["columns"])


def test_staging_models_name_their_columns() -> None:
    files = dbt_files([HR])

    assert files["stg_hr__employees.sql"] == (
        f"-- {HEADER}\nselect\n    employee_id,\n    department_id,\n    updated_at\n"
        "from {{ source('hr', 'employees') }}\n"
    )


def test_freshness_stands_under_config_where_the_column_is() -> None:
    options = DbtOptions(loaded_at="UPDATED_AT", warn_after_hours=12, error_after_hours=36)
    files = dbt_files([HR], options)

    assert entry_of(files, "employees")["config"] == {
        "loaded_at_field": "updated_at",
        "freshness": {
            "warn_after": {"count": 12, "period": "hour"},
            "error_after": {"count": 36, "period": "hour"},
        },
        "meta": {"primary_key": ["EMPLOYEE_ID"]},
    }
    assert "loaded_at_field" not in entry_of(files, "departments")["config"]


def test_metadata_columns_of_the_target_are_used() -> None:
    files = dbt_files([HR], DbtOptions(target_schema="copy", record_metadata=True))

    assert source(files)["schema"] == "copy"
    assert source(files)["quoting"] == {"schema": True}
    config = entry_of(files, "departments")["config"]
    assert config["loaded_at_field"] == '"_SDC_BATCHED_AT"'
    assert files["stg_hr__departments.sql"].endswith('where "_SDC_DELETED_AT" is null\n')


def test_only_names_that_need_quotes_get_them() -> None:
    odd = table("HR", "Order Lines", column("LEVEL"), column("N"), column("größe"))
    files = dbt_files([Schema("HR", (odd,))])
    found = source(files)["tables"][0]

    assert "quoting" not in source(files)
    assert found["quoting"] == {"identifier": True}
    assert [each.get("quote", False) for each in found["columns"]] == [True, False, True]
    (model,) = [text for name, text in files.items() if name.startswith("stg_hr__order_lines_")]
    assert '    "LEVEL",\n    n,\n    "größe"\n' in model


@pytest.mark.parametrize("text", ["{{ env_var('HOME') }}", "{% raw %}", "{# gone #}", "{{{ x }}}"])
def test_no_text_of_the_dictionary_is_a_template(text: str) -> None:
    made = inert(text)

    assert jinja_free(made) == text
    wild = table("HR", text, column(text), comment=text)
    entry = source(dbt_files([Schema("HR", (wild,))]))["tables"][0]
    assert jinja_free(entry["description"]) == text
    assert jinja_free(entry["identifier"]) == text


def jinja_free(made: str) -> str:
    """Render the only expression that is left, as Jinja does."""
    rest = made.replace("{{ '{' }}", "\0")
    assert not any(mark in rest for mark in ("{{", "{%", "{#"))
    return rest.replace("\0", "{")


def test_different_tables_have_different_models() -> None:
    names = ["ORDERS", "Orders", "orders", "ORDERS ", "Ö", "É", "A$B", "A#B", "A_B", "X" * 128]
    models = {model_name("HR", name) for name in names}

    assert len(models) == len(names)
    assert all(len(model) <= 128 and model.isascii() for model in models)
    assert slug("ORDERS") == "orders"


def test_the_same_dictionary_gives_the_same_files() -> None:
    assert dbt_files([HR]) == dbt_files([HR])


def test_reserved_words_need_quotes() -> None:
    assert [needs_quotes(name) for name in ("A", "A$1", "LEVEL", "_A", "a", "1A", "ROWID")] == [
        False,
        False,
        True,
        True,
        True,
        True,
        True,
    ]
    assert spelled("EMPLOYEE_ID") == "employee_id"


def test_a_second_run_changes_nothing_and_stale_models_go(tmp_path: Path) -> None:
    own = tmp_path / "stg_own.sql"
    # In an encoding of its own: the file is none of ours.
    own.write_bytes("select 1 -- geprüft\n".encode("iso8859-1"))
    files = dbt_files([HR])

    assert write_files(tmp_path, files) == Written(len(files), ())
    assert write_files(tmp_path, files) == Written(0, ())
    fewer = dbt_files([Schema("HR", (EMPLOYEES,))])
    assert write_files(tmp_path, fewer) == Written(2, ())
    assert not (tmp_path / "stg_hr__departments.sql").exists()
    assert own.exists()


def test_what_the_models_built_is_no_source() -> None:
    built = tuple(
        Table("HR", model_name("HR", name).upper(), TableKind.VIEW, (column("A"),))
        for name in ("DEPARTMENTS", "EMPLOYEES")
    )
    own = table("HR", "STG_HR__OTHER", column("A"))

    assert dbt_files([Schema("HR", (*HR.tables, *built))]) == dbt_files([HR])
    assert "stg_hr__stg_hr__other.sql" in dbt_files([Schema("HR", (*HR.tables, own))])


def test_what_somebody_took_over_is_left_alone(tmp_path: Path) -> None:
    files = dbt_files([HR])
    write_files(tmp_path, files)
    own = tmp_path / "stg_hr__employees.sql"
    own.write_text("select 1 from dual\n", encoding="utf-8")
    edited = tmp_path / "stg_hr__departments.sql"
    edited.write_text(edited.read_text(encoding="utf-8") + "-- more\n", encoding="utf-8")

    assert write_files(tmp_path, files) == Written(1, (own.name,))
    assert own.read_text(encoding="utf-8") == "select 1 from dual\n"
    assert "-- more" not in edited.read_text(encoding="utf-8")


def test_what_cannot_be_read_is_no_source() -> None:
    gone = table("HR", "BROKEN", column("A"), unreadable="the view is invalid")
    files = dbt_files([Schema("HR", (gone, DEPARTMENTS)), Schema("X", (gone,))])

    assert set(files) == {SOURCES_FILE, "stg_hr__departments.sql"}
    assert "broken" not in files[SOURCES_FILE]
    assert len(yaml.safe_load(files[SOURCES_FILE])["sources"]) == 1
