"""Logs as JSON, one object per line, each with the run that it belongs to."""

from __future__ import annotations

import datetime as dt
import json
import logging

from oracle_core import run_context
from oracle_core.redact import redact


class JsonFormatter(logging.Formatter):
    """Formats a record as a JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        run = run_context.current()
        moment = dt.datetime.fromtimestamp(record.created, dt.UTC).replace(tzinfo=None)
        line: dict[str, object] = {
            "time": moment.isoformat(timespec="milliseconds") + "Z",
            "level": record.levelname,
            "logger": record.name,
            "message": redact(record.getMessage()),
            "run_id": run.run_id,
            "job_id": run.job_id,
            "stream": run.stream,
        }
        if record.exc_info:
            line["exception"] = redact(self.formatException(record.exc_info))
        # RedactingFilter has put the clean text in the place of the exception.
        elif record.exc_text:
            line["exception"] = redact(record.exc_text)
        return json.dumps({key: value for key, value in line.items() if value is not None})


class RunFilter(logging.Filter):
    """Adds the run to each record, for the SDK's structured logging and formats of users."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Set `run_id`, `job_id` and `stream` on the record and let it pass."""
        run = run_context.current()
        record.run_id, record.job_id, record.stream = run.run_id, run.job_id, run.stream
        return True


def install(log_format: str | None) -> None:
    """Let every handler of the process know the run, and write JSON if it is asked for.

    Args:
        log_format: `json`, or anything else to leave the format as it is.
    """
    # On handlers, because filters of a logger do not see the records of its children.
    for handler in _handlers():
        if not any(isinstance(known, RunFilter) for known in handler.filters):
            handler.addFilter(RunFilter())
        if log_format == "json":
            handler.setFormatter(JsonFormatter())


def _handlers() -> list[logging.Handler]:
    loggers = [logging.getLogger(), *map(logging.getLogger, logging.Logger.manager.loggerDict)]
    return [handler for logger in loggers for handler in logger.handlers]
