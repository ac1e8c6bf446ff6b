"""Statements that make a table like another one, beside it.

What has a name that is unique in the schema gets it with `SUFFIX` at its end, and its own name
when the other table is gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_core.identifiers import Identifier, TableName

if TYPE_CHECKING:
    from target_oracle.table_definition import (
        ColumnFacts,
        ConstraintFacts,
        IndexFacts,
        TableDefinition,
    )

SUFFIX = "_SDC_NEW"


@dataclass(frozen=True, slots=True)
class TableCopy:
    """A table `name` like the one of `definition`."""

    name: TableName
    definition: TableDefinition
    name_bytes: int

    def create(self) -> str:
        """Return CREATE TABLE with columns, defaults and storage."""
        lines = ", ".join(_column(column) for column in self.definition.columns)
        return f"CREATE TABLE {self.name.sql} ({lines}) {self.definition.storage}".rstrip()

    def finish(self) -> tuple[str, ...]:
        """Return what follows the rows: indexes first, since keys use them."""
        implied = self._implied()
        indexes = [self._index(i) for i in self.definition.indexes if i.name not in implied]
        constraints = [self._constraint(part, implied) for part in self.definition.constraints]
        return (*indexes, *constraints)

    def grants(self) -> tuple[str, ...]:
        """Return the grants."""
        return tuple(
            f"GRANT {what} ON {self.name.sql} TO {whom}" for what, whom in self.definition.grants
        )

    def _implied(self) -> set[Identifier]:
        """Return the indexes that their key makes: of its name, with its columns."""
        made = {(part.index, tuple(c.sql for c in part.columns)) for part in self._named_keys()}
        return {
            index.name for index in self.definition.indexes if (index.name, index.parts) in made
        }

    def _named_keys(self) -> list[ConstraintFacts]:
        return [p for p in self.definition.constraints if p.name and p.index == p.name]

    def _temporary(self, name: Identifier) -> TableName:
        # Indexes and constraints have namespaces of their own in a schema (ORA-00955, ORA-02264):
        # the table that is replaced still holds the name.
        new = Identifier(name.name + SUFFIX).shorten(self.name_bytes)
        return TableName(self.name.schema, new)

    def _index(self, index: IndexFacts) -> str:
        ending = f' TABLESPACE "{index.tablespace}"' if index.tablespace else ""
        # An index made visible would change plans.
        ending += "" if index.is_visible else " INVISIBLE"
        name = self._temporary(index.name).sql
        parts = ", ".join(index.parts)
        return f"CREATE {index.kind}INDEX {name} ON {self.name.sql} ({parts}){ending}"

    def _constraint(self, part: ConstraintFacts, implied: set[Identifier]) -> str:
        name = f"CONSTRAINT {self._temporary(part.name).table.sql} " if part.name else ""
        if part.kind == "C":
            what = f"CHECK ({part.condition})"
        else:
            kind = "PRIMARY KEY" if part.kind == "P" else "UNIQUE"
            what = f"{kind} ({', '.join(column.sql for column in part.columns)})"
        index = part.index if part.index not in implied else None
        using = f" USING INDEX {self._temporary(index).sql}" if index else ""
        return f"ALTER TABLE {self.name.sql} ADD {name}{what}{part.ending}{using}"


def _column(column: ColumnFacts) -> str:
    text = f"{column.name.sql} {column.type.ddl()}"
    if column.default is not None:
        text += f" DEFAULT {'ON NULL ' if column.default_on_null else ''}{column.default}"
    return text if column.is_nullable else f"{text} NOT NULL"


def restored_index(table: TableName, name: str) -> str | None:
    """Return what gives an index of a new table its own name back, None where it has it."""
    own = name.removesuffix(SUFFIX)
    if own == name or not own:
        return None
    index = TableName(table.schema, Identifier(name))
    return f"ALTER INDEX {index.sql} RENAME TO {Identifier(own).sql}"


def restored_constraint(table: TableName, name: str) -> str | None:
    """Return what gives a constraint of a new table its own name back, None where it has it."""
    own = name.removesuffix(SUFFIX)
    if own == name or not own:
        return None
    old, new = Identifier(name).sql, Identifier(own).sql
    return f"ALTER TABLE {table.sql} RENAME CONSTRAINT {old} TO {new}"
