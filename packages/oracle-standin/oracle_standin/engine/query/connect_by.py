"""Writes hierarchical queries: START WITH and CONNECT BY as a recursion.

Every row of the source has a number, in the order of siblings, and a row of the tree carries the
numbers from its root to itself: its place in the order of the result, which is a parent before its
children, and what tells a loop. What a row needs of its parent (PRIOR) or of its root is carried
along as columns.

Source: SQL Language Reference, "Hierarchical Queries", "Hierarchical Query Pseudocolumns".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oracle_standin.engine.names import quoted
from oracle_standin.engine.query import aggregates, nodes, query_nodes, sources, tree
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.engine.query.render import as_text, render
from oracle_standin.engine.query.scope import Source
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_standin.engine.query.scope import Output

_PRIOR, _ROWS, _TREE = '"ora$prior"', '"ora$rows"', '"ora$tree"'
_PRIOR_LEVEL = f'{_PRIOR}."ora$level"'
_FLAGS = {"CONNECT_BY_ISLEAF": "ora$leaf", "CONNECT_BY_ISCYCLE": "ora$cycle"}
# A value that is never the same twice keeps rows from being taken for the ones they came from.
_UNIQUE_CALLS = {"SYS_GUID", "DBMS_RANDOM.VALUE"}


@dataclass(frozen=True, slots=True)
class _Carried:
    """A column of the tree: its value in a root, and in a row below another one."""

    name: str
    in_root: str
    below: str


@dataclass(slots=True)
class _Tree:
    """What is known while a tree is written."""

    source: Source
    carried: list[_Carried] = field(default_factory=list)
    columns: dict[nodes.Node, nodes.Name] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)

    @property
    def level(self) -> str:
        """Return the level of a row of the finished tree."""
        return f'{self.source.sql}."ora$level"'

    def column(self, name: str) -> nodes.Name:
        """Return a column of the tree."""
        return nodes.Name((self.source.reference, name), (True, True))

    def at(self, node: nodes.Expression, reference: str) -> nodes.Expression:
        """Return an expression whose columns are those of one of the two rows that are joined."""

        def qualified(part: nodes.Node) -> nodes.Node | None:
            if isinstance(part, query_nodes.Query):
                return part
            if not isinstance(part, nodes.Name) or not self._is_column(part):
                return None
            return nodes.Name((reference, part.parts[-1]), (True, part.quoted[-1]))

        return tree.substitute(node, qualified)

    def _is_column(self, name: nodes.Name) -> bool:
        if name.qualifier is not None:
            return name.qualifier == self.source.reference
        return name.is_word("ROWID") or name.parts[0] in (self.source.columns or ())


def is_operator(node: nodes.Node) -> bool:
    """Return whether a node asks for more of a tree than its levels."""
    if isinstance(node, nodes.Name):
        return node.is_word(*_FLAGS)
    if isinstance(node, nodes.Unary):
        return node.operator in _OPERATORS
    return isinstance(node, nodes.Call) and node.parts == ("SYS_CONNECT_BY_PATH",)


def rows(
    select: query_nodes.Select,
    order: tuple[nodes.OrderItem, ...],
    siblings: tuple[nodes.OrderItem, ...],
    out: Output,
) -> tuple[query_nodes.Select, tuple[nodes.OrderItem, ...], str]:
    """Return a hierarchical block without its hierarchy, its order, and FROM with the tree.

    Raises OracleError 1436 when it runs, for a row that is below itself, unless NOCYCLE is said.
    """
    numbered, source = _numbered_rows(select, siblings, out)
    grown = _Tree(source)
    out.scope.sources.append(source)
    prior = Source("ora$prior", columns=source.columns)
    out.scope.sources.append(prior)
    flat = query_nodes.Select(
        _carry(select.items, grown, out),
        (),
        select.distinct,
        _carry(select.where, grown, out),
        group_by=_carry(select.group_by, grown, out),
        having=_carry(select.having, grown, out),
    )
    order = _carry(order, grown, out)
    text = _recursion(select, numbered, grown, out)
    out.scope.sources.remove(prior)
    out.scope.level = grown.level
    return flat, order, f"({text}) AS {source.sql}"


def _numbered_rows(
    select: query_nodes.Select, siblings: tuple[nodes.OrderItem, ...], out: Output
) -> tuple[str, Source]:
    """Return the query of the source's rows with their numbers, and what they are known as."""
    scope = out.enter()
    try:
        from_clause = sources.from_clause(select.sources, out)
        source = scope.sources[0]
        if not source.columns:
            source.columns = _listed(select.sources[0], out)
        columns = [f"{source.sql}.{quoted(column)}" for column in source.columns]
        if any(isinstance(n, nodes.Name) and n.parts[-1] == "ROWID" for n in tree.walk(select)):
            columns.append(f'{render(nodes.Name(("ROWID",), (False,)), out)} AS "ROWID"')
        keys = aggregates.order_list(siblings, out)
        window = f"ORDER BY {keys}" if keys else ""
        columns.append(f'row_number() OVER ({window}) AS "ora$n"')
        where = f" WHERE {' AND '.join(scope.conditions)}" if scope.conditions else ""
        text = f"SELECT {', '.join(columns)} FROM {from_clause}{where}"  # noqa: S608
    finally:
        out.leave()
    return text, Source(source.reference, source.ref, source.columns, numbered=True)


def _listed(item: query_nodes.FromItem, out: Output) -> tuple[str, ...]:
    found = sources.known_columns(item, out)
    if not found:
        refuse("CONNECT BY over a subquery whose columns are not listed")
    return found


def _carry(part: tree.NodeType, grown: _Tree, out: Output) -> tree.NodeType:
    """Return a part of the block in which columns of the tree stand for its operators."""

    def carried(node: nodes.Node) -> nodes.Node | None:
        if isinstance(node, query_nodes.Query):
            return node
        if isinstance(node, nodes.Name) and node.is_word(*_FLAGS):
            grown.flags.add(node.parts[0])
            return grown.column(_FLAGS[node.parts[0]])
        if isinstance(node, nodes.Unary) and node.operator in _OPERATORS:
            return _kept(node, grown, lambda: _OPERATORS[node.operator](node.operand, grown, out))
        if isinstance(node, nodes.Call) and node.parts == ("SYS_CONNECT_BY_PATH",):
            return _kept(node, grown, lambda: _path(node, grown, out))
        return None

    return tree.substitute(part, carried)


def _kept(node: nodes.Node, grown: _Tree, values: Callable[[], tuple[str, str]]) -> nodes.Name:
    if node not in grown.columns:
        name = f"ora$v{len(grown.carried)}"
        in_root, below = (value.format(name=quoted(name)) for value in values())
        grown.carried.append(_Carried(name, in_root, below))
        grown.columns[node] = grown.column(name)
    return grown.columns[node]


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _of_row(node: nodes.Expression, grown: _Tree, out: Output, level: str) -> str:
    out.scope.level = level
    return _escaped(render(grown.at(node, grown.source.reference), out))


def _of_prior(operand: nodes.Expression, grown: _Tree, out: Output) -> tuple[str, str]:
    # A root has none, but a NULL of the right type.
    in_root = f"CASE WHEN false THEN {_of_row(operand, grown, out, '1::numeric')} END"
    out.scope.level = _PRIOR_LEVEL
    return in_root, _escaped(render(grown.at(operand, "ora$prior"), out))


def _of_root(operand: nodes.Expression, grown: _Tree, out: Output) -> tuple[str, str]:
    return _of_row(operand, grown, out, "1::numeric"), f"{_PRIOR}.{{name}}"


def _path(call: nodes.Call, grown: _Tree, out: Output) -> tuple[str, str]:
    if len(call.arguments) != 2 or not isinstance(call.arguments[1], nodes.Text):
        raise OracleError(30003, "illegal parameter in SYS_CONNECT_BY_PATH function")
    separator = _escaped(render(call.arguments[1], out))
    out.scope.level = f"({_PRIOR_LEVEL} + 1)"
    value = _escaped(as_text(grown.at(call.arguments[0], grown.source.reference), out))
    step = f"pg_catalog.concat({separator}, {value})"
    return step, f"pg_catalog.concat({_PRIOR}.{{name}}, {step})"


_OPERATORS = {"PRIOR": _of_prior, "CONNECT_BY_ROOT": _of_root}


# ---------------------------------------------------------------------------- the recursion


def _recursion(select: query_nodes.Select, numbered: str, grown: _Tree, out: Output) -> str:
    row = grown.source.sql
    out.scope.level = "1::numeric"
    start = f" WHERE {render(select.start_with, out)}" if select.start_with else ""
    first = ", ".join(
        [
            f'{row}.*, 1::numeric AS "ora$level", ARRAY[{row}."ora$n"] AS "ora$path"',
            'NULL::int8[] AS "ora$up"',
            *(f"{one.in_root} AS {quoted(one.name)}" for one in grown.carried),
        ]
    )
    condition = _condition(select, grown, out)
    checked = "true" if _is_checked(select) else "false"
    path = f'{_PRIOR}."ora$path", {row}."ora$n"'
    below = ", ".join(
        [
            f"{row}.*, {_PRIOR_LEVEL} + 1, ora.tree_path({path}, {checked})",
            f'{_PRIOR}."ora$path"',
            *(one.below for one in grown.carried),
        ]
    )
    joined = condition
    if select.nocycle:
        joined += f" AND pg_catalog.array_position({path}) IS NULL"
    flags = "".join(_flag(word, condition, row) for word in sorted(grown.flags))
    return (
        f"WITH RECURSIVE {_ROWS} AS MATERIALIZED ({numbered}), {_TREE} AS ("  # noqa: S608
        f"SELECT {first} FROM {_ROWS} AS {row}{start} UNION ALL "
        f"SELECT {below} FROM {_TREE} AS {_PRIOR} JOIN {_ROWS} AS {row} ON {joined}) "
        f'SELECT {_PRIOR}.*{flags} FROM {_TREE} AS {_PRIOR} ORDER BY "ora$path"'
    )


def _condition(select: query_nodes.Select, grown: _Tree, out: Output) -> str:
    """Return what joins a row to the one above it."""

    def above(node: nodes.Node) -> nodes.Node | None:
        if isinstance(node, nodes.Unary) and node.operator == "PRIOR":
            moved = grown.at(node.operand, "ora$prior")
            return tree.substitute(moved, _level_above)
        return None

    if select.connect_by is None:
        raise OracleError(905, "missing keyword")
    out.scope.level = f"({_PRIOR_LEVEL} + 1)"
    here = grown.at(tree.substitute(select.connect_by, above), grown.source.reference)
    return render(here, out)


def _level_above(node: nodes.Node) -> nodes.Node | None:
    is_level = isinstance(node, nodes.Name) and node.is_word("LEVEL")
    return nodes.Typed(_PRIOR_LEVEL) if is_level else None


def _is_checked(select: query_nodes.Select) -> bool:
    """Return whether a row below itself is an error: not when nothing ties it to its parent."""
    priors = [
        node
        for node in tree.walk(select.connect_by, into_queries=False)
        if isinstance(node, nodes.Unary) and node.operator == "PRIOR"
    ]
    unique = any(
        getattr(node, "name", None) in _UNIQUE_CALLS
        or getattr(node, "parts", None) in _UNIQUE_NAMES
        for prior in priors
        for node in tree.walk(prior)
    )
    return bool(priors) and not unique and not select.nocycle


_UNIQUE_NAMES = {tuple(name.split(".")) for name in _UNIQUE_CALLS}


def _flag(word: str, condition: str, row: str) -> str:
    if word == "CONNECT_BY_ISLEAF":
        same = f'k."ora$up" OPERATOR(pg_catalog.=) {_PRIOR}."ora$path"'
        test, yes, no = f"SELECT FROM {_TREE} k WHERE {same}", 0, 1
    else:
        loop = f'pg_catalog.array_position({_PRIOR}."ora$path", {row}."ora$n") IS NOT NULL'
        test, yes, no = f"SELECT FROM {_ROWS} AS {row} WHERE {condition} AND {loop}", 1, 0
    value = f"(CASE WHEN EXISTS ({test}) THEN {yes} ELSE {no} END)::numeric"
    return f", {value} AS {quoted(_FLAGS[word])}"
