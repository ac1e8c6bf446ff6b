"""Which schemas and tables are meant: globs over exact names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from oracle_core.dictionary import Family, Scope

EXCLUSION = "!"
_WILDCARDS = frozenset("*?")
_LIKE = {"*": "%", "?": "_", "%": "\\%", "_": "\\_", "\\": "\\\\"}


@dataclass(frozen=True, slots=True)
class NameFilter:
    """Globs; without any that admits, everything is admitted that none excludes.

    `*` stands for any text, `?` for one character; every other character, `[` too, for itself.
    A glob that begins with `!` excludes what the rest of it matches, whatever admits it. Case
    matters, as it does in the dictionary.

    Attributes:
        schemas: globs over schemas.
        tables: globs over `SCHEMA.TABLE` or `SCHEMA-TABLE`.
    """

    schemas: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()

    @property
    def exact_schemas(self) -> tuple[str, ...] | None:
        """The schemas by name, where the globs name them without wildcards; else None.

        Either separator of a table's glob may end the schema, since both may be part of a name.
        """
        if _admitting(self.schemas):
            found = list(_admitting(self.schemas))
        else:
            found = [part for glob in _admitting(self.tables) for part in _schema_parts(glob)]
        if not found or any(_WILDCARDS & set(glob) for glob in found):
            return None
        return tuple(dict.fromkeys(found))

    def scope(self, family: Family = Family.ALL) -> Scope:
        """Return the condition that the dictionary's statements carry.

        Args:
            family: which views are read.
        """
        exact = self.exact_schemas
        return Scope(
            owners=exact or (),
            owner_patterns=() if exact else _like(_admitting(self.schemas)),
            not_owner_patterns=_like(_excluding(self.schemas)),
            table_patterns=_like(_admitting(self.tables)),
            not_table_patterns=_like(_excluding(self.tables)),
            family=family,
        )

    def names_table(self, schema: str, table: str) -> bool:
        """Tell whether a glob is exactly this table's name."""
        return any(spelling in self.tables for spelling in _spellings(schema, table))

    def admits_schema(self, schema: str) -> bool:
        """Tell whether a schema is meant."""
        return _admits((schema,), self.schemas)

    def admits(self, schema: str, table: str) -> bool:
        """Tell whether a table or view is meant."""
        return self.admits_schema(schema) and _admits(_spellings(schema, table), self.tables)


def like_pattern(glob: str) -> str:
    r"""Write a glob as a pattern of LIKE with the escape character `\`."""
    return re.sub(r"[*?%_\\]", lambda found: _LIKE[found[0]], glob)


def matches(name: str, glob: str) -> bool:
    """Tell whether a name matches a glob."""
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
    def any_of(chosen: tuple[str, ...]) -> bool:
        return any(matches(spelling, glob) for spelling in spellings for glob in chosen)

    admitting = _admitting(globs)
    return (not admitting or any_of(admitting)) and not any_of(_excluding(globs))


def _schema_parts(glob: str) -> list[str]:
    """Return every beginning of a table's glob that may be its schema."""
    return [glob[:place] for place, character in enumerate(glob) if character in ".-"] or [glob]
