"""Streams as catalogs describe them: ours, edited by users, and those of older taps."""

from __future__ import annotations

from typing import Any

import pytest

from oracle_core.errors import ConfigurationError
from oracle_core.types.oracle_type import OracleType
from tap_oracle.catalog_entry import CatalogEntry, check_entry, read_entry


def stream(root: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "tap_stream_id": "HR-EMPLOYEES",
        "stream": "HR-EMPLOYEES",
        "table_name": "EMPLOYEES",
        "key_properties": ["ID"],
        "schema": {
            "type": "object",
            "properties": {
                "ID": {"type": ["integer"], "x-sql-datatype": "NUMBER(8)"},
                "UPDATED_AT": {"type": ["string"], "x-sql-datatype": "TIMESTAMP(6)"},
                "SHAPE": {"type": ["string"]},
            },
        },
        "metadata": [
            {"breadcrumb": [], "metadata": {"schema-name": "HR", **(root or {})}},
            {
                "breadcrumb": ["properties", "SHAPE"],
                "metadata": {"inclusion": "unsupported", "sql-datatype": "MDSYS.X"},
            },
        ],
        **changes,
    }


def read(root: dict[str, Any] | None = None, **changes: Any) -> CatalogEntry:
    return read_entry(stream(root, **changes), default_method="FULL_TABLE")


def test_our_own_entry() -> None:
    entry = read()

    assert entry.stream_id == "HR-EMPLOYEES"
    assert entry.table.sql == '"HR"."EMPLOYEES"'
    assert entry.replication_method == "FULL_TABLE"
    assert entry.replication_key is None
    assert entry.key_properties == ("ID",)
    assert entry.types["ID"] == OracleType("NUMBER", precision=8, scale=0)
    assert entry.has_all_types


def test_what_a_synonym_is_for_is_read() -> None:
    assert read({"synonym-for": ["APP", "a.b"]}).table.sql == '"APP"."a.b"'
    for wrong in ("APP.X", ["APP"]):
        with pytest.raises(ConfigurationError, match="synonym-for is not a schema and a table"):
            read({"synonym-for": wrong})


@pytest.mark.parametrize(
    ("root", "changes", "method", "key"),
    [
        ({"replication-key": "UPDATED_AT"}, {}, "INCREMENTAL", "UPDATED_AT"),
        ({}, {"replication_key": "UPDATED_AT"}, "INCREMENTAL", "UPDATED_AT"),
        ({"replication-method": "FULL_TABLE"}, {"replication_key": "ID"}, "FULL_TABLE", None),
        (
            {"replication-method": "INCREMENTAL", "replication-key": "ID"},
            {"replication_method": "FULL_TABLE", "replication_key": "UPDATED_AT"},
            "INCREMENTAL",
            "ID",
        ),
        ({"forced-replication-method": "FULL_TABLE"}, {}, "FULL_TABLE", None),
    ],
)
def test_what_the_user_chose_in_the_metadata_wins(
    root: dict[str, Any], changes: dict[str, Any], method: str, key: str | None
) -> None:
    entry = read(root, **changes)

    check_entry(entry)
    assert (entry.replication_method, entry.replication_key) == (method, key)


def test_incremental_by_default_needs_a_key() -> None:
    without = read_entry(stream(), default_method="INCREMENTAL")
    with_key = read_entry(stream({"replication-key": "ID"}), default_method="INCREMENTAL")

    assert without.replication_method == "FULL_TABLE"
    assert with_key.replication_method == "INCREMENTAL"


@pytest.mark.parametrize(
    ("root", "message"),
    [
        ({"replication-method": "BY_TRIGGER"}, "FULL_TABLE or INCREMENTAL or LOG_BASED"),
        ({"replication-method": "LOG_BASED", "is-view": True}, "a view"),
        ({"replication-method": "INCREMENTAL"}, "names no replication-key"),
        ({"replication-key": "NO_SUCH"}, "no column 'NO_SUCH'"),
    ],
)
def test_what_cannot_be_is_refused_with_the_stream(root: dict[str, Any], message: str) -> None:
    entry = read(root)

    with pytest.raises(ConfigurationError, match=message) as caught:
        check_entry(entry)

    assert "'HR-EMPLOYEES'" in str(caught.value)


def test_log_based_by_default_is_for_tables_with_keys() -> None:
    for entry, method in (
        (stream(), "LOG_BASED"),
        (stream(key_properties=[]), "FULL_TABLE"),
        (stream({"is-view": True}), "FULL_TABLE"),
    ):
        assert read_entry(entry, default_method="LOG_BASED").replication_method == method


def test_log_based_needs_a_key() -> None:
    entry = read({"replication-method": "LOG_BASED"}, key_properties=[])
    with pytest.raises(ConfigurationError, match="its rows have no key"):
        check_entry(entry)


def test_view_keys_are_the_users() -> None:
    assert read({"view-key-properties": ["UPDATED_AT"]}).key_properties == ("UPDATED_AT",)


def test_an_older_taps_entry() -> None:
    older = {
        "tap_stream_id": "HR-EMP-LOYEES",
        "stream": "EMP-LOYEES",
        "schema": {"properties": {"ID": {"type": ["null", "string"]}}},
        "metadata": [
            {"breadcrumb": [], "metadata": {"schema-name": "HR", "table-key-properties": ["ID"]}},
            {"breadcrumb": ["properties", "ID"], "metadata": {"sql-datatype": "NUMBER"}},
        ],
    }
    entry = read_entry(older, default_method="FULL_TABLE")

    assert entry.table.sql == '"HR"."EMP-LOYEES"'
    assert entry.key_properties == ("ID",)
    assert entry.types == {"ID": OracleType("NUMBER")}


def test_types_that_are_not_named_or_not_understood_are_left_to_the_dictionary() -> None:
    properties = {"A": {"x-sql-datatype": "SOME THING("}, "B": {}}
    entry = read(schema={"properties": properties})

    assert entry.types == {}
    assert not entry.has_all_types


def test_a_stream_without_a_table_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no schema and table"):
        read_entry({"tap_stream_id": "EMPLOYEES"}, default_method="FULL_TABLE")
