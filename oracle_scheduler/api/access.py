"""Who may do what: tokens in a header or a cookie, and where a request comes from."""

# Annotations are read at run time by FastAPI, so that they are no texts here.

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from oracle_scheduler.api.settings import ApiSettings, is_loopback
from oracle_scheduler.store import tokens
from oracle_scheduler.store.database import Database
from oracle_scheduler.store.tokens import Scope

COOKIE = "oracle-scheduler-token"
_REMEMBERED_SECONDS = 5.0
"""How long an answer of the store about a token holds, so that a poll needs no statement for it;
also how long a revoked token may work on."""

_REMEMBERED_MAX = 1_000
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_bearer = HTTPBearer(auto_error=False, description="`oracle-scheduler token create NAME`")
_cookie = APIKeyCookie(name=COOKIE, auto_error=False, description="set by /login")


@dataclass(slots=True)
class Access:
    """Answers what a secret allows, from the store or from what it said a moment ago."""

    database: Database
    settings: ApiSettings
    clock: Callable[[], float] = time.monotonic
    _known: dict[str, tuple[float, Scope | None]] = field(default_factory=dict)

    def scope(self, secret: str | None) -> Scope | None:
        """Return what a secret allows.

        Without a secret, and while the store has no token, whoever reaches the loopback address
        may operate; new commands need a token in any case.
        """
        now = self.clock()
        # The memory holds digests, so that a dump of this process shows no token of the past.
        digest = "" if secret is None else tokens.digest_of(secret)
        expiry, scope = self._known.get(digest, (now, None))
        if expiry > now:
            return scope
        if secret is not None:
            scope = tokens.scope_of(self.database, secret)
        elif self.settings.is_exposed or tokens.any_exists(self.database):
            scope = None
        else:
            scope = Scope.OPERATE
        # Wrong secrets are remembered as well; emptied, the memory costs a statement per token.
        if len(self._known) >= _REMEMBERED_MAX:
            self._known.clear()
        self._known[digest] = (now + _REMEMBERED_SECONDS, scope)
        return scope


def needs(scope: Scope) -> Callable[..., None]:
    """Return a dependency that lets a request pass whose token includes a scope."""

    def check(
        request: Request,
        bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
        cookie: Annotated[str | None, Security(_cookie)],
    ) -> None:
        # The header wins: a program that sends one means it, while browsers send cookies unasked.
        secret = bearer.credentials if bearer is not None else cookie or None
        check_origin(request, is_browser=bearer is None and cookie is not None)
        access: Access = request.app.state.access
        allowed = access.scope(secret)
        # Only without a token: a page of a foreign name would act with the rights of this machine.
        if secret is None and allowed is not None:
            _check_host(request)
        if allowed is None:
            # RFC 9110 asks for it with 401.
            header = {"WWW-Authenticate": "Bearer"}
            raise HTTPException(401, "a token is needed", headers=header)
        request.state.scope = allowed
        require(request, scope)

    return check


def require(request: Request, scope: Scope) -> None:
    """Refuse a request whose token does not include a scope.

    Raises:
        HTTPException: If it does not.
    """
    if not request.state.scope.allows(scope):
        raise HTTPException(403, f"a token of scope {scope} is needed")


def check_origin(request: Request, *, is_browser: bool) -> None:
    """Refuse a request that changes something and comes from a page of another origin.

    Raises:
        HTTPException: If it does, or a browser's request does not say where it comes from.
    """
    if request.method in _SAFE_METHODS:
        return
    origin = request.headers.get("origin")
    # Browsers send it with each POST and DELETE; programs with a token of their own need not.
    if origin is None and not is_browser:
        return
    if origin is None or _parts(origin)[0] != request.headers.get("host"):
        raise HTTPException(403, "the request comes from a page of another origin")


def _check_host(request: Request) -> None:
    """Refuse a name that someone made point to this machine (DNS rebinding)."""
    _, host = _parts(f"//{request.headers.get('host', '')}")
    # The address of the client is this machine's either way; the name that it asked for is not.
    if host is None or not is_loopback(host):
        raise HTTPException(403, "without a token the host must be localhost or 127.0.0.1")


def _parts(url: str) -> tuple[str, str | None]:
    """Return host with port, and host alone; nothing for what is not a URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        # urlsplit refuses, for example, a bracket without its pair.
        return "", None
    return parts.netloc, parts.hostname


reader = [Depends(needs(Scope.READ))]
operator = [Depends(needs(Scope.OPERATE))]
administrator = [Depends(needs(Scope.ADMIN))]
