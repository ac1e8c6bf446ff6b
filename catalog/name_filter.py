"""A filter of schemas and tables: globs over exact names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from oracle_core.dictionary import Family, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable

EXCLUSION = "!"
_WILDCARDS = frozenset("*?")
_LIKE = {"*": "%", "?": "_", "%": "\\%", "_": "\\_", "\\": "\\\\"}


@dataclass(frozen=True, slots=True)
class NameFilter:
    """Globs that select schemas and tables; an empty filter selects everything.

    `*` matches any text and `?` one character; every other character, including `[`, matches
    itself. A glob that begins with `!` excludes what the rest of it matches and wins over every
    other glob. Case is significant, as it is in the dictionary.

    Attributes:
        schemas: Globs over schemas.
        tables: Globs over `SCHEMA.TABLE` or `SCHEMA-TABLE`.
    """

    schemas: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()

    @property
    def exact_schemas(self) -> tuple[str, ...] | None:
        """The schemas by name where the globs name them without wildcards, otherwise None.

        Either separator of a table's glob may end the schema, because both may be part of a name.
        """
        if _admitting(self.schemas):
            globs = list(_admitting(self.schemas))
        else:
            globs = [part for glob in _admitting(self.tables) for part in _schema_parts(glob)]
        if not globs or any(_WILDCARDS & set(glob) for glob in globs):
            return None
        return tuple(dict.fromkeys(globs))

    def scope(self, schemas: Iterable[str], family: Family = Family.ALL) -> Scope:
        """Return the scope of the dictionary's statements for this filter.

        Args:
            schemas: Schemas that exist, without those that Oracle maintains. One of the latter
                has to be named without wildcards.
            family: Family of dictionary views that is read.
        """
        owners = self.exact_schemas or sorted(schemas)
        return Scope(
            owners=tuple(owner for owner in owners if self.admits_schema(owner)),
            table_patterns=_like(_admitting(self.tables)),
            not_table_patterns=_like(_excluding(self.tables)),
            family=family,
        )

    def names_table(self, schema: str, table: str) -> bool:
        """Return whether one of the globs is exactly this table's name."""
        return any(spelling in self.tables for spelling in _spellings(schema, table))

    def admits_schema(self, schema: str) -> bool:
        """Return whether the filter matches this schema."""
        return _admits((schema,), self.schemas)

    def admits(self, schema: str, table: str) -> bool:
        """Return whether the filter matches this table or view."""
        return self.admits_schema(schema) and _admits(_spellings(schema, table), self.tables)


def like_pattern(glob: str) -> str:
    r"""Return a glob as a LIKE pattern with the escape character `\`."""
    return re.sub(r"[*?%_\\]", lambda match: _LIKE[match[0]], glob)


def matches(name: str, glob: str) -> bool:
    """Return whether a name matches a glob."""
    # fnmatch reads [ as the start of a set of characters, and [[] as the bracket itself.
    return fnmatchcase(name, glob.replace("[", "[[]"))


def _like(globs: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(like_pattern(glob) for glob in globs)


def _admitting(globs: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(glob for glob in globs if not glob.startswith(EXCLUSION))


def _excluding(globs: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(glob[1:] for glob in globs if glob.startswith(EXCLUSION))


def _spellings(schema: str, table: str) -> tuple[str, str]:
    return f"{schema}.{table}", f"{schema}-{table}"


def _admits(spellings: tuple[str, ...], globs: tuple[str, ...]) -> bool:
    admitting = _admitting(globs)
    is_admitted = not admitting or _match_any(spellings, admitting)
    return is_admitted and not _match_any(spellings, _excluding(globs))


def _match_any(spellings: tuple[str, ...], globs: tuple[str, ...]) -> bool:
    return any(matches(spelling, glob) for spelling in spellings for glob in globs)


def _schema_parts(glob: str) -> list[str]:
    """Return every prefix of a table's glob that may be its schema."""
    # Too many are harmless: the tables are matched again by their whole names.
    return [glob[:place] for place, character in enumerate(glob) if character in ".-"] or [glob]
