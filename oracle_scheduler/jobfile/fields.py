"""Reads the fields of a mapping one by one and collects what is wrong with them."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, TypeVar

from oracle_scheduler.jobfile.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from enum import StrEnum

    from oracle_scheduler.jobfile.lines import Document, Path

Choice = TypeVar("Choice", bound="StrEnum")


class Problems:
    """Collects the problems of one document."""

    def __init__(self, document: Document) -> None:
        """Begin without problems.

        Args:
            document: Where the lines come from.
        """
        self.document = document
        self.entries: list[Problem] = []

    def add(self, path: Path, text: str, *, job: str | None = None) -> None:
        """Add a problem of the value at a path."""
        self.entries.append(Problem(self.document.file, self.document.line(path), job, text))


class Fields:
    """The fields of one mapping: what is read is known, what is not read in the end is refused."""

    def __init__(
        self, values: object, path: Path, problems: Problems, *, job: str | None = None
    ) -> None:
        """Read from a mapping; anything else is a problem and reads as empty.

        Args:
            values: What the document holds at `path`.
            path: Where it stands.
            problems: Collects what is wrong.
            job: Id of the job that the mapping describes, for messages.
        """
        self.path = path
        self.job = job
        self._problems = problems
        self._known: set[str] = set()
        self._values: Mapping[str, object] = {}
        if isinstance(values, dict):
            self._values = {str(key): value for key, value in values.items()}
        else:
            self.problem(None, "must be a mapping of names to values")

    def problem(self, name: str | None, text: str) -> None:
        """Add a problem of a field, or of the whole mapping."""
        path = self.path if name is None else (*self.path, name)
        label = "" if name is None else f"'{name}' "
        self._problems.add(path, f"{label}{text}", job=self.job)

    def has(self, name: str) -> bool:
        """Return whether a field is given and not null."""
        self._known.add(name)
        return self._values.get(name) is not None

    def raw(self, name: str) -> object:
        """Return a field as it stands; None where it is missing."""
        self._known.add(name)
        return self._values.get(name)

    def text(self, name: str, default: str = "") -> str:
        """Return a text; numbers are taken as their text."""
        value = self.raw(name)
        if value is None:
            return default
        # A bool is an int in Python: `yes` without quotes is true in YAML 1.1, and no text.
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            self.problem(name, "must be a text")
            return default
        return str(value)

    def required(self, name: str) -> str:
        """Return a text that has to be there and not be empty."""
        value = self.text(name).strip()
        if not value and not self._wrong(name):
            self.problem(None, f"'{name}' is missing")
        return value

    def _wrong(self, name: str) -> bool:
        value = self._values.get(name)
        return value is not None and not isinstance(value, (str, int, float))

    def number(self, name: str, default: float, *, above: float | None = None) -> float:
        """Return a number, at least 0, or above a limit where one is given."""
        value = self.raw(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.problem(name, "must be a number")
            return default
        if above is not None and not value > above:
            self.problem(name, f"must be above {above:g}")
            return default
        if above is None and not value >= 0:
            self.problem(name, "must be 0 or more")
            return default
        return float(value)

    def integer(self, name: str, default: int, *, least: int = 0) -> int:
        """Return a whole number that is not below a limit."""
        value = self.raw(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            self.problem(name, "must be a whole number")
            return default
        if value < least:
            self.problem(name, f"must be {least} or more")
            return default
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self.raw(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.problem(name, "must be true or false")
            return default
        return value

    def choice(self, name: str, default: Choice) -> Choice:
        """Return one of the values that the type of `default` has."""
        value = self.raw(name)
        if value is None:
            return default
        kind = type(default)
        try:
            return kind(str(value))
        except ValueError:
            self.problem(name, f"must be one of {', '.join(sorted(kind))}")
            return default

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts; one text stands for a list of one."""
        value = self.raw(name)
        if value is None:
            return ()
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, (str, int)) for item in items):
            self.problem(name, "must be a list of texts")
            return ()
        return tuple(str(item) for item in items)

    def integers(self, name: str) -> tuple[int, ...]:
        """Return a list of whole numbers; one number stands for a list of one."""
        value = self.raw(name)
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(item, int) and not isinstance(item, bool) for item in items):
            self.problem(name, "must be a list of whole numbers")
            return ()
        return tuple(items)

    def environment(self, name: str) -> dict[str, str]:
        """Return names and values of environment variables."""
        value = self.raw(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.problem(name, "must be a mapping of names to values")
            return {}
        variables: dict[str, str] = {}
        for key, item in value.items():
            if isinstance(item, (dict, list)) or not str(key) or "=" in str(key):
                self.problem(name, f"has a variable '{key}' that no environment can hold")
                continue
            variables[str(key)] = _variable(item)
        return variables

    def ignore(self, names: Iterable[str]) -> None:
        """Accept fields that have no effect here."""
        self._known.update(names)

    def refuse_unknown(self) -> None:
        """Add a problem for each field that nothing has asked for."""
        for name in self._values:
            if name not in self._known:
                close = difflib.get_close_matches(name, sorted(self._known), n=1)
                hint = f"; did you mean '{close[0]}'?" if close else ""
                self.problem(name, f"is not a known key{hint}")


def _variable(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        # As the file has it, not as Python writes it.
        return "true" if value else "false"
    return str(value)
