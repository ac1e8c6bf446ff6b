"""Secrets stay out of logs, warnings and tracebacks."""

from __future__ import annotations

import base64
import io
import logging
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from oracle_core import redact
from oracle_core.settings import register_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "p4ss w/rd'\"é+"


@pytest.fixture(autouse=True)
def _registry() -> Iterator[None]:
    redact.forget_all()
    redact.register([SECRET])
    yield
    redact.forget_all()


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET, safe=""),
        repr(SECRET),
        base64.b64encode(SECRET.encode()).decode(),
    ],
    ids=["plain", "percent", "repr", "base64"],
)
def test_every_spelling(form: str) -> None:
    assert redact.redact(f"a {form} b").replace("'", "") == "a [secret] b"


def test_the_longest_goes_first() -> None:
    redact.register(["abc", "abcdef"])
    assert redact.redact("abcdef abc") == "[secret] [secret]"


def test_very_short_secrets_are_left_alone() -> None:
    redact.register(["a"])
    assert redact.redact("banana") == "banana"


def test_settings() -> None:
    register_secrets({"password": "hunter22", "host": "visible", "access_token": "tok-1"})
    assert redact.redact("hunter22 visible tok-1") == "[secret] visible [secret]"


def test_log_records() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(redact.RedactingFilter())
    logger = logging.getLogger("test.redact")
    logger.propagate = False
    logger.addHandler(handler)
    try:
        logger.error("as argument %s", SECRET)
        logger.error("in a mapping %(a)s", {"a": SECRET})
        try:
            int(SECRET)
        except ValueError:
            logger.exception("with a traceback")
        logger.error("untouched %d", 5)
    finally:
        logger.removeHandler(handler)
    text = stream.getvalue()
    assert SECRET not in text
    assert text.count("[secret]") >= 3
    assert "Traceback" in text
    assert "untouched 5" in text


PROGRAM = """
import logging, sys, threading, warnings
from oracle_core import redact
from oracle_core.settings import register_secrets
logging.basicConfig(stream=sys.stderr, level="DEBUG")
redact.install()
redact.install()
redact.register(["canary-1"])
logging.getLogger("a.b").info("log %s", "canary-1")
warnings.warn("warn canary-1")

def fail():
    raise ValueError("thread canary-1")

thread = threading.Thread(target=fail)
thread.start()
thread.join()
raise RuntimeError("end canary-1")
"""


def test_a_whole_process() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert "canary-1" not in ended.stdout + ended.stderr.replace('"end canary-1"', "")
    for place in ("log", "warn", "thread", "RuntimeError: end"):
        assert f"{place} [secret]" in ended.stderr
