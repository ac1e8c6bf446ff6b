"""Options of single streams, by globs."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from oracle_core.errors import ConfigurationError
from oracle_core.glob_options import checked_by_glob, options_for, unmatched


@dataclass(frozen=True, slots=True)
class Options:
    size: int | None = None
    words: tuple[str, ...] = ()


def check(_glob: str, _name: str, value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def checked(configured: dict[str, object]) -> dict[str, Options]:
    return checked_by_glob(configured, kind=Options, setting="options", check=check)


def test_later_globs_add_and_replace() -> None:
    options = checked({"HR-*": {"size": 1, "words": ["a"]}, "*-T": {"size": 2, "words": None}})
    assert options_for("HR-T", options, Options()) == Options(2, ("a",))
    assert options_for("HR-U", options, Options()) == Options(1, ("a",))
    assert options_for("hr-u", options, Options()) == Options()


@pytest.mark.parametrize(
    ("configured", "what"),
    [
        ({"*": 1}, "must be an object"),
        ({"*": {"sise": 1}}, "did you mean 'size'"),
        ({"*": {"x": 1}}, "choose from size, words"),
    ],
)
def test_what_cannot_be_is_named(configured: dict[str, object], what: str) -> None:
    with pytest.raises(ConfigurationError, match=what):
        checked(configured)


def test_globs_that_match_nothing() -> None:
    assert unmatched(["HR-T"], checked({"HR-*": {}, "hr-*": {}})) == ["hr-*"]
