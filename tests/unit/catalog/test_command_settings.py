"""Where the settings of `oracle-catalog` come from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from catalog.command.settings import ENVIRONMENT_PREFIXES, CatalogSettings, read_settings
from catalog.name_filter import NameFilter
from oracle_core.errors import ConfigurationError
from oracle_core.settings import listed

if TYPE_CHECKING:
    from pathlib import Path

CONNECTION = {"host": "db", "service_name": "FREEPDB1", "user": "app", "password": "tiger99"}


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)  # without a file .env


@pytest.mark.parametrize("prefix", ENVIRONMENT_PREFIXES)
def test_the_environment_suffices(monkeypatch: pytest.MonkeyPatch, prefix: str) -> None:
    for name, value in {**CONNECTION, "filter_schemas": "HR, CRM"}.items():
        monkeypatch.setenv(f"{prefix}{name.upper()}", value)
    settings = read_settings(None)
    assert settings.connection["host"] == "db"
    assert settings.names == NameFilter(("HR", "CRM"))


def test_its_own_variables_win_over_those_of_the_tap(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CONNECTION.items():
        monkeypatch.setenv(f"TAP_ORACLE_{name.upper()}", value)
    monkeypatch.setenv("ORACLE_CATALOG_HOST", "other")
    assert read_settings(None).connection["host"] == "other"


def test_without_any_setting_the_message_says_where_they_are_read_from() -> None:
    with pytest.raises(ConfigurationError, match=r"--config FILE .* ORACLE_CATALOG_\* or TAP_"):
        read_settings(None)


def test_a_file_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TAP_ORACLE_HOST", "elsewhere")
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**CONNECTION, "include_views": None}), encoding="utf-8")
    settings = read_settings(path)
    assert settings.connection["host"] == "db"
    assert settings.include_views


def test_options_replace_the_filter_of_the_settings() -> None:
    settings = CatalogSettings.of({**CONNECTION, "filter_tables": ["HR.*"]})
    assert settings.narrowed((), ()).names == NameFilter((), ("HR.*",))
    assert settings.narrowed(("CRM",), ()).names == NameFilter(("CRM",), ())


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (None, ()),
        ("", ()),
        ("HR", ("HR",)),
        (" HR , CRM,", ("HR", "CRM")),
        ('["HR", "A,B"]', ("HR", "A,B")),
        ("[HR", ("[HR",)),
        (["HR", " CRM "], ("HR", "CRM")),
    ],
)
def test_a_list_is_a_list_or_text_with_commas(value: object, names: tuple[str, ...]) -> None:
    assert listed(value) == names
