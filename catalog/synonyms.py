"""Synonyms selected by their own names, and the tables that they resolve to.

Source: SQL Language Reference, "CREATE SYNONYM": a synonym may be for another synonym; a chain that
comes back to itself is ORA-01775.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.model import Problem, Synonym
from oracle_core import dictionary
from oracle_core.dictionary import MAX_IN_LIST, Family, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable

    import oracledb

    from catalog.name_filter import NameFilter
    from catalog.rights import SessionRights
    from oracle_core.dictionary_rows import SynonymRow

REMOTE = "the synonym is for a table of another database; connect to that one"
LOOP = "the synonym leads back to itself (ORA-01775)"

Place = tuple[str, str]
"""Schema and name."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """Synonyms by schema and name, each with the end of its chain; problems are those without."""

    synonyms: tuple[Synonym, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def places(self) -> frozenset[Place]:
        """Schema and name of every object that the synonyms resolve to."""
        return frozenset(
            (synonym.referred_schema, synonym.referred_table) for synonym in self.synonyms
        )


def resolve(connection: oracledb.Connection, names: NameFilter, rights: SessionRights) -> Resolved:
    """Return the selected synonyms, each resolved to the end of its chain.

    This takes one statement, and one more per hop of the longest chain.

    Args:
        connection: An open session.
        names: Filter over schema and name of the synonyms, as if they were tables.
        rights: Rights of the session.
    """
    selected = {
        (row.owner, row.name): row
        for row in dictionary.named_synonyms(connection, rights.scope(names))
        if names.admits(row.owner, row.name) and _is_resolved(row, rights)
    }
    known = dict(selected)
    asked: set[Place] = set()
    # What was asked for is not asked for again, which also ends the loop on a circle (ORA-01775).
    while ahead := {_place(row) for row in known.values() if row.db_link is None} - asked:
        asked |= ahead
        known |= {
            (row.owner, row.name): row
            # Not the USER_* views, because the next hop may leave the own schema.
            for row in dictionary.named_synonyms(connection, scope_of(ahead, rights.wide_family))
            if (row.owner, row.name) in ahead
        }
    synonyms, problems = [], []
    for schema, name in selected:
        end = _end((schema, name), known)
        if isinstance(end, str):
            problems.append(Problem(schema, name, end))
        else:
            synonyms.append(Synonym(schema, name, *end))
    return Resolved(tuple(synonyms), tuple(problems))


def _end(place: Place, known: dict[Place, SynonymRow]) -> Place | str:
    """Return the end of a chain, or the reason why it has none in this database."""
    passed = set()
    while place in known:
        if place in passed:
            return LOOP
        passed.add(place)
        row = known[place]
        if row.db_link is not None:
            return REMOTE
        place = _place(row)
    return place


def _is_resolved(row: SynonymRow, rights: SessionRights) -> bool:
    """Return whether a synonym may lead to a table of a schema that Oracle does not maintain."""
    return row.db_link is not None or row.table_owner in rights.schemas


def _place(row: SynonymRow) -> Place:
    return row.table_owner, row.table


def scope_of(places: Iterable[Place], family: Family = Family.ALL) -> Scope:
    """Return a scope that includes the objects, and more where an IN list cannot hold the names.

    Args:
        places: Schema and name of each object.
        family: Family of dictionary views that is read.
    """
    wanted = sorted(places)
    owners = tuple(dict.fromkeys(owner for owner, _ in wanted))
    names = tuple(sorted({name for _, name in wanted}))
    return Scope(
        owners=owners, table_names=names if len(names) <= MAX_IN_LIST else (), family=family
    )
