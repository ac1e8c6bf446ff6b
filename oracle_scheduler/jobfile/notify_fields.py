"""Who is told of what, and when a run is late."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from oracle_scheduler.jobfile.fields import Fields
from oracle_scheduler.jobfile.model import Notify

if TYPE_CHECKING:
    from oracle_scheduler.jobfile.fields import Problems

KINDS = ("success", "failure", "missed", "late")
_DEFAULT_KINDS = ("failure", "missed", "late")
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")


def read_notify(fields: Fields, problems: Problems) -> Notify:
    """Return the receivers of notices: those of `notify`, else those of Executioner's keys."""
    addresses = _addresses(fields, "email_address")
    by_flags = tuple(
        kind
        # Executioner mails unless these are false; they matter where `notify` is not given.
        for kind, name, default in (
            ("success", "email_on_success", True),
            ("failure", "email_on_failure", True),
        )
        if fields.flag(name, default=default)
    )
    if not fields.has("notify"):
        return Notify(by_flags if addresses else (), addresses)
    value = fields.raw("notify")
    # YAML 1.1 reads an unquoted `on` as true.
    if isinstance(value, dict) and True in value:
        value = {"on" if key is True else key: entry for key, entry in value.items()}  # YAML 1.1
    parts = Fields(value, (*fields.path, "notify"), problems)
    on = parts.texts("on") or _DEFAULT_KINDS
    if set(on) - set(KINDS):
        parts.problem("on", f"must be of {', '.join(KINDS)}")
    notify = Notify(on, _addresses(parts, "email") or addresses, _webhook(parts))
    parts.refuse_unknown()
    if not notify.email and not notify.webhook:
        parts.problem(None, "'notify' needs email or webhook")
    return notify


def _addresses(fields: Fields, name: str) -> tuple[str, ...]:
    value = fields.raw(name)
    texts = (
        tuple(re.split(r"[,;\s]+", value.strip())) if isinstance(value, str) else fields.texts(name)
    )
    addresses = tuple(text for text in texts if text)
    if not all(_ADDRESS.fullmatch(address) for address in addresses):
        fields.problem(name, "must be addresses such as dba@example.com")
        return ()
    return addresses


def _webhook(fields: Fields) -> str | None:
    url = fields.text("webhook").strip()
    # A variable is filled in by the service when it sends: the URL is often a secret.
    if url and not url.startswith(("https://", "http://", "${")):
        fields.problem("webhook", "must be a URL of https or http, or ${NAME} of a variable")
    return url or None


def read_deadline(fields: Fields) -> dt.time | None:
    """Return the time of day until which runs have to have ended; None where there is none."""
    value = fields.raw("deadline")
    if value is None:
        return None
    # YAML 1.1 reads an unquoted 06:00 as a number of base 60.
    text = f"{value // 60:02}:{value % 60:02}" if isinstance(value, int) else str(value)
    try:
        deadline = dt.time.fromisoformat(text)
    except ValueError:
        fields.problem("deadline", "must be a time of day such as 06:00")
        return None
    return deadline.replace(tzinfo=None)
