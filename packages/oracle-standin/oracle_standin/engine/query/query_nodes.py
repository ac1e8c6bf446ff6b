"""The syntax tree of queries: query blocks, what their rows come from, and what surrounds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_standin.engine.query.nodes import Expression, Node

if TYPE_CHECKING:
    from oracle_standin.engine.query.nodes import Name, OrderItem


@dataclass(frozen=True, slots=True)
class SelectItem(Node):
    """A select list entry; `name` is the result column's name."""

    value: Expression
    name: str
    aliased: bool


@dataclass(frozen=True, slots=True)
class Sample(Node):
    """SAMPLE [BLOCK] (percent) [SEED (seed)]."""

    percent: str
    block: bool
    seed: str | None


@dataclass(frozen=True, slots=True)
class Flashback(Node):
    """AS OF, or VERSIONS BETWEEN if `versions`; limits None are MINVALUE and MAXVALUE.

    The limits are times if `times`, else SCNs; AS OF has the upper one only. `inherited` is the
    AS OF of a view or subquery around.
    """

    upper: Expression | None
    lower: Expression | None = None
    times: bool = False
    versions: bool = False
    inherited: bool = False


class FromItem(Node):
    """Something that rows come from."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Table(FromItem):
    """A table, view or synonym by name."""

    schema: str | None
    name: str
    alias: str | None
    partition: str | None = None
    sample: Sample | None = None
    flashback: Flashback | None = None

    @property
    def reference(self) -> str:
        """Return the name that columns are qualified with."""
        return self.alias or self.name


@dataclass(frozen=True, slots=True)
class Derived(FromItem):
    """A query in FROM."""

    query: Query
    alias: str | None
    lateral: bool = False


@dataclass(frozen=True, slots=True)
class Pivot(FromItem):
    """PIVOT: aggregates and values with their aliases."""

    source: FromItem
    measures: tuple[tuple[Expression, str | None], ...]
    columns: tuple[str, ...]
    values: tuple[tuple[Expression, str | None], ...]
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Unpivot(FromItem):
    """UNPIVOT: groups of columns, and the labels that tell them apart."""

    source: FromItem
    measures: tuple[str, ...]
    labels: tuple[str, ...]
    groups: tuple[tuple[tuple[str, ...], tuple[Expression, ...]], ...]
    include_nulls: bool = False
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Join(FromItem):
    """An ANSI join; `kind` is INNER, LEFT, RIGHT, FULL or CROSS."""

    kind: str
    left: FromItem
    right: FromItem
    condition: Expression | None = None
    using: tuple[str, ...] = ()
    natural: bool = False


@dataclass(frozen=True, slots=True)
class GroupBy(Node):
    """GROUP BY: expressions, or ROLLUP, CUBE and GROUPING SETS as calls of those names."""

    items: tuple[Expression, ...]


class Body(Node):
    """A SELECT or a set operation."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Select(Body):
    """One query block. `connect_by` and `start_with` make it hierarchical."""

    items: tuple[SelectItem, ...]
    sources: tuple[FromItem, ...]
    distinct: bool = False
    where: Expression | None = None
    start_with: Expression | None = None
    connect_by: Expression | None = None
    group_by: GroupBy | None = None
    having: Expression | None = None
    nocycle: bool = False


@dataclass(frozen=True, slots=True)
class SetOperation(Body):
    """UNION, INTERSECT or EXCEPT (MINUS) of two queries."""

    operator: str
    keep_duplicates: bool
    left: Body | Query
    right: Body | Query


@dataclass(frozen=True, slots=True)
class Search(Node):
    """SEARCH: the order of a recursive query's rows, DEPTH or BREADTH first, as a column."""

    first: str
    keys: tuple[str, ...]
    column: str


@dataclass(frozen=True, slots=True)
class Cycle(Node):
    """CYCLE: the columns whose return means a loop, and the column that marks it."""

    keys: tuple[str, ...]
    column: str
    marked: str
    unmarked: str


@dataclass(frozen=True, slots=True)
class WithQuery(Node):
    """One named query of a WITH clause."""

    name: str
    columns: tuple[str, ...]
    query: Query
    search: Search | None = None
    cycle: Cycle | None = None


@dataclass(frozen=True, slots=True)
class Fetch(Node):
    """OFFSET and FETCH: `count` rows or percent, None for all."""

    offset: Expression | None
    count: Expression | None
    percent: bool = False
    with_ties: bool = False


@dataclass(frozen=True, slots=True)
class ForUpdate(Node):
    """FOR UPDATE; `wait` is empty, NOWAIT, SKIP LOCKED or a number of seconds."""

    columns: tuple[Name, ...]
    wait: str


@dataclass(frozen=True, slots=True)
class Query(Node):
    """A whole query with everything around its body."""

    body: Body
    with_queries: tuple[WithQuery, ...] = ()
    order_by: tuple[OrderItem, ...] = ()
    siblings: tuple[OrderItem, ...] = ()
    fetch: Fetch | None = None
    for_update: ForUpdate | None = None


@dataclass(frozen=True, slots=True)
class CursorOf(Expression):
    """CURSOR (query)."""

    query: Query


@dataclass(frozen=True, slots=True)
class CursorRows(Expression):
    """CURSOR (query) where it may stand: the rows of the query in one text."""

    query: Query


@dataclass(frozen=True, slots=True)
class Exists(Expression):
    """EXISTS (query)."""

    query: Query


@dataclass(frozen=True, slots=True)
class Subquery(Expression):
    """A query in parentheses as a value."""

    query: Query
