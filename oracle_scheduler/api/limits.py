"""What every request meets before its path is looked at: headers, rate and size."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders

from oracle_scheduler.api.problems import problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# `same-origin` rather than `no-referrer`: with the latter browsers send `Origin: null` with forms.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_CLIENTS_MAX = 10_000
"""Clients whose rate is remembered; the one that was seen longest ago is forgotten."""


class SecurityHeaders:
    """Adds headers that tell browsers to trust nothing but this service."""

    def __init__(self, app: ASGIApp, *, is_secure: bool) -> None:
        """Wrap an application that browsers reach by TLS, or not."""
        self._app = app
        self._headers = dict(HEADERS)
        if is_secure:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                # Pages and answers hold names and outputs; a shared cache must not keep them.
                if not scope["path"].startswith("/static/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)


class RateLimit:
    """A bucket per client that fills at a steady rate; an empty one gives 429."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        per_second: float,
        burst: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Wrap an application.

        Args:
            app: What answers.
            per_second: Requests of one client in the long run.
            burst: Requests of one client at once.
            clock: Returns the time in seconds.
        """
        self._app = app
        self._per_second = per_second
        self._burst = float(burst)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        client = scope.get("client")
        if scope["type"] == "http" and not self._takes(client[0] if client else ""):
            response = problem(429, "Too Many Requests", headers={"Retry-After": "1"})
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _takes(self, client: str) -> bool:
        now = self._clock()
        level, then = self._buckets.pop(client, (self._burst, now))
        level = min(self._burst, level + (now - then) * self._per_second)
        is_taken = level >= 1
        self._buckets[client] = (level - is_taken, now)
        # Just put at the end, so that the first is the one seen longest ago.
        if len(self._buckets) > _CLIENTS_MAX:
            self._buckets.popitem(last=False)
        return is_taken


class BodyLimit:
    """Refuses a body that is too large, also one that does not say its size."""

    def __init__(self, app: ASGIApp, *, bytes_max: int) -> None:
        """Wrap an application."""
        self._app = app
        self._bytes_max = bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # A body that says its size is refused before a byte of it is read.
        length = Headers(scope=scope).get("content-length", "0")
        detail = f"a body has at most {self._bytes_max} bytes"
        if length.isdecimal() and int(length) > self._bytes_max:
            await problem(413, "Content Too Large", detail)(scope, receive, send)
            return
        size = 0

        async def receive_counted() -> Message:
            nonlocal size
            message = await receive()
            # A chunked body has no Content-Length, so that it is counted while it comes.
            size += len(message.get("body", b""))
            if size > self._bytes_max:
                raise HTTPException(413, detail)
            return message

        await self._app(scope, receive_counted, send)
