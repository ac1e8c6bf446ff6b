"""Password verifiers and the server's side of the 12c logon challenge.

A verifier is what the database keeps instead of a password: a random salt and the hash that client
and server use as the key of the first messages. Phase one sends an encrypted random secret; in
phase two the client returns its own secret and the password, encrypted with a key derived from
both secrets. The password is checked by making the verifier again from it.

Source: the "12C" verifier of the public thin drivers (AUTH_PBKDF2_*).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from oracle_standin.protocol import OracleError

GENERATION_ROUNDS = 128
"""An Oracle server names 4,096; a client takes any, and both sides of a test log on often."""
SESSION_ROUNDS = 3
VERIFIER_TYPE_12C = 0x4815
"""Flags of AUTH_VFR_DATA, which tell the client how to hash."""

_BLOCK = 16
_SECRET_BYTES = 32
_SPEEDY_KEY = b"AUTH_PBKDF2_SPEEDY_KEY"
_SERVER_PROOF = b"SERVER_TO_CLIENT"


@dataclass(frozen=True, slots=True)
class PasswordVerifier:
    """The salt (16 bytes) and hash (32 bytes) of a password, never the password itself."""

    salt: bytes = field(repr=False)
    hash: bytes = field(repr=False)

    def matches(self, password: bytes) -> bool:
        """Return whether this verifier was made from the password (UTF-8)."""
        return hmac.compare_digest(_password_hash(password, self.salt), self.hash)


def make_verifier(password: str) -> PasswordVerifier:
    """Return a verifier with a salt of its own."""
    salt = secrets.token_bytes(_BLOCK)
    return PasswordVerifier(salt, _password_hash(password.encode(), salt))


def _password_hash(password: bytes, salt: bytes) -> bytes:
    key = hashlib.pbkdf2_hmac("sha512", password, salt + _SPEEDY_KEY, GENERATION_ROUNDS, 64)
    return hashlib.sha512(key + salt).digest()[:_SECRET_BYTES]


def _fake_verifier() -> PasswordVerifier:
    """Return a verifier that no password matches, for users that do not exist."""
    return PasswordVerifier(secrets.token_bytes(_BLOCK), secrets.token_bytes(_SECRET_BYTES))


def _cipher(key: bytes) -> Cipher[modes.CBC]:
    # The protocol fixes an initial vector of zeros; its random first block takes that role.
    return Cipher(algorithms.AES(key), modes.CBC(bytes(_BLOCK)))


def _encrypt(key: bytes, plain: bytes) -> bytes:
    encryptor = _cipher(key).encryptor()
    return encryptor.update(plain) + encryptor.finalize()


def _decrypt(key: bytes, secret: bytes) -> bytes:
    decryptor = _cipher(key).decryptor()
    return decryptor.update(secret) + decryptor.finalize()


def _invalid_logon() -> OracleError:
    return OracleError(1017, "invalid credential or not authorized; logon denied")


class Challenge:
    """One logon attempt: what phase one sends, and the check of phase two's answer."""

    def __init__(self, verifier: PasswordVerifier | None) -> None:
        """Draw the secrets; without a verifier (unknown user) the answer is always wrong."""
        self._known = verifier is not None
        self._verifier = verifier or _fake_verifier()
        self._server_secret = secrets.token_bytes(_SECRET_BYTES)
        self._session_salt = secrets.token_bytes(_BLOCK)
        self._key = b""

    def parameters(self) -> list[tuple[str, str, int]]:
        """Return phase one's keys, values and flags; binary values are upper-case hex."""
        secret = _encrypt(self._verifier.hash, self._server_secret)
        return [
            ("AUTH_SESSKEY", secret.hex().upper(), 0),
            ("AUTH_VFR_DATA", self._verifier.salt.hex().upper(), VERIFIER_TYPE_12C),
            ("AUTH_PBKDF2_CSK_SALT", self._session_salt.hex().upper(), 0),
            ("AUTH_PBKDF2_VGEN_COUNT", str(GENERATION_ROUNDS), 0),
            ("AUTH_PBKDF2_SDER_COUNT", str(SESSION_ROUNDS), 0),
        ]

    def verify(self, session_key_hex: str, password_hex: str) -> str:
        """Check phase two's answer and return AUTH_SVR_RESPONSE, the server's own proof in hex.

        Raises OracleError 1017 for anything but the right password.
        """
        key, password = self._open(session_key_hex, password_hex)
        if not self._verifier.matches(password) or not self._known:
            raise _invalid_logon()
        self._key = key
        padding = bytes((_BLOCK,)) * _BLOCK
        proof = _encrypt(key, secrets.token_bytes(_BLOCK) + _SERVER_PROOF + padding)
        return proof.hex().upper()

    def later_secret(self, secret_hex: str) -> bytes:
        """Return what the client encrypted with the session's key after it had proved itself."""
        try:
            plain = _decrypt(self._key, bytes.fromhex(secret_hex))
        except ValueError as error:
            raise _invalid_logon() from error
        if len(plain) <= _BLOCK or not 1 <= plain[-1] <= _BLOCK:
            raise _invalid_logon()
        return plain[_BLOCK : -plain[-1]]

    def _open(self, session_key_hex: str, password_hex: str) -> tuple[bytes, bytes]:
        """Return the session key and the password; raises OracleError 1017 for nonsense."""
        try:
            encrypted_secret = bytes.fromhex(session_key_hex)
            encrypted_password = bytes.fromhex(password_hex)
            client_secret = _decrypt(self._verifier.hash, encrypted_secret)[:_SECRET_BYTES]
            both = (client_secret + self._server_secret).hex().upper().encode()
            key = hashlib.pbkdf2_hmac(
                "sha512", both, self._session_salt, SESSION_ROUNDS, _SECRET_BYTES
            )
            plain = _decrypt(key, encrypted_password)
        except ValueError as error:
            raise _invalid_logon() from error
        if len(plain) <= _BLOCK or not 1 <= plain[-1] <= _BLOCK:
            raise _invalid_logon()
        return key, plain[_BLOCK : -plain[-1]]
