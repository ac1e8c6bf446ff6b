"""What profiles say of tables, ours and those of others."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from catalog import profile
from catalog.model import Column, Key, KeyKind, Schema, Table, TableKind
from catalog.profile import OWN, facts_for, load
from catalog.replication import propose, ranked_keys
from catalog.singer import singer_catalog
from oracle_core.errors import ConfigurationError
from oracle_core.types import JsonSchemaOptions
from oracle_core.types import parse as parse_type

if TYPE_CHECKING:
    from pathlib import Path


def table(name: str, *columns: str, key: str | None = "ID", **facts: Any) -> Table:
    """Make a table from `NAME TYPE[!]`; `!` means NOT NULL."""
    made = []
    for text in columns:
        column, _, kind = text.rstrip("!").partition(" ")
        made.append(Column(column, parse_type(kind), nullable=not text.endswith("!")))
    keys = (Key("PK", KeyKind.PRIMARY, (key,)),) if key else ()
    return Table("APP", name, TableKind.TABLE, tuple(made), keys, **facts)


def root(application: str, one: Table) -> dict[str, Any]:
    catalog = singer_catalog(
        [Schema("APP", (one,))],
        database=None,
        options=JsonSchemaOptions(),
        profile=load(application),
    )
    found: dict[str, Any] = catalog["streams"][0]["metadata"][0]["metadata"]
    return found


WHO = ("LAST_UPDATE_DATE DATE!", "CREATION_DATE DATE!", "ID NUMBER(15)!")


def test_e_business_suite() -> None:
    lines = root("oracle_ebs", table("OE_ORDER_LINES_ALL", "ORG_ID NUMBER", *WHO))

    assert lines["replication-method"] == "INCREMENTAL"
    assert lines["replication-key"] == "LAST_UPDATE_DATE"
    assert lines["valid-replication-keys"][0] == "LAST_UPDATE_DATE"
    assert lines["created-at-column"] == "CREATION_DATE"
    assert "operating unit" in lines["profile-notes"][0]
    assert lines["selected-by-default"] is True
    interface = root("oracle_ebs", table("RA_INTERFACE_LINES_INTERFACE_ALL", *WHO))
    assert interface["selected-by-default"] is False


def test_peoplesoft() -> None:
    poi = root(
        "peoplesoft",
        table("PS_PER_POI_TYPE", "EMPLID VARCHAR2(11)!", "LASTUPDDTTM TIMESTAMP(6)", key="EMPLID"),
    )
    assert "replication-method" not in poi
    assert poi["proposed-replication-key"] == "LASTUPDDTTM"
    assert "may be NULL" in poi["proposed-replication-reason"]
    audit = root(
        "peoplesoft",
        table(
            "PS_AUDIT_PERSONAL", "EMPLID VARCHAR2(11)!", "AUDIT_STAMP TIMESTAMP(6)!", key="EMPLID"
        ),
    )
    assert audit["replication-key"] == "AUDIT_STAMP"
    dated = root("peoplesoft", table("PS_DEPT_TBL", "ID NUMBER!", "EFF_STATUS VARCHAR2(1)!"))
    assert dated["soft-delete-column"] == "EFF_STATUS"
    assert dated["soft-delete-values"] == ["I"]


def test_warehouse_management() -> None:
    cloud = root(
        "oracle_wms", table("ORDER_HDR", "ID NUMBER(19)!", "MOD_TS TIMESTAMP(6)!", key=None)
    )
    assert cloud["table-key-properties"] == ["ID"]
    assert cloud["replication-key"] == "MOD_TS"
    suite = root("oracle_wms", table("WMS_LICENSE_PLATE_NUMBERS", *WHO))
    assert suite["replication-key"] == "LAST_UPDATE_DATE"
    history = root(
        "oracle_wms",
        table("INVENTORY_HISTORY", "ID NUMBER!", "CREATE_TS DATE!", "MOD_TS DATE!"),
    )
    assert history["replication-key"] == "CREATE_TS"


def test_generic_audit() -> None:
    one = root(
        "generic_audit",
        table("ORDERS", "ID NUMBER!", "UPDATED_AT TIMESTAMP(6)!", "DELETED_AT TIMESTAMP(6)"),
    )
    assert one["replication-key"] == "UPDATED_AT"
    assert one["soft-delete-column"] == "DELETED_AT"
    assert "soft-delete-values" not in one
    plain = root("generic_audit", table("CODES", "ID NUMBER!", "UPDATED VARCHAR2(3)"))
    assert "replication-method" not in plain


@pytest.mark.parametrize("name", OWN)
def test_ours_say_where_they_come_from(name: str) -> None:
    found = load(name)
    assert found.name == name
    assert found.sources and found.rules and found.title
    assert facts_for(found, table("X", "ID NUMBER!")).keys in {(), ("ID",)}


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install a package that adds the profile `theirs`; return the file of the profile."""
    package = tmp_path / "their_profiles"
    package.mkdir()
    (package / "__init__.py").touch()
    information = tmp_path / "their_profiles-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: their-profiles\nVersion: 1\n"
    )
    (information / "entry_points.txt").write_text(f"[{profile.GROUP}]\ntheirs = their_profiles\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "their_profiles", raising=False)
    profile._read.cache_clear()
    return package / "theirs.yaml"


THEIRS = """name: theirs
title: Theirs
sources: [their manual]
rules:
  - tables: ['*']
    replication_keys: [STAMP]
    soft_delete:
      - column: GONE
"""


def test_another_package_adds_its_own(installed: Path) -> None:
    installed.write_text(THEIRS, encoding="utf-8")

    assert load("theirs").rules[0].replication_keys == ("STAMP",)
    assert set(profile.available()) == {*OWN, "theirs"}


def test_a_profile_that_is_not_there_or_calls_itself_otherwise(installed: Path) -> None:
    with pytest.raises(ConfigurationError, match="theirs cannot be read from their_profiles"):
        load("theirs")
    installed.write_text(THEIRS.replace("theirs", "ours"), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="has the name ours"):
        load("theirs")


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("    replication_keys", "   replication_keys", "line 6: "),
        ("[STAMP]", "STAMP", "line 6: Expected `array`, got `str`"),
        ("[STAMP]", "[1]", "line 6: Expected `str`, got `int`"),
        ("replication_keys", "replication_key", "line 6: unknown field replication_key"),
        ("column: GONE", "columns: GONE", "line 8: unknown field columns"),
        ("column: GONE", "values: [X]", "line 8: Object missing required field `column`"),
        ("title: Theirs", "title: A\ntitle: B", "line 3: the field title is there twice"),
        ("title: Theirs\n", "", "line 1: Object missing required field `title`"),
        ("rules:", "rules: [\n", "line 6: "),
        (THEIRS, "", "line 1: Expected `object`, got `null`"),
        (THEIRS, "[]", "line 1: Expected `object`, got `array`"),
        ("Theirs", "a\x07b", "line 1: unacceptable character"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(
    old: str, new: str, place: str, installed: Path
) -> None:
    assert old in THEIRS
    installed.write_text(THEIRS.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(ConfigurationError) as refusal:
        load("theirs")
    assert str(refusal.value).startswith(f"profile: their_profiles/theirs.yaml, {place}")
    assert "\n" not in str(refusal.value)


def test_unknown_profiles_are_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"profile: no profile .* peoplesoft"):
        load("sap")


def test_candidates_are_ranked() -> None:
    one = table(
        "T",
        "N NUMBER",
        "D DATE",
        "TS TIMESTAMP(6)",
        "ID NUMBER(9)!",
        "UPDATED_AT TIMESTAMP(6)",
        "MODIFIED DATE!",
        "NAME VARCHAR2(3)",
        indexed_columns=("D",),
    )
    assert ranked_keys(one) == ["MODIFIED", "UPDATED_AT", "ID", "D", "TS"]
    assert ranked_keys(one, ["N"])[0] == "N"
    proposal = propose(one, ["ID"])
    assert (proposal.method, proposal.key, proposal.is_certain) == (
        "INCREMENTAL",
        "MODIFIED",
        False,
    )
    assert propose(one, []).method == "FULL_TABLE"


def test_views_without_keys_are_read_in_full() -> None:
    view = Table("APP", "V", TableKind.VIEW, table("X", "UPDATED_AT DATE!").columns)
    found = root("generic_audit", view)

    assert found["forced-replication-method"] == "FULL_TABLE"
    assert found["proposed-replication-method"] == "FULL_TABLE"
    assert "replication-method" not in found
