"""The syntax tree of expressions: what the parser reads and the renderer writes.

Queries are in `query_nodes`, statements that change rows in `change_nodes`.

Every node is a frozen dataclass whose fields are nodes, tuples of nodes or plain values, so that
`tree.walk` and `tree.substitute` work on any of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oracle_standin.codecs import VectorShape


class Node:
    """Anything in the tree."""

    __slots__ = ()


class Expression(Node):
    """A value or a condition."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Number(Expression):
    """A number literal as written, with f or d at its end for the binary types."""

    text: str


@dataclass(frozen=True, slots=True)
class Text(Expression):
    """A text literal; an empty one is NULL."""

    value: str


@dataclass(frozen=True, slots=True)
class Null(Expression):
    """NULL."""


@dataclass(frozen=True, slots=True)
class Boolean(Expression):
    """TRUE or FALSE (23ai)."""

    value: bool


@dataclass(frozen=True, slots=True)
class Default(Expression):
    """DEFAULT as a value to store."""


@dataclass(frozen=True, slots=True)
class Typed(Expression):
    """A literal already in PostgreSQL's language: dates, timestamps, intervals."""

    sql: str


@dataclass(frozen=True, slots=True)
class BindValue(Expression):
    """A placeholder by its position among the placeholders of the statement."""

    position: int


@dataclass(frozen=True, slots=True)
class Name(Expression):
    """A column, pseudo-column, sequence value or function without parentheses.

    `parts` are exact names; `quoted` says of each part whether it was quoted. `outer` is (+).
    """

    parts: tuple[str, ...]
    quoted: tuple[bool, ...]
    outer: bool = False

    def is_word(self, *words: str) -> bool:
        """Return whether this is one of the given unquoted single words."""
        return len(self.parts) == 1 and not self.quoted[0] and self.parts[0] in words

    @property
    def qualifier(self) -> str | None:
        """Return the table part of a column reference, None without one."""
        return self.parts[-2] if len(self.parts) > 1 else None


@dataclass(frozen=True, slots=True)
class Star(Expression):
    """`*` or `t.*` in a select list; `*` in COUNT(*)."""

    qualifier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unary(Expression):
    """+, -, NOT, PRIOR or CONNECT_BY_ROOT before an operand."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Expression):
    """Arithmetic, ||, comparison, AND or OR."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Quantified(Expression):
    """ANY or ALL with a subquery or a list, the right side of a comparison."""

    quantifier: str
    values: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Between(Expression):
    """operand [NOT] BETWEEN low AND high."""

    operand: Expression
    low: Expression
    high: Expression
    negated: bool


@dataclass(frozen=True, slots=True)
class In(Expression):
    """operand [NOT] IN (values), a single subquery included."""

    operand: Expression
    values: tuple[Expression, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Like(Expression):
    """operand [NOT] LIKE pattern [ESCAPE character]."""

    operand: Expression
    pattern: Expression
    escape: Expression | None
    negated: bool


@dataclass(frozen=True, slots=True)
class VectorOf(Expression):
    """TO_VECTOR or VECTOR of text or of another vector.

    `shown` is the shape that the result is described with, if not its own.
    """

    operand: Expression
    shape: VectorShape
    shown: VectorShape | None = None


@dataclass(frozen=True, slots=True)
class Is(Expression):
    """operand IS [NOT] NULL, NAN, INFINITE, TRUE or FALSE."""

    operand: Expression
    what: str
    negated: bool


@dataclass(frozen=True, slots=True)
class IsJson(Expression):
    """operand IS [NOT] JSON; `scalars` is None where neither ALLOW nor DISALLOW is said.

    `kind` is VALUE, OBJECT, ARRAY or SCALAR.
    """

    operand: Expression
    negated: bool
    kind: str = "VALUE"
    strict: bool = False
    scalars: bool | None = None
    unique_keys: bool = False


@dataclass(frozen=True, slots=True)
class Row(Expression):
    """A list of expressions in parentheses."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Case(Expression):
    """CASE, simple when it has a subject."""

    subject: Expression | None
    branches: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression | None


@dataclass(frozen=True, slots=True)
class Cast(Expression):
    """CAST(operand AS type), the type in PostgreSQL's language.

    `national` tells NVARCHAR2 and NCHAR, which PostgreSQL has no types for.
    """

    operand: Expression
    type_name: str
    national: bool = False


@dataclass(frozen=True, slots=True)
class Extract(Expression):
    """EXTRACT(field FROM operand)."""

    field: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class AtZone(Expression):
    """operand AT TIME ZONE zone, or AT LOCAL when there is no zone."""

    operand: Expression
    zone: Expression | None


@dataclass(frozen=True, slots=True)
class Trim(Expression):
    """TRIM([side] [characters] FROM operand)."""

    side: str
    characters: Expression | None
    operand: Expression


@dataclass(frozen=True, slots=True)
class OrderItem(Node):
    """One sort key; `nulls` is FIRST, LAST or empty."""

    key: Expression
    descending: bool = False
    nulls: str = ""


@dataclass(frozen=True, slots=True)
class Window(Node):
    """OVER (...): `frame` is the windowing clause as words with its bounds."""

    partition: tuple[Expression, ...]
    order: tuple[OrderItem, ...]
    frame: tuple[str | Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A function call.

    `parts` are the names, `DBMS_LOB` and `GETLENGTH` for a package function. `within` is the
    order of WITHIN GROUP, `keep` FIRST or LAST with its order in `within`.
    """

    parts: tuple[str, ...]
    arguments: tuple[Expression, ...]
    distinct: bool = False
    ignore_nulls: bool = False
    within: tuple[OrderItem, ...] = ()
    keep: str = ""
    over: Window | None = None
    options: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return the dotted name."""
        return ".".join(self.parts)
