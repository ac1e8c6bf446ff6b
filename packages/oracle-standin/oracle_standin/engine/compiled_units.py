"""What compiling a stored unit finds out, for the dictionary to keep."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShapeArgument:
    """One row of ALL_ARGUMENTS; position 0 is the result, level 1 the element of a table."""

    name: str | None
    position: int
    sequence: int
    level: int
    data_type: str
    in_out: str
    defaulted: bool
    national: bool | None
    """Of a text, whether it is in the national character set."""
    type_name: str | None


@dataclass(frozen=True, slots=True)
class Shape:
    """A procedure or function; `overload` counts those of one name, 0 where it is the only one."""

    name: str
    number: int
    overload: int
    is_function: bool
    deterministic: bool
    arguments: tuple[ShapeArgument, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """One line of USER_ERRORS."""

    line: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class Compiled:
    """The outcome: a unit is valid when it has no errors."""

    errors: tuple[Message, ...]
    invoker_rights: bool = False
    shapes: tuple[Shape, ...] = ()
    dependencies: frozenset[tuple[str, str]] = frozenset()
    """Owner and name of the objects that it names, also of those that are missing."""
