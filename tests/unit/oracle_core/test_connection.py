"""Sessions: parameters, set-up, reopening; without a database."""

from __future__ import annotations

import logging
import subprocess
import sys
from typing import Any

import oracledb
import pytest

from oracle_core import redact
from oracle_core.connect_parameters import address, connect_parameters
from oracle_core.connection import ConnectionSource, connect, is_alive, sqlalchemy_engine
from oracle_core.errors import ConfigurationError, DatabaseError
from oracle_core.retry import Backoff
from oracle_core.session_setup import SESSION_PARAMETERS, session_statement

CONFIG: dict[str, Any] = {
    "host": "db.example",
    "service_name": "S",
    "user": "u",
    "password": "canary-password",
}


class FakeCursor:
    def __init__(self, statements: list[str], error: Exception | None) -> None:
        self.statements = statements
        self.error = error

    def __enter__(self) -> FakeCursor:
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def execute(self, sql: str) -> None:
        self.statements.append(sql)
        if self.error:
            raise self.error


class FakeConnection:
    def __init__(self, error: Exception | None = None) -> None:
        self.statements: list[str] = []
        self.error = error
        self.closed = 0
        self.healthy = True
        self.call_timeout = -1
        self.module = ""
        self.action = ""

    def cursor(self) -> FakeCursor:
        return FakeCursor(self.statements, self.error)

    def is_healthy(self) -> bool:
        return self.healthy

    def close(self) -> None:
        self.closed += 1
        if not self.healthy:
            raise oracledb.InterfaceError


def session_of(source: ConnectionSource) -> object:
    return source.connection()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Connections to be handed out, the next one last; exceptions are raised instead."""
    queue: list[Any] = []

    def fake_connect(**parameters: Any) -> Any:
        made = queue.pop()
        if isinstance(made, Exception):
            raise made
        made.parameters = parameters
        return made

    monkeypatch.setattr(oracledb, "connect", fake_connect)
    return queue


def test_parameters_by_service() -> None:
    found = connect_parameters(CONFIG | {"port": 1522, "protocol": "tcps", "wallet_location": "/w"})
    assert found["host"] == "db.example"
    assert found["port"] == 1522
    assert found["protocol"] == "tcps"
    assert found["wallet_location"] == "/w"
    assert found["tcp_connect_timeout"] == 20
    assert "sid" not in found
    assert "dsn" not in found


def test_parameters_by_dsn_leave_the_rest_out() -> None:
    found = connect_parameters(CONFIG | {"dsn": "alias", "tns_admin": "/t", "proxy_user": "o"})
    assert found["dsn"] == "alias"
    assert found["config_dir"] == "/t"
    assert found["proxy_user"] == "o"
    assert "host" not in found


def test_driver_takes_all_parameters() -> None:
    everything = CONFIG | {
        "port": 1, "sid": None, "tns_admin": "/t", "wallet_location": "/w", "wallet_password": "x",
        "proxy_user": "o", "connect_timeout_seconds": 1.5, "expire_time_minutes": 2,
    }  # fmt: skip
    oracledb.ConnectParams(**connect_parameters(everything) | {"access_token": None})


def test_a_token_replaces_user_and_password() -> None:
    token = {"access_token": "t", "driver_mode": "thin"}
    found = connect_parameters(CONFIG | token)
    assert found["access_token"] == "t"
    assert not {"user", "password", "externalauth"} & set(found)
    with_key = connect_parameters(CONFIG | token | {"access_token_private_key": "k"})
    assert with_key["access_token"] == ("t", "k")
    assert connect_parameters(CONFIG | token | {"driver_mode": "thick"})["externalauth"] is True


def test_a_key_without_its_token_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="access_token is required"):
        connect_parameters(CONFIG | {"access_token_private_key": "k"})


def test_quiet_connections_are_kept_alive_by_default() -> None:
    assert connect_parameters(CONFIG)["expire_time"] == 2
    assert "expire_time" not in connect_parameters(CONFIG | {"expire_time_minutes": 0})


def test_further_statements_set_every_session_up(opened: list[Any]) -> None:
    opened += [FakeConnection(), FakeConnection()]
    sessions = opened[::-1]
    with ConnectionSource(CONFIG, module="m", setup=["ALTER SESSION X"]) as source:
        source.connection()
        sessions[0].healthy = False
        source.connection()
    assert [session.statements for session in sessions] == [
        [session_statement(), "ALTER SESSION X"]
    ] * 2


def test_session_is_set_up_in_one_statement(opened: list[Any]) -> None:
    fake = FakeConnection()
    opened.append(fake)
    connect(CONFIG | {"call_timeout_seconds": 1.5}, module="tap-oracle")
    assert fake.statements == [session_statement()]
    assert fake.call_timeout == 1500
    assert fake.module == "tap-oracle"
    order = list(SESSION_PARAMETERS)
    assert order.index("NLS_TERRITORY") < order.index("NLS_DATE_FORMAT")
    assert "NLS_LENGTH_SEMANTICS='CHAR'" in session_statement()


def test_a_session_that_cannot_be_set_up_is_closed(opened: list[Any]) -> None:
    fake = FakeConnection(oracledb.DatabaseError("ORA-01013: x"))
    opened.append(fake)
    with pytest.raises(oracledb.DatabaseError):
        connect(CONFIG, module="m")
    assert fake.closed == 1


def test_secrets_are_registered(opened: list[Any]) -> None:
    opened.append(FakeConnection())
    connect(CONFIG, module="m")
    assert redact.redact("canary-password") == redact.PLACEHOLDER
    redact.forget_all()


def test_source_keeps_a_healthy_session(opened: list[Any]) -> None:
    first = FakeConnection()
    opened.append(first)
    with ConnectionSource(CONFIG, module="m") as source:
        assert source.connection() is source.connection()
    assert first.closed == 1
    assert source.sessions_opened == 1


def test_source_replaces_a_dead_session(opened: list[Any]) -> None:
    first, second = FakeConnection(), FakeConnection()
    opened.extend([second, first])
    source = ConnectionSource(CONFIG, module="m")
    assert session_of(source) is first
    first.healthy = False
    assert session_of(source) is second
    assert source.sessions_opened == 2


def test_source_tries_again_where_that_may_help(opened: list[Any]) -> None:
    waits: list[float] = []
    good = FakeConnection()
    opened.extend([good, oracledb.OperationalError("DPY-6005: x"), oracledb.Error("ORA-12516: x")])
    backoff = Backoff(attempts=3, sleep=waits.append, chance=lambda: 0.0)
    assert session_of(ConnectionSource(CONFIG, module="m", backoff=backoff)) is good
    assert waits == [0.5, 1.0]


def test_a_wrong_password_is_tried_once(opened: list[Any]) -> None:
    opened.extend([FakeConnection(), oracledb.DatabaseError("ORA-01017: canary-password")])
    with pytest.raises(DatabaseError) as caught:
        ConnectionSource(CONFIG, module="m").connection()
    assert caught.value.fault.code == "ORA-01017"
    assert "db.example:1521/S" in str(caught.value)
    assert "canary" not in str(caught.value)
    assert len(opened) == 1


def test_wrong_settings_are_found_before_anything_is_opened() -> None:
    with pytest.raises(ConfigurationError):
        ConnectionSource({"host": "db"}, module="m")
    with pytest.raises(ConfigurationError):
        sqlalchemy_engine({"host": "db"}, module="m")


@pytest.mark.parametrize(
    ("settings", "lines"),
    [({}, 1), ({"protocol": "tcps"}, 0), ({"host": "localhost"}, 0), ({"host": "127.0.0.1"}, 0)],
)
def test_plain_text_is_mentioned_once(
    settings: dict[str, Any], lines: int, opened: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    first = FakeConnection()
    opened.extend([FakeConnection(), first])
    caplog.set_level(logging.INFO, "oracle_core")
    source = ConnectionSource(CONFIG | settings, module="m")
    source.connection()
    first.healthy = False
    source.connection()
    assert sum("not encrypted" in line for line in caplog.messages) == lines


def test_address_never_shows_a_dsn() -> None:
    assert address({"dsn": "u/canary@h"}) == "the database of dsn"
    assert address({"host": "h", "sid": "X", "port": 1}) == "h:1/X"


def test_engine_hides_parameters() -> None:
    engine = sqlalchemy_engine(CONFIG, module="m")
    assert engine.hide_parameters
    assert engine.dialect.name == "oracle"
    engine.dispose()


def test_neither_command_loads_what_only_an_engine_needs() -> None:
    program = "import sys, tap_oracle.tap, target_oracle.target; print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.split() == [b"False"]


def test_a_ping_waits_no_longer_than_its_limit() -> None:
    limits: list[int] = []
    fake = FakeConnection()
    fake.call_timeout = 0
    fake.ping = lambda: limits.append(fake.call_timeout)  # type: ignore[attr-defined]
    assert is_alive(fake)  # type: ignore[arg-type]
    assert limits == [10_000]
    assert fake.call_timeout == 0


def test_a_session_that_does_not_answer_is_not_alive() -> None:
    def refuse() -> None:
        msg = "DPY-4024: call timeout of 10000 ms exceeded"
        raise oracledb.DatabaseError(msg)

    fake = FakeConnection()
    fake.ping = refuse  # type: ignore[attr-defined]
    assert not is_alive(fake)  # type: ignore[arg-type]
