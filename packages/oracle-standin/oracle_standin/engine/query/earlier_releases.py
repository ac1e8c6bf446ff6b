"""What releases before 23ai do not know in queries and DML.

Source: Database New Features Guide 23ai, the Boolean data type and SELECT without FROM; 21c, the
JSON data type; 19c, ANY_VALUE and JSON_SERIALIZE.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.query import nodes, query_nodes, tree
from oracle_standin.engine.query.word_sets import word_set
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.server_facts import ServerFacts

_LATER_TYPES = ("boolean", "jsonb", 'ora."VECTOR"')
_LATER_FUNCTIONS = word_set(
    """
    COSINE_DISTANCE FROM_VECTOR HAMMING_DISTANCE INNER_PRODUCT JSON L1_DISTANCE L2_DISTANCE
    VECTOR_DIMENSION_COUNT VECTOR_DIMENSION_FORMAT VECTOR_DIMS VECTOR_DISTANCE VECTOR_NORM
    VECTOR_SERIALIZE
    """
)
_SINCE_19 = word_set("ANY_VALUE JSON_SERIALIZE")
_TRUTHS = frozenset({"TRUE", "FALSE"})


def check(statement: nodes.Node, server: ServerFacts) -> None:
    """Raise what earlier releases raise for later syntax: ORA-00902, 00904, 00908, 00920, 00923."""
    unknown = _LATER_FUNCTIONS if server.since(19) else _LATER_FUNCTIONS | _SINCE_19
    for node in tree.walk(statement):
        if isinstance(node, query_nodes.Select):
            _check_block(node)
        elif isinstance(node, nodes.Boolean):
            name = "TRUE" if node.value else "FALSE"
            raise OracleError(904, f'"{name}": invalid identifier')
        elif isinstance(node, nodes.Cast) and node.type_name.startswith(_LATER_TYPES):
            raise OracleError(902, "invalid datatype")
        elif isinstance(node, nodes.VectorOf):
            raise OracleError(904, '"TO_VECTOR": invalid identifier')
        elif isinstance(node, nodes.Call) and node.name in unknown:
            raise OracleError(904, f'"{node.name}": invalid identifier')
        elif isinstance(node, nodes.Is) and node.what in _TRUTHS:
            raise OracleError(908, "missing NULL keyword")


def _check_block(select: query_nodes.Select) -> None:
    if not select.sources:
        raise OracleError(923, "FROM keyword not found where expected")
    for condition in (select.where, select.having):
        for part in tree.conjuncts(condition):
            if isinstance(part, nodes.Name | nodes.BindValue):
                raise OracleError(920, "invalid relational operator")
