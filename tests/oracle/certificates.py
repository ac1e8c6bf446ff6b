"""Certificates for connections by TLS: an authority, what it signed, and a wallet."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pathlib import Path

HOST = "localhost"


class Authority:
    """A certificate authority of its own, with the certificates that it signs."""

    def __init__(self, folder: Path) -> None:
        """Make its key and certificate.

        Args:
            folder: Folder for the files.
        """
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = self._signed("authority", self._key, is_authority=True)
        self.file = folder / "authority.pem"
        self.file.write_bytes(self._pem(self._certificate))

    def server(self) -> Path:
        """Return a file with a certificate for the host and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        path = self._folder / "server.pem"
        path.write_bytes(self._pem(self._signed("server", key)) + _private(key))
        return path

    def wallet(self, password: str) -> Path:
        """Return a folder with `ewallet.pem` as Oracle lays it out: key, certificate, authority."""
        key = ec.generate_private_key(ec.SECP256R1())
        path = self._folder / "wallet"
        path.mkdir()
        parts = (_private(key, password), self._pem(self._signed("client", key)))
        path.joinpath("ewallet.pem").write_bytes(b"".join(parts) + self.file.read_bytes())
        return path

    def trust(self, folder: Path) -> Path:
        """Return a folder after putting an `ewallet.pem` there that holds the authority alone."""
        folder.joinpath("ewallet.pem").write_bytes(self.file.read_bytes())
        return folder

    def _signed(
        self, name: str, key: ec.EllipticCurvePrivateKey, *, is_authority: bool = False
    ) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        names = [x509.DNSName(HOST)]
        constraints = x509.BasicConstraints(ca=is_authority, path_length=None)
        return (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name("authority"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(constraints, critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(self._key, hashes.SHA256())
        )

    @staticmethod
    def _pem(certificate: x509.Certificate) -> bytes:
        return certificate.public_bytes(serialization.Encoding.PEM)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _private(key: ec.EllipticCurvePrivateKey, password: str | None = None) -> bytes:
    encryption = (
        serialization.BestAvailableEncryption(password.encode())
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )
