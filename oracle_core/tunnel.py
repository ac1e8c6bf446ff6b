"""An SSH tunnel to the listener, one per process and database.

The SSH client is AsyncSSH, from the extra `ssh`. It needs no `ssh` program, takes keys and
passwords without files or prompts, and ends with the process. Its event loop has a thread of its
own, because the driver's calls block theirs.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oracle_core.connection_settings import DEFAULT_CONNECT_TIMEOUT_SECONDS
from oracle_core.errors import ConfigurationError, TunnelError
from oracle_core.tunnel_settings import TunnelSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    import asyncssh

_LOGGER = logging.getLogger(__name__)

LOCAL = "127.0.0.1"
_KEEP_ALIVE_SECONDS = 30

_lock = threading.Lock()
_tunnels: dict[tuple[int, TunnelSettings, str, int], Tunnel] = {}


def through_tunnel(config: Mapping[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of `oracledb.connect` with the tunnel's end as address.

    The tunnel is opened when it is first needed, and again when it was lost.

    Args:
        config: Settings under their canonical names.
        parameters: Arguments with the address as the SSH host reaches it.

    Raises:
        ConfigurationError: If the SSH host is not the one expected or refuses the user.
        TunnelError: If the SSH host or the database behind it cannot be reached for now.
    """
    settings = TunnelSettings.of(config)
    if settings is None:
        return parameters
    host, port = str(parameters["host"]), int(parameters["port"])
    # A forked process inherits the table of tunnels but not the thread that serves them.
    place = (os.getpid(), settings, host, port)
    timeout = config.get("connect_timeout_seconds")
    limit = DEFAULT_CONNECT_TIMEOUT_SECONDS if timeout is None else float(timeout)
    with _lock:
        tunnel = _tunnels.get(place)
        if tunnel is None or not tunnel.is_open:
            tunnel = _tunnels[place] = Tunnel(settings, host, port, limit)
    return {**parameters, "host": LOCAL, "port": tunnel.local_port}


def close_tunnels() -> None:
    """Close the tunnels of this process."""
    with _lock:
        for place in [place for place in _tunnels if place[0] == os.getpid()]:
            _tunnels.pop(place).close()


atexit.register(close_tunnels)


class Tunnel:
    """A port of this machine that leads to one address behind an SSH host."""

    def __init__(
        self, settings: TunnelSettings, host: str, port: int, timeout_seconds: float
    ) -> None:
        """Connect to the SSH host and open the port.

        Args:
            settings: The SSH host and the user there.
            host: The database as the SSH host reaches it.
            port: Port of its listener.
            timeout_seconds: Limit for the whole.

        Raises:
            ConfigurationError: If the SSH host is not the one expected or refuses the user.
            TunnelError: If the SSH host or the database behind it cannot be reached for now.
        """
        self._loop = asyncio.new_event_loop()
        self._connection: asyncssh.SSHClientConnection | None = None
        self.local_port = 0
        self._thread = threading.Thread(target=self._serve, name="ssh-tunnel", daemon=True)
        self._thread.start()
        opened = asyncio.run_coroutine_threadsafe(
            self._open(settings, host, port, timeout_seconds), self._loop
        )
        try:
            # Without a limit: the coroutine has the deadline itself.
            opened.result()
        except BaseException:
            self.close()
            raise
        _LOGGER.info("SSH tunnel through %s:%s is open", settings.host, settings.port)

    @property
    def is_open(self) -> bool:
        """Whether the connection with the SSH host stands."""
        return self._connection is not None and not self._connection.is_closed()

    def close(self) -> None:
        """Close the port and the connection with the SSH host."""
        if self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._disconnect(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _open(
        self, settings: TunnelSettings, host: str, port: int, timeout_seconds: float
    ) -> None:
        where = f"SSH host {settings.host}:{settings.port}"
        try:
            async with asyncio.timeout(timeout_seconds or None):
                self._connection = await _log_on(settings)
                await self._forward(host, port)
        # TimeoutError and gaierror are OSErrors, therefore they come first.
        except TimeoutError as error:
            msg = f"{where}: no answer within {timeout_seconds:g} seconds"
            raise TunnelError(msg) from error
        except socket.gaierror as error:
            msg = "the host name is not known"
            raise ConfigurationError(msg, setting="ssh_tunnel.host") from error
        except OSError as error:
            if isinstance(error, TunnelError):
                raise
            msg = f"{where}: {error.strerror or type(error).__name__}"
            raise TunnelError(msg) from error

    async def _forward(self, host: str, port: int) -> None:
        """Open the port, after a first connection has shown that the database is in reach."""
        ssh = _library()
        assert self._connection is not None  # noqa: S101 - set by the only caller
        try:
            _, writer = await self._connection.open_connection(host, port)
        except ssh.ChannelOpenError as error:
            msg = f"the SSH host cannot reach {host}:{port}, or may not forward to it"
            raise TunnelError(msg) from error
        writer.close()
        listener = await self._connection.forward_local_port(LOCAL, 0, host, port)
        self.local_port = listener.get_port()

    async def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            await self._connection.wait_closed()


async def _log_on(settings: TunnelSettings) -> asyncssh.SSHClientConnection:
    """Return a connection with the SSH host, whose key must be known.

    Raises:
        ConfigurationError: If the key is not the expected one, or the user is refused.
        TunnelError: If the host does not speak SSH or ends the connection.
    """
    ssh = _library()
    keys = _client_keys(settings)
    try:
        connection: asyncssh.SSHClientConnection = await ssh.connect(
            settings.host,
            settings.port,
            username=settings.username,
            password=settings.password,
            client_keys=keys,
            known_hosts=_known_hosts(settings),
            # Only what the settings say: neither ~/.ssh/config nor an agent.
            config=None,
            agent_path=None,
            gss_host=None,
            keepalive_interval=_KEEP_ALIVE_SECONDS,
        )
    except ssh.HostKeyNotVerifiable as error:
        msg = (
            f"the key of {settings.host} is not the expected one or not known; compare "
            f"`ssh-keyscan -p {settings.port} {settings.host}` with what the host's administrator "
            "says, and put the key here or into the file of known hosts"
        )
        raise ConfigurationError(msg, setting="ssh_tunnel.host_key") from error
    except ssh.PermissionDenied as error:
        name = "private_key" if settings.private_key else "password"
        msg = f"the SSH host refuses user {settings.username} with it"
        raise ConfigurationError(msg, setting=f"ssh_tunnel.{name}") from error
    except ssh.DisconnectError as error:
        msg = f"SSH host {settings.host}:{settings.port} ended the connection"
        raise TunnelError(msg) from error
    return connection


def _client_keys(settings: TunnelSettings) -> list[Any] | None:
    ssh = _library()
    text = settings.key_text()
    if not text:
        return None
    try:
        return [ssh.import_private_key(text, settings.private_key_password)]
    except ssh.KeyEncryptionError as error:
        msg = "does not open the private key"
        raise ConfigurationError(msg, setting="ssh_tunnel.private_key_password") from error
    except ssh.KeyImportError as error:
        # The library says so too where a password is missing, or is given with a plain key.
        msg = "cannot be read: not a private key, or its password is missing"
        raise ConfigurationError(msg, setting="ssh_tunnel.private_key") from error


def _known_hosts(settings: TunnelSettings) -> Any:  # noqa: ANN401 - a type of an optional library
    """Return the keys that are accepted: `host_key` alone, else those in the file."""
    ssh = _library()
    setting = "host_key" if settings.host_key else "known_hosts"
    try:
        if settings.host_key:
            # Read by itself first, so that a malformed key is an error of the setting.
            ssh.import_public_key(settings.host_key)
            # For any name: the key alone identifies the host.
            return ssh.import_known_hosts(f"* {settings.host_key.strip()}\n")
        return ssh.read_known_hosts(str(Path(settings.known_hosts).expanduser()))
    except OSError as error:
        msg = f"{settings.known_hosts} cannot be read; set it or ssh_tunnel.host_key"
        raise ConfigurationError(msg, setting="ssh_tunnel.known_hosts") from error
    except (ssh.KeyImportError, ValueError) as error:
        msg = "cannot be read; a key is a line such as `ssh-ed25519 AAAA…`"
        raise ConfigurationError(msg, setting=f"ssh_tunnel.{setting}") from error


def _library() -> Any:  # noqa: ANN401 - a module that may be missing
    try:
        import asyncssh  # noqa: PLC0415 - an extra, and slow to import
    except ImportError as error:
        msg = "needs the extra: pip install 'singer-oracle[ssh]'"
        raise ConfigurationError(msg, setting="ssh_tunnel") from error
    return asyncssh
