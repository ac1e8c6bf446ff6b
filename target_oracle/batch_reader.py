"""Reads the files of BATCH messages: JSON lines through the stream's decoder, tables as columns."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from typing import IO, TYPE_CHECKING, Any, Protocol

import msgspec

from target_oracle.batch_files import ARROW, JSONL, BatchRoots, LoadedFiles
from target_oracle.errors import InvalidRowError, LoadError, MissingKeyError
from target_oracle.lines import NEWLINE, READ_BYTES, Block, blocks
from target_oracle.nesting import TOO_DEEP, is_too_deep
from target_oracle.records import KeyMissing, NotDecoded, decode_or_refuse
from target_oracle.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    from target_oracle.batch_files import BatchFile, BatchMessage
    from target_oracle.records import RecordDecoder
    from target_oracle.settings import TargetSettings


_JSON = msgspec.json.Encoder(decimal_format="number")


class RowTaker(Protocol):
    """Takes what a file holds, in its order."""

    def decoder(self, stream: str) -> RecordDecoder | None:
        """Return the decoder of a stream, or None when its records go through a stream map."""

    def take_rows(self, stream: str, rows: Rows, size: int, line: int, *, file: str = "") -> None:
        """Take rows; `line` is that of the first in `file`."""

    def take_refused(self, stream: str, line: bytes, reason: str) -> bool:
        """Keep a line that its SCHEMA refuses; return False where it ends the run."""

    def take_record(self, stream: str, message: dict[str, Any], size: int, line: int) -> None:
        """Take one record that goes through a stream map."""

    def take_table(self, stream: str, table: pa.Table, size: int) -> bool:
        """Take rows as an Arrow table; return False where they are wanted as rows."""


class BatchInput:
    """The BATCH messages of a run: their files are read, and deleted when their rows are kept."""

    def __init__(self, taker: RowTaker, settings: TargetSettings) -> None:
        """Read files of `batch_roots` for `taker`."""
        self._roots = BatchRoots(settings.batch_roots)
        self._loaded = LoadedFiles(is_on=settings.batch_delete_files)
        self._reader = BatchReader(
            taker, max_line_bytes=settings.max_line_bytes, batch_rows=settings.batch_size_rows
        )

    def read(self, message: BatchMessage, last_row: Callable[[], int]) -> None:
        """Read the files of a message; `last_row` returns the number of the newest row."""
        for url in message.manifest:
            file = self._roots.file(url)
            self._reader.read(message, file)
            self._loaded.add(last_row(), file)

    def delete_before(self, uncommitted: int) -> None:
        """Delete the files whose rows all come before number `uncommitted`."""
        self._loaded.delete_before(uncommitted)


class BatchReader:
    """Hands the rows of files to the run."""

    def __init__(self, taker: RowTaker, *, max_line_bytes: int, batch_rows: int) -> None:
        """Read for `taker`, tables in pieces of at most `batch_rows` rows."""
        self._taker = taker
        self._max_line_bytes = max_line_bytes
        self._batch_rows = batch_rows

    def read(self, message: BatchMessage, file: BatchFile) -> None:
        """Read one file of a message.

        Raises:
            LoadError: If it is not what its encoding says.
            InvalidRowError: If a row does not match the SCHEMA of the stream.
        """
        try:
            with file.open() as opened:
                if message.format == JSONL:
                    self._read_lines(message, file, opened)
                else:
                    self._read_table(message, file, opened)
        # gzip raises EOFError where the file was cut off, zlib.error where its bytes are damaged.
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            what = (
                f"stream '{message.stream}': the file {file.name} of a BATCH is not complete "
                f"({type(error).__name__})"
            )
            raise LoadError(what) from None

    # JSON lines

    def _read_lines(self, message: BatchMessage, file: BatchFile, opened: IO[bytes]) -> None:
        source: IO[bytes] = opened
        if message.compression == "gzip":
            source = gzip.GzipFile(fileobj=opened)  # type: ignore[assignment]
        pieces = iter(lambda: source.read(READ_BYTES), b"")
        for block in blocks(pieces, max_line_bytes=self._max_line_bytes):
            self._take_lines(message.stream, file, block)
            del block  # before the next one, which may be as long a line

    def _take_lines(self, stream: str, file: BatchFile, block: Block) -> None:
        taker = self._taker
        decoder = taker.decoder(stream)
        lines = block.data
        # The files hold bare records, as those of the SDK's own batches do.
        rows = decoder.decode_records(lines, block.lines) if decoder else None
        if rows is not None:
            taker.take_rows(stream, rows, len(lines), block.first_line, file=file.name)
            return
        start = 0
        for number, line in enumerate(lines.split(NEWLINE), block.first_line):
            end = start + len(line)
            if line.strip():
                try:
                    if decoder:
                        row = decode_or_refuse(taker, decoder, decoder.decode_record, line)
                        if row is not None:
                            taker.take_rows(stream, Rows.of(row), len(line), number, file=file.name)
                    else:
                        taker.take_record(stream, _record_message(line, stream), len(line), number)
                except NotDecoded as verdict:
                    kind = MissingKeyError if isinstance(verdict, KeyMissing) else InvalidRowError
                    what = f"{verdict} (in the file {file.name} of a BATCH)"
                    raise kind(what, block.facts(start, end, stream)) from None
            start = end + 1

    # Tables

    def _read_table(self, message: BatchMessage, file: BatchFile, opened: IO[bytes]) -> None:
        try:
            import pyarrow as pa  # noqa: PLC0415 - an extra
        except ImportError:
            what = f"BATCH files of format {message.format} need the extra 'arrow' of singer-oracle"
            raise LoadError(what) from None
        first_row = 1
        try:
            for table, size in self._tables(message, opened):
                self._take_table(message.stream, file, table, size, first_row)
                first_row += table.num_rows
        except pa.ArrowException as error:
            what = (
                f"stream '{message.stream}': the file {file.name} of a BATCH is not "
                f"{message.format} ({type(error).__name__})"
            )
            raise LoadError(what) from None

    def _tables(self, message: BatchMessage, opened: IO[bytes]) -> Iterator[tuple[pa.Table, int]]:
        """Yield pieces of a file and their size in memory."""
        import pyarrow as pa  # noqa: PLC0415 - an extra
        import pyarrow.parquet as pq  # noqa: PLC0415 - an extra

        if message.format == ARROW:
            pieces: Iterator[pa.RecordBatch] = iter(_ipc_batches(opened))
        else:
            pieces = pq.ParquetFile(opened).iter_batches(batch_size=self._batch_rows)
        for piece in pieces:
            # An Arrow file has the batches of its writer, of any size.
            for start in range(0, piece.num_rows, self._batch_rows):
                part = piece.slice(start, self._batch_rows)
                # `nbytes` counts what the slice refers to, not the whole buffers of the piece.
                yield pa.Table.from_batches([part]), part.nbytes

    def _take_table(
        self, stream: str, file: BatchFile, table: pa.Table, size: int, first_row: int
    ) -> None:
        from target_oracle.arrow_rows import records_of, rows_of  # noqa: PLC0415 - needs the extra

        taker = self._taker
        decoder = taker.decoder(stream)
        if decoder is None:
            each = size // max(1, table.num_rows)
            for number, record in enumerate(records_of(table), first_row):
                taker.take_record(
                    stream, {"type": "RECORD", "stream": stream, "record": record}, each, number
                )
        elif not taker.take_table(stream, table, size):
            try:
                rows = rows_of(table, decoder)
            except NotDecoded:  # one by one, to tell which row it is
                lines = NEWLINE.join(map(_JSON.encode, records_of(table)))
                self._take_lines(stream, file, Block.of(lines, first_row, 0))
            else:
                taker.take_rows(stream, rows, size, first_row, file=file.name)


def _ipc_batches(opened: IO[bytes]) -> Iterator[pa.RecordBatch]:
    """Yield the batches of an Arrow IPC file, or of a stream of the same format."""
    import pyarrow as pa  # noqa: PLC0415 - an extra

    content = pa.py_buffer(opened.read())
    # A file begins with this magic (Arrow, "IPC File Format"), a stream does not.
    if bytes(content[:6]) == b"ARROW1":
        reader = pa.ipc.open_file(content)
        for position in range(reader.num_record_batches):
            yield reader.get_batch(position)
    else:
        yield from pa.ipc.open_stream(io.BytesIO(content))


def _record_message(line: bytes, stream: str) -> dict[str, Any]:
    """Return the RECORD message of a line, as a stream map takes it."""
    from decimal import Decimal  # noqa: PLC0415 - only for stream maps

    # json raises RecursionError at a depth that depends on the release of Python.
    if is_too_deep(line):
        raise NotDecoded(TOO_DEEP)
    try:
        record = json.loads(line, parse_float=Decimal)
    except RecursionError:
        raise NotDecoded(TOO_DEEP) from None
    except ValueError:
        what = "not valid JSON"
        raise NotDecoded(what) from None
    if not isinstance(record, dict):
        what = "a line that is not an object"
        raise NotDecoded(what)
    return {"type": "RECORD", "stream": stream, "record": record}
