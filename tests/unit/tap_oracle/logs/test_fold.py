"""The fold says what the table says, or that the table has to be asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_core.errors import DataError
from tap_oracle.logminer.fold import ChangeFold, KeyState
from tap_oracle.logminer.redo_sql import DELETE, INSERT, UPDATE, RowChange

if TYPE_CHECKING:
    from collections.abc import Iterator

Row = dict[str, str | None]


@dataclass
class Heap:
    """A table whose rows have a place, and the redo of what happens to them."""

    has_row_ids: bool
    rows: dict[str, Row] = field(default_factory=dict)
    redo: list[tuple[RowChange, str | None]] = field(default_factory=list)
    places: int = 0

    def keys(self) -> dict[str | None, Row]:
        return {row["ID"]: row for row in self.rows.values()}

    def insert(self, key: int, value: str) -> None:
        if str(key) in self.keys():
            return
        self.places += 1
        self.rows[f"R{self.places}"] = {"ID": str(key), "V": value}
        self._log(RowChange(INSERT, {}, {"ID": str(key), "V": value}), f"R{self.places}")

    def delete(self, key: int) -> None:
        for place in [place for place, row in self.rows.items() if row["ID"] == str(key)]:
            self._log(RowChange(DELETE, self.rows.pop(place), {}), place)

    def change(self, key: int, value: str) -> None:
        for place, row in self.rows.items():
            if row["ID"] == str(key):
                self._log(RowChange(UPDATE, dict(row), {"V": value}), place)
                row["V"] = value

    def move(self, by: int, *, backwards: bool) -> None:
        """Run UPDATE t SET id = id + by, which is checked when it ends."""
        for place in sorted(self.rows, reverse=backwards):
            row = self.rows[place]
            new = str(int(row["ID"] or 0) + by)
            self._log(RowChange(UPDATE, dict(row), {"ID": new}), place)
            row["ID"] = new

    def _log(self, change: RowChange, place: str) -> None:
        self.redo.append((change, place if self.has_row_ids else None))


_KEY, _VALUE = st.integers(0, 4), st.sampled_from("abc")
_STEP = st.one_of(
    st.builds(lambda key, value: ("insert", key, value), _KEY, _VALUE),
    st.builds(lambda key, value: ("change", key, value), _KEY, _VALUE),
    st.builds(lambda key: ("delete", key), _KEY),
    st.builds(lambda by, back: ("move", by, back), st.sampled_from([-1, 1]), st.booleans()),
)


@given(
    has_row_ids=st.booleans(),
    initial=st.sets(_KEY),
    history=st.lists(st.lists(_STEP, max_size=6), max_size=4),
    take_every=st.sampled_from([1, 3, 1000]),
)
def test_the_last_states_lead_from_the_old_table_to_the_new_one(
    has_row_ids: bool, initial: set[int], history: list[list[tuple[object, ...]]], take_every: int
) -> None:
    heap = Heap(has_row_ids)
    for number in initial:
        heap.insert(number, f"old {number}")
    heap.redo.clear()
    target = {key: dict(row) for key, row in heap.keys().items()}
    taken = list(states_of(heap, history, take_every))
    truth = heap.keys()
    for state in taken:
        key = state.image["ID"]
        target.pop(key, None)
        if state.is_uncertain and key in truth:  # the table is asked
            target[key] = truth[key]
        elif state.is_present and not state.is_uncertain:
            target[key] = dict(state.image)
    assert target == truth


def states_of(
    heap: Heap, history: list[list[tuple[object, ...]]], take_every: int
) -> Iterator[KeyState]:
    """Play a history, a transaction at a time, and fold its redo."""
    fold = ChangeFold(["ID"], place="HR.T")
    for scn, steps in enumerate(history, start=10):
        for name, *arguments in steps:
            if name == "move":
                heap.move(int(str(arguments[0])), backwards=bool(arguments[1]))
            else:
                getattr(heap, str(name))(*arguments)
        fold.begin(scn, None)
        for number, (change, place) in enumerate(heap.redo, start=1):
            fold.apply(change, place)
            if number % take_every == 0:
                yield from fold.take()
        heap.redo.clear()
        fold.end()
    yield from fold.take()


def folded(*changes: RowChange, **facts: bool) -> list[KeyState]:
    fold = ChangeFold(["ID"], place="HR.T")
    fold.begin(5, None, **facts)
    for change in changes:
        fold.apply(change)
    fold.end()
    return fold.take()


def test_a_row_that_comes_and_goes_in_one_transaction_was_never_there() -> None:
    assert folded(RowChange(INSERT, {}, {"ID": "1"}), RowChange(DELETE, {"ID": "1"}, {})) == []


def test_it_is_a_deletion_where_another_transaction_has_shown_it() -> None:
    fold = ChangeFold(["ID"], place="HR.T")
    fold.begin(5, None)
    fold.apply(RowChange(INSERT, {}, {"ID": "1"}))
    fold.end()
    fold.begin(6, None)
    fold.apply(RowChange(DELETE, {"ID": "1"}, {}))
    fold.end()
    assert [(state.scn, state.is_present) for state in fold.take()] == [(6, False)]


def test_an_update_adds_to_what_is_known_of_the_row() -> None:
    (state,) = folded(
        RowChange(UPDATE, {"ID": "1", "A": "x"}, {"A": "y"}),
        RowChange(UPDATE, {"ID": "1", "B": "1"}, {"B": None}),
    )
    assert state.image == {"ID": "1", "A": "y", "B": None}


def test_keys_that_change_places_do_not_take_the_columns_of_each_other() -> None:
    """One UPDATE moves 1 to 3 and 3 to 1; where keys alone are logged, the rows have to be read."""
    fold = ChangeFold(["ID"], place="HR.T")
    fold.begin(5, None)
    fold.apply(RowChange(INSERT, {}, {"ID": "1", "A": "x"}), "R1")
    fold.apply(RowChange(INSERT, {}, {"ID": "3", "A": "y"}), "R2")
    fold.apply(RowChange(UPDATE, {"ID": "1"}, {"ID": "3"}), "R1")
    fold.apply(RowChange(UPDATE, {"ID": "3"}, {"ID": "1"}), "R2")
    fold.end()
    states = {str(state.image["ID"]): state for state in fold.take()}
    assert states.keys() == {"1", "3"}
    wrong = {"1": "x", "3": "y"}
    for key, state in states.items():
        assert state.is_uncertain or state.image.get("A") != wrong[key]
    assert states["1"].is_uncertain or "A" not in states["1"].image


def test_every_row_of_an_uncertain_transaction_is_uncertain() -> None:
    (state,) = folded(RowChange(INSERT, {}, {"ID": "1"}), is_uncertain=True)
    assert state.is_uncertain


def test_a_large_object_is_a_change_of_its_row() -> None:
    fold = ChangeFold(["ID"], place="HR.T")
    fold.begin(5, None)
    fold.touch({"ID": "1", "A": "x"})
    fold.end()
    (state,) = fold.take()
    assert (state.is_present, state.is_uncertain, state.scn) == (True, False, 5)


def test_redo_without_the_key_names_the_column() -> None:
    with pytest.raises(DataError, match=r"HR\.T: .* lacks key column ID"):
        folded(RowChange(DELETE, {"A": "1"}, {}))


def test_an_emptied_table_forgets_its_keys() -> None:
    fold = ChangeFold(["ID"], place="HR.T")
    fold.begin(5, None)
    fold.apply(RowChange(INSERT, {}, {"ID": "1"}))
    fold.clear()
    fold.end()
    assert fold.take() == []
