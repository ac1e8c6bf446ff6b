"""Reads messages as `BulkReader` does, and hands the lines of each stream on without decoding."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from singer_sdk.singerlib.encoding import SingerMessageType

from target_oracle.batch_files import batch_message
from target_oracle.errors import RecordBeforeSchemaError
from target_oracle.lines import NEWLINE, Block
from target_oracle.reader import (
    BulkReader,
    activation,
    as_line_error,
    header_of,
    schema_message,
    state_value,
)

if TYPE_CHECKING:
    from target_oracle.parallel_run import ParallelRun
    from target_oracle.reader import Consumer, Run


class LineRouter(BulkReader):
    """Routes the lines of an input to the lanes of a run."""

    def __init__(self, run: ParallelRun, *, max_line_bytes: int) -> None:
        """Read for `run`."""
        super().__init__(cast("Consumer", run), max_line_bytes=max_line_bytes)
        self._run = run

    def take_block(self, block: Block) -> None:
        """Route the lines of a block, and have them sent."""
        super().take_block(block)
        self._run.end_block()

    def _take_run(self, block: Block, run: Run, stream: str) -> None:
        self._check_known(block, run, stream)
        self._run.route(_part(block, run), stream)
        self._counts[SingerMessageType.RECORD] += run.lines

    def _take_other(self, block: Block, run: Run) -> None:
        line = block.data[run.start : run.end]
        header = header_of(line)
        with as_line_error(block, run.start, run.end):
            part = _part(block, run)
            match header.type:
                case SingerMessageType.SCHEMA:
                    self._run.route_schema(part, schema_message(line)["stream"])
                case SingerMessageType.STATE:
                    self._run.take_state(state_value(header))
                case SingerMessageType.ACTIVATE_VERSION:
                    stream, _ = activation(header)
                    if self._run.knows(stream):
                        self._run.route(part, stream)
                case SingerMessageType.BATCH:
                    stream = batch_message(line).stream
                    self._check_known(block, run, stream)
                    self._run.route(part, stream)
                case _:
                    super()._take_other(block, run)
                    return
        self._counts[SingerMessageType(header.type)] += 1

    def _check_known(self, block: Block, run: Run, stream: str) -> None:
        if not self._run.knows(stream):
            # The error is that of the first line of the run.
            end = block.data.find(NEWLINE, run.start, run.end) + 1 or run.end
            what = "a record before the SCHEMA of its stream"
            raise RecordBeforeSchemaError(what, block.facts(run.start, end, stream))


def _part(block: Block, run: Run) -> Block:
    return Block(block.data[run.start : run.end], run.number, block.offset + run.start, run.lines)
