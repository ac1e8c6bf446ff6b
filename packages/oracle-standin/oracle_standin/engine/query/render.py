"""Writes expressions in PostgreSQL's language.

`render` knows a way to write each node that it accepts; a node without one cannot come through.
"""

from __future__ import annotations

from functools import singledispatch

from oracle_standin.engine import vectors
from oracle_standin.engine.query import nodes, pseudo_columns, query_nodes
from oracle_standin.engine.query.functions import render_call
from oracle_standin.engine.query.kinds import Kind, kind_of
from oracle_standin.engine.query.literals import quoted_text
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.engine.query.scope import Output
from oracle_standin.protocol import OracleError


@singledispatch
def render(node: nodes.Node, _out: Output) -> str:
    """Return the PostgreSQL text of a node."""
    refuse(f"{type(node).__name__.lower()} here")


def render_list(items: tuple[nodes.Expression, ...], out: Output) -> str:
    """Return expressions separated by commas."""
    return ", ".join(render(item, out) for item in items)


@render.register
def _number(node: nodes.Number, _out: Output) -> str:
    text = node.text
    if text[-1] in "fF":
        return f"'{text[:-1]}'::float4"
    if text[-1] in "dD":
        return f"'{text[:-1]}'::float8"
    return f"{text}::numeric"


@render.register
def _text(node: nodes.Text, _out: Output) -> str:
    if not node.value:
        return "NULL::text"
    # Oracle's text literals are CHAR: compared with CHAR, blanks at the end do not count.
    return f"{quoted_text(node.value)}::bpchar"


@render.register
def _null(_node: nodes.Null, _out: Output) -> str:
    return "NULL"


@render.register
def _boolean(node: nodes.Boolean, _out: Output) -> str:
    return _truth(node.value)


@render.register
def _default(_node: nodes.Default, _out: Output) -> str:
    raise OracleError(936, "missing expression")


@render.register
def _typed(node: nodes.Typed, _out: Output) -> str:
    return node.sql


@render.register
def _bind(node: nodes.BindValue, out: Output) -> str:
    return out.parameter(node.position)


@render.register
def _name(node: nodes.Name, out: Output) -> str:
    return pseudo_columns.render_name(node, out)


@render.register
def _unary(node: nodes.Unary, out: Output) -> str:
    if node.operator in {"PRIOR", "CONNECT_BY_ROOT"}:
        raise OracleError(1788, "CONNECT BY clause required in this query block")
    operand = render(node.operand, out)
    if node.operator == "NOT":
        return f"(NOT {operand})"
    return f"({node.operator} {operand})"


@render.register
def _binary(node: nodes.Binary, out: Output) -> str:
    if isinstance(node.right, nodes.Quantified):
        return _quantified(node, node.right, out)
    if _is_comparison(node.operator) and _is_rows(node.left, node.right):
        return _row_comparison(node, out)
    return f"({render(node.left, out)} {node.operator} {render(node.right, out)})"


def _is_comparison(operator: str) -> bool:
    return operator in {"=", "<>", "<", "<=", ">", ">="}


def _is_rows(left: nodes.Expression, right: nodes.Expression) -> bool:
    return _is_row(left) and isinstance(right, nodes.Row | query_nodes.Subquery)


def _is_row(node: nodes.Expression) -> bool:
    return isinstance(node, nodes.Row) and len(node.items) > 1


def _row_comparison(node: nodes.Binary, out: Output) -> str:
    left, right = _unwrapped(node.left), _unwrapped(node.right)
    if isinstance(left, nodes.Row) and isinstance(right, nodes.Row):
        return _columns_comparison(left, right, node.operator, out)
    return f"({render(left, out)} {node.operator} {render(right, out)})"


def _unwrapped(node: nodes.Expression) -> nodes.Expression:
    """Return what stands in parentheses that hold nothing else."""
    while isinstance(node, nodes.Row) and len(node.items) == 1:
        node = node.items[0]
    return node


def _columns_comparison(left: nodes.Row, right: nodes.Row, operator: str, out: Output) -> str:
    if len(left.items) != len(right.items):
        raise OracleError(913 if len(right.items) > len(left.items) else 947, "invalid row size")
    if operator not in {"=", "<>"}:
        raise OracleError(1796, "this operator cannot be used with lists")
    pairs = zip(left.items, right.items, strict=True)
    equal = " AND ".join(f"{render(a, out)} = {render(b, out)}" for a, b in pairs)
    return f"({equal})" if operator == "=" else f"(NOT ({equal}))"


def _quantified(node: nodes.Binary, right: nodes.Quantified, out: Output) -> str:
    left = render(node.left, out)
    first = right.values[0]
    if isinstance(first, query_nodes.Subquery):
        return f"({left} {node.operator} {right.quantifier} {render(first, out)})"
    joint = " OR " if right.quantifier == "ANY" else " AND "
    parts = (f"{left} {node.operator} {render(value, out)}" for value in right.values)
    return f"({joint.join(parts)})"


@render.register
def _between(node: nodes.Between, out: Output) -> str:
    negation = "NOT " if node.negated else ""
    low, high = render(node.low, out), render(node.high, out)
    return f"({render(node.operand, out)} {negation}BETWEEN {low} AND {high})"


@render.register
def _in(node: nodes.In, out: Output) -> str:
    word = "NOT IN" if node.negated else "IN"
    operand = render(node.operand, out)
    if len(node.values) == 1 and isinstance(node.values[0], query_nodes.Subquery):
        return f"({operand} {word} {render(node.values[0], out)})"
    if _is_row(node.operand):
        return _in_rows(node, out)
    return f"({operand} {word} ({render_list(node.values, out)}))"


def _in_rows(node: nodes.In, out: Output) -> str:
    equal = (nodes.Binary("=", node.operand, value) for value in node.values)
    text = " OR ".join(_row_comparison(comparison, out) for comparison in equal)
    return f"(NOT ({text}))" if node.negated else f"({text})"


@render.register
def _like(node: nodes.Like, out: Output) -> str:
    word = "NOT LIKE" if node.negated else "LIKE"
    _check_escapes(node)
    # Without ESCAPE no character escapes, unlike PostgreSQL's backslash.
    escape = render(node.escape, out) if node.escape else "''"
    operand, pattern = as_text(node.operand, out), as_text(node.pattern, out)
    return f"({operand} {word} {pattern} ESCAPE {escape})"


def _check_escapes(node: nodes.Like) -> None:
    """Raise ORA-01425 and ORA-01424 for an escape that is none, where both are literals."""
    if not isinstance(node.escape, nodes.Text) or not isinstance(node.pattern, nodes.Text):
        return
    escape = node.escape.value
    if len(escape) != 1:
        raise OracleError(1425, "escape character must be character string of length 1")
    rest = iter(node.pattern.value)
    if any(c == escape and next(rest, "") not in {"%", "_", escape} for c in rest):
        raise OracleError(1424, "missing or illegal character following the escape character")


def as_text(node: nodes.Expression, out: Output) -> str:
    """Return an expression where text is needed, converted as Oracle does implicitly."""
    text = render(node, out)
    if kind_of(node) is Kind.TEXT:
        return text
    return f"ora.text_of({text})"


@render.register
def _is(node: nodes.Is, out: Output) -> str:
    operand = render(node.operand, out)
    if node.what in {"NAN", "INFINITE"}:
        test = "= 'NaN'" if node.what == "NAN" else "IN ('Infinity', '-Infinity')"
        condition = f"({operand}::float8 {test})"
        return f"(NOT {condition})" if node.negated else condition
    return f"({operand} IS {'NOT ' if node.negated else ''}{node.what})"


@render.register
def _is_json(node: nodes.IsJson, out: Output) -> str:
    scalars = out.context.server.since(23) if node.scalars is None else node.scalars
    options = ", ".join(map(_truth, (node.strict, scalars, node.unique_keys)))
    condition = f"ora.is_json({render(node.operand, out)}, {options}, {quoted_text(node.kind)})"
    return f"(NOT {condition})" if node.negated else condition


def _truth(value: bool) -> str:  # noqa: FBT001 - as SQL writes it
    return "true" if value else "false"


@render.register
def _row(node: nodes.Row, out: Output) -> str:
    if len(node.items) == 1:
        return render(node.items[0], out)
    return f"({render_list(node.items, out)})"


@render.register
def _case(node: nodes.Case, out: Output) -> str:
    parts = ["CASE"]
    if node.subject is not None:
        parts.append(render(node.subject, out))
    for condition, value in node.branches:
        parts.append(f"WHEN {render(condition, out)} THEN {render(value, out)}")
    if node.otherwise is not None:
        parts.append(f"ELSE {render(node.otherwise, out)}")
    return " ".join([*parts, "END"])


@render.register
def _cast(node: nodes.Cast, out: Output) -> str:
    return f"({render(node.operand, out)})::{node.type_name}"


@render.register
def _vector_of(node: nodes.VectorOf, out: Output) -> str:
    made = f"ora.vector_of({render(node.operand, out)}, {vectors.modifier(node.shape)}, true)"
    return f"({made})::{vectors.type_name(node.shown or node.shape)}"


@render.register
def _extract(node: nodes.Extract, out: Output) -> str:
    text_fields = {"TIMEZONE_REGION", "TIMEZONE_ABBR"}
    function = "extract_text_field" if node.field in text_fields else "extract_field"
    return f"ora.{function}({quoted_text(node.field)}, {render(node.operand, out)})"


@render.register
def _at_zone(node: nodes.AtZone, out: Output) -> str:
    zone = "ora.session_zone()" if node.zone is None else as_text(node.zone, out)
    return f"ora.at_zone({render(node.operand, out)}, {zone})"


@render.register
def _trim(node: nodes.Trim, out: Output) -> str:
    function = {"LEADING": "ltrim", "TRAILING": "rtrim", "BOTH": "btrim"}[node.side]
    operand = as_text(node.operand, out)
    if node.characters is None:
        return f'"{function}"({operand})'
    return f'"{function}"({operand}, {as_text(node.characters, out)})'


@render.register
def _call(node: nodes.Call, out: Output) -> str:
    return render_call(node, out)
