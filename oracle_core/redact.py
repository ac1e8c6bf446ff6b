"""Keeps secrets out of everything that is logged or printed.

Secrets are registered when the settings are read. From then on their plain, base64 and
percent-encoded forms are replaced in log records, warnings and the text of uncaught exceptions.
"""

from __future__ import annotations

import base64
import logging
import sys
import threading
import traceback
import warnings
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

PLACEHOLDER = "[secret]"

MIN_LENGTH = 3
"""Shorter secrets are left alone: replacing `a` everywhere would tell more than it hides."""

_lock = threading.Lock()
_forms: list[str] = []


def register(secrets: Iterable[str]) -> None:
    """Remember secrets.

    Args:
        secrets: plain texts; those shorter than `MIN_LENGTH` are left out.
    """
    with _lock:
        known = set(_forms)
        for secret in secrets:
            if len(secret) >= MIN_LENGTH:
                known.update(_spellings(secret))
        # The longest first, because one secret may be part of another.
        _forms[:] = sorted(known, key=len, reverse=True)


def forget_all() -> None:
    """Forget every secret; for tests."""
    with _lock:
        _forms.clear()


def redact(text: str) -> str:
    """Return the text with every registered secret replaced."""
    for form in tuple(_forms):
        if form in text:
            text = text.replace(form, PLACEHOLDER)
    return text


def _spellings(secret: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    yield quote_plus(secret)
    yield repr(secret)[1:-1]
    yield base64.b64encode(secret.encode()).decode()
    yield base64.urlsafe_b64encode(secret.encode()).decode()


class RedactingFilter(logging.Filter):
    """Replaces secrets in a record's message, arguments and traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place and let it pass."""
        if not _forms:
            return True
        message = record.getMessage()
        clean = redact(message)
        if clean != message:
            record.msg, record.args = clean, None
        if record.exc_info and record.exc_info[1] is not None:
            text = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
            clean = redact(text)
            if clean != text:
                record.exc_info, record.exc_text = None, clean
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
        return True


_filter = RedactingFilter()


def install() -> None:
    """Filter everything that the process logs, warns of or prints at its end.

    Filters of a logger do not see the records of its children, so that the handlers carry it too;
    call it again after handlers were added. Calling it twice changes nothing.
    """
    root = logging.getLogger()
    for target in (root, *root.handlers):
        if _filter not in target.filters:
            target.addFilter(_filter)
    for name in list(logging.Logger.manager.loggerDict):
        for handler in logging.getLogger(name).handlers:
            if _filter not in handler.filters:
                handler.addFilter(_filter)
    _hook_exceptions()
    _hook_warnings()


def _hook_exceptions() -> None:
    if getattr(sys.excepthook, "redacts", False):
        return

    def excepthook(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        sys.stderr.write(redact("".join(traceback.format_exception(kind, error, trace))))

    def threadhook(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            excepthook(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    excepthook.redacts = True  # type: ignore[attr-defined]
    sys.excepthook = excepthook
    threading.excepthook = threadhook


def _hook_warnings() -> None:
    original = warnings.formatwarning
    if getattr(original, "redacts", False):
        return

    def formatwarning(*arguments: Any, **named: Any) -> str:
        return redact(original(*arguments, **named))

    formatwarning.redacts = True  # type: ignore[attr-defined]
    warnings.formatwarning = formatwarning
