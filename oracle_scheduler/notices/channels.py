"""The ways that a notice goes: SMTP, and a request of HTTP."""

from __future__ import annotations

import json
import os
import re
import smtplib
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oracle_scheduler.store.events import Notice

_TIMEOUT_SECONDS = 20.0
_VARIABLE = re.compile(r"\$\{([A-Za-z_]\w*)\}")


class UnsentError(Exception):
    """A notice could not be sent; the text says why and holds neither URL nor password."""


class Channel(Protocol):
    """One way."""

    def send(self, notice: Notice) -> None:
        """Send a notice.

        Raises:
            UnsentError: If it was not accepted.
        """


class Security(StrEnum):
    """How a connection to an SMTP server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The server that takes e-mail; without a host none is sent."""

    host: str | None = None
    port: int = 587
    security: Security = Security.STARTTLS
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    sender: str = "oracle-scheduler@localhost"


class Email:
    """Sends by SMTP."""

    def __init__(self, settings: SmtpSettings) -> None:
        """Keep the settings; each notice has a connection of its own."""
        self._settings = settings

    def send(self, notice: Notice) -> None:
        """Send a notice; its Message-ID is the same in each attempt."""
        settings = self._settings
        if settings.host is None:
            message = "smtp_host is not set"
            raise UnsentError(message)
        context = ssl.create_default_context()
        is_tls = settings.security is Security.TLS
        try:
            with (
                smtplib.SMTP_SSL(
                    settings.host, settings.port, timeout=_TIMEOUT_SECONDS, context=context
                )
                if is_tls
                else smtplib.SMTP(settings.host, settings.port, timeout=_TIMEOUT_SECONDS)
            ) as server:
                if settings.security is Security.STARTTLS:
                    # With a context: without one smtplib checks neither the certificate nor the
                    # name.
                    server.starttls(context=context)
                if settings.user is not None:
                    server.login(settings.user, settings.password or "")
                server.send_message(self._message(notice))
        except smtplib.SMTPAuthenticationError as error:
            # Its text may repeat what the server was told.
            message = f"the SMTP server refused user and password ({error.smtp_code})"
            raise UnsentError(message) from error
        except (OSError, smtplib.SMTPException) as error:
            message = f"SMTP: {type(error).__name__}: {error}"
            raise UnsentError(message) from error

    def _message(self, notice: Notice) -> EmailMessage:
        content = notice.content
        message = EmailMessage()
        message["From"] = self._settings.sender
        message["To"] = notice.receiver
        # On one line: a line feed in a header would begin another header, and EmailMessage refuses
        # it.
        message["Subject"] = " ".join(f"{content['pipeline']}: {content['event']}".split())
        domain = self._settings.sender.rpartition("@")[2] or "localhost"
        message["Message-ID"] = f"<{notice.event_id}@{domain}>"
        message.set_content(text_of(content))
        return message


def text_of(content: Mapping[str, object]) -> str:
    """Return a notice as text for people; what jobs wrote is not in it."""
    names = ("pipeline", "event", "state", "scheduled_for", "deadline", "missed_count", "reason")
    lines = [f"{name}: {content[name]}" for name in names if content.get(name)]
    jobs = content.get("jobs")
    for job in jobs if isinstance(jobs, list) else []:
        reason = f" ({job['reason']})" if job["reason"] else ""
        lines.append(f"job {job['job_id']}: {job['state']}, attempts: {job['attempts']}{reason}")
    lines += ["", f"oracle-scheduler runs show {content['run_id']}", ""]
    return "\n".join(lines)


class Webhook:
    """Sends JSON by POST."""

    def __init__(self, env: Mapping[str, str] = os.environ) -> None:
        """Keep the environment, from which variables of URLs are filled in at the last moment.

        The URL of a webhook is often a secret itself; the store holds the name of the variable.
        """
        self._env = env

    def send(self, notice: Notice) -> None:
        """Send a notice; `event_id` in the body is the same in each attempt."""
        body = json.dumps({"event_id": notice.event_id, **notice.content}).encode()
        url = self._url(notice.receiver)
        request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
            url, data=body, headers={"Content-Type": "application/json"}, method="POST"
        )
        try:
            # With a time-out: urllib has none of its own, and notices are sent one after the other.
            with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS):  # noqa: S310 - as above
                return
        except urllib.error.HTTPError as error:
            message = f"the webhook answered {error.code}"
            raise UnsentError(message) from error
        # The type alone: the text may hold the URL, which is often a secret.
        except (OSError, ValueError) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            message = f"the webhook cannot be reached: {type(reason).__name__}"
            raise UnsentError(message) from error

    def _url(self, receiver: str) -> str:
        names = [name for name in _VARIABLE.findall(receiver) if name not in self._env]
        if names:
            message = f"the variable {names[0]} of the webhook is not set for the service"
            raise UnsentError(message)
        url = _VARIABLE.sub(lambda match: self._env[match[1]], receiver)
        if not url.startswith(("https://", "http://")):
            message = "the URL of the webhook must begin with https:// or http://"
            raise UnsentError(message)
        return url
