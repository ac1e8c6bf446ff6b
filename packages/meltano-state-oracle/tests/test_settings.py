"""Settings and what they are refused for; no database."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

import oracledb
import pytest

from meltano_state_oracle import OracleStateStoreManager
from meltano_state_oracle.errors import OracleStateError
from meltano_state_oracle.settings import PREFIX, connect_parameters, password_of
from meltano_state_oracle.statements import Statements, like_pattern

if TYPE_CHECKING:
    from pathlib import Path


def test_meltano_sees_the_backend_and_its_settings() -> None:
    (backend,) = entry_points(group="meltano.state_backends", name="oracle")
    assert backend.load() is OracleStateStoreManager
    loaded = [
        point.load()
        for point in entry_points(group="meltano.settings")
        if point.value.startswith("meltano_state_oracle.")
    ]
    names = {setting.name for setting in loaded}
    assert len(names) == 15
    assert all(name.startswith(PREFIX) for name in names)
    secret = {setting.name for setting in loaded if setting.is_redacted}
    assert secret == {f"{PREFIX}password", f"{PREFIX}wallet_password"}


@pytest.mark.parametrize(
    ("uri", "settings", "expected"),
    [
        (
            "oracle://db.example.com:1522/ORCL",
            {"user": "u"},
            {"user": "u", "host": "db.example.com", "port": 1522, "service_name": "ORCL"},
        ),
        (
            "oracle://state%20user@db/FREEPDB1",
            {},
            {"user": "state user", "host": "db", "port": 1521, "service_name": "FREEPDB1"},
        ),
        ("oracle://db", {"user": "u", "sid": "XE"}, {"host": "db", "sid": "XE"}),
        ("oracle://", {"user": "u", "dsn": "alias"}, {"dsn": "alias", "user": "u"}),
        ("oracle://db/S", {"user": "u", "protocol": "tcps"}, {"protocol": "tcps"}),
    ],
)
def test_addresses(uri: str, settings: dict[str, Any], expected: dict[str, Any]) -> None:
    parameters = connect_parameters(uri, settings)
    assert {name: parameters.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("uri", "settings", "text"),
    [
        ("oracle://u:canary@db/S", {}, "must not hold a password"),
        ("oracle://", {"user": "u"}, "say where the state is"),
        ("oracle://db", {"user": "u"}, "names no service"),
        ("oracle://db/S", {}, "name the user"),
        ("oracle://db:x/S", {"user": "u"}, "the port"),
    ],
)
def test_refusals(uri: str, settings: dict[str, Any], text: str) -> None:
    with pytest.raises(OracleStateError, match=text) as refused:
        OracleStateStoreManager(uri, **settings)
    assert "canary" not in str(refused.value)


def test_the_password_file_is_read_at_each_log_on(tmp_path: Path) -> None:
    file = tmp_path / "password"
    settings = {"password_file": str(file)}
    with pytest.raises(OracleStateError, match=r"password_file cannot be read \(FileNotFound"):
        password_of(settings)
    for password in ("first", "second"):
        file.write_text(f"{password}\nrest", encoding="utf-8")
        assert password_of(settings) == password


def test_a_server_out_of_reach_is_named_without_the_password() -> None:
    manager = OracleStateStoreManager("oracle://127.0.0.1:1/S", user="u", password="canary")
    with pytest.raises(OracleStateError, match=r"cannot be reached \(DPY-6005\)") as failed:
        manager.get("a")
    assert "canary" not in str(failed.value)
    assert failed.value.__cause__ is None


def test_like_patterns() -> None:
    assert like_pattern("50%_!*?") == "50!%!_!!%_"


def test_names_are_quoted() -> None:
    assert '"My State"."SINGER_STATE"' in Statements("My State").create_tables[0]
    with pytest.raises(ValueError, match="double quote"):
        _ = Statements('a"b').read


def test_the_driver_is_the_only_thing_besides_meltano() -> None:
    assert oracledb.is_thin_mode()
