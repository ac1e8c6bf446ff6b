"""Sessions through a real SSH server, which runs in a thread of the test."""

from __future__ import annotations

import asyncio
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import asyncssh
import pytest

from oracle_core.connection import ConnectionSource, connect
from oracle_core.errors import ConfigurationError, DatabaseError
from oracle_core.pool import pool_of
from oracle_core.retry import Backoff
from oracle_core.tunnel import close_tunnels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_standin.testing import OracleDatabase

pytestmark = [
    pytest.mark.oracle,
    # After a reset the driver leaves its socket to the garbage collector (ResourceWarning).
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

USER, PASSWORD = "jump", "a password of the bastion"
ONCE = Backoff(attempts=1)


class Bastion:
    """An SSH host that forwards connections for one user with a key or a password."""

    def __init__(self) -> None:
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.user_key = asyncssh.generate_private_key("ssh-ed25519")
        self.forwards = True
        self.connections: list[asyncssh.SSHServerConnection] = []
        self.forwarded: list[tuple[str, int]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = 0
        self.start()

    def start(self) -> None:
        self._server = self.call(self._listen())
        self.port = self._server.get_port()

    async def _listen(self) -> asyncssh.SSHAcceptor:
        return await asyncssh.create_server(
            lambda: Doorman(self), "127.0.0.1", self.port, server_host_keys=[self.host_key]
        )

    def stop(self) -> None:
        self.call(self._hang_up())

    async def _hang_up(self) -> None:
        self._server.close()
        for connection in self.connections:
            connection.abort()
        await self._server.wait_closed()

    def close(self) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def call(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout=30)

    def private_key(self, password: str | None = None) -> str:
        return self.user_key.export_private_key(passphrase=password).decode()

    def settings(self, **more: Any) -> dict[str, Any]:
        return {
            "enable": True,
            "host": "127.0.0.1",
            "port": self.port,
            "username": USER,
            "private_key": self.private_key(),
            "host_key": self.host_key.export_public_key().decode(),
            **more,
        }


class Doorman(asyncssh.SSHServer):
    def __init__(self, bastion: Bastion) -> None:
        self._bastion = bastion

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._bastion.connections.append(conn)

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        ours = self._bastion.user_key.convert_to_public()
        return username == USER and key.public_data == ours.public_data

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)

    def connection_requested(
        self, dest_host: str, dest_port: int, orig_host: str, orig_port: int
    ) -> bool:
        del orig_host, orig_port
        self._bastion.forwarded.append((dest_host, dest_port))
        return self._bastion.forwards


@pytest.fixture
def bastion() -> Iterator[Bastion]:
    server = Bastion()
    yield server
    close_tunnels()
    server.close()


@pytest.fixture
def database(oracle_database: OracleDatabase, fresh_schema: str) -> dict[str, Any]:
    return oracle_database.config(fresh_schema)


def user_of(config: dict[str, Any]) -> str:
    with closing(connect(config, module="test")) as session, session.cursor() as cursor:
        ((name,),) = cursor.execute("SELECT USER FROM dual").fetchall()
    return str(name)


def test_sessions_share_a_tunnel_to_the_host_as_the_bastion_names_it(
    bastion: Bastion, database: dict[str, Any]
) -> None:
    config = {**database, "ssh_tunnel": bastion.settings()}
    assert user_of(config) == user_of(config) == database["user"].upper()
    assert set(bastion.forwarded) == {(database["host"], database["port"])}
    # The first connection shows that the bastion reaches the listener.
    assert len(bastion.forwarded) == 3


@pytest.mark.parametrize("way", ["password", "encrypted key", "known_hosts"])
def test_other_ways_to_log_on_and_to_know_the_host(
    bastion: Bastion, database: dict[str, Any], tmp_path: Any, way: str
) -> None:
    known_hosts = tmp_path / "known_hosts"
    key = bastion.settings()["host_key"]
    known_hosts.write_text(f"[127.0.0.1]:{bastion.port} {key}\n", "utf-8")
    tunnel = {
        "password": bastion.settings(private_key=None, password=PASSWORD),
        "encrypted key": bastion.settings(
            private_key=bastion.private_key("pass phrase"), private_key_password="pass phrase"
        ),
        "known_hosts": bastion.settings(host_key=None, known_hosts=str(known_hosts)),
    }[way]
    assert user_of({**database, "ssh_tunnel": tunnel}) == database["user"].upper()


@pytest.mark.parametrize("known", ["another key", "no key"])
def test_a_host_key_is_never_accepted_unseen(
    bastion: Bastion, database: dict[str, Any], tmp_path: Any, known: str
) -> None:
    empty = tmp_path / "known_hosts"
    empty.write_text("", "utf-8")
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    choice = {"host_key": other} if known == "another key" else {"host_key": None}
    config = {**database, "ssh_tunnel": bastion.settings(known_hosts=str(empty), **choice)}
    with pytest.raises(ConfigurationError, match="ssh-keyscan") as raised:
        connect(config, module="test")
    assert raised.value.setting == "ssh_tunnel.host_key"
    assert not bastion.forwarded


@pytest.mark.parametrize(
    ("tunnel", "setting"),
    [
        ({"private_key": None, "password": "not it"}, "password"),
        ({"username": "nobody"}, "private_key"),
        ({"private_key": "-----BEGIN PRIVATE KEY-----\nx"}, "private_key"),
        ({"host_key": "nonsense"}, "host_key"),
        ({"host_key": None, "known_hosts": "/nowhere/at/all"}, "known_hosts"),
    ],
)
def test_what_is_refused_names_the_setting(
    bastion: Bastion, database: dict[str, Any], tunnel: dict[str, Any], setting: str
) -> None:
    config = {**database, "ssh_tunnel": bastion.settings(**tunnel)}
    with pytest.raises(ConfigurationError) as raised:
        connect(config, module="test")
    assert raised.value.setting == f"ssh_tunnel.{setting}"
    assert "not it" not in str(raised.value)


def test_a_wrong_password_of_the_key_is_named(bastion: Bastion, database: dict[str, Any]) -> None:
    key = bastion.private_key("pass phrase")
    config = {
        **database,
        "ssh_tunnel": bastion.settings(private_key=key, private_key_password="another"),
    }
    with pytest.raises(ConfigurationError, match="does not open the private key"):
        connect(config, module="test")


def test_a_bastion_that_may_not_forward_says_so(bastion: Bastion, database: dict[str, Any]) -> None:
    bastion.forwards = False
    config = {**database, "ssh_tunnel": bastion.settings()}
    source = ConnectionSource(config, module="test", backoff=ONCE)
    with pytest.raises(DatabaseError, match="the SSH host cannot reach"):
        source.connection()


def test_a_tunnel_that_was_lost_is_opened_again(bastion: Bastion, database: dict[str, Any]) -> None:
    config = {**database, "ssh_tunnel": bastion.settings()}
    waits: list[float] = []

    def restart(seconds: float) -> None:
        waits.append(seconds)
        bastion.start()

    with ConnectionSource(config, module="test", backoff=Backoff(sleep=restart)) as source:
        first = source.connection()
        bastion.stop()
        with pytest.raises(Exception, match="DPY-"):
            first.ping()
        second = source.connection()
        second.ping()
        assert source.sessions_opened == 2
    assert len(waits) == 1


def test_a_pool_follows_the_tunnel(bastion: Bastion, database: dict[str, Any]) -> None:
    config = {**database, "ssh_tunnel": bastion.settings()}
    pool = pool_of(config)
    for _ in range(2):
        session = pool.acquire(module="test")
        session.ping()
        bastion.stop()
        bastion.start()
        with pytest.raises(Exception, match="DPY-"):
            session.ping()
        pool.release(session)
    assert len(bastion.forwarded) == 4
