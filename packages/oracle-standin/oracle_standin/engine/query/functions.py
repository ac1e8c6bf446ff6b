"""Writes function calls; a function that is not on the allow-list is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.query import (
    aggregates,
    function_names,
    nodes,
    object_calls,
    vector_calls,
)
from oracle_standin.engine.query import render as renderer
from oracle_standin.engine.query.kinds import Kind, kind_of
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_standin.engine.query.scope import Output


def is_known(parts: tuple[str, ...]) -> bool:
    """Return whether a dotted name is a package function that may be called."""
    return _package_function(parts) is not None or _looks_packaged(parts)


def is_built_in(name: str) -> bool:
    """Return whether an unqualified name is that of a function of SQL."""
    return (
        name in SPECIAL
        or name in function_names.PLAIN
        or name in function_names.LEADING_TEXTS
        or name in function_names.AGGREGATES
        or name in function_names.RANKINGS
        or name in function_names.UNSUPPORTED
    )


def render_call(node: nodes.Call, out: Output) -> str:
    """Return the PostgreSQL text of a call; ORA-00904 for an unknown function."""
    if len(node.parts) > 1:
        return _package_call(node, out)
    name = node.parts[0]
    if name in function_names.AGGREGATES or name in function_names.RANKINGS:
        return aggregates.render_aggregate(node, out)
    _refuse_aggregate_clauses(node)
    special = SPECIAL.get(name)
    if special is not None:
        least, most, write = special
        _check_count(node, least, most)
        return write(node, out)
    if name in function_names.LEADING_TEXTS:
        return _with_texts(node, out, function_names.LEADING_TEXTS[name])
    if name in function_names.PLAIN:
        return _plain(node, out)
    if name in function_names.UNSUPPORTED:
        refuse(f"function {name}")
    return _constructor(node, out)


def _constructor(node: nodes.Call, out: Output) -> str:
    found = out.context.resolver.constructor(node.parts)
    if found is None:
        raise _unknown(node, out)
    return object_calls.render(node, found, out)


def _unknown(node: nodes.Call, out: Output) -> OracleError:
    if out.context.resolver.is_program(node.parts):
        refuse(f"the call of the stored function {node.name} in SQL")
    return OracleError(904, ".".join(f'"{part}"' for part in node.parts) + ": invalid identifier")


def _refuse_aggregate_clauses(node: nodes.Call) -> None:
    if node.over is not None or node.within or node.distinct or node.ignore_nulls:
        message = "missing FROM keyword" if node.over else "missing right parenthesis"
        raise OracleError(923 if node.over else 907, message)


def _check_count(node: nodes.Call, least: int, most: int) -> None:
    if len(node.arguments) < least:
        raise OracleError(938, "not enough arguments for function")
    if len(node.arguments) > most:
        raise OracleError(939, "too many arguments for function")


def _plain(node: nodes.Call, out: Output) -> str:
    _check_options(node)
    return f'"{node.parts[0].lower()}"({renderer.render_list(node.arguments, out)})'


def _check_options(node: nodes.Call) -> None:
    allowed = {"NULL", "ON", "EMPTY", "ERROR"}
    unhandled = [word for word in node.options if word not in allowed]
    if unhandled or node.options[:2] == ("ERROR", "ON"):
        refuse(f"{' '.join(node.options)} in {node.name}")


def _with_texts(node: nodes.Call, out: Output, count: int) -> str:
    arguments = [
        renderer.as_text(argument, out) if index < count else renderer.render(argument, out)
        for index, argument in enumerate(node.arguments)
    ]
    return f'"{node.parts[0].lower()}"({", ".join(arguments)})'


def _package_function(parts: tuple[str, ...]) -> str | None:
    kept = parts[1:] if parts[0] == "SYS" else parts
    dotted = ".".join(kept)
    return "__".join(kept).lower() if dotted in function_names.PACKAGED else None


def _looks_packaged(parts: tuple[str, ...]) -> bool:
    kept = parts[1:] if parts[0] == "SYS" else parts
    return len(kept) == 2 and kept[0].startswith(function_names.PACKAGES)


def _package_call(node: nodes.Call, out: Output) -> str:
    function = _package_function(node.parts)
    if function is not None:
        return f'"SYS".{function}({renderer.render_list(node.arguments, out)})'
    if _looks_packaged(node.parts):
        refuse(f"function {node.name}", 904)
    return _constructor(node, out)


# ------------------------------------------------------------------------------ special forms


def _nvl(node: nodes.Call, out: Output) -> str:
    return f"ora.nvl({renderer.render_list(node.arguments, out)})"


def _nvl2(node: nodes.Call, out: Output) -> str:
    tested = renderer.render(node.arguments[0], out)
    present, absent = _alike(node.arguments[1:], out)
    return f"CASE WHEN {tested} IS NOT NULL THEN {present} ELSE {absent} END"


def _alike(values: tuple[nodes.Expression, ...], out: Output) -> list[str]:
    """Return values converted to the type of the first, as far as the texts tell."""
    first = kind_of(values[0])
    if isinstance(values[0], nodes.Null):
        first = Kind.TEXT if any(kind_of(value) is Kind.TEXT for value in values) else first
    written = []
    for value in values:
        text = renderer.render(value, out)
        if first is Kind.TEXT and kind_of(value) is not Kind.TEXT:
            text = f"ora.text_of({text})"
        elif first is Kind.NUMBER and kind_of(value) is Kind.TEXT:
            text = f"ora.number_of({text})"
        written.append(text)
    return written


def _coalesce(node: nodes.Call, out: Output) -> str:
    kinds = {kind_of(argument) for argument in node.arguments}
    if {Kind.TEXT, Kind.NUMBER} <= kinds:
        message = "inconsistent datatypes: expected NUMBER got CHAR"
        raise OracleError(932, message)
    return f"COALESCE({', '.join(_alike(node.arguments, out))})"


def _nullif(node: nodes.Call, out: Output) -> str:
    if isinstance(node.arguments[0], nodes.Null):
        raise OracleError(932, "inconsistent datatypes: expected - got CHAR")
    return f"NULLIF({renderer.render_list(node.arguments, out)})"


def _decode(node: nodes.Call, out: Output) -> str:
    subject = renderer.render(node.arguments[0], out)
    rest = node.arguments[1:]
    pairs = len(rest) // 2
    results = [rest[2 * index + 1] for index in range(pairs)]
    if len(rest) % 2:
        results.append(rest[-1])
    written = _alike(tuple(results), out)
    branches = [
        f"WHEN {_same(subject, rest[2 * index], out)} THEN {written[index]}"
        for index in range(pairs)
    ]
    otherwise = f" ELSE {written[-1]}" if len(rest) % 2 else ""
    return f"CASE {' '.join(branches)}{otherwise} END"


def _same(subject: str, searched: nodes.Expression, out: Output) -> str:
    """Return a comparison in which NULL equals NULL."""
    if isinstance(searched, nodes.Null) or searched == nodes.Text(""):
        return f"{subject} IS NULL"
    text = renderer.render(searched, out)
    if isinstance(searched, nodes.Number | nodes.Text):
        return f"{subject} = {text}"
    return f"({subject} = {text} OR ({subject} IS NULL AND {text} IS NULL))"


def _extreme(node: nodes.Call, out: Output) -> str:
    # Unlike PostgreSQL's, Oracle's GREATEST and LEAST are NULL when an argument is.
    values = _alike(node.arguments, out)
    tests = " OR ".join(f"{value} IS NULL" for value in values)
    return f"CASE WHEN {tests} THEN NULL ELSE {node.parts[0]}({', '.join(values)}) END"


def _clock(node: nodes.Call, out: Output) -> str:
    return f'"SYS"."{node.parts[0].lower()}"({renderer.render_list(node.arguments, out)})'


def _grouping(node: nodes.Call, out: Output) -> str:
    return f"(GROUPING({renderer.render_list(node.arguments, out)}))::numeric"


def _not_true(node: nodes.Call, out: Output) -> str:
    return f"(({renderer.render(node.arguments[0], out)}) IS NOT TRUE)"


def _validation(node: nodes.Call, out: Output) -> str:
    value, *rest = node.arguments
    texts = [renderer.as_text(value, out), *(renderer.render(item, out) for item in rest)]
    return f"ora.validate_conversion({', '.join(texts)})"


def _path(_node: nodes.Call, _out: Output) -> str:
    # Where there is a tree, its columns have taken the place of the call.
    raise OracleError(1788, "CONNECT BY clause required in this query block")


def _conversion(node: nodes.Call, out: Output) -> str:
    arguments = ", ".join(renderer.as_text(argument, out) for argument in node.arguments)
    return f"ora.{node.parts[0].removeprefix('ORA$').lower()}_or({arguments})"


def _json(node: nodes.Call, out: Output) -> str:
    if set(node.options) - {"FORMAT", "JSON", "LAX"}:
        refuse(f"{' '.join(node.options)} in JSON")
    # Without its schema this would be a cast to PostgreSQL's type of that name.
    return f'"SYS".json({renderer.render_list(node.arguments, out)})'


def _serialized(node: nodes.Call, out: Output) -> str:
    if node.options != ("ERROR", "ON", "ERROR"):
        return _plain(node, out)
    return f"ora.json_serialize_or_fail({renderer.render_list(node.arguments, out)})"


def _vector_text(node: nodes.Call, out: Output) -> str:
    storage = "".join(word for word in node.options if word != "FORMAT")
    if storage not in {"", "DENSE", "SPARSE"}:
        refuse(f"{' '.join(node.options)} in {node.name}")
    return f"ora.vector_text({renderer.render_list(node.arguments, out)}, '{storage}')"


def _vector_distance(node: nodes.Call, out: Output) -> str:
    first, second, *metric = node.arguments
    arguments = (first, second, *map(vector_calls.metric, metric))
    return f'"SYS".vector_distance({renderer.render_list(arguments, out)})'


def _own(node: nodes.Call, out: Output) -> str:
    name = node.parts[0].removeprefix("ORA$").lower()
    return f"ora.{name}({renderer.render_list(node.arguments, out)})"


_MANY = 65535
SPECIAL: dict[str, tuple[int, int, Callable[[nodes.Call, Output], str]]] = {
    "NVL": (2, 2, _nvl),
    "NVL2": (3, 3, _nvl2),
    "COALESCE": (2, _MANY, _coalesce),
    "NULLIF": (2, 2, _nullif),
    "DECODE": (3, _MANY, _decode),
    "GREATEST": (1, _MANY, _extreme),
    "LEAST": (1, _MANY, _extreme),
    "CURRENT_TIMESTAMP": (1, 1, _clock),
    "LOCALTIMESTAMP": (1, 1, _clock),
    "SYSTIMESTAMP": (1, 1, _clock),
    "GROUPING": (1, 1, _grouping),
    "GROUPING_ID": (1, _MANY, _grouping),
    "LNNVL": (1, 1, _not_true),
    "VALIDATE_CONVERSION": (2, 3, _validation),
    "JSON": (1, 1, _json),
    "JSON_SERIALIZE": (1, 1, _serialized),
    "FROM_VECTOR": (1, 1, _vector_text),
    "VECTOR_SERIALIZE": (1, 1, _vector_text),
    "VECTOR_DISTANCE": (2, 3, _vector_distance),
    "ORA$TO_NUMBER": (2, 3, _conversion),
    "ORA$TO_DATE": (2, 3, _conversion),
    "ORA$TO_TIMESTAMP": (2, 3, _conversion),
    "ORA$TO_TIMESTAMP_TZ": (2, 3, _conversion),
    "ORA$DAY_TO_SECOND": (1, 1, _own),
    "ORA$YEAR_TO_MONTH": (1, 1, _own),
    "ORA$TEXT_OF": (1, 1, _own),
    "ORA$JSON_ARRAY": (1, _MANY, _own),
    "ORA$JSON_ITEM": (1, 1, _own),
    "ORA$JSON_KEY": (1, 1, _own),
    "ORA$JSON_OBJECT": (1, _MANY, _own),
    "ORA$JSON_STRING": (2, 2, _own),
    "ORA$JSON_TEXT": (1, 1, _own),
    "ORA$XMLTYPE": (1, 1, _own),
    "ORA$XML_CONTENT": (1, 1, _own),
    "ORA$XML_DOCUMENT": (1, 1, _own),
    "ORA$XML_ELEMENT": (1, _MANY, _own),
    "ORA$XML_STRING": (2, 2, _own),
    "ORA$XML_STRIPPED": (1, 1, _own),
    "ORA$XML_TEXT": (1, 1, _own),
    "ORA$OPEN_TYPE": (1, 1, _own),
    "SYS_CONNECT_BY_PATH": (2, 2, _path),
}
"""Functions with a way of their own: least and most arguments, and what writes the call."""
