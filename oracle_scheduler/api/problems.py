"""Errors as `application/problem+json` (RFC 9457), or as a page where a browser asks."""

from __future__ import annotations

import http
import logging
from typing import TYPE_CHECKING

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException

from oracle_core.errors import ConfigurationError, OracleError, describe
from oracle_scheduler.jobfile import JobFileError
from oracle_scheduler.store.errors import UnknownNameError
from oracle_scheduler.triggers.service import DATABASE_ERRORS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fastapi import FastAPI, Request
    from starlette.responses import Response

_LOGGER = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
LOGIN = "/login"


def problem(
    status: int, title: str, detail: str = "", headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Return a response that says what is wrong."""
    body = {"type": "about:blank", "status": status, "title": title}
    if detail:
        body["detail"] = detail
    return JSONResponse(body, status_code=status, headers=headers, media_type=MEDIA_TYPE)


class Answers:
    """Turns exceptions into responses; none shows a value of the request."""

    def __init__(self, page: Callable[[Request, int, str, str], Response]) -> None:
        """Use a page for browsers, made of the request, a status, a title and a detail."""
        self._page = page

    def install(self, app: FastAPI) -> None:
        """Answer every error of a request."""
        app.add_exception_handler(HTTPException, self._http)
        app.add_exception_handler(RequestValidationError, self._invalid)
        app.add_exception_handler(JobFileError, self._job_file)
        app.add_exception_handler(UnknownNameError, self._unknown)
        app.add_exception_handler(ConfigurationError, self._conflict)
        # The most specific class that is known decides: ConfigurationError is an OracleError.
        for kind in DATABASE_ERRORS:
            app.add_exception_handler(kind, self._database)
        app.add_exception_handler(Exception, self._unexpected)

    def _answer(
        self,
        request: Request,
        status: int,
        detail: str,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        title = http.HTTPStatus(status).phrase
        if "text/html" not in request.headers.get("accept", ""):
            return problem(status, title, detail, headers)
        # Only pages ask for text/html, and a browser without a token is shown where to give it.
        if status == http.HTTPStatus.UNAUTHORIZED:
            return RedirectResponse(LOGIN, status_code=http.HTTPStatus.SEE_OTHER)
        return self._page(request, status, title, detail)

    def _http(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - Starlette passes what was asked for
        phrase = http.HTTPStatus(error.status_code).phrase
        detail = "" if error.detail == phrase else str(error.detail)
        return self._answer(request, error.status_code, detail, error.headers)

    def _invalid(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
        places = {
            f"{'.'.join(str(part) for part in entry['loc'])}: {entry['msg']}"
            for entry in error.errors()
        }
        # Places and messages alone: the `input` of an error would show values of the request.
        return self._answer(request, 422, "; ".join(sorted(places))[:2_000])

    def _job_file(self, request: Request, error: Exception) -> Response:
        return self._answer(request, 422, str(error)[:2_000])

    def _unknown(self, request: Request, error: Exception) -> Response:
        return self._answer(request, 404, str(error))

    def _conflict(self, request: Request, error: Exception) -> Response:
        return self._answer(request, 409, str(error))

    def _database(self, request: Request, error: Exception) -> Response:
        report = str(error) if isinstance(error, OracleError) else describe(error).report
        _LOGGER.warning("%s %s was not answered: %s", request.method, request.url.path, report)
        return self._answer(request, 503, report, {"Retry-After": "5"})

    def _unexpected(self, request: Request, error: Exception) -> Response:
        _LOGGER.error("%s failed: %s", request.method, type(error).__name__, exc_info=error)
        # An exception that nobody expected may hold anything, also a secret.
        return self._answer(request, 500, "see the log of the service")
