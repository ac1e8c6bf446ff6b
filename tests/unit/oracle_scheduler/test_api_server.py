"""The interface behind a socket: plain, with TLS, and what keeps it from starting."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
from typing import TYPE_CHECKING

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from oracle_core.errors import ConfigurationError
from oracle_scheduler.api.server import serving
from oracle_scheduler.api.settings import ApiSettings
from oracle_scheduler.store import tokens
from oracle_scheduler.store.tokens import Scope

if TYPE_CHECKING:
    from pathlib import Path

    from oracle_scheduler.store.database import Database

pytest_plugins = ["tests.fix_scheduler_api"]


def certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate of this machine and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate_file, key_file


def test_plain(sqlite_store: Database) -> None:
    with serving(sqlite_store, ApiSettings(port=0)) as url:
        answer = httpx2.get(f"{url}/api/jobs")
        assert answer.status_code == 200
        assert "server" not in answer.headers


def test_tls(sqlite_store: Database, tmp_path: Path) -> None:
    tokens.create(sqlite_store, "anyone", Scope.READ)
    file, key = certificate(tmp_path)
    everywhere = ApiSettings(host="0.0.0.0", port=0, certificate=file, key=key)  # noqa: S104
    trust = ssl.create_default_context(cafile=str(file))
    with serving(sqlite_store, everywhere) as url:
        address = url.replace("0.0.0.0", "localhost")  # noqa: S104
        assert address.startswith("https://")
        answer = httpx2.get(f"{address}/login", verify=trust)
        assert answer.headers["strict-transport-security"]


def test_what_keeps_it_from_starting(sqlite_store: Database, tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.touch()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for settings, problem in (
            (ApiSettings(port=taken.getsockname()[1]), "bind: cannot listen"),
            (ApiSettings(port=0, certificate=empty, key=empty), "tls_certificate: the cert"),
            (ApiSettings(host="0.0.0.0", port=0), "bind: 0.0.0.0 is reached"),  # noqa: S104
        ):
            with (
                pytest.raises(ConfigurationError, match=problem),
                serving(sqlite_store, settings),
            ):
                pass
