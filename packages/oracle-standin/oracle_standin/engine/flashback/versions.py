"""Turns logged changes into versions of rows.

The log knows rows by their content alone. A change of a row therefore ends one of the living
versions with the content that it had before; which one of several equal ones makes no difference
to what a table held at any time.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from oracle_standin.engine.wal import Change, Values

# What PostgreSQL's record_out puts in double quotes.
_QUOTED = re.compile(r'["\\(), \t\n\r\v\f]')

Key = tuple[int, str]
"""A table's oid and a row's digest."""


@dataclass(frozen=True, slots=True)
class Image:
    """A row's content: its fields as in a composite value, NULLs at the end left out.

    So a column that is added without a default changes no digest.
    """

    text: str
    width: int

    @property
    def digest(self) -> str:
        """Return what the row is found by."""
        return hashlib.md5(self.text.encode(), usedforsecurity=False).hexdigest()


def image_of(values: Values) -> Image:
    """Return the image of a row's values."""
    width = len(values)
    while width and values[width - 1] is None:
        width -= 1
    return Image(",".join(map(_field, values[:width])), width)


def _field(value: str | None) -> str:
    if value is None:
        return ""
    if value and not _QUOTED.search(value):
        return value
    doubled = value.replace("\\", "\\\\").replace('"', '""')
    return f'"{doubled}"'


@dataclass(slots=True)
class Version:
    """One version of a row; `image` is known once it has ended. A deletion has operation D."""

    id: int
    relid: int
    chain: int
    start_scn: int | None
    start_xid: int | None
    operation: str | None
    digest: str
    end_scn: int | None = None
    image: Image | None = None


@dataclass(slots=True)
class Ledger:
    """The living versions that changes may end, and what has become of them.

    `living` holds those of the database that are known to be needed, the newest last.
    """

    next_id: int
    living: dict[Key, list[Version]] = field(default_factory=dict)
    made: dict[int, Version] = field(default_factory=dict)
    ended: list[Version] = field(default_factory=list)
    """Versions that were stored as living and have ended."""

    def apply(self, scn: int, xid: int, changes: Iterable[Change]) -> None:
        """Apply the changes of one transaction."""
        for change in changes:
            before = None
            if change.old is not None:
                before = self._end(scn, change.relid, image_of(change.old))
            if change.new is not None:
                self._start(scn, xid, change.relid, image_of(change.new), before)
            elif before is not None:
                self._delete(scn, xid, before, image_of(change.old or ()))

    def _end(self, scn: int, relid: int, image: Image) -> Version:
        digest = image.digest
        stack = self.living.get((relid, digest))
        if not stack:
            version = Version(self._id(), relid, 0, None, None, None, digest)
            version.chain = version.id
            self.made[version.id] = version
        else:
            version = stack.pop()
        if version.start_scn == scn:
            # Nobody else has seen it: it was made by the same transaction.
            self.made.pop(version.id, None)
            return version
        version.end_scn, version.image = scn, image
        if version.id not in self.made:
            self.ended.append(version)
        return version

    def _start(self, scn: int, xid: int, relid: int, image: Image, before: Version | None) -> None:
        operation = "U"
        if before is None:
            operation = "I"
        elif before.start_scn == scn:
            operation = before.operation or "U"
        version = Version(self._id(), relid, 0, scn, xid, operation, image.digest)
        version.chain = before.chain if before else version.id
        self.made[version.id] = version
        self.living.setdefault((relid, version.digest), []).append(version)

    def _delete(self, scn: int, xid: int, before: Version, image: Image) -> None:
        if before.start_scn == scn and before.operation == "I":
            return
        version = Version(self._id(), before.relid, before.chain, scn, xid, "D", image.digest)
        version.end_scn, version.image = scn, image
        self.made[version.id] = version

    def _id(self) -> int:
        self.next_id += 1
        return self.next_id
