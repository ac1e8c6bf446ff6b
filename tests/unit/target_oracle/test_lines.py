"""Blocks of whole lines, however the input is cut into pieces."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from target_oracle import lines
from target_oracle.errors import LineError
from target_oracle.lines import NEWLINE, Block, blocks
from target_oracle.row_buffer import RowBuffer
from target_oracle.rows import Rows

LONG = 8


@pytest.fixture(scope="module", autouse=True)
def _small_sizes() -> object:
    patch = pytest.MonkeyPatch()
    patch.setattr(lines, "LONG_LINE_BYTES", LONG)
    patch.setattr(lines, "READ_BYTES", 3)
    yield
    patch.undo()


def blocks_of(pieces: list[bytes]) -> list[Block]:
    return list(blocks(iter(pieces), max_line_bytes=1000))


@settings(max_examples=150, deadline=None)
@given(
    contents=st.lists(st.text("aé😀", max_size=20), max_size=8),
    size=st.integers(1, 40),
    is_ended=st.booleans(),
)
def test_blocks_hold_every_line_at_its_place(
    contents: list[str], size: int, *, is_ended: bool
) -> None:
    data = "\n".join(contents).encode() + NEWLINE * is_ended
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    made = blocks_of(pieces)
    assert b"".join(block.data for block in made) == data
    for block in made:
        assert data.startswith(block.data, block.offset)
        assert block.first_line == data.count(NEWLINE, 0, block.offset) + 1
        assert block.data.endswith(NEWLINE) or block is made[-1]


def test_a_long_line_is_a_block_of_its_own() -> None:
    made = blocks_of([b"a\nbbbbbbbbbb", b"bb\nc\nd\nee", b"e\n"])
    assert [block.data for block in made] == [b"a\n", b"bbbbbbbbbbbb\n", b"c\nd\n", b"eee\n"]
    assert [(block.first_line, block.offset) for block in made] == [
        (1, 0),
        (2, 2),
        (3, 15),
        (5, 19),
    ]


def test_a_wrong_byte_of_a_long_line_is_told_by_its_place() -> None:
    with pytest.raises(LineError, match="not UTF-8 at byte offset 14 "):
        blocks_of([b"ab\n", "é".encode() * 5 + b"x\xffy\n"])


def test_characters_cut_by_the_pieces_of_the_check_are_right() -> None:
    (block,) = blocks_of(["😀é".encode() * 10 + NEWLINE])
    assert block.data.decode() == "😀é" * 10 + "\n"


def test_long_lines_weigh_as_their_copies() -> None:
    buffer = RowBuffer()
    buffer.add(Rows.of((1, None, None), (2, None, None)), 100, 1)
    assert (buffer.size, buffer.weight) == (100, 100)
    buffer.add(Rows.of((3, None, None)), 2 << 20, 3)
    assert buffer.weight == 100 + 4 * (2 << 20)
    buffer.drop(3)
    assert (buffer.size, buffer.weight) == (0, 0)
