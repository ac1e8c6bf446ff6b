"""Profiles: public knowledge about the tables of an application, from YAML files.

Profiles are found through the entry-point group `singer_oracle.profiles`. The name of the entry
point is the name of the profile, its value a module or package that contains `<name>.yaml`. Ours
are in `catalog.profiles`; other packages can add theirs in the same way.
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
    from collections.abc import Iterable, Mapping, Sequence

    from catalog.model import Table

GROUP = "singer_oracle.profiles"
_OWN_PACKAGE = "catalog.profiles"
OWN = ("generic_audit", "oracle_ebs", "oracle_wms", "peoplesoft")
"""Profiles of this package, which are found without installed metadata."""


@dataclass(frozen=True, slots=True)
class SoftDelete:
    """A column that marks a row as deleted when it holds one of the values.

    With `values` None every value except NULL marks the row as deleted.
    """

    column: str
    values: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Facts about tables whose name matches one of the globs and none of `except_tables`.

    Attributes:
        tables: Globs over table names, without the schema.
        except_tables: Globs of tables that the rule does not cover.
        keys: Alternative columns that identify a row where the dictionary has no key.
        replication_keys: Columns with the time of the last change, best first.
        created_columns: Columns with the time of creation.
        soft_delete: Columns that mark deleted rows, best first.
        leave_out: Whether the tables are deselected by default.
        note: Remark for users.
    """

    tables: tuple[str, ...]
    except_tables: tuple[str, ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()
    replication_keys: tuple[str, ...] = ()
    created_columns: tuple[str, ...] = ()
    soft_delete: tuple[SoftDelete, ...] = ()
    leave_out: bool = False
    note: str | None = None

    def covers(self, table: str) -> bool:
        """Return whether the rule covers a table."""
        return any(matches(table, glob) for glob in self.tables) and not any(
            matches(table, glob) for glob in self.except_tables
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """Knowledge about an application; `sources` name the public documents."""

    name: str
    title: str
    sources: tuple[str, ...]
    rules: tuple[Rule, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProfileFacts:
    """Facts of a profile about one table, reduced to columns that the table has."""

    keys: tuple[str, ...] = ()
    replication_keys: tuple[str, ...] = ()
    leave_out: bool = False
    metadata: Mapping[str, Any] = field(default_factory=dict)


def load(name: str) -> Profile:
    """Return a profile.

    Args:
        name: Name of the profile.

    Raises:
        ConfigurationError: If the profile does not exist or its file is wrong.
    """
    packages = available()
    if name not in packages:
        msg = f"no profile of that name; there are {', '.join(sorted(packages))}"
        raise ConfigurationError(msg, setting="profile")
    return _read(name, packages[name])


@cache
def _read(name: str, package: str) -> Profile:
    file = f"{name}.yaml"
    try:
        text = resources.files(import_module(package)).joinpath(file).read_text("utf-8")
    # An entry point may name a module that is not a package (TypeError), or a file not in UTF-8.
    except (ImportError, OSError, TypeError, ValueError) as error:
        msg = f"the profile {name} cannot be read from {package} ({type(error).__name__})"
        raise ConfigurationError(msg, setting="profile") from error
    profile = parse(text, file=f"{package.replace('.', '/')}/{file}")
    if profile.name != name:
        msg = f"the profile {name} of {package} has the name {profile.name} in its file"
        raise ConfigurationError(msg, setting="profile")
    return profile


def available() -> dict[str, str]:
    """Return the installed profiles: name -> package that contains `<name>.yaml`."""
    own = dict.fromkeys(OWN, _OWN_PACKAGE)
    # Entry points win: another package may replace a profile of ours.
    return {**own, **{point.name: point.value for point in entry_points(group=GROUP)}}


def parse(text: str, *, file: str) -> Profile:
    """Return the profile in a YAML text.

    Args:
        text: YAML with the fields of `Profile`.
        file: Name of the file in messages.

    Raises:
        ConfigurationError: If the text is not YAML, or a field is missing, unknown or of the wrong
            type; the message names file and line.
    """
    try:
        return read(text, Profile, file=file)
    except YamlFileError as error:
        raise ConfigurationError(str(error), setting="profile") from error


def facts_for(profile: Profile | None, table: Table) -> ProfileFacts:
    """Return the facts of a profile about a table.

    Every rule that covers the table counts; where two give the same kind of fact, the first wins.

    Args:
        profile: The profile; None for no facts.
        table: The table.
    """
    rules = [rule for rule in profile.rules if rule.covers(table.name)] if profile else []
    if profile is None or not rules:
        return ProfileFacts()
    columns = [column for column in table.columns if column.unsupported is None]
    candidates = {column.name for column in columns if may_be_replication_key(column)}
    not_null = {column.name for column in columns if not column.nullable}
    metadata = _metadata(rules, {column.name for column in columns})
    return ProfileFacts(
        keys=_keys(rules, not_null),
        replication_keys=_known((rule.replication_keys for rule in rules), candidates),
        leave_out=any(rule.leave_out for rule in rules),
        metadata={"profile": profile.name, **metadata},
    )


def _metadata(rules: Sequence[Rule], columns: set[str]) -> dict[str, Any]:
    """Return the facts that become metadata of the stream."""
    metadata: dict[str, Any] = {}
    if created := _known((rule.created_columns for rule in rules), columns):
        metadata["created-at-column"] = created[0]
    deletes = (mark for rule in rules for mark in rule.soft_delete if mark.column in columns)
    if (mark := next(deletes, None)) is not None:
        metadata["soft-delete-column"] = mark.column
        if mark.values is not None:
            metadata["soft-delete-values"] = list(mark.values)
    if notes := [rule.note for rule in rules if rule.note]:
        metadata["profile-notes"] = notes
    return metadata


def _known(groups: Iterable[Iterable[str]], columns: set[str]) -> tuple[str, ...]:
    """Return the names that are among the columns, each once."""
    return tuple(dict.fromkeys(name for names in groups for name in names if name in columns))


def _keys(rules: Iterable[Rule], not_null: set[str]) -> tuple[str, ...]:
    """Return the first key whose columns all exist and are never NULL."""
    for rule in rules:
        for key in rule.keys:
            if not_null.issuperset(key):
                return key
    return ()
