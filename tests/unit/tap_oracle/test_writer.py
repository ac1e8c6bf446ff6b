"""RECORD lines in bulk and the way to standard output."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import sys
import threading
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from singer_sdk.singerlib import RecordMessage, StateMessage

from oracle_core.types import JsonSchemaOptions, fetch_plan, parse
from tap_oracle import writer
from tap_oracle.plan import ColumnPlan, StreamPlan
from tap_oracle.writer import LineWriter, record_encoder

if TYPE_CHECKING:
    from collections.abc import Iterator

MOMENT = dt.datetime(2024, 2, 29, 13, 14, 15, 123456, tzinfo=dt.UTC)
ROWS = [
    (1, Decimal("0.10"), 'naïve 😀 \u2028 \x00 " \\ \n', None, b"\x00\xff", [1, {"a": None}]),
    (10**37, Decimal("-1E-130"), "", True, b"", {}),
    (-(10**39), Decimal("9" * 40), "x" * 10_000, False, None, None),
]
NAMES = ["ID", "A#", "Größe", "lower case", "SELECT", "_sdc_x"]


@pytest.mark.parametrize("names", [NAMES, ['"', "\\", "\n", "\x01", "tab\t", "ok"]])
@pytest.mark.parametrize("version", [None, 1700000000])
def test_both_encoders_and_the_sdk_message_give_equal_bytes(
    names: list[str], version: int | None
) -> None:
    lines = record_encoder("HR-T", names, version)(ROWS, MOMENT)

    single = LineWriter()
    expected = b"".join(
        single.serialize_message(
            RecordMessage(
                stream="HR-T",
                record=dict(zip(names, row, strict=True)),
                version=version,
                time_extracted=MOMENT,
            )
        )
        for row in ROWS
    )
    assert lines == expected
    assert writer._mapping_encoder("HR-T", names, version)(ROWS, MOMENT) == expected


def test_lines_are_whole_and_keep_every_digit() -> None:
    lines = record_encoder("S", NAMES)(ROWS, MOMENT).splitlines()

    assert len(lines) == len(ROWS)
    first, second, third = (json.loads(line, parse_float=Decimal) for line in lines)
    assert list(first) == ["type", "stream", "record", "time_extracted"]
    assert first["time_extracted"] == "2024-02-29T13:14:15.123456+00:00"
    assert b'"A#":0.10,' in lines[0]
    assert first["record"]["Größe"] == ROWS[0][2]
    assert second["record"]["ID"] == 10**37
    assert second["record"]["A#"] == Decimal("-1E-130")
    assert third["record"]["A#"] == 10**40 - 1


def test_no_rows_make_no_bytes() -> None:
    assert record_encoder("S", ["A"])([], MOMENT) == b""


def test_numbers_that_are_not_finite_become_null() -> None:
    lines = record_encoder("S", ["A", "B"])([(float("nan"), float("-inf"))], MOMENT)

    assert b'"record":{"A":null,"B":null}' in lines


def test_an_unknown_type_is_named_without_its_value() -> None:
    with pytest.raises(TypeError, match="type object") as caught:
        record_encoder("S", ["A"])([(object(),)], MOMENT)

    assert "0x" not in str(caught.value)


class Shaky:
    """A descriptor's write that takes a few bytes at a time."""

    def __init__(self) -> None:
        self.taken = b""

    def write(self, descriptor: int, data: memoryview) -> int:
        assert descriptor >= 0
        self.taken += bytes(data[:7])
        return min(7, len(data))


def test_short_writes_are_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    shaky = Shaky()
    monkeypatch.setattr(os, "write", shaky.write)
    with open(os.devnull, "w", encoding="utf-8") as out:  # noqa: PTH123
        monkeypatch.setattr(sys, "stdout", out)
        LineWriter().write_lines(b"a long line\n" * 100)

    assert shaky.taken == b"a long line\n" * 100


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writing = os.pipe()
    yield reader, writing
    for descriptor in (reader, writing):
        try:
            os.close(descriptor)
        except OSError:
            continue


def test_more_than_a_pipe_holds_arrives_whole(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writing = pipe
    received: list[bytes] = []

    def read() -> None:
        while block := os.read(reader, 65_536):
            received.append(block)

    thread = threading.Thread(target=read)
    thread.start()
    with os.fdopen(os.dup(writing), "w") as out:
        monkeypatch.setattr(sys, "stdout", out)
        line_writer = LineWriter()
        line_writer.write_lines(b"x" * 1_000_000 + b"\n")
        line_writer.write_message(StateMessage(value={"bookmarks": {}}))
        monkeypatch.undo()
    os.close(writing)
    thread.join()

    assert b"".join(received) == b"x" * 1_000_000 + b'\n{"type":"STATE","value":{"bookmarks":{}}}\n'
    assert line_writer.bytes_written == len(b"".join(received))


def test_a_reader_that_has_gone_is_told(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writing = pipe
    os.close(reader)
    with os.fdopen(os.dup(writing), "w") as out:
        monkeypatch.setattr(sys, "stdout", out)
        with pytest.raises(BrokenPipeError):
            LineWriter().write_lines(b"line\n")
        monkeypatch.undo()


@pytest.mark.parametrize("stream", [io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), None])
def test_a_stream_in_the_place_of_stdout_receives_the_lines(
    stream: io.TextIOWrapper | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced = stream or io.StringIO()
    monkeypatch.setattr(sys, "stdout", replaced)
    LineWriter().write_lines("ß\n".encode())
    replaced.seek(0)

    assert replaced.read() == "ß\n"


def test_binary_values_need_no_text_on_their_way_to_the_line() -> None:
    types = {"B": "BLOB", "R": "RAW(9)", "N": "NUMBER(3)"}
    columns = [ColumnPlan(n, parse(t), fetch_plan(parse(t))) for n, t in types.items()]
    plan = StreamPlan(tuple(columns), JsonSchemaOptions(), marks_empty=True)
    rows = [(bytes(range(256)), b"\xfb\xff", Decimal(1), 1), (None, None, None, 1), (None,) * 4]
    encode = record_encoder("HR-T", plan.names)
    kept = list(plan.values(rows, keeps_bytes=True))
    assert kept[0][0] is rows[0][0]
    assert encode(kept, MOMENT) == encode(plan.values(rows), MOMENT)
