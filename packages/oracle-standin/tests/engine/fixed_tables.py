"""A name resolver over a fixed dictionary."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oracle_standin.engine.contract import ObjectRef

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from oracle_standin.engine.contract import ViewDefinition


@dataclass(frozen=True)
class FixedTables:
    """Tables with their columns, synonyms and sequences, by exact names."""

    schema: str
    tables: Mapping[tuple[str, str], tuple[str, ...]]
    synonyms: Mapping[tuple[str | None, str], tuple[str, str]] = field(default_factory=dict)
    sequences: Collection[str] = ()

    def constructor(self, _parts: Sequence[str]) -> None:
        return None

    def is_program(self, parts: Sequence[str]) -> bool:
        return parts[0] == "PROGRAM"

    def resolve(self, schema: str | None, name: str) -> ObjectRef | None:
        owner, name = self.synonyms.get((schema, name), (schema or self.schema, name))
        if name in self.sequences:
            return ObjectRef(owner, name, 9, "S")
        return ObjectRef(owner, name, 7, "r") if (owner, name) in self.tables else None

    def columns(self, ref: ObjectRef) -> Sequence[str]:
        return self.tables[ref.owner, ref.name]

    def large_columns(self, _ref: ObjectRef) -> dict[str, str]:
        return {}

    def view(self, _ref: ObjectRef) -> ViewDefinition | None:
        return None

    def within(self, _schema: str) -> FixedTables:
        return self
