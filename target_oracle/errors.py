"""What can go wrong on the way from a line to a row: every message free of row content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import msgspec
from singer_sdk.exceptions import (
    FatalSyncError,
    MissingKeyPropertiesError,
    RecordsWithoutSchemaException,
)

from oracle_core.errors import OracleError


class TargetError(OracleError, FatalSyncError):
    """A failure of the run that is already described for its reader; exit code 1."""


class TableMismatchError(TargetError):
    """A stream and its table do not fit, or two names collide."""


class LoadError(TargetError):
    """The database refused a statement of the load."""


@dataclass(frozen=True, slots=True)
class LineFacts:
    """Where a line is and how to recognise it, without saying what is in it.

    `number` counts from 1, `offset` is in bytes from the start of the input.
    """

    number: int
    offset: int
    length: int
    digest: str
    stream: str | None = None

    @classmethod
    def of(cls, line: bytes, *, number: int, offset: int, stream: str | None = None) -> LineFacts:
        """Return the facts of a line; `digest` is the start of its SHA-256."""
        digest = hashlib.sha256(line).hexdigest()[:16]
        return cls(number, offset, len(line), digest, stream or _stream_of(line))

    def __str__(self) -> str:
        """Return the facts as the message shows them."""
        stream = f", stream '{self.stream}'" if self.stream else ""
        return (
            f"line {self.number} (byte offset {self.offset}, {self.length} bytes, "
            f"sha256 {self.digest}{stream})"
        )


class LineError(TargetError):
    """A line of the input is not a Singer message that this target can take."""

    def __init__(self, what: str, facts: LineFacts) -> None:
        """Keep the reason and the place."""
        super().__init__(f"Input {facts}: {what}")
        self.facts = facts


class InvalidRowError(LineError):
    """A record does not match the SCHEMA of its stream."""


# The SDK's target tests expect its own exceptions for a missing key and a missing SCHEMA.
class MissingKeyError(InvalidRowError, MissingKeyPropertiesError):
    """A record lacks a key property, or its value is null."""


class RecordBeforeSchemaError(LineError, RecordsWithoutSchemaException):
    """A record came before the SCHEMA of its stream."""


class _Named(msgspec.Struct):
    stream: str | None = None


def _stream_of(line: bytes) -> str | None:
    """Return the stream a damaged line names, or None if the line shows none."""
    try:
        # The damage may be a byte that is not UTF-8; the name of the stream is mostly sound.
        return msgspec.json.decode(line.decode("utf-8", "replace"), type=_Named).stream
    except (msgspec.MsgspecError, RecursionError):
        return None
