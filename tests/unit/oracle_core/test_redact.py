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
    redact.register(["abcd-1234", "abcd-1234-efgh"])
    assert redact.redact("abcd-1234-efgh abcd-1234") == "[secret] [secret]"


def test_settings() -> None:
    register_secrets({"password": "hunter22", "host": "visible", "access_token": "token-12"})
    assert redact.redact("hunter22 visible token-12") == "[secret] visible [secret]"


def test_only_whole_tokens_are_masked() -> None:
    redact.register(["sessions-1"])
    assert redact.redact("xsessions-1 sessions-12") == "xsessions-1 sessions-12"
    assert redact.redact("sessions-1, %3Asessions-1%40 and \\nsessions-1") == (
        "[secret], %3A[secret]%40 and \\n[secret]"
    )


@pytest.mark.parametrize("weak", ["app", "oracle", "1", "wrong", "password", "connection", "x y"])
@pytest.mark.parametrize(
    "text",
    [
        "password={}",
        "password: {}",
        '{{"wallet_password": "{}", "user": "app"}}',
        "{{'access_token': '{}'}}",
        "--password {}",
        "scott/{}@db",
        "oracle://scott:{}@db",
    ],
)
def test_a_weak_secret_is_masked_where_a_value_can_stand(weak: str, text: str) -> None:
    redact.register([weak])
    assert redact.redact(text.format(weak)) == text.format(redact.PLACEHOLDER)


def test_a_weak_secret_is_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    redact.register(["tiger"])
    redact.register(["tiger", "scott"])
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "short or a common word" in record.message
    assert "tiger" not in record.message
    assert not redact.is_weak(SECRET)


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


@pytest.mark.parametrize(
    ("setting", "secrets"),
    [
        ("s3://key:canary-1@bucket/folder", {"canary-1"}),
        ("oracle+oracledb://app:p%40ss@db/?service_name=S", {"p%40ss", "p@ss"}),
        ("app/canary-1@db.example.com/S", {"canary-1"}),
        ("config-file:///x.json?alias=a&password=canary-1", {"canary-1"}),
        ({"storage": {"root": ["abfs://c:canary-1@a"]}}, {"canary-1"}),
        ("//db.example.com:1521/S", set()),
        ("https://example.com/a:b", set()),
        (1521, set()),
    ],
)
def test_passwords_in_addresses_are_found(setting: object, secrets: set[str]) -> None:
    assert set(redact.secrets_in(setting)) == secrets
