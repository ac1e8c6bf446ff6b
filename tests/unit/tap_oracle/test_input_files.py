"""Configuration, catalog and state as values or paths."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from oracle_core.errors import ConfigurationError
from tap_oracle.tap import TapOracle
from tests.unit.tap_oracle.fake_database import CONFIG, catalog_of

if TYPE_CHECKING:
    from pathlib import Path


def written(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize("of", [str, lambda path: path], ids=["text", "path"])
def test_paths_are_read_as_the_sdk_reads_them(tmp_path: Path, of: Any) -> None:
    config = written(tmp_path / "config.json", CONFIG)
    catalog = written(tmp_path / "catalog.json", catalog_of({"ID": "NUMBER(9)"}))
    state = tmp_path / "state.json"
    state.write_text('{"bookmarks": {"HR-T": {"replication_key_value": 0.10}}}', encoding="utf-8")
    tap = TapOracle(config=of(config), catalog=of(catalog), state=of(state))

    assert tap.settings.array_size_rows == 3
    assert [stream.name for stream in tap.oracle_streams] == ["HR-T"]
    assert tap.state["bookmarks"]["HR-T"] == {"replication_key_value": "0.10"}


def test_of_several_config_files_the_later_wins(tmp_path: Path) -> None:
    first = written(tmp_path / "a.json", CONFIG)
    second = written(tmp_path / "b.json", {"array_size_rows": 8})
    tap = TapOracle(config=[first, second], setup_mapper=False)

    assert tap.settings.array_size_rows == 8


@pytest.mark.parametrize("option", ["config", "catalog", "state"])
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file"),
        (b"{", "is not valid JSON"),
        (b"[]", "does not contain a JSON object"),
        (b"\xff", "not text in UTF-8"),
    ],
)
def test_what_cannot_be_read_is_named(
    tmp_path: Path, option: str, content: bytes | None, reason: str
) -> None:
    path = tmp_path / "some file.json"
    if content is not None:
        path.write_bytes(content)
    arguments: dict[str, Any] = {"config": CONFIG, option: path}

    with pytest.raises(ConfigurationError, match=reason) as caught:
        TapOracle(**arguments)
    assert str(path) in str(caught.value)
    assert caught.value.setting == f"--{option}"


def test_decimals_of_a_state_file_stay_exact(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    digits = "0." + "1" * 38
    path.write_text('{"others": %s, "bookmarks": {}}' % digits, encoding="utf-8")  # noqa: UP031
    tap = TapOracle(config=CONFIG, catalog=catalog_of({"ID": "NUMBER"}), state=path)

    assert Decimal(str(dict(tap.state)["others"])) == Decimal(digits)
