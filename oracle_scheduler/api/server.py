"""Serves the interface in a thread beside scheduler and worker."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from oracle_core.errors import ConfigurationError
from oracle_scheduler.api.app import create_app
from oracle_scheduler.api.settings import check_exposure
from oracle_scheduler.store import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_scheduler.api.settings import ApiSettings
    from oracle_scheduler.store.database import Database

_LOGGER = logging.getLogger(__name__)

_BACKLOG = 2_048
_STOP_SECONDS = 5


@contextmanager
def serving(database: Database, settings: ApiSettings) -> Iterator[str]:
    """Serve while the body runs, and give the address of the interface.

    Args:
        database: The store.
        settings: Where to listen, and what is allowed.

    Raises:
        ConfigurationError: If the address is taken, the certificate cannot be read, or requests
            of other machines would come without a token or without TLS.
    """
    # Before the socket is bound: no request comes in between.
    check_exposure(settings, has_tokens=tokens.any_exists(database))
    # Uvicorn takes signals in the main thread alone, so that they stay with the service.
    server = uvicorn.Server(_config(database, settings))
    listener = _listener(settings)
    thread = threading.Thread(target=server.run, args=([listener],), name="api", daemon=True)
    host, port = listener.getsockname()[:2]
    url = f"{'https' if settings.certificate else 'http'}://{_bracketed(host)}:{port}"
    thread.start()
    _LOGGER.info("Pages and API are at %s", url)
    try:
        yield url
    finally:
        server.should_exit = True
        # With a limit: an answer that never ends must not keep the service from its end.
        thread.join(_STOP_SECONDS + 1)


def _config(database: Database, settings: ApiSettings) -> uvicorn.Config:
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    config = uvicorn.Config(
        create_app(database, settings),
        # Uvicorn would log by handlers of its own, past those of the service.
        log_config=None,
        access_log=False,
        server_header=False,
        # Without a proxy anybody could name another client, and pass the limit of requests.
        proxy_headers=settings.behind_proxy,
        ssl_certfile=settings.certificate,
        ssl_keyfile=settings.key,
        timeout_graceful_shutdown=_STOP_SECONDS,
    )
    try:
        # In this thread: otherwise the thread of the server would end without a word to the caller.
        config.load()
    except (OSError, ssl.SSLError) as error:
        message = f"the certificate or its key cannot be read ({error.strerror or error})"
        raise ConfigurationError(message, setting="tls_certificate") from error
    return config


def _listener(settings: ApiSettings) -> socket.socket:
    """Return a listening socket, so that a taken port is found before anything is started."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    # A restart need not wait for connections of the process before it (TIME_WAIT).
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        message = (
            f"cannot listen on {settings.host}:{settings.port} ({error.strerror}); choose another "
            "address, or serve without the api (--only scheduler,worker)"
        )
        raise ConfigurationError(message, setting="bind") from error
    return listener


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
