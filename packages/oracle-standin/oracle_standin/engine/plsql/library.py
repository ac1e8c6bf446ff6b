"""The stored PL/SQL that a session may name.

Source: PL/SQL Language Reference, "PL/SQL Name Resolution"; Database Security Guide, "Definer's
Rights and Invoker's Rights": a user sees the units that it may execute.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from oracle_standin.engine.plsql.nodes import UnitKind
from oracle_standin.protocol import OracleError

Query = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]

_FIND = """
SELECT u.object_id::bigint, u.kind, u.source, u.version::bigint, u.valid,
    bool_or(u.invoker_rights) OVER ()
FROM ora.program_units u
WHERE u.owner = %s AND u.name = %s AND ora.may_execute(%s, u.owner, u.name)
"""
_SYNONYM = "SELECT table_owner, table_name FROM ora.synonyms WHERE owner = %s AND name = %s"
_LONGEST_SYNONYM_CHAIN = 16


@dataclass(frozen=True, slots=True)
class StoredUnit:
    """A unit of the database; `version` changes whenever it is compiled."""

    owner: str
    name: str
    kind: UnitKind
    object_id: int
    source: str
    version: int
    valid: bool
    invoker_rights: bool
    """Whether it runs with the rights of its caller; a body does what its package says."""

    @property
    def label(self) -> str:
        """Return the name as errors show it."""
        return f"{self.owner}.{self.name}"


Units = dict[UnitKind, StoredUnit]
"""What a name stands for: one standalone unit, or a package with its body."""


class Library:
    """Finds stored units; remembers them until `forget()`."""

    def __init__(self, query: Query) -> None:
        """Look up with `query`, which sees what is committed."""
        self._query = query
        self._known: dict[tuple[str, str, str], Units] = {}

    def forget(self) -> None:
        """Drop what is remembered, after DDL."""
        self._known.clear()

    def find(self, names: Sequence[str], user: str, schema: str) -> tuple[Units, tuple[str, ...]]:
        """Return the units that the first names stand for and the names after them.

        Unqualified names are tried in `schema`, then as PUBLIC synonyms. Units that `user` may not
        execute are not there.
        """
        if found := self._in_schema(user, schema, names[0]):
            return found, tuple(names[1:])
        if found := self._through_synonym(user, "PUBLIC", names[0]):
            return found, tuple(names[1:])
        if len(names) > 1 and (found := self._in_schema(user, names[0], names[1])):
            return found, tuple(names[2:])
        return {}, tuple(names)

    def _in_schema(self, user: str, owner: str, name: str, depth: int = 0) -> Units:
        key = (user, owner, name)
        if key not in self._known:
            self._known[key] = self._read(user, owner, name) or self._through_synonym(
                user, owner, name, depth
            )
        return self._known[key]

    def _read(self, user: str, owner: str, name: str) -> Units:
        found: Units = {}
        for number, kind, *facts in self._query(_FIND, (owner, name, user)):
            unit = UnitKind(kind)
            found[unit] = StoredUnit(owner, name, unit, number, *facts)
        return found

    def _through_synonym(self, user: str, owner: str, name: str, depth: int = 0) -> Units:
        if depth > _LONGEST_SYNONYM_CHAIN:
            raise OracleError(1775, "looping chain of synonyms")
        rows = self._query(_SYNONYM, (owner, name))
        if not rows:
            return {}
        target_owner, target = rows[0]
        return self._in_schema(user, target_owner, target, depth + 1)
