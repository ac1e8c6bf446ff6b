"""Vectors in queries: their constructors, their text, their distances and unions of them.

Source: SQL Language Reference, TO_VECTOR, FROM_VECTOR and VECTOR_DISTANCE.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeGuard

from oracle_standin.codecs import VectorFormat, VectorShape
from oracle_standin.engine import vectors
from oracle_standin.engine.query import nodes, query_nodes, tree
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.engine.query.word_sets import word_set
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_standin.engine.query.cursor import Cursor

CONSTRUCTORS = word_set("TO_VECTOR VECTOR")
SERIALIZERS = word_set("FROM_VECTOR VECTOR_SERIALIZE")
METRICS = word_set("COSINE DOT EUCLIDEAN EUCLIDEAN_SQUARED HAMMING JACCARD L2_SQUARED MANHATTAN")
_SAME_METRIC = {"L2_SQUARED": "EUCLIDEAN_SQUARED"}


def shape_words(cursor: Cursor) -> list[str]:
    """Read dimensions, format and storage, up to the right parenthesis."""
    words: list[str] = []
    while not cursor.at_operator(")"):
        if words and not cursor.skip_operator(","):
            raise cursor.error(907)
        words.append(cursor.take().value)
    return words


def constructor(cursor: Cursor, operand: nodes.Expression) -> nodes.VectorOf:
    """Read what follows the first argument of a constructor, the right parenthesis excluded.

    Without a format it is FLOAT32; without a storage format a vector keeps its own.
    """
    words = shape_words(cursor) if cursor.skip_operator(",") else []
    if words and words[0] != "*" and not words[0].isdecimal():
        refuse("TO_VECTOR with a number of dimensions that is no literal")
    shape = vectors.declared_shape(words)
    if len(words) < 3:
        shape = replace(shape, sparse=None)
    return nodes.VectorOf(operand, replace(shape, format=shape.format or VectorFormat.FLOAT32))


def metric(argument: nodes.Expression) -> nodes.Text:
    """Return the third argument of VECTOR_DISTANCE as text; ORA-00904 for no metric."""
    name = argument.parts[-1] if isinstance(argument, nodes.Name) else ""
    if name not in METRICS:
        raise OracleError(904, f'"{name}": invalid identifier')
    return nodes.Text(_SAME_METRIC.get(name, name))


def united(body: query_nodes.SetOperation) -> query_nodes.SetOperation:
    """Return a set operation whose branches show the shape of vector that all agree in.

    PostgreSQL would forget the format when the dimensions differ, or one of them is NULL.
    """
    columns = zip(*(branch.items for branch in _branches(body)), strict=False)
    common = {
        place: vectors.common_shape(shapes)
        for place, column in enumerate(columns)
        if (shapes := [item.value.shape for item in column if _is_open(item.value)])
    }
    if not common:
        return body
    return tree.substitute(
        body, lambda node: _shown(node, common) if isinstance(node, query_nodes.Select) else None
    )


def _is_open(value: nodes.Expression) -> TypeGuard[nodes.VectorOf]:
    return isinstance(value, nodes.VectorOf) and value.shown is None


def _branches(body: query_nodes.Body | query_nodes.Query) -> Iterator[query_nodes.Select]:
    if isinstance(body, query_nodes.Query):
        yield from _branches(body.body)
    elif isinstance(body, query_nodes.SetOperation):
        yield from _branches(body.left)
        yield from _branches(body.right)
    elif isinstance(body, query_nodes.Select):
        yield body


def _shown(select: query_nodes.Select, common: dict[int, VectorShape]) -> query_nodes.Select:
    items = tuple(
        replace(item, value=_shown_value(item.value, common[place])) if place in common else item
        for place, item in enumerate(select.items)
    )
    return replace(select, items=items)


def _shown_value(value: nodes.Expression, shape: VectorShape) -> nodes.Expression:
    if _is_open(value):
        return replace(value, shown=shape)
    return nodes.Cast(value, vectors.type_name(shape)) if isinstance(value, nodes.Null) else value
