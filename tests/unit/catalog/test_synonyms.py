"""Where synonyms lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from catalog.model import Problem, Synonym
from catalog.name_filter import NameFilter
from catalog.rights import SessionRights
from catalog.synonyms import LOOP, REMOTE, resolve, scope_of
from oracle_core import dictionary
from oracle_core.dictionary_rows import SynonymRow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_core.dictionary import Scope

ROWS = (
    SynonymRow("APP", "DIRECT", "HR", "EMPLOYEES", None),
    SynonymRow("APP", "FAR", "X", "Y", "other.example"),
    SynonymRow("APP", "LOOP", "APP", "POOL", None),
    SynonymRow("APP", "ON_FAR", "APP", "FAR", None),
    SynonymRow("APP", "POOL", "APP", "LOOP", None),
    SynonymRow("APP", "THIRD", "LIB", "SECOND", None),
    SynonymRow("APP", "DUAL_TOO", "SYS", "DUAL", None),
    SynonymRow("LIB", "SECOND", "LIB", "FIRST", None),
    SynonymRow("LIB", "FIRST", "HR", "JOBS", None),
)


RIGHTS = SessionRights("READER", schemas=frozenset({"APP", "HR", "LIB", "X"}))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Scope]:
    """Let the dictionary hold `ROWS`; return the scopes that were asked for."""
    scopes: list[Scope] = []

    def answer(_connection: object, scope: Scope) -> Iterator[SynonymRow]:
        scopes.append(scope)
        names = scope.table_names
        rows = (row for row in ROWS if row.owner in (scope.owners or ()))
        return iter([row for row in rows if not names or row.name in names])

    monkeypatch.setattr(dictionary, "named_synonyms", answer)
    return scopes


def test_chains_are_followed_to_their_end(asked: list[Scope]) -> None:
    found = resolve(None, NameFilter(("APP",)), RIGHTS)  # type: ignore[arg-type]

    assert found.synonyms == (
        Synonym("APP", "DIRECT", "HR", "EMPLOYEES"),
        Synonym("APP", "THIRD", "HR", "JOBS"),
    )
    assert found.problems == (
        Problem("APP", "FAR", REMOTE),
        Problem("APP", "LOOP", LOOP),
        Problem("APP", "ON_FAR", REMOTE),
        Problem("APP", "POOL", LOOP),
    )
    assert found.places == {("HR", "EMPLOYEES"), ("HR", "JOBS")}
    assert len(asked) == 4


def test_only_what_is_meant(asked: list[Scope]) -> None:
    found = resolve(None, NameFilter(("APP",), ("APP.T*",)), RIGHTS)  # type: ignore[arg-type]

    assert [one.name for one in found.synonyms] == ["THIRD"]
    assert found.problems == ()
    assert asked[0].table_patterns == ("APP.T%",)


def test_many_names_are_asked_for_by_their_schemas() -> None:
    few = scope_of([("B", "T"), ("A", "T"), ("A", "S")])
    many = scope_of(("A", f"T{number}") for number in range(1001))

    assert (few.owners, few.table_names) == (("A", "B"), ("S", "T"))
    assert (many.owners, many.table_names) == (("A",), ())
