"""The reader: every spelling, every damage, nothing of a row in any message."""

from __future__ import annotations

import io
import json
import os
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from singer_sdk.exceptions import MissingKeyPropertiesError, RecordsWithoutSchemaException

from target_oracle.errors import InvalidRowError, LineError
from target_oracle.lines import pieces_of
from target_oracle.nesting import MAX_DEPTH
from target_oracle.properties import ValueKind, properties_of, value_kind
from target_oracle.reader import BulkReader
from target_oracle.records import RecordDecoder, json_texts, plain_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from target_oracle.batch_files import BatchMessage
    from target_oracle.rows import Row, Rows

SCHEMA = {
    "type": "object",
    "properties": {
        "ID": {"type": "integer"},
        "N": {"type": ["number", "null"]},
        "S": {"type": ["string", "null"]},
        "O": {"type": ["object", "null"]},
        "B": {"type": ["boolean", "null"]},
    },
}
SECRET = "row content that no message may hold"


class Recorder:
    """A consumer that keeps what it is given."""

    def __init__(self, *, mapped: bool = False, validate: bool = True) -> None:
        self.mapped = mapped
        self.validate = validate
        self.decoders: dict[str, RecordDecoder] = {}
        self.calls: list[tuple[Any, ...]] = []
        self.idles = 0

    @contextmanager
    def waiting(self) -> Iterator[None]:
        yield

    def idle(self) -> None:
        self.idles += 1

    def knows(self, stream: str) -> bool:
        return stream in self.decoders

    def decoder(self, stream: str) -> RecordDecoder | None:
        return None if self.mapped else self.decoders[stream]

    def take_rows(self, stream: str, rows: Rows, size: int, line: int) -> None:
        assert size > 0 and line > 0
        self.calls.append(("rows", stream, list(rows)))

    def take_record(self, stream: str, message: dict[str, Any], size: int, line: int) -> None:
        assert size > 0 and line > 0
        self.calls.append(("record", stream, message["record"]))

    def take_schema(self, message: dict[str, Any]) -> None:
        keys = message.get("key_properties") or []
        properties = properties_of(message["schema"], keys, validate=self.validate)
        self.decoders[message["stream"]] = RecordDecoder(message["stream"], properties)
        self.calls.append(("schema", message["stream"]))

    def take_state(self, value: bytes) -> None:
        self.calls.append(("state", value))

    def take_activate_version(self, stream: str, version: int) -> None:
        self.calls.append(("activate", stream, version))

    def take_refused(self, stream: str, line: bytes, reason: str) -> bool:
        del stream, line, reason
        return False

    def take_batch(self, message: BatchMessage) -> None:
        self.calls.append(("batch", message.stream))

    def rows(self) -> list[Row]:
        return [row for call in self.calls if call[0] == "rows" for row in call[2]]


def schema_line(stream: str = "HR-T", schema: dict[str, Any] = SCHEMA) -> bytes:
    message = {"type": "SCHEMA", "stream": stream, "schema": schema, "key_properties": ["ID"]}
    return json.dumps(message).encode() + b"\n"


def record_line(record: str, stream: str = "HR-T") -> bytes:
    return f'{{"type":"RECORD","stream":"{stream}","record":{record}}}\n'.encode()


def read(data: bytes, recorder: Recorder | None = None, max_line_bytes: int = 1 << 20) -> Recorder:
    recorder = recorder or Recorder()
    BulkReader(recorder, max_line_bytes=max_line_bytes).read(io.BytesIO(data))
    return recorder


def test_a_run_is_decoded_at_once_and_exactly() -> None:
    lines = schema_line() + b"".join(
        record_line(f'{{"ID":{i},"N":0.1000,"S":"é\\n😀","O":{{"a": 1.50}},"B":true}}')
        for i in range(3)
    )
    recorder = read(lines)
    assert [call[0] for call in recorder.calls] == ["schema", "rows"]
    rows = recorder.rows()
    assert [row[0] for row in rows] == [0, 1, 2]
    assert str(rows[0][1]) == "0.1000"
    assert rows[0][2] == "é\n😀"
    assert json_texts([rows[0][3]]) == ['{"a": 1.50}']
    assert rows[0][4:] == (True, None, None)


def test_numbers_keep_every_digit() -> None:
    digits = "12345678901234567890123456789012345678"
    row = read(schema_line() + record_line(f'{{"ID":{digits}99,"N":-{digits}.5}}')).rows()[0]
    assert row[0] == int(digits + "99")
    assert row[1] == Decimal(f"-{digits}.5")


@pytest.mark.parametrize("spelling", ["1.0", "1e0", "10E-1", "1.000"])
def test_an_integer_may_be_written_with_a_fraction_of_zero(spelling: str) -> None:
    row = read(schema_line() + record_line(f'{{"ID":{spelling}}}')).rows()[0]
    assert row[0] == 1
    assert isinstance(row[0], int)


@pytest.mark.parametrize(
    "line",
    [
        b'{"type": "RECORD", "stream": "HR-T", "record": {"ID": 7}}\n',
        b'{"stream":"HR-T","record":{"ID":7},"type":"RECORD"}\n',
        b'  {"record" : {"ID":7} , "type":"RECORD", "stream":"HR-T"}  \r\n',
        b'{"type":"RECORD","stream":"HR\\u002dT","record":{"ID":7}}\n',
        b'{"type":"RECORD","stream":"HR-T","record":{"ID":7,"UNKNOWN":[1]},"more":{}}',
        b'{"type":"RECORD","stream":"HR-T","record":{"ID":1,"ID":7}}\n',
    ],
)
def test_any_spelling_of_a_record_is_taken(line: bytes) -> None:
    assert [row[0] for row in read(schema_line() + line).rows()] == [7]
    assert [row[0] for row in read(schema_line() + record_line('{"ID":6}') + line).rows()] == [6, 7]


def test_messages_keep_their_order_among_runs() -> None:
    recorder = read(
        schema_line("A")
        + schema_line("B")
        + record_line('{"ID":1}', "A")
        + record_line('{"ID":2}', "A")
        + record_line('{"ID":3}', "B")
        + b'{"type":"STATE","value": {"x" : 1.50, "y":[]} }\n'
        + record_line('{"ID":4}', "A")
        + b'{"type":"ACTIVATE_VERSION","stream":"A","version":12}\n'
    )
    assert [(c[0], *(c[1:2])) for c in recorder.calls[2:]] == [
        ("rows", "A"),
        ("rows", "B"),
        ("state", b'{"x" : 1.50, "y":[]}'),
        ("rows", "A"),
        ("activate", "A"),
    ]


def test_blank_lines_and_a_byte_order_mark_are_passed_over() -> None:
    data = b"\xef\xbb\xbf" + schema_line() + b"\n \r\n" + record_line('{"ID":1}') + b"\n"
    assert len(read(data).rows()) == 1


def test_time_extracted_and_version_follow_the_values() -> None:
    line = b'{"type":"RECORD","stream":"HR-T","record":{"ID":1},"version":5,"time_extracted":"t"}'
    assert read(schema_line() + line).rows()[0][-2:] == ("t", 5)


def test_left_out_properties_are_null() -> None:
    row = read(schema_line() + record_line('{"ID":1}')).rows()[0]
    assert row[1:3] == (None, None)
    assert json_texts([row[3]]) == [None]


def test_names_that_no_struct_field_can_have() -> None:
    schema = {"properties": {"ID": {"type": "integer"}, 'a"b': {"type": "string"}}}
    row = read(schema_line(schema=schema) + record_line('{"ID":1,"a\\"b":"x"}')).rows()[0]
    assert row[:2] == (1, "x")


def test_columns_of_any_type_are_text() -> None:
    raws = [msgspec.Raw(text) for text in (b'"a\\u00e9"', b"1.50", b'{"a":1}', b"null", b"true")]
    assert plain_texts(raws) == ["aé", "1.50", '{"a":1}', None, "true"]


def test_properties_that_the_schema_lacks_are_mentioned_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    lines = record_line('{"ID":1,"MORE":"x"}') * 3
    read(schema_line() + lines + b'{"type":"STATE","value":{}}\n' + lines)
    assert [record.getMessage() for record in caplog.records] == [
        "Stream 'HR-T': properties that its SCHEMA does not list are left out: MORE"
    ]


def test_mapped_streams_get_whole_messages() -> None:
    recorder = read(schema_line() + record_line('{"ID":1,"N":1.10}'), Recorder(mapped=True))
    assert recorder.calls[1] == ("record", "HR-T", {"ID": 1, "N": Decimal("1.10")})


BAD_RECORDS = [
    f'{{"ID":"{SECRET}"}}',
    f'{{"ID":1,"N":"{SECRET}"}}',
    f'{{"ID":1,"B":"{SECRET}"}}',
    '{"ID":1.5}',
    '{"ID":true}',
    '{"ID":1e999999999}',
    '{"ID":1,"S":5}',
    '{"ID":1,"N":NaN}',
    f'{{"ID":1,"S":"{SECRET}\\ud800"}}',
    f'["{SECRET}"]',
    "null",
    '{"ID":1}}{"type":"RECORD","stream":"HR-T","record":{"ID":2}',
    '{"ID":1},"type":"STATE"',
    '{"ID":1,"O":' + "[" * 5000 + "]" * 5000 + "}",
]


@pytest.mark.parametrize(
    ("record", "mapped"),
    [
        *((record, False) for record in BAD_RECORDS),
        # The values of a mapped record are checked after its map, by the sink.
        *((record, True) for record in BAD_RECORDS[7:]),
    ],
)
def test_a_bad_record_is_named_by_place_only(record: str, mapped: bool) -> None:
    before = schema_line() + record_line('{"ID":1}') * 3
    bad = record_line(record)
    with pytest.raises(LineError) as caught:
        read(before + bad + record_line('{"ID":9}'), Recorder(mapped=mapped))
    text = str(caught.value)
    assert "line 5 " in text
    assert f"byte offset {len(before)}," in text
    assert f"{len(bad)} bytes" in text
    assert "stream 'HR-T'" in text or "\\ud800" in record or "type" in record or "[[" in record
    assert SECRET not in text
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("mapped", [False, True])
@pytest.mark.parametrize("opening", ["[", '{"[\\"{":'])
def test_the_limit_of_nesting_does_not_depend_on_python(opening: str, mapped: bool) -> None:
    def line(levels: int) -> bytes:
        inner = opening * levels + "1" + ("]" if opening == "[" else "}") * levels
        return record_line(f'{{"ID":1,"O":{inner}}}')

    deepest = MAX_DEPTH - 2  # the message and the record are levels too
    read(schema_line() + line(deepest) * 2, Recorder(mapped=mapped))
    with pytest.raises(LineError, match=f"nested deeper than {MAX_DEPTH} levels"):
        read(schema_line() + line(deepest + 1), Recorder(mapped=mapped))


def test_a_torn_line_is_an_error_that_shows_nothing() -> None:
    torn = record_line(f'{{"ID":1,"S":"{SECRET}"}}')[:-8]
    with pytest.raises(LineError, match="not valid JSON") as caught:
        read(schema_line() + torn)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("record", ['{"N":1}', '{"ID":null}'])
def test_a_key_must_be_there(record: str) -> None:
    with pytest.raises(MissingKeyPropertiesError, match="'ID'"):
        read(schema_line() + record_line(record))


def test_required_and_null_are_checked_only_when_asked() -> None:
    schema = {
        "required": ["A"],
        "properties": {"ID": {"type": "integer"}, "A": {"type": "string"}, "C": {"type": "array"}},
    }
    for record in ('{"ID":1}', '{"ID":1,"A":null}', '{"ID":1,"A":"x","C":null}'):
        lines = schema_line(schema=schema) + record_line(record)
        with pytest.raises(InvalidRowError):
            read(lines)
        assert read(lines, Recorder(validate=False)).rows()[0][0] == 1


def test_a_record_needs_its_schema_first() -> None:
    with pytest.raises(RecordsWithoutSchemaException, match="line 1 "):
        read(record_line('{"ID":1}'))


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b'{"type":"BATCH","stream":"A","manifest":["file:///x"]}', "BATCH without"),
        (
            b'{"type":"BATCH","stream":"A","encoding":{"format":"csv"},"manifest":[]}',
            "jsonl, parquet, arrow",
        ),
        (
            b'{"type":"BATCH","stream":"X","encoding":{"format":"jsonl"},"manifest":[]}',
            "before the SCHEMA",
        ),
        (b'{"type":"HEARTBEAT"}', "unknown message type"),
        (b'{"stream":"A"}', "not a Singer message"),
        (b"[]", "not a Singer message"),
        (b"42", "not a Singer message"),
        (b'{"type":"STATE"}', "STATE"),
        (b'{"type":"STATE","value":[1]}', "STATE"),
        (b'{"type":"SCHEMA","stream":"A"}', "SCHEMA"),
        (b'{"type":"SCHEMA","stream":"A","schema":{"type":"object"}}', "SCHEMA without properties"),
        (b'{"type":"ACTIVATE_VERSION","stream":"A"}', "ACTIVATE_VERSION"),
        (b'{"type":"RECORD","record":{}}', "RECORD without a stream"),
    ],
)
def test_other_messages_are_checked(line: bytes, what: str) -> None:
    with pytest.raises(LineError, match=what):
        read(line + b"\n")


def test_invalid_utf8_is_found_by_offset() -> None:
    before = schema_line()
    bad = b'{"type":"RECORD","stream":"HR-T","record":{"ID":1,"O":"\xff"}}\n'
    with pytest.raises(LineError, match="not UTF-8") as caught:
        read(before + bad)
    assert f"at byte offset {len(before) + bad.index(0xFF)} " in str(caught.value)
    assert "stream 'HR-T'" in str(caught.value)


def test_long_lines_have_a_limit() -> None:
    record = record_line('{"ID":1,"S":"' + "x" * 2000 + '"}')
    assert len(read(schema_line() + record, max_line_bytes=3000).rows()) == 1
    for data in (record, record[:-1]):
        with pytest.raises(LineError, match=r"line 2 .*max_line_bytes"):
            read(schema_line() + data, max_line_bytes=1000)


def test_lines_cut_anywhere_by_a_pipe_are_whole_again() -> None:
    content = schema_line() + b"".join(
        record_line(f'{{"ID":{i},"S":"{"é" * 50}"}}') for i in range(2000)
    )
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "wb", buffering=0) as out:
            for start in range(0, len(content), 40_961):
                out.write(content[start : start + 40_961])
        os._exit(0)
    os.close(writing)
    recorder = Recorder()
    with os.fdopen(reading, "rb") as pipe:
        BulkReader(recorder, max_line_bytes=1 << 20).read(pipe)
    os.waitpid(child, 0)
    assert [row[0] for row in recorder.rows()] == list(range(2000))


def test_text_files_and_buffers_are_read_as_bytes() -> None:
    recorder = Recorder()
    pieces = pieces_of(io.StringIO("é"), waiting=recorder.waiting, idle=recorder.idle)
    assert b"".join(pieces) == "é".encode()


def test_idle_is_called_while_nothing_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("target_oracle.lines.IDLE_SECONDS", 0.01)
    reading, writing = os.pipe()
    recorder = Recorder()

    def stop_after_three() -> None:
        recorder.idles += 1
        if recorder.idles == 3:
            os.close(writing)

    monkeypatch.setattr(recorder, "idle", stop_after_three)
    with os.fdopen(reading, "rb") as pipe:
        BulkReader(recorder, max_line_bytes=100).read(pipe)
    assert recorder.idles == 3


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "integer"}, ValueKind.INTEGER),
        ({"type": ["null", "integer", "number"]}, ValueKind.NUMBER),
        ({"anyOf": [{"type": "string", "format": "date-time"}, {"type": ["string", "null"]}]}, "s"),
        ({"type": ["object", "array", "null"]}, ValueKind.JSON),
        ({"type": ["string", "integer"]}, ValueKind.ANY),
        ({}, ValueKind.ANY),
        ({"anyOf": [{"type": "string"}, {}]}, ValueKind.ANY),
        ({"type": "null"}, ValueKind.ANY),
    ],
)
def test_kinds_of_values(schema: dict[str, Any], kind: ValueKind | str) -> None:
    assert value_kind(schema) is (ValueKind.STRING if kind == "s" else kind)
