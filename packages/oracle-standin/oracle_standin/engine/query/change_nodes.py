"""The syntax tree of INSERT, UPDATE, DELETE and MERGE."""

from __future__ import annotations

from dataclasses import dataclass

from oracle_standin.engine.query import nodes, query_nodes


@dataclass(frozen=True, slots=True)
class Insert(nodes.Node):
    """INSERT INTO; rows of values or a query. No columns: all visible ones."""

    target: query_nodes.Table
    columns: tuple[str, ...]
    rows: tuple[tuple[nodes.Expression, ...], ...]
    query: query_nodes.Query | None
    returning: tuple[nodes.Expression, ...] = ()
    return_binds: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class InsertBranch(nodes.Node):
    """One INTO of a multi-table insert."""

    target: query_nodes.Table
    columns: tuple[str, ...]
    values: tuple[nodes.Expression, ...]
    condition: nodes.Expression | None


@dataclass(frozen=True, slots=True)
class MultiInsert(nodes.Node):
    """INSERT ALL."""

    branches: tuple[InsertBranch, ...]
    query: query_nodes.Query


@dataclass(frozen=True, slots=True)
class Assignment(nodes.Node):
    """SET column = value, or SET (columns) = (subquery)."""

    columns: tuple[str, ...]
    value: nodes.Expression


@dataclass(frozen=True, slots=True)
class Update(nodes.Node):
    """UPDATE."""

    target: query_nodes.Table
    assignments: tuple[Assignment, ...]
    where: nodes.Expression | None
    returning: tuple[nodes.Expression, ...] = ()
    return_binds: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Delete(nodes.Node):
    """DELETE."""

    target: query_nodes.Table
    where: nodes.Expression | None
    returning: tuple[nodes.Expression, ...] = ()
    return_binds: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Merge(nodes.Node):
    """MERGE. `assignments` empty: no update; `insert_values` empty: no insert."""

    target: query_nodes.Table
    source: query_nodes.FromItem
    condition: nodes.Expression
    assignments: tuple[Assignment, ...]
    update_where: nodes.Expression | None
    delete_where: nodes.Expression | None
    insert_columns: tuple[str, ...]
    insert_values: tuple[nodes.Expression, ...]
    insert_where: nodes.Expression | None


Statement = query_nodes.Query | Insert | MultiInsert | Update | Delete | Merge
