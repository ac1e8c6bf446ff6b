"""Writes aggregate and analytic functions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine.query import analytics, function_names, nodes
from oracle_standin.engine.query import render as renderer
from oracle_standin.engine.query.literals import quoted_text
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.engine.query.word_sets import word_set
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.query.scope import Output

_AS_NUMERIC = word_set(
    """
    COUNT ROW_NUMBER RANK DENSE_RANK NTILE CUME_DIST PERCENT_RANK CORR COVAR_POP
    COVAR_SAMP
    """
)
_PLAIN = {
    "COUNT": "count",
    "SUM": "sum",
    "MIN": "min",
    "MAX": "max",
}
_DISTINCT_SPREADS = {
    "STDDEV": "stddev_samp",
    "STDDEV_SAMP": "stddev_samp",
    "STDDEV_POP": "stddev_pop",
    "VARIANCE": "var_samp",
    "VAR_SAMP": "var_samp",
    "VAR_POP": "var_pop",
}
_NEED_ORDER = word_set(
    """
    ROW_NUMBER RANK DENSE_RANK NTILE CUME_DIST PERCENT_RANK LAG LEAD
    """
)
_HYPOTHETICAL = {"RANK", "DENSE_RANK", "PERCENT_RANK", "CUME_DIST"}


def render_aggregate(node: nodes.Call, out: Output) -> str:
    """Return the PostgreSQL text of an aggregate or analytic call."""
    name = node.parts[0]
    if name in function_names.RANKINGS and node.over is None and not node.within:
        message = "missing window specification for this function"
        raise OracleError(30484, message)
    if name != "COUNT" and any(isinstance(item, nodes.Star) for item in node.arguments):
        raise OracleError(936, "missing expression")
    if name not in function_names.RANKINGS and not node.arguments:
        raise OracleError(909, "invalid number of arguments")
    if node.over is not None and not node.over.order and name in _NEED_ORDER:
        raise OracleError(30485, "missing ORDER BY expression in the window specification")
    if node.ignore_nulls:
        return analytics.known(node, out)
    if node.keep:
        return _keep(node, out)
    if name in _WRITERS:
        return _WRITERS[name](node, out)
    return _finished(node, _simple(node, out), out)


def _finished(node: nodes.Call, text: str, out: Output) -> str:
    text += over(node.over, out)
    return f"({text})::numeric" if node.parts[0] in _AS_NUMERIC else text


def _simple(node: nodes.Call, out: Output) -> str:
    name = node.parts[0]
    distinct = "DISTINCT " if node.distinct else ""
    if node.arguments and isinstance(node.arguments[0], nodes.Star):
        return "pg_catalog.count(*)"
    function = _PLAIN.get(name, name.lower())
    return f"{function}({distinct}{renderer.render_list(node.arguments, out)})"


def over(window: nodes.Window | None, out: Output) -> str:
    """Return the OVER clause, empty without one."""
    if window is None:
        return ""
    parts = []
    if window.partition:
        parts.append(f"PARTITION BY {renderer.render_list(window.partition, out)}")
    if window.order:
        parts.append(f"ORDER BY {order_list(window.order, out)}")
    if window.frame:
        parts.append(_frame(window.frame, out))
    return f" OVER ({' '.join(parts)})"


def _frame(frame: tuple[str | nodes.Expression, ...], out: Output) -> str:
    counted = frame[0] in {"ROWS", "GROUPS"}
    words = []
    for part in frame:
        if isinstance(part, str):
            words.append(part)
        else:
            text = renderer.render(part, out)
            words.append(f"({text})::int8" if counted else text)
    return " ".join(words)


def order_list(items: tuple[nodes.OrderItem, ...], out: Output) -> str:
    """Return sort keys. Without NULLS, both databases put NULL last, or first when descending."""
    return ", ".join(order_item(item, renderer.render(item.key, out)) for item in items)


def order_item(item: nodes.OrderItem, key: str) -> str:
    """Return one sort key with its direction."""
    direction = " DESC" if item.descending else ""
    nulls = f" NULLS {item.nulls}" if item.nulls else ""
    return f"{key}{direction}{nulls}"


def _avg(node: nodes.Call, out: Output) -> str:
    # PostgreSQL's avg() rounds to 16 digits or so, Oracle's keeps what NUMBER holds.
    value = renderer.render(node.arguments[0], out)
    distinct = "DISTINCT " if node.distinct else ""
    window = over(node.over, out)
    total, count = f"sum({distinct}{value}){window}", f"count({distinct}{value}){window}"
    return f"({total} / NULLIF({count}, 0)::numeric)"


def _spread(node: nodes.Call, out: Output) -> str:
    """Return a standard deviation or variance with all digits of NUMBER.

    PostgreSQL's have 16 or so. The spread of a single value is 0 in Oracle, NULL for a sample.
    """
    name = node.parts[0]
    value, window = renderer.render(node.arguments[0], out), over(node.over, out)
    count = f"(count({'DISTINCT ' if node.distinct else ''}{value}){window})::numeric"
    if node.distinct:
        variance = f"{_DISTINCT_SPREADS[name]}(DISTINCT {value}){window}"
    else:
        total, squares = f"sum({value}){window}", f"sum({value} * {value}){window}"
        divisor = count if name.endswith("_POP") else f"NULLIF({count} - 1, 0)"
        variance = f"GREATEST(({squares} - {total} * {total} / NULLIF({count}, 0)) / {divisor}, 0)"
        variance = f"CASE WHEN {total} IS NOT NULL THEN {variance} END"
        if name.startswith("STDDEV"):
            variance = f"sqrt({variance})"
    if name.endswith("_SAMP"):
        return f"CASE {count} WHEN 1 THEN NULL ELSE {variance} END"
    return f"CASE {count} WHEN 1 THEN 0 ELSE {variance} END"


def _listagg(node: nodes.Call, out: Output) -> str:
    value = renderer.as_text(node.arguments[0], out)
    separator = "''"
    if len(node.arguments) > 1:
        separator = f"({renderer.render(node.arguments[1], out)})::text"
    order = f"ORDER BY {order_list(node.within, out)}" if node.within else ""
    if node.options[:1] == ("TRUNCATE",):
        return _truncated(node, f"array_agg(({value})::text {order})", separator)
    if node.distinct:
        return _listed_once(node, separator, out)
    if node.over is None:
        return f"ora.listagg_result(string_agg(({value})::text, {separator} {order}))"
    partition = renderer.render_list(node.over.partition, out)
    parts = [f"PARTITION BY {partition}" if partition else "", order]
    if order:
        parts.append("ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING")
    joined = f"string_agg(({value})::text, {separator}) OVER ({' '.join(parts)})"
    return f"ora.listagg_result({joined})"


def _truncated(node: nodes.Call, parts: str, separator: str) -> str:
    if node.over is not None or node.distinct:
        refuse("ON OVERFLOW TRUNCATE with DISTINCT or OVER")
    words = node.options[1:]
    filler = words[0] if words and words[0] not in {"WITH", "WITHOUT"} else "..."
    counted = "false" if "WITHOUT" in words else "true"
    return f"ora.listagg_truncated({parts}, {separator}, {quoted_text(filler)}, {counted})"


def _listed_once(node: nodes.Call, separator: str, out: Output) -> str:
    if node.over is not None:
        refuse("LISTAGG(DISTINCT ...) OVER")
    if any(item.key != node.arguments[0] for item in node.within):
        raise OracleError(30482, "DISTINCT option not allowed for this function")
    value = renderer.render(node.arguments[0], out)
    key = order_item(node.within[0], value) if node.within else value
    return (
        f"ora.listagg_result(ora.joined(array_agg(DISTINCT {value} ORDER BY {key}), {separator}))"
    )


def _neighbour(node: nodes.Call, out: Output) -> str:
    arguments = [renderer.render(argument, out) for argument in node.arguments]
    if len(arguments) > 1:
        arguments[1] = f"({arguments[1]})::int4"
    text = f"{node.parts[0].lower()}({', '.join(arguments)})"
    return text + over(node.over, out)


def _ntile(node: nodes.Call, out: Output) -> str:
    count = renderer.render(node.arguments[0], out)
    return _finished(node, f"ntile(({count})::int4)", out)


def _ratio(node: nodes.Call, out: Output) -> str:
    value = renderer.render(node.arguments[0], out)
    return f"({value} / NULLIF(sum({value}){over(node.over, out)}, 0))"


def _percentile(node: nodes.Call, out: Output) -> str:
    if len(node.within) != 1:
        raise OracleError(30491, "missing ORDER BY clause")
    share = renderer.render(node.arguments[0], out)
    item = node.within[0]
    key = renderer.render(item.key, out)
    if node.parts[0] == "PERCENTILE_CONT":
        placed = f"1 - ({share})" if item.descending else share
        return f"ora.percentile({placed}, {key}){over(node.over, out)}"
    if node.over is not None:
        refuse("PERCENTILE_DISC OVER")
    return f"percentile_disc(({share})::float8) WITHIN GROUP (ORDER BY {order_item(item, key)})"


def _median(node: nodes.Call, out: Output) -> str:
    key = renderer.render(node.arguments[0], out)
    return f"ora.percentile(0.5, {key}){over(node.over, out)}"


def _mode(node: nodes.Call, out: Output) -> str:
    if node.over is not None:
        raise OracleError(923, "FROM keyword not found where expected")
    return f"mode() WITHIN GROUP (ORDER BY {renderer.render(node.arguments[0], out)})"


def _count(node: nodes.Call, out: Output) -> str:
    if node.distinct and node.over is not None:
        value = renderer.as_text(node.arguments[0], out)
        return f"ora.count_distinct(({value})::text){over(node.over, out)}"
    return _finished(node, _simple(node, out), out)


def _count_distinct(node: nodes.Call, out: Output) -> str:
    return _count(replace(node, parts=("COUNT",), distinct=True), out)


def _rank(node: nodes.Call, out: Output) -> str:
    if not node.within:
        return _finished(node, _simple(node, out), out)
    # The rank that a row with these values would have.
    text = f"{_simple(node, out)} WITHIN GROUP (ORDER BY {order_list(node.within, out)})"
    return f"({text})::numeric"


def _keep(node: nodes.Call, out: Output) -> str:
    """Return MIN or MAX over the rows that come first or last in an order."""
    name = node.parts[0]
    if name not in {"MIN", "MAX"} or node.over is not None:
        refuse(f"{name} KEEP" + (" OVER" if node.over else ""))
    keys = [_reversed(item) if node.keep == "LAST" else item for item in node.within]
    value = renderer.render(node.arguments[0], out)
    direction = "DESC NULLS LAST" if name == "MAX" else "ASC NULLS LAST"
    order = order_list(tuple(keys), out)
    return f"(array_agg({value} ORDER BY {order}, {value} {direction}))[1]"


def _reversed(item: nodes.OrderItem) -> nodes.OrderItem:
    nulls = {"FIRST": "LAST", "LAST": "FIRST", "": ""}[item.nulls]
    return nodes.OrderItem(item.key, not item.descending, nulls)


_WRITERS = {
    "AVG": _avg,
    "COUNT": _count,
    "APPROX_COUNT_DISTINCT": _count_distinct,
    "STATS_MODE": _mode,
    **dict.fromkeys(_DISTINCT_SPREADS, _spread),
    **dict.fromkeys(_HYPOTHETICAL, _rank),
    "LISTAGG": _listagg,
    "LAG": _neighbour,
    "LEAD": _neighbour,
    "NTH_VALUE": _neighbour,
    "NTILE": _ntile,
    "RATIO_TO_REPORT": _ratio,
    "PERCENTILE_CONT": _percentile,
    "PERCENTILE_DISC": _percentile,
    "MEDIAN": _median,
}
