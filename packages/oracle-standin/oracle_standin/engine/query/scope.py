"""What a translation knows while it writes: parameters used, and the tables in reach of a name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oracle_standin.engine.names import quoted
from oracle_standin.engine.query.datatypes import bind_type
from oracle_standin.protocol import OracleError, TypeCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_standin.engine.contract import FlashbackSource, ObjectRef, TranslationContext
    from oracle_standin.engine.query import nodes, query_nodes


@dataclass(slots=True)
class Source:
    """One name that columns can be qualified with.

    `columns` are known for tables and views only. `stored` sources have a ROWID of their own;
    `numbered` ones have it as a column: subqueries that pass it on, and tables as they
    were.
    """

    reference: str
    ref: ObjectRef | None = None
    columns: tuple[str, ...] | None = None
    stored: bool = False
    numbered: bool = False

    @property
    def sql(self) -> str:
        """Return the reference as PostgreSQL text."""
        return quoted(self.reference)


@dataclass(slots=True)
class Scope:
    """The names of one query block, and those around it.

    `rownum` and `level` are the PostgreSQL text of the pseudo-columns where they are allowed.
    `merged` says that USING or NATURAL joins have merged columns. `conditions` are added to WHERE.
    """

    parent: Scope | None = None
    sources: list[Source] = field(default_factory=list)
    with_names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The queries of WITH clauses and their columns, as far as they are listed."""
    rownum: str | None = None
    level: str | None = None
    merged: bool = False
    using: set[tuple[str, str]] = field(default_factory=set)
    """Sources and the columns that USING has made one of: they take no qualifier."""
    drawn: set[str] = field(default_factory=set)
    """Sequences of which this block has drawn the row's value."""
    met: set[tuple[nodes.Name, str]] = field(default_factory=set)
    """The NEXTVALs that were written, and their sequences."""
    conditions: list[str] = field(default_factory=list)

    def chain(self) -> Iterator[Scope]:
        """Yield this scope and those around it, innermost first."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def source(self, reference: str) -> Source | None:
        """Return the nearest source of a name, or None."""
        for scope in self.chain():
            for source in scope.sources:
                if source.reference == reference:
                    return source
        return None

    def with_columns(self, name: str) -> tuple[str, ...]:
        """Return the listed columns of the WITH query that a name stands for."""
        return next(scope.with_names[name] for scope in self.chain() if name in scope.with_names)

    def has_with_name(self, name: str) -> bool:
        """Return whether a WITH clause in reach defines a name."""
        return any(name in scope.with_names for scope in self.chain())

    def owner_of(self, column: str) -> Source | None:
        """Return the source of this block that is known to have a column, or None."""
        for source in self.sources:
            if source.columns is not None and column in source.columns:
                return source
        return None

    def only_stored(self) -> Source:
        """Return the one table that an unqualified ROWID means; ORA-00918 or ORA-01446."""
        found = [source for source in self.sources if source.stored or source.numbered]
        if len(found) == 1:
            return found[0]
        if not found and len(self.sources) == 1:
            return self.sources[0]
        if found:
            raise OracleError(918, "column ambiguously defined")
        message = "cannot select ROWID from, or sample, a view with DISTINCT, GROUP BY, etc."
        raise OracleError(1446, message)


@dataclass(slots=True)
class Output:
    """The state of one translation.

    `parameters` are bind positions in the order of their $ numbers.
    """

    context: TranslationContext
    scope: Scope = field(default_factory=Scope)
    parameters: list[int] = field(default_factory=list)
    writes: bool = False
    locks_rows: bool = False
    lock_wait_seconds: int | None = None
    flashback: list[FlashbackSource] = field(default_factory=list)
    asked: ObjectRef | None = None
    """The view that the statement names, while the query of one is written in its place."""
    _made_names: int = 0

    def parameter(self, position: int) -> str:
        """Return the text of a bind as a typed parameter."""
        if position not in self.parameters:
            self.parameters.append(position)
        number = self.parameters.index(position) + 1
        binds = self.context.binds
        code = binds[position].type_code if position < len(binds) else TypeCode.VARCHAR
        return f"${number}::{bind_type(code)}"

    def new_name(self) -> str:
        """Return a name for something that the statement did not name."""
        self._made_names += 1
        return f"ora$q{self._made_names}"

    def enter(self) -> Scope:
        """Open a query block inside the present one."""
        self.scope = Scope(parent=self.scope)
        return self.scope

    def leave(self) -> None:
        """Close the innermost query block."""
        parent = self.scope.parent
        if parent is not None:
            self.scope = parent


def missing_table(schema: str, table: query_nodes.Table) -> OracleError:
    """Return the error for a table that is not there or not to be seen."""
    owner = table.schema or schema
    return OracleError(942, f'table or view "{owner}"."{table.name}" does not exist')
