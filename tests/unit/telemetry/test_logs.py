"""Logs that carry the run."""

from __future__ import annotations

import io
import json
import logging

import pytest

from oracle_core import redact, run_context
from oracle_core.telemetry import logs
from oracle_core.telemetry.sinks import telemetry_of


@pytest.fixture
def output() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def logger(output: io.StringIO) -> logging.Logger:
    logger = logging.getLogger("test.json.logs")
    logger.handlers = [logging.StreamHandler(output)]
    logger.propagate = False
    return logger


def test_json_lines_name_run_job_and_stream(logger: logging.Logger, output: io.StringIO) -> None:
    logs.install("json")
    redact.register(["canary-8812"])
    run_context.set_run("id-1", "dev:a-to-b")
    run_context.set_stream("HR-JOBS")
    try:
        logger.warning("lost %s\nof 5", "canary-8812")
        try:
            1 / 0  # noqa: B018 - the exception is what the line shows
        except ZeroDivisionError:
            logger.exception("failed")
    finally:
        run_context.set_run(None, None)
        redact.forget_all()
    first, second = (json.loads(line) for line in output.getvalue().splitlines())
    assert (first["run_id"], first["job_id"], first["stream"]) == (
        "id-1", "dev:a-to-b", "HR-JOBS"
    )  # fmt: skip
    assert first["level"] == "WARNING"
    assert "canary" not in output.getvalue()
    assert "ZeroDivisionError" in second["exception"]


def test_without_settings_nobody_listens() -> None:
    assert not telemetry_of({}, application="tap-oracle").is_on
