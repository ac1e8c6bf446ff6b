"""What the HTTP interface allows."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_core.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """How the interface is served.

    Attributes:
        host: Address to listen on.
        port: Port to listen on; 0 for a free one.
        certificate: File with the certificate chain of TLS; None for plain HTTP.
        key: File with the private key of the certificate.
        behind_proxy: Whether a proxy with TLS stands in front.
        allow_adhoc: Folders of scripts, and modules or `module:function`, that requests may
            schedule; empty: none.
        body_bytes_max: Largest body of a request.
        requests_per_second: Requests that one client may make in the long run.
        requests_burst: Requests that one client may make at once.
    """

    host: str = "127.0.0.1"
    port: int = 8090
    certificate: Path | None = None
    key: Path | None = None
    behind_proxy: bool = False
    allow_adhoc: tuple[str, ...] = ()
    body_bytes_max: int = 1_048_576
    requests_per_second: float = 50.0
    requests_burst: int = 500

    @property
    def is_exposed(self) -> bool:
        """Whether requests may come from other machines."""
        # Behind a proxy of this machine every request comes from the loopback address.
        return self.behind_proxy or not is_loopback(self.host)

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach the interface by TLS."""
        return self.behind_proxy or self.certificate is not None


def address(bind: str) -> tuple[str, int]:
    """Return the host and the port of `HOST:PORT`; an IPv6 address stands in brackets.

    Raises:
        ConfigurationError: If the text cannot be read.
    """
    host, _, port = bind.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isdecimal() or int(port) > 65_535:
        message = "must be HOST:PORT, for example 127.0.0.1:8090"
        raise ConfigurationError(message, setting="bind")
    return host, int(port)


def check_exposure(settings: ApiSettings, *, has_tokens: bool) -> None:
    """Refuse to be reached from other machines without tokens and TLS.

    Args:
        settings: Where the interface listens, and what stands in front.
        has_tokens: Whether the store has a token.

    Raises:
        ConfigurationError: If requests would come without a token or without TLS, or only one of
            certificate and key is given.
    """
    if (settings.certificate is None) != (settings.key is None):
        message = "a certificate and its key belong together; give both files or neither"
        raise ConfigurationError(message, setting="tls_certificate")
    if not settings.is_exposed:
        return
    # Refused and not warned of: a scheduler that is open by default runs commands of anybody (dagu,
    # GHSA-6qr9-g2xw-cw92).
    if not has_tokens:
        message = (
            f"{settings.host} is reached from other machines and the store has no token: create "
            "one with `oracle-scheduler token create NAME --scope operate`"
        )
        raise ConfigurationError(message, setting="bind")
    if not settings.is_secure:
        message = (
            f"{settings.host} is reached from other machines without TLS: give --tls-certificate "
            "and --tls-key, or put a proxy with TLS in front and say --behind-proxy"
        )
        raise ConfigurationError(message, setting="bind")


def is_loopback(host: str) -> bool:
    """Return whether a host name or address is this machine alone."""
    # No other name is looked up: its address may be another one for the next request.
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
