"""Settings that say something about single streams, by globs over their names."""

from __future__ import annotations

import difflib
import fnmatch
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from oracle_core.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from _typeshed import DataclassInstance

Options = TypeVar("Options", bound="DataclassInstance")


def checked_by_glob(
    configured: Mapping[str, Any] | None,
    *,
    kind: type[Options],
    setting: str,
    check: Callable[[str, str, object], Any],
) -> dict[str, Options]:
    """Return the options by glob, in their order; an option that is null stays at its default.

    Args:
        configured: Objects of options, by glob.
        kind: The dataclass whose fields are the options.
        setting: Name of the setting, for errors.
        check: Returns the value of an option, from its glob, its name and what was configured.

    Raises:
        ConfigurationError: If an option is not known or has a value that cannot be.
    """
    names = _names(kind)
    options = {}
    for glob, given in (configured or {}).items():
        if not isinstance(given, dict):
            msg = f"'{glob}' must be an object"
            raise ConfigurationError(msg, setting=setting)
        for name in given:
            if name not in names:
                raise _unknown(glob, name, names, setting)
        options[glob] = kind(
            **{name: check(glob, name, value) for name, value in given.items() if value is not None}
        )
    return options


def options_for(stream: str, options: Mapping[str, Options], none: Options) -> Options:
    """Return the options of a stream; where several globs match, later ones add and replace.

    Args:
        stream: Name of the stream.
        options: What `checked_by_glob` returns.
        none: The options of a stream that no glob matches.
    """
    merged = none
    for glob, given in options.items():
        # `fnmatch` would fold case on Windows; names of Oracle are exact.
        if fnmatch.fnmatchcase(stream, glob):
            chosen = {name: getattr(given, name) for name in _names(type(given))}
            merged = replace(
                merged,
                **{name: value for name, value in chosen.items() if value != getattr(none, name)},
            )
    return merged


def unmatched(streams: Iterable[str], options: Mapping[str, object]) -> list[str]:
    """Return the globs that match no stream, which are probably misspelt."""
    names = list(streams)
    return [glob for glob in options if not any(fnmatch.fnmatchcase(name, glob) for name in names)]


def _names(kind: type[DataclassInstance]) -> tuple[str, ...]:
    return tuple(option.name for option in fields(kind))


def _unknown(glob: str, name: str, names: tuple[str, ...], setting: str) -> ConfigurationError:
    similar = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean '{similar[0]}'?" if similar else f"choose from {', '.join(names)}"
    return ConfigurationError(f"'{glob}' has no option '{name}'; {hint}", setting=setting)
