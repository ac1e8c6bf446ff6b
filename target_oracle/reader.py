"""Reads Singer messages in bulk: runs of RECORD lines of one stream at once, the rest one by one.

A learned beginning of line only groups lines; every line of a run is then proved by the stream's
typed decoder. Whatever that decoder refuses is parsed again alone, whole envelope first.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from contextlib import contextmanager
from decimal import Decimal
from itertools import product
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Protocol

import msgspec
from singer_sdk.singerlib.encoding import SingerMessageType

from target_oracle.batch_files import batch_message
from target_oracle.errors import (
    InvalidRowError,
    LineError,
    MissingKeyError,
    RecordBeforeSchemaError,
)
from target_oracle.lines import NEWLINE, Block, blocks, pieces_of
from target_oracle.nesting import TOO_DEEP, is_too_deep
from target_oracle.records import KeyMissing, NotDecoded, RecordDecoder, decode_or_refuse
from target_oracle.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from target_oracle.batch_files import BatchMessage

_LOGGER = logging.getLogger("target-oracle")
_BLANK = b" \t\r"


class Consumer(Protocol):
    """Takes what the reader finds, in the order of the input."""

    def waiting(self) -> AbstractContextManager[None]:
        """Surround a wait for input, in which the run may be ended at once."""

    def idle(self) -> None:
        """Note that no input has come for about a second."""

    def knows(self, stream: str) -> bool:
        """Return whether the SCHEMA of a stream has come."""

    def decoder(self, stream: str) -> RecordDecoder | None:
        """Return the decoder of a stream, or None when its records go through `take_record`."""

    def take_rows(self, stream: str, rows: Rows, size: int, line: int) -> None:
        """Take the rows of the lines from number `line` on, `size` bytes of input."""

    def take_record(self, stream: str, message: dict[str, Any], size: int, line: int) -> None:
        """Take one RECORD message of a stream with stream maps or flattening."""

    def take_schema(self, message: dict[str, Any]) -> None:
        """Take a SCHEMA message."""

    def take_state(self, value: bytes) -> None:
        """Take the value of a STATE message as the JSON it came in."""

    def take_activate_version(self, stream: str, version: int) -> None:
        """Take an ACTIVATE_VERSION message."""

    def take_refused(self, stream: str, line: bytes, reason: str) -> bool:
        """Keep a line that its SCHEMA refuses; return False where it ends the run."""

    def take_batch(self, message: BatchMessage) -> None:
        """Take a BATCH message of a stream whose SCHEMA has come."""


class Run(NamedTuple):
    """Lines of a block from `start` to `end`: RECORD lines of one stream, or one other line.

    `number` is that of the first line in the input.
    """

    start: int
    end: int
    number: int
    lines: int
    stream: str | None


class Header(msgspec.Struct):
    """The part of a message that says what it is."""

    type: str
    stream: str | None = None
    # Raw, so that a STATE leaves as the bytes that came.
    value: msgspec.Raw = msgspec.Raw(b"")
    version: msgspec.Raw = msgspec.Raw(b"")


_HEADER = msgspec.json.Decoder(Header)
# A float would drop digits of records, and of bounds in a SCHEMA.
_MESSAGE: msgspec.json.Decoder[dict[str, Any]] = msgspec.json.Decoder(
    dict[str, Any], float_hook=Decimal
)


def header_of(line: bytes) -> Header:
    """Return the part of a message that says what it is."""
    return _HEADER.decode(line)


class BulkReader:
    """Hands the messages of an input to a consumer.

    Blank lines and a byte order mark at the start are passed over. An unknown message type and
    anything that is not one JSON object on one line end the run.
    """

    def __init__(self, consumer: Consumer, *, max_line_bytes: int) -> None:
        """Read for `consumer`."""
        self._consumer = consumer
        self._max_line_bytes = max_line_bytes
        self._beginnings: dict[str, bytes] = {}
        self._looked_at: set[RecordDecoder] = set()
        self._last_stream = ""
        self._counts: Counter[str] = Counter()

    def read(self, file_input: IO[str] | IO[bytes] | None) -> Counter[str]:
        """Read to the end of the input and return the number of lines of each message type.

        Raises:
            LineError: for the first line that cannot be taken.
        """
        consumer = self._consumer
        pieces = pieces_of(file_input, waiting=consumer.waiting, idle=consumer.idle)
        for block in blocks(pieces, max_line_bytes=self._max_line_bytes):
            self.take_block(block)
            del block  # before the next one, which may be as long a line
        return self._counts

    def take_block(self, block: Block) -> None:
        """Read the lines of one block.

        Raises:
            LineError: For the first line that cannot be taken.
        """
        for run in self._runs(block):
            if run.stream is None:
                self._take_other(block, run)
            else:
                self._take_run(block, run, run.stream)

    def _runs(self, block: Block) -> Iterator[Run]:
        """Yield the runs of RECORD lines, and each other line as a run of its own."""
        data, position, number = block.data, 0, block.first_line
        while position < len(data):
            end, lines = _line_end(data, position), 1
            if not data[position:end].strip(_BLANK + NEWLINE):
                position, number = end, number + 1
                continue
            stream = self._record_stream(block, position, end)
            beginning = self._beginnings.get(stream) if stream else None
            if beginning and data.startswith(beginning, position):
                left = block.first_line + block.lines - number
                end, lines = _alike(data, position, beginning, left)
            yield Run(position, end, number, lines, stream)
            position, number = end, number + lines

    def _record_stream(self, block: Block, start: int, end: int) -> str | None:
        """Return the stream of a RECORD line, or None for any other message."""
        last = self._beginnings.get(self._last_stream)
        if last and block.data.startswith(last, start):
            return self._last_stream
        line = block.data[start:end]
        with as_line_error(block, start, end):
            header = _HEADER.decode(line)
        if header.type != SingerMessageType.RECORD:
            return None
        if header.stream is None:
            what = "RECORD without a stream"
            raise LineError(what, block.facts(start, end))
        for beginning in _spellings(header.stream):
            if line.startswith(beginning):
                self._beginnings[header.stream] = beginning
        self._last_stream = header.stream
        return header.stream

    def _take_run(self, block: Block, run: Run, stream: str) -> None:
        if not self._consumer.knows(stream):
            what = "RECORD before the SCHEMA of its stream"
            end = _line_end(block.data, run.start)
            raise RecordBeforeSchemaError(what, block.facts(run.start, end))
        lines = block.data[run.start : run.end]
        decoder = self._consumer.decoder(stream)
        if decoder and decoder not in self._looked_at:
            self._look_at_first(decoder, lines[: _line_end(lines, 0)])
        rows = decoder.decode_run(lines, run.lines) if decoder else None
        if rows is None:
            self._take_one_by_one(block, run, stream)
        else:
            size = len(lines)
            # A line is not needed any more while its rows are loaded.
            del lines
            self._consumer.take_rows(stream, rows, size, run.number)
        self._counts[SingerMessageType.RECORD] += run.lines

    def _look_at_first(self, decoder: RecordDecoder, line: bytes) -> None:
        """Say once what the first record of a SCHEMA has that the SCHEMA does not list."""
        self._looked_at.add(decoder)
        unknown = decoder.unknown_properties(line)
        if unknown:
            listed = ", ".join(sorted(unknown)[:20])
            what = "Stream '%s': properties that its SCHEMA does not list are left out: %s"
            _LOGGER.warning(what, decoder.stream, listed)

    def _take_one_by_one(self, block: Block, run: Run, stream: str) -> None:
        consumer, decoder = self._consumer, self._consumer.decoder(stream)
        start, number = run.start, run.number
        while start < run.end:
            line_end = _line_end(block.data, start)
            line = block.data[start:line_end]
            with as_line_error(block, start, line_end, stream):
                if decoder:
                    row = decode_or_refuse(consumer, decoder, decoder.decode_line, line)
                    if row is not None:
                        consumer.take_rows(stream, Rows.of(row), len(line), number)
                else:
                    message = _record_message(line, stream)
                    consumer.take_record(stream, message, len(line), number)
            start, number = line_end, number + 1

    def _take_other(self, block: Block, run: Run) -> None:
        start, end = run.start, run.end
        line = block.data[start:end]
        # Outside of the verdicts: `_record_stream` has decoded it before, and worded what fails.
        header = header_of(line)
        with as_line_error(block, start, end):
            match header.type:
                case SingerMessageType.SCHEMA:
                    self._consumer.take_schema(schema_message(line))
                case SingerMessageType.STATE:
                    self._consumer.take_state(state_value(header))
                case SingerMessageType.ACTIVATE_VERSION:
                    self._consumer.take_activate_version(*activation(header))
                case SingerMessageType.BATCH:
                    self._take_batch(block, start, end)
                case _:
                    what = "unknown message type"
                    raise NotDecoded(what)
        self._counts[SingerMessageType(header.type)] += 1

    def _take_batch(self, block: Block, start: int, end: int) -> None:
        message = batch_message(block.data[start:end])
        if not self._consumer.knows(message.stream):
            what = "BATCH before the SCHEMA of its stream"
            raise RecordBeforeSchemaError(what, block.facts(start, end, message.stream))
        self._consumer.take_batch(message)


def _line_end(data: bytes, start: int) -> int:
    """Return the position after the newline of the line at `start`, or the end of the data."""
    end = data.find(NEWLINE, start)
    return len(data) if end < 0 else end + 1


def _alike(data: bytes, start: int, beginning: bytes, left: int) -> tuple[int, int]:
    """Return the end and the number of the lines from `start` on that begin alike.

    `left` is the number of lines from there to the end of the data.
    """
    # Mostly the rest of the block is one run: one count tells, without looking at lines.
    last = data.rfind(NEWLINE, start, len(data) - 1) + 1
    if data.startswith(beginning, last) and data.count(NEWLINE + beginning, start) + 1 == left:
        return len(data), left
    lines = 0
    while data.startswith(beginning, start):
        start, lines = _line_end(data, start), lines + 1
    return start, lines


def _spellings(stream: str) -> Iterator[bytes]:
    """Yield how common writers begin a RECORD line: compact or spaced, escaped or not."""
    names = {json.dumps(stream), json.dumps(stream, ensure_ascii=False)}
    for name, comma, colon in product(sorted(names), (",", ", "), (":", ": ")):
        yield f'{{"type"{colon}"RECORD"{comma}"stream"{colon}{name}{comma}'.encode()


@contextmanager
def as_line_error(block: Block, start: int, end: int, stream: str | None = None) -> Iterator[None]:
    """Turn a verdict on a line into an error that says where the line is."""
    try:
        yield
    # `from None` throughout: the text of a decoder may repeat a value of the row.
    except KeyMissing as verdict:
        raise MissingKeyError(str(verdict), block.facts(start, end, stream)) from None
    except NotDecoded as verdict:
        raise InvalidRowError(str(verdict), block.facts(start, end, stream)) from None
    except msgspec.ValidationError:
        what = "not a Singer message (an object with a type)"
        raise LineError(what, block.facts(start, end, stream)) from None
    except msgspec.DecodeError:
        what = "not valid JSON; the tap may have been cut off in the middle of a line"
        raise LineError(what, block.facts(start, end, stream)) from None
    except RecursionError:
        raise LineError(TOO_DEEP, block.facts(start, end, stream)) from None


def _record_message(line: bytes, stream: str) -> dict[str, Any]:
    if is_too_deep(line):
        raise NotDecoded(TOO_DEEP)
    message = _MESSAGE.decode(line)
    if (message.get("type"), message.get("stream")) != (SingerMessageType.RECORD, stream):
        what = "not a RECORD of one stream"
        raise NotDecoded(what)
    if not isinstance(message.get("record"), dict):
        what = "RECORD without a record object"
        raise NotDecoded(what)
    return message


def schema_message(line: bytes) -> dict[str, Any]:
    """Return a SCHEMA message; NotDecoded if a part is missing."""
    message = _MESSAGE.decode(line)
    schema = message.get("schema")
    if not isinstance(message.get("stream"), str) or not isinstance(schema, dict):
        what = "SCHEMA without a stream or a schema"
        raise NotDecoded(what)
    if not isinstance(schema.get("properties"), dict) or not schema["properties"]:
        what = "SCHEMA without properties"
        raise NotDecoded(what)
    return message


def state_value(header: Header) -> bytes:
    """Return the value of a STATE as it came; NotDecoded if it is not an object."""
    value = bytes(header.value).strip()
    if not value.startswith(b"{"):
        what = "STATE whose value is not an object"
        raise NotDecoded(what)
    return value


def activation(header: Header) -> tuple[str, int]:
    """Return stream and version of an ACTIVATE_VERSION; NotDecoded if a part is missing."""
    if header.stream is None or not bytes(header.version).strip().isdigit():
        what = "ACTIVATE_VERSION without a stream or an integer version"
        raise NotDecoded(what)
    return header.stream, int(bytes(header.version))
