"""The listening socket: one thread for each connection, and a clean end."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from typing import TYPE_CHECKING

from oracle_standin.wire.faults import FaultOrders
from oracle_standin.wire.service import Service
from oracle_standin.wire.session import LOGON_SECONDS, WireSession

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from oracle_standin.backend import Backend
    from oracle_standin.wire.profiles import Profile

_log = logging.getLogger(__name__)

_BACKLOG = 128
_STOP_SECONDS = 10.0


class Listener:
    """Accepts clients for one service and serves each in a thread of its own."""

    def __init__(  # noqa: PLR0913 - each is an option of `serve`
        self,
        backend: Backend,
        profile: Profile,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        service: str,
        faults: bool = False,
        tls: Path | None = None,
        tls_clients: Path | None = None,
        compress_rows: bool = False,
    ) -> None:
        """Listen at once; port 0 takes a free one. `start` begins to accept.

        With `faults`, SYSTEM may order what `oracle_standin.faults` describes. With `tls`, a PEM
        file of a certificate and its key, clients connect by `tcps`; with `tls_clients`, a PEM file
        of authorities, each must show a certificate that one of them signed.
        With `compress_rows`, values that a row shares with the one before it are not sent again.
        """
        self._tls = None
        if tls is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(tls)
            if tls_clients is not None:
                self._tls.load_verify_locations(tls_clients)
                self._tls.verify_mode = ssl.CERT_REQUIRED
        orders = FaultOrders(is_allowed=faults)
        self._service = Service(backend, service, profile, orders, compress_rows)
        self._socket = socket.create_server((host, port), backlog=_BACKLOG)
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self.service_name = service
        self._acceptor = threading.Thread(target=self._accept, name="listener", daemon=True)
        self._clients: dict[threading.Thread, socket.socket] = {}
        self._lock = threading.Lock()
        self._stopping = False

    @property
    def dsn(self) -> str:
        """Return the easy connect string."""
        protocol = "tcps://" if self._tls else ""
        return f"{protocol}{self.host}:{self.port}/{self.service_name}"

    def __enter__(self) -> Listener:
        """Start."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    def start(self) -> None:
        """Accept clients from now on."""
        self._acceptor.start()

    def stop(self) -> None:
        """Stop accepting, disconnect every client and wait until their sessions are closed."""
        with self._lock:
            self._stopping = True
            clients = dict(self._clients)
        # Shutting a listening socket down wakes the thread that waits in accept.
        _shut_down(self._socket)
        self._socket.close()
        if self._acceptor.is_alive():
            self._acceptor.join(_STOP_SECONDS)
        for connection in clients.values():
            _shut_down(connection)
        for thread in clients:
            thread.join(_STOP_SECONDS)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError as error:
                if not self._stopping:
                    _log.error("the listener fails: %s", error)
                return
            self._begin(connection)

    def _begin(self, connection: socket.socket) -> None:
        thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
        with self._lock:
            if self._stopping:
                connection.close()
                return
            self._clients[thread] = connection
        thread.start()

    def _secured(self, connection: socket.socket) -> socket.socket:
        """Return the connection after the handshake of TLS, if that is wanted.

        The handshake runs here, in the client's own thread, where a slow client delays nobody.
        """
        if self._tls is None:
            return connection
        connection.settimeout(LOGON_SECONDS)
        return self._tls.wrap_socket(connection, server_side=True)

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            WireSession(self._secured(connection), self._service).serve()
        except ssl.SSLError as error:
            _log.warning("no TLS with a client: %s", error.reason)
        except Exception:  # noqa: BLE001 - a thread has nobody to raise to
            _log.exception("a session ended badly")
        finally:
            connection.close()
            with self._lock:
                self._clients.pop(threading.current_thread(), None)


def _shut_down(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        _log.debug("a socket was closed already")
