"""Passwords from files, their rotation, and providers of configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import oracledb
import pytest

from oracle_core import redact
from oracle_core.connect_parameters import connect_parameters
from oracle_core.connection import connect
from oracle_core.credentials import load_provider, password_of
from oracle_core.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from oracle_standin.testing import OracleDatabase


@pytest.fixture(autouse=True)
def _no_secrets() -> Iterator[None]:
    yield
    redact.forget_all()


def test_the_first_line_of_the_file_is_the_password(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_bytes(b"canary-4711\r\nsecond")
    assert password_of({"password_file": str(file)}) == "canary-4711"
    assert redact.redact("x canary-4711") == "x [secret]"
    assert password_of({"password_file": str(file), "password": "p"}) == "p"
    assert password_of({}) is None


@pytest.mark.parametrize("content", [None, b"", b"\nsecond", b"\xff\xfe"])
def test_a_file_without_a_password_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"password_file: .*password"):
        password_of({"password_file": str(file)})


def test_a_password_file_is_enough_to_log_on(tmp_path: Path) -> None:
    config = {"host": "h", "service_name": "s", "user": "u"}
    with pytest.raises(ConfigurationError, match="password"):
        connect_parameters(config)
    assert "password" not in connect_parameters({**config, "password_file": str(tmp_path)})


class Driver:
    """Stands for `oracledb.connect` and refuses the first passwords."""

    def __init__(self, file: Path, accepted: str, code: str = "ORA-01017") -> None:
        self.file, self.accepted, self.code = file, accepted, code
        self.tried: list[str] = []

    def __call__(self, **parameters: Any) -> oracledb.Connection:
        self.tried.append(parameters["password"])
        if parameters["password"] != self.accepted:
            self.file.write_text(f"new-{len(self.tried)}", encoding="utf-8")
            message = f"{self.code}: refused"
            raise oracledb.DatabaseError(message)
        raise ConnectionAbortedError  # far enough: the password was accepted


@pytest.mark.parametrize(
    ("code", "tried"),
    [
        ("ORA-01017", ["old", "new-1"]),
        ("ORA-28001", ["old", "new-1"]),
        ("ORA-28000", ["old"]),
    ],
)
def test_a_refused_log_on_reads_the_file_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, tried: list[str]
) -> None:
    file = tmp_path / "password"
    file.write_text("old", encoding="utf-8")
    driver = Driver(file, "never", code)
    monkeypatch.setattr(oracledb, "connect", driver)
    config = {"host": "h", "service_name": "s", "user": "u", "password_file": str(file)}
    with pytest.raises(oracledb.DatabaseError, match=code):
        connect(config, module="test")
    assert driver.tried == tried


def test_the_same_password_is_not_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "password"
    file.write_text("new-1", encoding="utf-8")
    driver = Driver(file, "never")
    monkeypatch.setattr(oracledb, "connect", driver)
    config = {"host": "h", "service_name": "s", "user": "u", "password_file": str(file)}
    with pytest.raises(oracledb.DatabaseError):
        connect(config, module="test")
    assert driver.tried == ["new-1"]


def test_providers_need_their_extra() -> None:
    load_provider(None)
    load_provider("host/service")
    load_provider("config-file:///etc/oracle.json")
    with pytest.raises(ConfigurationError, match="not a provider of configuration"):
        load_provider("config-nowhere://x")
    with pytest.raises(ConfigurationError, match=r"singer-oracle\[oci\]"):
        load_provider("config-ociobject://x")


def test_a_provider_may_hold_the_credentials() -> None:
    parameters = connect_parameters({"dsn": "config-file:///etc/oracle.json?key=prod"})
    assert parameters["dsn"] == "config-file:///etc/oracle.json?key=prod"


@pytest.mark.oracle
def test_a_session_by_a_password_file(
    oracle_database: OracleDatabase, hr_schema: str, tmp_path: Path
) -> None:
    config = oracle_database.config(hr_schema)
    file = tmp_path / "password"
    file.write_text(config.pop("password") + "\n", encoding="utf-8")
    with connect({**config, "password_file": str(file)}, module="test") as session:
        assert session.username.upper() == hr_schema


def test_the_driver_asks_for_the_token_again_when_its_file_was_renewed(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("canary-token-1\n", encoding="utf-8")
    config = {"host": "h", "service_name": "s", "access_token_file": str(file)}
    parameters = connect_parameters(config)
    callback = parameters["access_token"]
    oracledb.ConnectParams(**parameters)
    assert callback(False) == "canary-token-1"
    file.write_text("canary-token-2", encoding="utf-8")
    assert callback(True) == "canary-token-2"
    assert redact.redact("canary-token-1 canary-token-2") == "[secret] [secret]"
    assert callback == connect_parameters(config)["access_token"], "one pool for one token file"
    (tmp_path / "oci_db_key.pem").write_text("canary-key", encoding="utf-8")
    assert callback(False) == ("canary-token-2", "canary-key")
    file.unlink()
    with pytest.raises(ConfigurationError, match=r"access_token_file: .* cannot be read"):
        callback(True)


def test_a_token_and_its_file_exclude_each_other() -> None:
    config = {"host": "h", "service_name": "s", "access_token": "t", "access_token_file": "f"}
    with pytest.raises(ConfigurationError, match="exclude each other"):
        connect_parameters(config)
