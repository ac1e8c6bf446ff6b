"""Connections by tcps, with a certificate made for the test."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import oracledb
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from oracle_standin import Standin
from oracle_standin.wire.listener import Listener
from oracle_standin.wire.profiles import PROFILES
from tests.wire.fake_rows import LONG_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.wire.fix_backend import FakeBackend

pytestmark = pytest.mark.standin


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture(params=["23", "19"])
def listener(
    request: pytest.FixtureRequest, backend: FakeBackend, certificate: Path
) -> Iterator[Listener]:
    profile = PROFILES[request.param]
    with Listener(backend, profile, service="FREEPDB1", tls=certificate) as server:
        yield server


def secure(
    listener: Listener, certificate: Path, context: ssl.SSLContext | None = None
) -> oracledb.Connection:
    context = context or ssl.create_default_context(cafile=certificate)
    return oracledb.connect(
        user="scott",
        password="tiger",
        dsn=listener.dsn,
        ssl_context=context,
        ssl_server_dn_match=False,
    )


def test_large_results_and_binds(
    listener: Listener, certificate: Path, backend: FakeBackend
) -> None:
    assert listener.dsn.startswith("tcps://")
    with closing(secure(listener, certificate)) as connection:
        cursor = connection.cursor()
        cursor.arraysize = 3_000
        assert len(cursor.execute("select * from gen(20000)").fetchall()) == 20_000
        rows = [(number, LONG_TEXT[:500]) for number in range(5_000)]
        cursor.executemany("insert into t values (:1, :2)", rows)
        assert len(backend.tables["t"].rows) == 5_000


def test_a_break(listener: Listener, certificate: Path) -> None:
    with closing(secure(listener, certificate)) as connection:
        connection.call_timeout = 300
        with pytest.raises(oracledb.DatabaseError, match="DPY-4024"):
            connection.cursor().execute("select sleep(20) from dual")
        connection.call_timeout = 0
        assert connection.cursor().execute("select 1 from dual").fetchone() == (1,)


def test_a_stranger_to_the_certificate(listener: Listener) -> None:
    with pytest.raises(oracledb.OperationalError, match="DPY-6005"):
        oracledb.connect(
            user="scott",
            password="tiger",
            dsn=listener.dsn,
            ssl_context=ssl.create_default_context(),
        )


def test_a_client_without_tls(listener: Listener, certificate: Path) -> None:
    with socket.create_connection((listener.host, listener.port), timeout=5) as client:
        client.sendall(b"\x00\x3a\x00\x00\x01" + bytes(53))
        with suppress(ConnectionResetError):
            assert client.recv(100)[:1] in {b"", b"\x15"}  # nothing, or an alert of TLS
    with closing(secure(listener, certificate)) as connection:
        assert connection.cursor().execute("select 1 from dual").fetchone() == (1,)


def test_clients_that_must_show_a_certificate(backend: FakeBackend, certificate: Path) -> None:
    options = {"service": "FREEPDB1", "tls": certificate, "tls_clients": certificate}
    with Listener(backend, PROFILES["23"], **options) as server:  # type: ignore[arg-type]
        with pytest.raises(oracledb.OperationalError):
            secure(server, certificate)
        context = ssl.create_default_context(cafile=certificate)
        context.load_cert_chain(certificate)
        with closing(secure(server, certificate, context)) as connection:
            assert connection.cursor().execute("select 1 from dual").fetchone() == (1,)


def test_from_python(certificate: Path) -> None:
    with (
        Standin(users={"APP": "app"}, tls=certificate) as database,
        closing(database.connect("APP")) as connection,
    ):
        assert connection.cursor().execute("select user from dual").fetchone() == ("APP",)
