"""Reading every row of a table as of one moment, a large table in chunks that survive a kill."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tap_oracle.blocks import Piece
from tap_oracle.chunk_planning import digest_of, plan_chunks, table_facts
from tap_oracle.chunks import CHUNKS, ChunkProgress, condition_of, read_progress, write_progress
from tap_oracle.query import Statement, select
from tap_oracle.snapshot import Moment, Way
from tap_oracle.streams.base import OracleStream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_oracle.blocks import Block
    from tap_oracle.plan import ColumnPlan, StreamPlan


class FullReadStream(OracleStream):
    """Reads all rows: a FULL_TABLE stream in each run, a LOG_BASED stream in its first one.

    While a load in chunks is unfinished, the bookmark holds its split points, the chunks that are
    done and the SCN, so that the next run reads the rest only.
    """

    _moment = Moment()
    _progress: ChunkProgress | None = None
    _version: int | None = None

    # Reading

    def pieces(self) -> Sequence[Piece]:
        """Return the chunks that are due, or the whole table as one piece."""
        # In this order: chunks are cut at the moment, and an unfinished load brings its version.
        self._moment = self.moment_of_full_read()
        self._progress = self._due_chunks(self.unfinished_load())
        self._version = self.version_of_load()
        if self._progress is not None:
            self._progress = replace(self._progress, version=self._version)
        self.note_beginning()
        if self._progress is None:
            return [Piece(moment=self._moment, version=self._version)]
        progress = self._progress
        return [
            Piece(number, self._moment, progress.chunk(number), self._version)
            for number in progress.left
        ]

    def unfinished_load(self) -> ChunkProgress | None:
        """Return how far an earlier run has come that did not end, if there is one."""
        return read_progress(self.stream_state.get(CHUNKS))

    def moment_of_full_read(self) -> Moment:
        """Return the moment at which all rows are read."""
        return self.services.snapshots.of_full_read(self.entry)

    def _due_chunks(self, known: ChunkProgress | None) -> ChunkProgress | None:
        """Return the chunks of the load: those of an unfinished one, or new ones."""
        # A view has no extents, and the operator's order holds for the table as a whole.
        if self.row_limit is not None or self.entry.is_view or self._extras.order_by:
            return None
        session = self.services.session()
        chunk_rows = self.chunk_rows
        if not chunk_rows:
            return None
        facts = table_facts(session, self.entry.table)
        if facts is None:
            return None
        plan = self.plan()
        digest = digest_of(facts, plan, self._extras.where, *self.digest_parts)
        if known is not None and known.of == digest:
            return self._resumed(known)
        if known is not None:
            self.logger.warning(
                "Stream '%s': the table or its columns have changed since the unfinished load, "
                "which begins again",
                self.name,
            )
        progress = plan_chunks(
            session,
            self.entry.table,
            facts,
            keys=self._key_columns(plan),
            moment=self._moment,
            chunk_rows=chunk_rows,
            digest=digest,
        )
        return None if progress is None else replace(progress, scn=self._moment.scn)

    def _resumed(self, known: ChunkProgress) -> ChunkProgress:
        """Go on with an unfinished load, as of its SCN where rows can be read as of one."""
        if self._moment.way is Way.AS_OF and known.scn is not None:
            self._moment = Moment(known.scn, Way.AS_OF)
        self.logger.info(
            "Stream '%s': going on with %d of %d chunks, %s",
            self.name,
            len(known.left),
            known.count,
            f"as of SCN {known.scn}" if self._moment.scn == known.scn else "at a newer moment",
        )
        return known

    @property
    def digest_parts(self) -> tuple[str, ...]:
        """What else the chunks of an unfinished load belong to."""
        return ()

    @property
    def chunk_rows(self) -> int:
        """Rows per chunk; 0 to read in one piece."""
        chosen = self.options.chunk_rows
        return self.services.settings.chunk_rows if chosen is None else chosen

    def _key_columns(self, plan: StreamPlan) -> list[ColumnPlan]:
        """Return the columns of a key that can cut the table: present, ordered, never NULL."""
        names = self.entry.key_properties
        # Rows whose key holds a NULL would lie in no chunk.
        columns = [column for column in plan.columns if column.name in names]
        is_fit = len(columns) == len(names) and all(
            column.can_be_cut and not self.entry.is_nullable(column.name) for column in columns
        )
        # In the order of the key, because its index answers.
        return sorted(columns, key=lambda column: names.index(column.name)) if is_fit else []

    def prepared(self, piece: Piece) -> Piece:
        """Return a piece at the newest moment of the load."""
        return replace(piece, moment=self._moment)

    def statement(self, plan: StreamPlan, piece: Piece) -> Statement:
        """Return the SELECT of the rows of a piece."""
        condition = (
            None if piece.chunk is None else condition_of(piece.chunk, self._key_columns(plan))
        )
        return select(
            self.entry.table,
            plan.expressions,
            scn=piece.moment.as_of,
            conditions=[] if condition is None else [condition],
            limit=self.limit_in_sql(plan),
            extras=self._extras,
        )

    # Writing

    def note_beginning(self) -> None:
        """Note in the bookmark what this load is."""
        raise NotImplementedError

    @property
    def progress_in_bookmark(self) -> dict[str, Any] | None:
        """The chunks as the bookmark holds them; None where the table is read in one piece."""
        return None if self._progress is None else write_progress(self._progress)

    def moved_on(self, block: Block) -> None:
        """Go on at the newer moment at which a piece had to be read again."""
        if block.moment is None:
            return
        self._moment = block.moment
        if self._progress is not None:
            self._progress = replace(self._progress, scn=block.moment.scn)
            self.change_bookmark({CHUNKS: self.progress_in_bookmark})

    def complete(self, piece: Piece) -> None:
        """Note that a chunk is done; its STATE is written at once, because a chunk is large."""
        if self._progress is None:
            return
        done = self._progress.done | {piece.number}
        self._progress = replace(self._progress, done=done)
        self.change_bookmark({CHUNKS: self.progress_in_bookmark})
        self.services.states.changed()
        # The STATE of the last chunk comes with `finish`, which takes the chunks out.
        if self._progress.left:
            self.services.states.write_now()

    def version_of_load(self) -> int | None:
        """Return the version that the records carry: one for a load, however often it goes on."""
        raise NotImplementedError

    @property
    def version_of_unfinished_load(self) -> int | None:
        """The version of the load that this run goes on with."""
        return None if self._progress is None else self._progress.version
