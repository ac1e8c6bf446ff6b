"""A column that is encoded at once equals the same values encoded one by one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import example, given
from hypothesis import strategies as st

from oracle_core.errors import DataError
from oracle_core.types import bind_plan, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_core.types import BindPlan

Outcome = list[object] | tuple[str, int | None]


def outcome(plan: BindPlan, column: Sequence[object]) -> Outcome:
    """Return bind values, or the text and the position of the refusal."""
    try:
        return plan.values(column)
    except DataError as error:
        return str(error), error.position


def one_by_one(plan: BindPlan, column: Sequence[object], unusual: object) -> Outcome:
    """Return what a column gives beside a value that no encoder takes at once."""
    slow = outcome(plan, [*column, unusual])
    return slow[:-1] if isinstance(slow, list) else slow


def exact(values: Outcome) -> list[str]:
    return [repr(value) for value in values]


numbers = st.one_of(
    st.none(),
    st.integers(-(10**4), 10**4),
    st.integers(-(10**41), 10**41),
    st.decimals(allow_nan=True, allow_infinity=True),
    st.decimals(-1, 1, places=12),
    st.decimals(-(10**6), 10**6, places=2),
)


@given(
    st.lists(numbers, max_size=6),
    st.sampled_from(["NUMBER", "NUMBER(9)", "NUMBER(12,2)", "NUMBER(20,10)", "NUMBER(5,-2)"]),
)
@example([Decimal("1E-12"), Decimal("0.5")], "NUMBER(20,10)")
@example([Decimal("1E-12"), Decimal("0.5")], "NUMBER")
@example([10**38, 1], "NUMBER")
@example([-(10**38), 1], "NUMBER")
@example([Decimal("1E+2"), None], "NUMBER(9)")
def test_numbers(column: list[object], spelled: str) -> None:
    plan = bind_plan(parse(spelled))
    assert exact(outcome(plan, column)) == exact(one_by_one(plan, column, "100"))


@st.composite
def moments(draw: st.DrawFn) -> list[str | None]:
    """Return moments that are mostly spelled alike, some of which no calendar has."""
    digits = draw(st.integers(0, 9))
    sign = draw(st.sampled_from(["Z", "+", "-", "+00:00", "", "+0530", "z"]))

    def text(part: st.DrawFn) -> str:
        year = part(st.one_of(st.integers(1, 9999), st.integers(1580, 1584), st.integers(0, 10)))
        month, day = part(st.integers(1, 12)), part(st.integers(1, 31))
        hour, minute, second = (part(st.integers(0, most)) for most in (24, 59, 60))
        fraction = f".{part(st.integers(0, 10**digits - 1)):0{digits}}" if digits else ""
        offset = sign
        if sign in {"+", "-"}:
            offset = f"{sign}{part(st.integers(0, 14)):02}:{part(st.sampled_from(['00', '30']))}"
        clock = f"{hour:02}:{minute:02}:{second:02}{fraction}"
        return f"{year:04}-{month:02}-{day:02}T{clock}{offset}"

    usual = st.composite(text)()
    other = st.sampled_from(["2024-W05-1", "2024-02-03", "2024-02-03T04:05Z", "x", "٢024-01-01"])
    values = draw(st.lists(st.one_of(usual, usual, usual, st.none()), max_size=5))
    if draw(st.integers(0, 9)) == 0:
        values.append(draw(other))
    return values


@given(
    moments(),
    st.sampled_from(
        [
            "DATE",
            "TIMESTAMP(3)",
            "TIMESTAMP(6)",
            "TIMESTAMP(9)",
            "TIMESTAMP(0) WITH TIME ZONE",
            "TIMESTAMP(6) WITH TIME ZONE",
            "TIMESTAMP(9) WITH TIME ZONE",
        ]
    ),
    st.booleans(),
)
@example(["2024-01-01T24:00:00Z", "2024-01-01T10:00:00Z"], "TIMESTAMP(9)", False)
@example(["2024-01-01T10:00:00.5+02:00", None], "TIMESTAMP(9) WITH TIME ZONE", True)
def test_moments(column: list[object], spelled: str, is_instant: bool) -> None:
    plan = bind_plan(parse(spelled), is_instant=is_instant)
    assert outcome(plan, column) == one_by_one(plan, column, "2024-02-03 00:00")


@given(moments(), st.sampled_from(["DATE", "TIMESTAMP(3)", "TIMESTAMP(6)"]))
def test_moments_of_the_driver(column: list[object], spelled: str) -> None:
    oracle_type = parse(spelled)
    native = outcome(bind_plan(oracle_type, native=True), column)
    texts = one_by_one(bind_plan(oracle_type), column, "2024-02-03 00:00")
    if isinstance(texts, tuple):
        assert native == texts
        return
    # Texts go on before year 1 and in the days that only Oracle's older calendar has.
    if isinstance(native, tuple):
        assert any(text and str(text) < "1583" for text in texts)
        return
    expected = [text and dt.datetime.fromisoformat(str(text)[:26]) for text in texts]
    assert native == expected
