"""Random histories of two sessions: what the reader delivers leads to the table.

The stand-in's redo has only what was committed. Here it has what LogMiner shows of undone and of
open work too, in windows of any size, and the reader is stopped at any event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from tap_oracle.logminer.position import LogPosition
from tap_oracle.logminer.reader import LogReader, Reached
from tap_oracle.logminer.table_changes import Folded
from tap_oracle.logminer.windows import WindowSize
from tests.unit.tap_oracle.logs.simulated_redo import SimulatedRedo
from tests.unit.tap_oracle.logs.test_reader import changes_of

if TYPE_CHECKING:
    from tap_oracle.logminer.session import MiningSession

Step = tuple[str, int, tuple[Any, ...]]
NAMES = st.sampled_from(["a", "b", "c"])


def steps(session: int) -> st.SearchStrategy[Step]:
    """One step of a session, which has keys of its own, so that none waits for another."""
    key = st.integers(10 * session, 10 * session + 3)
    return st.one_of(
        st.tuples(st.just("insert"), st.just(session), st.tuples(key, NAMES)),
        st.tuples(st.just("update"), st.just(session), st.tuples(key, NAMES)),
        st.tuples(st.just("move"), st.just(session), st.tuples(key, key)),
        st.tuples(st.just("swap"), st.just(session), st.tuples(key, key)),
        st.tuples(st.just("delete"), st.just(session), st.tuples(key)),
        st.tuples(st.sampled_from(["savepoint", "undo", "commit"]), st.just(session), st.just(())),
        st.tuples(st.sampled_from(["commit", "rollback"]), st.just(session), st.just(())),
    )


ROUND = st.tuples(
    st.lists(st.one_of(steps(0), steps(1)), max_size=25),
    st.integers(1, 15),
    st.none() | st.integers(0, 6),
)


class Reading:
    """A target that is fed by runs of the reader, each from the bookmark of the one before."""

    def __init__(self, redo: SimulatedRedo) -> None:
        self.redo = redo
        self.bookmark = LogPosition(0, 1, 1)
        self.table: dict[int, str] = {}

    def run(self, window: int, events: int | None = None) -> None:
        """Read to now, or stop after some events."""
        redo = self.redo
        end = LogPosition(redo.scn, min(redo.restart_scn, redo.scn), 1)
        changes = changes_of("T", self.bookmark)
        reader = LogReader(cast("MiningSession", redo), [changes], size=WindowSize(window))
        for number, (_, event) in enumerate(reader.read(end)):
            if events is not None and number >= events:
                return
            if isinstance(event, Reached):
                self.bookmark = event.position
            else:
                assert isinstance(event, Folded)
                self._take(event, end)

    def _take(self, event: Folded, end: LogPosition) -> None:
        now = self.redo.table_at(end.scn)
        for state in event.states:
            key = int(str(state.image["ID"]).strip("'"))
            name = state.image.get("NAME")
            if state.is_uncertain or (state.is_present and name is None):
                # As the stream does: the row is read as of the end of the run.
                found = now.get(key)
            else:
                found = str(name).strip("'") if state.is_present else None
            if found is None:
                self.table.pop(key, None)
            else:
                self.table[key] = found


def take(redo: SimulatedRedo, step: Step) -> None:
    name, session, arguments = step
    if name in {"commit", "rollback"}:
        redo.end(session, lasting=name == "commit")
    else:
        getattr(redo, name)(session, *arguments)


@given(rounds=st.lists(ROUND, min_size=1, max_size=4), logs_whole_rows=st.booleans())
@settings(max_examples=150, deadline=None)
def test_what_is_delivered_leads_to_the_table(
    rounds: list[tuple[list[Step], int, int | None]], logs_whole_rows: bool
) -> None:
    redo = SimulatedRedo(logs_whole_rows=logs_whole_rows)
    reading = Reading(redo)
    last: list[Step] = [("commit", 0, ()), ("commit", 1, ())]
    for done, window, stopped_after in [*rounds, (last, 4, None)]:
        for step in done:
            take(redo, step)
        if stopped_after is not None:
            reading.run(window, stopped_after)
        reading.run(window)
        assert reading.bookmark.scn in {redo.scn, 0}
        assert reading.table == redo.table_at(redo.scn)
