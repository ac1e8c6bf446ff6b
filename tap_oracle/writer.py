"""RECORD lines encoded in bulk, and the one way to standard output."""

from __future__ import annotations

import datetime as dt
import io
import os
import sys
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
from singer_sdk.singerlib.encoding.base import GenericSingerWriter
from singer_sdk.singerlib.encoding.simple import Message

from oracle_core.termination import Termination

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Row = Sequence[object]


def _foreign_value(value: object) -> object:
    """Encode what msgspec does not: subclasses of text, and mappings of any kind."""
    if isinstance(value, str):
        return str.__str__(value)
    if hasattr(value, "items"):
        return dict(value.items())
    msg = f"values of type {type(value).__name__} have no JSON form"
    raise TypeError(msg)


_ENCODER = msgspec.json.Encoder(enc_hook=_foreign_value, decimal_format="number")


def encode_message(message: object) -> bytes:
    """Return one Singer message, or any JSON value, as a line.

    Decimals keep their digits, bytes become base64, NaN and the infinities become null.

    Args:
        message: The message in the order of its keys.

    Returns:
        UTF-8 with a newline at the end.
    """
    return _ENCODER.encode(message) + b"\n"


def time_text(moment: dt.datetime) -> str:
    """Return a moment in RFC 3339 with the offset +00:00, as the Singer SDK writes it."""
    return moment.astimezone(dt.UTC).isoformat()


class RecordEncoder(Protocol):
    """Encodes a batch of rows as RECORD lines."""

    def __call__(self, rows: Iterable[Row], time_extracted: dt.datetime) -> bytes:
        """Encode a batch.

        Args:
            rows: Values in the order of the stream's columns, ready for JSON.
            time_extracted: When the batch was fetched; the same for all its rows.

        Returns:
            Whole lines in the order of the rows.
        """


def record_encoder(stream: str, names: Sequence[str], version: int | None = None) -> RecordEncoder:
    r"""Return the encoder of a stream.

    Args:
        stream: The stream's name.
        names: The properties in the order of the columns.
        version: The table version that each record carries, if any.

    Returns:
        An encoder over one msgspec Struct type; a slower one over mappings where a name holds a
        character that msgspec cannot write as a field name (`"`, `\` or a control character).
    """
    if all(_is_field_name(name) for name in names):
        return _struct_encoder(stream, names, version)
    return _mapping_encoder(stream, names, version)


def _is_field_name(name: str) -> bool:
    return not any(character in '"\\' or character < " " for character in name)


def _struct_encoder(stream: str, names: Sequence[str], version: int | None) -> RecordEncoder:
    # Numbered fields, because names of columns need not be identifiers of Python.
    fields = [(f"c{position}", Any) for position in range(len(names))]
    renamed = {f"c{position}": name for position, name in enumerate(names)}
    # Measured per row: 0.9 to 1.2 µs by a Struct in a Struct, 2.4 to 2.7 by dicts, 48 by the SDK.
    # gc=False: values have no cycles, so that the collector need not track rows.
    record: Callable[..., object] = msgspec.defstruct("Record", fields, rename=renamed, gc=False)
    head: list[tuple[str, Any]] = [("stream", str), ("record", Any)]
    tail: list[tuple[str, Any]] = [("time_extracted", str)]
    middle: list[tuple[str, Any]] = [] if version is None else [("version", int)]
    line: Callable[..., object] = msgspec.defstruct(
        "Line", head + middle + tail, tag_field="type", tag="RECORD", gc=False
    )

    def encode(rows: Iterable[Row], time_extracted: dt.datetime) -> bytes:
        at = time_text(time_extracted)
        if version is None:
            return _ENCODER.encode_lines([line(stream, record(*row), at) for row in rows])
        return _ENCODER.encode_lines([line(stream, record(*row), version, at) for row in rows])

    return encode


def _mapping_encoder(stream: str, names: Sequence[str], version: int | None) -> RecordEncoder:
    def encode(rows: Iterable[Row], time_extracted: dt.datetime) -> bytes:
        at = time_text(time_extracted)
        return b"".join(
            encode_message(
                record_message(stream, dict(zip(names, row, strict=True)), version, at),
            )
            for row in rows
        )

    return encode


def plain_records(names: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Return records alone, one JSON object per line, as files of BATCH messages hold them.

    Args:
        names: The properties in the order of the columns.
        rows: JSON values in the same order.
    """
    if not all(_is_field_name(name) for name in names):
        return b"".join(encode_message(dict(zip(names, row, strict=True))) for row in rows)
    fields = [(f"c{position}", Any) for position in range(len(names))]
    renamed = {f"c{position}": name for position, name in enumerate(names)}
    record: Callable[..., object] = msgspec.defstruct("Record", fields, rename=renamed, gc=False)
    return _ENCODER.encode_lines([record(*row) for row in rows])


def record_message(
    stream: str, record: dict[str, Any], version: int | None, time_extracted: str
) -> dict[str, Any]:
    """Return one RECORD message, its keys in the order of the Singer SDK."""
    message: dict[str, Any] = {"type": "RECORD", "stream": stream, "record": record}
    if version is not None:
        message["version"] = version
    message["time_extracted"] = time_extracted
    return message


class LineWriter(GenericSingerWriter[bytes, Message]):
    """The one way to standard output, for single messages and for whole chunks alike.

    Two writers over one descriptor would reorder lines. Each call writes everything, also where
    the descriptor accepts less at a time (a pipe, `PYTHONUNBUFFERED=1`), and no signal cuts it
    short.
    """

    def __init__(self, termination: Termination | None = None) -> None:
        """Initialize the writer.

        Args:
            termination: Holds signals back during a write.
        """
        self._termination = termination or Termination()
        self.bytes_written = 0

    def serialize_message(self, message: Message) -> bytes:
        """Return a message of the SDK as a line."""
        content = message.to_dict()
        moment = content.get("time_extracted")
        if isinstance(moment, dt.datetime):
            content["time_extracted"] = time_text(moment)
        return encode_message(content)

    def write_message(self, message: Message) -> None:
        """Write one message of the SDK."""
        self.write_lines(self.serialize_message(message))

    def write_lines(self, lines: bytes) -> None:
        """Write whole lines.

        Args:
            lines: UTF-8; each line ends with a newline.

        Raises:
            BrokenPipeError: If the reader has closed the pipe.
            Terminated: If a signal arrived meanwhile; the lines are written.
        """
        with self._termination.holding():
            _write_all(lines)
            self.bytes_written += len(lines)


def _write_all(lines: bytes) -> None:
    """Write to the current `sys.stdout`: a descriptor, or a stream that replaces it."""
    # What others wrote to the text layer comes before the lines.
    sys.stdout.flush()
    try:
        descriptor = sys.stdout.fileno()
    except (AttributeError, io.UnsupportedOperation):
        _write_to_stream(lines)
        return
    # A descriptor may accept less than it is given: after one short write under PYTHONUNBUFFERED=1
    # 820 of 10,000 records arrived.
    rest = memoryview(lines)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _write_to_stream(lines: bytes) -> None:
    binary = getattr(sys.stdout, "buffer", None)
    if binary is None:
        # A text stream in place of standard output, such as io.StringIO.
        sys.stdout.write(lines.decode())
    else:
        binary.write(lines)
    sys.stdout.flush()
