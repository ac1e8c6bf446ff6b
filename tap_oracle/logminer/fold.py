"""Folds the changes of committed transactions into the last state of each key.

Keys are compared by their literals, which are the same for the same value within one session, so
that only what is delivered has to be decoded.

A statement may move keys between rows: `UPDATE t SET id = id + 1` is checked for uniqueness when
it ends, but the redo has its rows one after the other, so that a key may arrive at a second row
before it leaves the first. Where the redo alone does not say whether a row has the key in the end,
the state is uncertain and the table is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from oracle_core.errors import DataError
from tap_oracle.logminer.contents import INSERT, UPDATE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from tap_oracle.logminer.redo_sql import Image, RowChange

    Key = tuple[str | None, ...]


class KeyState(NamedTuple):
    """What is known of a key after its last change.

    Attributes:
        image: the columns that are known, as literals; of a deleted row those it had.
        is_present: whether a row has the key.
        scn: the SCN of the commit of the last change.
        time: the time of that commit by the server's clock.
        is_uncertain: whether the redo does not say if a row has the key; the table does.
    """

    image: Image
    is_present: bool
    scn: int
    time: dt.datetime | None
    is_uncertain: bool = False


class _Arrival(NamedTuple):
    """How a key came to a row within the transaction: where, and whether by an update."""

    row_id: str | None
    is_move: bool

    def is_other_than(self, row_id: str | None) -> bool:
        """Return whether a change at `row_id` may be one of another row with the same key."""
        if self.row_id is None or row_id is None:
            return self.is_move
        return self.row_id != row_id


class ChangeFold:
    """The last state of each key that changed."""

    def __init__(self, key_columns: Sequence[str], *, place: str) -> None:
        """Begin with no change.

        Args:
            key_columns: the columns that identify a row.
            place: the table, for messages.
        """
        self._key_columns = tuple(key_columns)
        self._place = place
        self._states: dict[Key, KeyState] = {}
        self._scn = 0
        self._time: dt.datetime | None = None
        self._before: dict[Key, KeyState | None] = {}
        self._arrivals: dict[Key, _Arrival] = {}
        self._is_uncertain = False
        self._was_taken = False

    def __len__(self) -> int:
        """Return how many keys changed."""
        return len(self._states)

    def begin(self, scn: int, time: dt.datetime | None, *, is_uncertain: bool = False) -> None:
        """Begin a transaction.

        Args:
            scn: the SCN of its commit.
            time: the time of its commit.
            is_uncertain: whether every row that it changed has to be read.
        """
        self._scn, self._time, self._is_uncertain = scn, time, is_uncertain
        self._before, self._arrivals, self._was_taken = {}, {}, False

    def apply(self, change: RowChange, row_id: str | None = None) -> None:
        """Apply a change of the transaction.

        Args:
            change: the change.
            row_id: where the row is; None where the redo does not say.

        Raises:
            DataError: If the redo does not hold the key of the row.
        """
        if change.operation == INSERT:
            self._arrive(self._key(change.new), change.new, _Arrival(row_id, is_move=False))
            return
        old = self._key(change.old)
        if change.operation != UPDATE:
            self._leave(old, change.old, row_id)
            return
        # SET has the changed columns alone; those that WHERE logs of the old row complete them.
        image = {**change.old, **change.new}
        new = tuple([image[name] for name in self._key_columns])
        known = self._known(old, row_id)
        if new == old:
            self._stay(old, {**known, **image}, row_id)
            return
        self._leave(old, change.old, row_id)
        self._arrive(new, {**known, **image}, _Arrival(row_id, is_move=True))

    def touch(self, image: Image, row_id: str | None = None) -> None:
        """Note that a large object of a row was written; its value has to be read.

        Args:
            image: the logged columns of the row, its key among them.
            row_id: where the row is; None where the redo does not say.
        """
        key = self._key(image)
        self._stay(key, {**self._known(key, row_id), **image}, row_id)

    def end(self) -> None:
        """End the transaction: a row that came and went within it was never there."""
        for key, before in self._before.items():
            state = self._states[key]
            # Uncertain keys stay, because the table decides about them.
            if not state.is_present and not state.is_uncertain:
                if before is None:
                    del self._states[key]
                else:
                    self._states[key] = before
        self._before = {}

    def clear(self) -> None:
        """Forget all keys: the table was emptied."""
        self._states.clear()
        self._before, self._arrivals = {}, {}

    def take(self) -> list[KeyState]:
        """Return the states in the order of their commits and forget them.

        In the middle of a transaction too, so that a large one needs no more memory than a small
        one; what follows is then less certain.
        """
        states = sorted(self._states.values(), key=lambda state: state.scn)
        self._states = {}
        self._before, self._arrivals, self._was_taken = {}, {}, True
        return states

    def _key(self, image: Image) -> Key:
        try:
            return tuple([image[name] for name in self._key_columns])
        except KeyError as error:
            msg = f"table {self._place}: the redo of a change lacks key column {error.args[0]}"
            raise DataError(msg) from error

    def _known(self, key: Key, row_id: str | None) -> Image:
        """Return what is known of a row: an earlier change may have logged other columns.

        Nothing where another row may have the key for the moment.
        """
        state = self._states.get(key)
        if state is None or not state.is_present or state.is_uncertain:
            return {}
        arrival = self._arrivals.get(key)
        is_another = arrival is not None and arrival.is_other_than(row_id)
        return {} if is_another else state.image

    def _arrive(self, key: Key, image: Image, arrival: _Arrival) -> None:
        state = self._states.get(key)
        if state is None or not state.is_present:
            # What was known before the first arrival: `end` restores it if the key leaves again.
            self._before.setdefault(key, state)
        is_taken = state is not None and (state.is_present or state.is_uncertain)
        self._arrivals[key] = arrival
        self._set(key, image, is_present=True, is_uncertain=is_taken)

    def _stay(self, key: Key, image: Image, row_id: str | None) -> None:
        state = self._states.get(key)
        arrival = self._arrivals.get(key)
        is_uncertain = (state is not None and (not state.is_present or state.is_uncertain)) or (
            arrival is not None and arrival.is_other_than(row_id)
        )
        self._set(key, image, is_present=True, is_uncertain=is_uncertain)

    def _leave(self, key: Key, image: Image, row_id: str | None) -> None:
        state = self._states.get(key)
        if state is None:
            # After `take` nothing tells whether the key has arrived at another row of the
            # transaction.
            self._set(key, image, is_present=False, is_uncertain=self._was_taken)
            return
        arrival = self._arrivals.pop(key, None)
        may_be_another_row = arrival is not None and arrival.is_other_than(row_id)
        is_uncertain = not state.is_present or state.is_uncertain or may_be_another_row
        # What is known of the key may belong to another row that has it.
        known = state.image if state.is_present and not is_uncertain else {}
        self._set(key, {**known, **image}, is_present=False, is_uncertain=is_uncertain)

    def _set(self, key: Key, image: Image, *, is_present: bool, is_uncertain: bool) -> None:
        self._states[key] = KeyState(
            image, is_present, self._scn, self._time, is_uncertain or self._is_uncertain
        )
