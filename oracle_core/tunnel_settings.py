"""The settings of an SSH tunnel, named as tap-postgres names them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from singer_sdk import typing as th

from oracle_core.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_SSH_PORT = 22
KNOWN_HOSTS = "~/.ssh/known_hosts"

TUNNEL_SETTING: th.Property[Any] = th.Property(
    "ssh_tunnel",
    th.ObjectType(
        th.Property("enable", th.BooleanType(nullable=True), description="Whether to use it."),
        th.Property("host", th.StringType(nullable=True), description="Name of the SSH host."),
        th.Property(
            "port",
            th.IntegerType(nullable=True, minimum=1, maximum=65_535),
            description=f"Port of the SSH host; {DEFAULT_SSH_PORT} where not set.",
        ),
        th.Property("username", th.StringType(nullable=True), description="User there."),
        th.Property(
            "private_key",
            th.StringType(nullable=True),
            secret=True,
            description="Text of the private key (OpenSSH or PEM), or the path of its file.",
        ),
        th.Property(
            "private_key_password",
            th.StringType(nullable=True),
            secret=True,
            description="Password of the private key.",
        ),
        th.Property(
            "password",
            th.StringType(nullable=True),
            secret=True,
            description="Password of the user, where the host takes one.",
        ),
        th.Property(
            "host_key",
            th.StringType(nullable=True),
            description="Public key of the SSH host, for example `ssh-ed25519 AAAA…`.",
        ),
        th.Property(
            "known_hosts",
            th.StringType(nullable=True),
            description=f"File of known hosts; {KNOWN_HOSTS} where neither it nor host_key is set.",
        ),
        nullable=True,
    ),
    title="SSH tunnel",
    description=(
        "Way to the database through an SSH host: `enable`, `host`, `port` (22), `username`, "
        "`private_key` with `private_key_password`, or `password`. The host's key must be in "
        "`host_key` or in the file `known_hosts`. Needs the extra `ssh`."
    ),
)

TUNNEL_SECRETS = frozenset({"private_key", "private_key_password", "password"})


@dataclass(frozen=True, slots=True)
class TunnelSettings:
    """How to reach and trust the SSH host; named as the settings below `ssh_tunnel`."""

    host: str
    username: str
    port: int = DEFAULT_SSH_PORT
    private_key: str | None = field(default=None, repr=False)
    private_key_password: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    host_key: str | None = None
    known_hosts: str = KNOWN_HOSTS

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> TunnelSettings | None:
        """Return the typed settings; None where the tunnel is not enabled.

        Args:
            config: Settings under their canonical names.

        Raises:
            ConfigurationError: If a setting is missing, unknown or contradicts another.
        """
        given = config.get("ssh_tunnel") or {}
        known = ["enable", *(setting.name for setting in fields(cls))]
        for name in given:
            if name not in known:
                msg = f"is not known; known are {', '.join(known)}"
                raise ConfigurationError(msg, setting=f"ssh_tunnel.{name}")
        if not given.get("enable"):
            return None
        for name in ("host", "username"):
            if not given.get(name):
                msg = "is required"
                raise ConfigurationError(msg, setting=f"ssh_tunnel.{name}")
        if not given.get("private_key") and not given.get("password"):
            msg = "is required, or ssh_tunnel.password"
            raise ConfigurationError(msg, setting="ssh_tunnel.private_key")
        _check_way(config)
        return cls(**{name: value for name, value in given.items() if value and name != "enable"})

    def key_text(self) -> str | None:
        """Return the text of the private key, from its file where the setting is a path.

        Raises:
            ConfigurationError: If the file cannot be read.
        """
        if not self.private_key or "PRIVATE KEY" in self.private_key:
            # Environment variables often carry the line ends of a key as two characters.
            return self.private_key and self.private_key.replace("\\n", "\n")
        try:
            return Path(self.private_key).expanduser().read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            msg = f"is neither a private key nor the path of a readable file: {reason}"
            raise ConfigurationError(msg, setting="ssh_tunnel.private_key") from error


def _check_way(config: Mapping[str, Any]) -> None:
    """Refuse addresses that cannot be replaced by the tunnel's own end."""
    if config.get("dsn"):
        msg = "needs host and port; a dsn may name several addresses"
        raise ConfigurationError(msg, setting="ssh_tunnel")
    if config.get("protocol") == "tcps":
        # The driver compares the certificate with the host that it connects to, which would be
        # this machine (Python driver guide, "ssl_server_dn_match").
        msg = "cannot be combined with tcps: the certificate names another host than the tunnel"
        raise ConfigurationError(msg, setting="ssh_tunnel")
