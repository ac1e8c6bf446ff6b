"""Which schemas and tables are meant: globs over exact names."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

_WILDCARDS = frozenset("*?")


@dataclass(frozen=True, slots=True)
class NameFilter:
    """Globs; no globs at all admit everything.

    `*` stands for any text, `?` for one character; every other character, `[` too, for itself.
    Case matters, as it does in the dictionary.

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
        if self.schemas:
            found = list(self.schemas)
        else:
            found = [part for glob in self.tables for part in _schema_parts(glob)]
        if not found or any(_WILDCARDS & set(glob) for glob in found):
            return None
        return tuple(dict.fromkeys(found))

    def admits_schema(self, schema: str) -> bool:
        """Tell whether a schema is meant."""
        return not self.schemas or any(_matches(schema, glob) for glob in self.schemas)

    def admits(self, schema: str, table: str) -> bool:
        """Tell whether a table or view is meant."""
        if not self.admits_schema(schema):
            return False
        spellings = (f"{schema}.{table}", f"{schema}-{table}")
        return not self.tables or any(
            _matches(spelling, glob) for spelling in spellings for glob in self.tables
        )


def _matches(name: str, glob: str) -> bool:
    return fnmatchcase(name, glob.replace("[", "[[]"))


def _schema_parts(glob: str) -> list[str]:
    """Return every beginning of a table's glob that may be its schema."""
    return [glob[:place] for place, character in enumerate(glob) if character in ".-"] or [glob]
