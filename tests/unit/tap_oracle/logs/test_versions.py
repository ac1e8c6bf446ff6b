"""The last version of each key, in whatever order versions come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, cast

import oracledb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle_core.identifiers import TableName
from oracle_core.types import fetch_plan, parse
from oracle_core.types.plans import JsonSchemaOptions
from tap_oracle.catalog_entry import read_entry
from tap_oracle.flashback.reader import VersionReader
from tap_oracle.flashback.versions import VersionFold, select_versions
from tap_oracle.plan import ColumnPlan, StreamPlan
from tests.unit.tap_oracle.fake_database import FakeCursor, FakeSession, catalog_of

if TYPE_CHECKING:
    import random


def test_the_query_binds_its_bounds() -> None:
    statement = select_versions(TableName.of("HR", "T"), ['"ID"'], after_scn=5, last_scn=9)
    assert '"HR"."T" VERSIONS BETWEEN SCN :after_scn AND :last_scn' in statement.sql
    assert statement.binds == {"after_scn": 5, "last_scn": 9}


def test_bounds_as_numbers_where_an_audit_policy_refuses_binds() -> None:
    session = AuditedSession([(1, 7, None, "I")])
    column = ColumnPlan("ID", parse("NUMBER(9)"), fetch_plan(parse("NUMBER(9)")))
    plan = StreamPlan((column,), JsonSchemaOptions())
    (stream,) = catalog_of({"ID": "NUMBER(9)"})["streams"]
    reader = VersionReader(cast("Any", session), read_entry(stream, default_method="LOG_BASED"))
    versions = list(reader.read(plan, after_scn=5, last_scn=9, array_size_rows=10))
    assert [(one.row, one.scn) for one in versions] == [([1], 7)]
    assert [binds for _, binds, _ in session.statements] == [{"after_scn": 5, "last_scn": 9}, {}]
    assert "VERSIONS BETWEEN SCN 5 AND 9 WHERE versions_startscn > 5" in session.statements[1][0]


class AuditedSession(FakeSession):
    def cursor(self) -> FakeCursor:
        return AuditedCursor(self._rows, self)


class AuditedCursor(FakeCursor):
    def execute(self, sql: str, binds: dict[str, Any], **options: bool) -> Self:
        super().execute(sql, binds, **options)
        if binds:
            msg = "ORA-46378: bind variables are not allowed"
            raise oracledb.DatabaseError(msg)
        return self


Version = tuple[object, ...]


def last(*versions: Version, last_scn: int = 100) -> dict[object, tuple[object, int, bool]]:
    fold = VersionFold([0], last_scn)
    fold.add(versions)
    return {one.row[0]: (one.row[1], one.scn, one.is_present) for one in fold.last_versions()}


@pytest.mark.parametrize(
    ("versions", "key", "state"),
    [
        ([(1, "a", 10, None, "I")], 1, ("a", 10, True)),
        ([(1, "a", None, 10, None), (1, "b", 10, None, "U")], 1, ("b", 10, True)),
        ([(1, "a", None, 10, None), (1, "a", 10, None, "D")], 1, ("a", 10, False)),
        # The key was updated: nothing but the end of its version tells of it.
        ([(1, "a", None, 10, None), (2, "a", 10, None, "U")], 1, ("a", 10, False)),
        # Deleted and inserted again in one transaction.
        (
            [(1, "a", None, 10, None), (1, "a", 10, None, "D"), (1, "b", 10, None, "I")],
            1,
            ("b", 10, True),
        ),
        # It expired after the range: alive at its end.
        ([(1, "a", 10, 105, "U")], 1, ("a", 10, True)),
    ],
)
def test_what_becomes_of_a_key(
    versions: list[Version], key: int, state: tuple[object, int, bool]
) -> None:
    assert last(*versions)[key] == state
    assert last(*reversed(versions))[key] == state


_STEPS = st.lists(st.tuples(st.integers(1, 3), st.sampled_from("IUDM"), st.integers(1, 3)))


@given(_STEPS, st.randoms(use_true_random=False))
def test_any_history_in_any_order(steps: list[tuple[int, str, int]], chance: random.Random) -> None:
    """Play a history of one-change transactions and fold its versions in random order."""
    alive: dict[int, tuple[str, int | None, str | None]] = {1: ("old", None, None)}
    versions: list[Version] = []
    touched: dict[int, int] = {}

    def end(key: int, scn: int) -> str:
        value, began, operation = alive.pop(key)
        versions.append((key, value, began, scn, operation))
        touched[key] = scn
        return value

    for scn, (key, step, other) in enumerate(steps, start=10):
        value = f"v{scn}"
        if step == "I" and key not in alive:
            alive[key] = (value, scn, "I")
            touched[key] = scn
        elif step == "U" and key in alive:
            end(key, scn)
            alive[key] = (value, scn, "U")
        elif step == "D" and key in alive:
            versions.append((key, end(key, scn), scn, None, "D"))
        elif step == "M" and key in alive and other not in alive:
            alive[other] = (end(key, scn), scn, "U")
            touched[other] = scn
    versions += [(key, *alive[key][:2], None, alive[key][2]) for key in alive if key in touched]
    chance.shuffle(versions)
    found = last(*versions, last_scn=1_000)
    assert {key: (scn, is_present) for key, (_, scn, is_present) in found.items()} == {
        key: (scn, key in alive) for key, scn in touched.items()
    }
    assert all(found[key][0] == alive[key][0] for key in alive if key in touched)
