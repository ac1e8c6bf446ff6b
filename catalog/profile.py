"""Profiles: what is publicly known of an application's tables, from YAML files.

A profile is found through the entry-point group `singer_oracle.profiles`: the name of the entry
point is that of the profile, its value a module or package with a file `<name>.yaml`. Ours are in
`catalog.profiles`; other packages add theirs in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import import_module, resources
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from catalog.name_filter import matches
from catalog.replication import may_be_replication_key
from catalog.yaml_file import YamlFileError, read
from oracle_core.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from catalog.model import Table

GROUP = "singer_oracle.profiles"
_OWN_PACKAGE = "catalog.profiles"
OWN = ("generic_audit", "oracle_ebs", "oracle_wms", "peoplesoft")
"""Profiles that come with this package and need no installed metadata to be found."""


@dataclass(frozen=True, slots=True)
class SoftDelete:
    """A column that marks a row as deleted when it holds one of the values; any if there is none.

    With `values` None every value but NULL means that the row is deleted.
    """

    column: str
    values: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for tables whose name matches one of the globs and none of `except_tables`.

    Attributes:
        tables: globs over names of tables, without the schema.
        except_tables: globs of tables that the rule is not about.
        keys: alternatives of columns that identify a row where the dictionary knows no key.
        replication_keys: columns that tell when a row changed, the best first.
        created_columns: columns that tell when a row was made.
        soft_delete: columns that mark deleted rows, the best first.
        leave_out: whether the tables are not selected by default.
        note: what a user should know.
    """

    tables: tuple[str, ...]
    except_tables: tuple[str, ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()
    replication_keys: tuple[str, ...] = ()
    created_columns: tuple[str, ...] = ()
    soft_delete: tuple[SoftDelete, ...] = ()
    leave_out: bool = False
    note: str | None = None

    def is_about(self, table: str) -> bool:
        """Tell whether the rule holds for a table."""
        return any(matches(table, glob) for glob in self.tables) and not any(
            matches(table, glob) for glob in self.except_tables
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of an application; `sources` say from where."""

    name: str
    title: str
    sources: tuple[str, ...]
    rules: tuple[Rule, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProfileFacts:
    """What a profile says of one table, reduced to columns that the table has."""

    keys: tuple[str, ...] = ()
    replication_keys: tuple[str, ...] = ()
    leave_out: bool = False
    metadata: Mapping[str, Any] = field(default_factory=dict)


def load(name: str) -> Profile:
    """Load a profile.

    Args:
        name: its name.

    Raises:
        ConfigurationError: there is none of that name, or its file is wrong.
    """
    found = available()
    if name not in found:
        msg = f"no profile of that name; there are {', '.join(sorted(found))}"
        raise ConfigurationError(msg, setting="profile")
    return _read(name, found[name])


@cache
def _read(name: str, package: str) -> Profile:
    file = f"{name}.yaml"
    try:
        text = resources.files(import_module(package)).joinpath(file).read_text("utf-8")
    except (ImportError, OSError, TypeError, ValueError) as error:
        msg = f"the profile {name} cannot be read from {package} ({type(error).__name__})"
        raise ConfigurationError(msg, setting="profile") from error
    found = parse(text, file=f"{package.replace('.', '/')}/{file}")
    if found.name != name:
        msg = f"the profile {name} of {package} calls itself {found.name}"
        raise ConfigurationError(msg, setting="profile")
    return found


def available() -> dict[str, str]:
    """Return the profiles that are installed: name -> package that holds `<name>.yaml`."""
    own = dict.fromkeys(OWN, _OWN_PACKAGE)
    return {**own, **{point.name: point.value for point in entry_points(group=GROUP)}}


def parse(text: str, *, file: str) -> Profile:
    """Read a profile.

    Args:
        text: YAML with the fields of `Profile`.
        file: what messages call the file.

    Raises:
        ConfigurationError: it is not YAML, or a field is missing, unknown or of the wrong type;
            the message names file and line.
    """
    try:
        return read(text, Profile, file=file)
    except YamlFileError as error:
        raise ConfigurationError(str(error), setting="profile") from error


def facts_for(profile: Profile | None, table: Table) -> ProfileFacts:
    """Return what a profile says of a table.

    Every rule about the table counts; of two that say the same kind of thing, the first.

    Args:
        profile: the profile, None for no facts.
        table: the table.
    """
    rules = [rule for rule in profile.rules if rule.is_about(table.name)] if profile else []
    if profile is None or not rules:
        return ProfileFacts()
    columns = {column.name: column for column in table.columns if column.unsupported is None}
    replication_keys = _known(
        (name for rule in rules for name in rule.replication_keys),
        {name for name, column in columns.items() if may_be_replication_key(column)},
    )
    metadata: dict[str, Any] = {"profile": profile.name}
    created = _known((name for rule in rules for name in rule.created_columns), set(columns))
    if created:
        metadata["created-at-column"] = created[0]
    deletes = (mark for rule in rules for mark in rule.soft_delete if mark.column in columns)
    if (mark := next(deletes, None)) is not None:
        metadata["soft-delete-column"] = mark.column
        if mark.values is not None:
            metadata["soft-delete-values"] = list(mark.values)
    if notes := [rule.note for rule in rules if rule.note]:
        metadata["profile-notes"] = notes
    return ProfileFacts(
        keys=_keys(rules, {name for name, column in columns.items() if not column.nullable}),
        replication_keys=replication_keys,
        leave_out=any(rule.leave_out for rule in rules),
        metadata=metadata,
    )


def _known(names: Iterable[str], columns: set[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name in columns))


def _keys(rules: Iterable[Rule], not_null: set[str]) -> tuple[str, ...]:
    """Return the first key whose columns are all there and never NULL."""
    for rule in rules:
        for key in rule.keys:
            if not_null.issuperset(key):
                return key
    return ()
