"""Keeps secrets out of everything that is logged or printed.

Secrets are registered when the settings are read. From then on their plain, base64 and
percent-encoded forms are replaced in log records, warnings and the text of uncaught exceptions.

Only whole tokens are replaced, because a mask inside a word of ours gives the secret away: with
the password `app`, "mapper" would become "m[secret]er". A short or common secret may also be a
whole word of a message. It is masked only where a value can stand, after a name such as
`password=` or in a connect string.
"""

from __future__ import annotations

import base64
import logging
import re
import sys
import threading
import traceback
import warnings
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus, unquote

from oracle_core.fault_table import FAULTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

_LOGGER = logging.getLogger(__name__)

PLACEHOLDER = "[secret]"

MIN_LENGTH = 8
"""Characters of a secret that is masked everywhere."""

COMMON = frozenset(
    {
        "abcd1234",
        "changeit",
        "changeme",
        "change_on_install",
        "connection",
        "database",
        "manager1",
        "oracle12",
        "oracle123",
        "oracledb",
        "passw0rd",
        "password",
        "password1",
        "password123",
        "singer-oracle",
        "tap-oracle",
        "target-oracle",
        "welcome1",
        "welcome123",
    }
)
"""Common secrets that are long enough but may be words of a message."""

_SECRET_NAME = r"[\w-]*(?:passw(?:or)?d|pwd|secret|token|private_key)[\w-]*"  # noqa: S105
_BEFORE_VALUE = (
    rf"(?:{_SECRET_NAME}[\"']?\s*[=:]\s*[\"']?"
    rf"|--{_SECRET_NAME}\s+[\"']?)"
)

_IN_ADDRESS = re.compile(
    # scheme://user:SECRET@host, and user/SECRET@host of a connect string
    r"(?:://[^/\s:@]*:|^[^/\s:@]+/)(?P<between>[^@\s]+)@"
    rf"|[?&;]{_SECRET_NAME}=(?P<named>[^&;\s]+)",
    re.IGNORECASE,
)

_lock = threading.Lock()
_secrets: set[str] = set()
_patterns: list[re.Pattern[str]] = []
_has_warned = False


def secrets_in(value: object) -> Iterator[str]:
    """Yield the passwords that addresses carry, wherever one stands in a setting.

    Args:
        value: The value of a setting: a text, or texts inside of lists and objects.
    """
    if isinstance(value, str):
        for match in _IN_ADDRESS.finditer(value):
            secret = match["between"] or match["named"]
            # An address carries it percent-encoded; whoever decodes the address may log it plain.
            yield from {secret, unquote(secret)}
    elif isinstance(value, dict):
        for inner in value.values():
            yield from secrets_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from secrets_in(inner)


def register(secrets: Iterable[str]) -> None:
    """Remember secrets; warn once per process of one that cannot be masked everywhere.

    Args:
        secrets: Plain texts.
    """
    global _has_warned  # noqa: PLW0603 - one warning per process
    with _lock:
        _secrets.update(secret for secret in secrets if secret)
        weak = {secret for secret in _secrets if is_weak(secret)}
        _patterns[:] = [*_anywhere(_secrets - weak), *_at_values(weak)]
        is_news = bool(weak) and not _has_warned
        _has_warned = _has_warned or is_news
    if is_news:
        _LOGGER.warning(
            "A password or token is short or a common word. In logs it is masked only where a "
            "value can stand; one of %d characters and more is masked everywhere",
            MIN_LENGTH,
        )


def is_weak(secret: str) -> bool:
    """Return whether a secret may be a word of a message: short, common or a word of ours."""
    return len(secret) < MIN_LENGTH or secret.lower() in COMMON | _own_words()


@cache
def _own_words() -> frozenset[str]:
    """Return the words of our messages, in lower case."""
    text = " ".join(f"{row.message} {row.hint}" for row in FAULTS.values())
    return frozenset(re.findall(r"[\w-]+", text.lower()))


def forget_all() -> None:
    """Forget every secret; for tests."""
    global _has_warned  # noqa: PLW0603 - see above
    with _lock:
        _secrets.clear()
        _patterns.clear()
        _has_warned = False


def redact(text: str) -> str:
    """Return the text with every registered secret replaced."""
    # A copy: `register` may fill the list in another thread.
    for pattern in tuple(_patterns):
        text = pattern.sub(lambda match: f"{match[1]}{PLACEHOLDER}", text)
    return text


def _anywhere(secrets: set[str]) -> Iterator[re.Pattern[str]]:
    """Yield the pattern of secrets that are masked wherever they are a whole token."""
    forms = {form for secret in secrets for form in spellings(secret)}
    if forms:
        yield re.compile(f"()(?:{_alternatives(forms)})")


def _at_values(secrets: set[str]) -> Iterator[re.Pattern[str]]:
    """Yield the patterns of secrets that are masked only where a value can stand."""
    forms = {form for secret in secrets for form in (secret, quote(secret, safe=""))}
    if forms:
        alternatives = _alternatives(forms)
        yield re.compile(f"({_BEFORE_VALUE})(?:{alternatives})", re.IGNORECASE)
        # user/secret@database and user:secret@host
        yield re.compile(f'([\\w\\]"][/:])(?:{alternatives})(?=@)')


def _alternatives(forms: set[str]) -> str:
    """Return an alternation, the longest form first, because one may be part of another."""
    return "|".join(_whole(form) for form in sorted(forms, key=lambda form: (-len(form), form)))


def _whole(form: str) -> str:
    r"""Return the pattern of a form that is not part of a longer word.

    A percent-encoded character and an escape such as `\n` end with letters but are no word.
    """
    start = r"(?:(?<!\w)|(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrt]))" if _is_word(form[0]) else ""
    end = r"(?!\w)" if _is_word(form[-1]) else ""
    return f"{start}{re.escape(form)}{end}"


def _is_word(character: str) -> bool:
    return re.match(r"\w", character) is not None


def spellings(secret: str) -> Iterator[str]:
    """Yield the forms in which a secret comes out: plain, percent-encoded, escaped, base64."""
    yield secret
    yield quote(secret, safe="")
    yield quote_plus(secret)
    # As tracebacks and %r spell it.
    yield repr(secret)[1:-1]
    encoded = secret.encode("utf-8", "surrogatepass")
    yield base64.b64encode(encoded).decode()
    yield base64.urlsafe_b64encode(encoded).decode()


class RedactingFilter(logging.Filter):
    """Replaces secrets in a record's message, arguments and traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place and let it pass."""
        if not _patterns:
            return True
        message = record.getMessage()
        clean = redact(message)
        if clean != message:
            # Without arguments: a % in the clean text is not formatted again.
            record.msg, record.args = clean, None
        if record.exc_info and record.exc_info[1] is not None:
            text = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
            clean = redact(text)
            if clean != text:
                # logging.Formatter prints exc_text; without exc_info no handler formats the
                # exception again.
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

    # The mark keeps a second `install` from wrapping the hook once more.
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
