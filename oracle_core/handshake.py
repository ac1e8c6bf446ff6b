"""Opens a session within a deadline, and finds out what else than Oracle answers on a port.

The driver's `tcp_connect_timeout` ends with the TCP connection. A server that then stays silent,
such as a listener without TLS that is greeted with TLS, would hold the log-on for minutes.
"""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import oracledb

from oracle_core.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

PROBE_SECONDS = 2.0
_BANNER_SECONDS = 0.5
_UNTRUSTED = (
    "the server's certificate is not trusted or is for another host; name the directory of a "
    "wallet (ewallet.pem) with the certificate of its authority, and check host"
)
_WANTS_CERTIFICATE = (
    "the server asks its clients for a certificate (mutual TLS); name the directory of a wallet "
    "(ewallet.pem) that holds one, and the wallet's password in wallet_password"
)
_TNS_REPLIES = frozenset({2, 4, 5, 11, 12})
"""Types of packets with which a listener answers: ACCEPT, REFUSE, REDIRECT, RESEND, MARKER."""


def open_session(parameters: Mapping[str, Any], deadline_seconds: float) -> oracledb.Connection:
    """Return a new session.

    Args:
        parameters: Arguments of `oracledb.connect`.
        deadline_seconds: Limit for the whole log-on; 0 for none.

    Raises:
        ConfigurationError: If the port is certain to be that of another protocol.
        TimeoutError: If the log-on took too long.
        oracledb.Error: If the database refused or cannot be reached.
    """
    try:
        return _within(parameters, deadline_seconds)
    except (oracledb.OperationalError, TimeoutError) as error:
        if not _is_doubtful(error) or (finding := _finding(parameters, error)) is None:
            raise
        setting, text = finding
        raise ConfigurationError(text, setting=setting) from error


def _within(parameters: Mapping[str, Any], deadline_seconds: float) -> oracledb.Connection:
    """Log on in a thread, which a server that stays silent cannot hold for longer than wanted."""
    if not deadline_seconds:
        return oracledb.connect(**parameters)
    results: list[oracledb.Connection] = []
    failures: list[BaseException] = []
    is_over = threading.Event()
    handover = threading.Lock()

    def log_on() -> None:
        try:
            connection = oracledb.connect(**parameters)
        except BaseException as error:  # noqa: BLE001 - raised again by the waiting thread
            failures.append(error)
            return
        with handover:
            if not is_over.is_set():
                results.append(connection)
                return
        # The caller has given up: nobody would use or close this session.
        with suppress(oracledb.Error):
            connection.close()

    # daemon: a thread that still waits must not hold up the end of the process.
    thread = threading.Thread(target=log_on, name="log-on", daemon=True)
    thread.start()
    thread.join(deadline_seconds)
    # Under the lock, so that a session is there before this moment or closed by its thread.
    with handover:
        is_over.set()
    if failures:
        raise failures[0]
    if not results:
        msg = f"no answer within {deadline_seconds:g} seconds"
        raise TimeoutError(msg)
    return results[0]


def _is_doubtful(error: Exception) -> bool:
    """Return whether something listens on the port, but the log-on did not get to Oracle."""
    if isinstance(error, TimeoutError):
        return True
    code = getattr(error.args[0], "full_code", "") if error.args else ""
    is_refused = isinstance(_origin(error), ConnectionRefusedError)
    return code in {"DPY-4011", "DPY-6005"} and not is_refused


def _finding(parameters: Mapping[str, Any], error: Exception) -> tuple[str, str] | None:
    """Return the setting at fault and the text, None where nothing is certain."""
    origin = _origin(error)
    if isinstance(origin, ssl.SSLCertVerificationError):
        return "wallet_location", _UNTRUSTED
    # With a wrong wallet_password too: the driver then shows no certificate, and is not told why
    # by a wallet that may hold authorities alone.
    if isinstance(origin, ssl.SSLError) and "CERTIFICATE_REQUIRED" in str(origin.reason):
        return "wallet_location", _WANTS_CERTIFICATE
    # The addresses of a dsn are resolved inside the driver, so that nothing is known to probe.
    if "host" not in parameters:
        return None
    where = (str(parameters["host"]), int(parameters["port"]))
    is_tls = parameters.get("protocol") == "tcps"
    try:
        return _finding_of_probes(where, is_tls=is_tls)
    except OSError:
        return None


def _finding_of_probes(where: tuple[str, int], *, is_tls: bool) -> tuple[str, str] | None:
    # Listening comes first: SSH servers greet by themselves, an Oracle listener waits for its
    # client.
    if banner := _exchange(where, b"", _BANNER_SECONDS):
        kind = "an SSH server" if banner.startswith(b"SSH-") else "another kind of server"
        return "port", f"{kind} answers on this port, not an Oracle listener"
    speaks_tls = _speaks_tls(where)
    if speaks_tls:
        return None if is_tls else ("protocol", "the port expects TLS; set protocol to tcps")
    reply = _exchange(where, ping(), PROBE_SECONDS)
    if len(reply) > 4 and reply[4] in _TNS_REPLIES:  # the type stands behind length and checksum
        return (
            ("protocol", "the listener does not speak TLS; set protocol to tcp") if is_tls else None
        )
    if reply:
        return "port", "another kind of server answers on this port, not an Oracle listener"
    return None


def _exchange(where: tuple[str, int], request: bytes, seconds: float) -> bytes:
    """Return the first bytes that a server sends, empty where it sends nothing."""
    with socket.create_connection(where, PROBE_SECONDS) as connection:
        connection.settimeout(seconds)
        with suppress(OSError):
            if request:
                connection.sendall(request)
            return connection.recv(64)
    return b""


def _speaks_tls(where: tuple[str, int]) -> bool:
    """Return whether a server answers a TLS greeting; its certificate does not matter here."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection(where, PROBE_SECONDS) as connection:
        connection.settimeout(PROBE_SECONDS)
        try:
            with context.wrap_socket(connection, server_hostname=where[0]):
                return True
        except ssl.SSLError as error:
            # An alert comes from a server that speaks TLS, for example one that wants a client
            # certificate or another version.
            return "ALERT" in str(error.reason or "")
        except OSError:
            return False


def _origin(error: BaseException) -> BaseException:
    """Return the first exception of a chain of causes."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error


def ping() -> bytes:
    """Return the packet of `tnsping`: a CONNECT that a listener answers without a session."""
    data = b"(CONNECT_DATA=(COMMAND=ping))"
    head = b"".join(
        number.to_bytes(2, "big")
        # version, lowest version, options, SDU, TDU, characteristics, line turnaround, byte order
        for number in (314, 300, 0, 8192, 32767, 0x7F08, 0, 1, len(data), 58)
    )
    body = head + bytes(58 - 8 - len(head)) + data
    # Header: length, checksum, type 1 (CONNECT), flags, checksum of the header.
    return (8 + len(body)).to_bytes(2, "big") + b"\0\0\1\0\0\0" + body
