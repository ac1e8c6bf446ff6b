"""Aggregates of aggregates: MAX(COUNT(*)) with GROUP BY is the maximum over the groups.

Source: SQL Language Reference, "Aggregate Functions".
"""

from __future__ import annotations

from dataclasses import replace

from oracle_standin.engine.query import function_names, nodes, query_nodes, tree
from oracle_standin.protocol import OracleError

_GROUPS = "ora$groups"


def unnested(select: query_nodes.Select) -> query_nodes.Select:
    """Return a block over the groups for one whose columns aggregate aggregates."""
    outermost = [node for node in tree.walk(select.items, into_queries=False) if _nests(node)]
    if not outermost or select.group_by is None:
        return select
    inner: list[query_nodes.SelectItem] = []

    def of_groups(node: nodes.Node) -> nodes.Node | None:
        if not _is_aggregate(node):
            return node if isinstance(node, query_nodes.Query) else None
        if _nests(node):
            raise OracleError(935, "group function is nested too deeply")
        name = f"ora$a{len(inner)}"
        inner.append(query_nodes.SelectItem(_as_expression(node), name, aliased=True))
        return nodes.Name((name,), (True,))

    def over_groups(node: nodes.Node) -> nodes.Node | None:
        if not isinstance(node, nodes.Call) or not _is_aggregate(node):
            return node if isinstance(node, query_nodes.Query) else None
        return replace(node, arguments=tree.substitute(node.arguments, of_groups))

    items = tree.substitute(select.items, over_groups)
    groups = replace(select, items=tuple(inner), distinct=False)
    source = query_nodes.Derived(query_nodes.Query(groups), _GROUPS)
    return query_nodes.Select(items, (source,), select.distinct)


def _is_aggregate(node: nodes.Node) -> bool:
    return (
        isinstance(node, nodes.Call)
        and node.over is None
        and len(node.parts) == 1
        and node.parts[0] in function_names.AGGREGATES
    )


def _as_expression(node: nodes.Node) -> nodes.Expression:
    if not isinstance(node, nodes.Expression):
        raise OracleError(934, "group function is not allowed here")
    return node


def _nests(node: nodes.Node) -> bool:
    return (
        isinstance(node, nodes.Call)
        and _is_aggregate(node)
        and any(_is_aggregate(part) for part in tree.walk(node.arguments, into_queries=False))
    )
