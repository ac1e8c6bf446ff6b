"""When two declarations of a subprogram are the same one.

Source: PL/SQL Language Reference, "CREATE PACKAGE BODY Statement": the heads must match except for
white space.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oracle_standin.engine.plsql.kinds import ColumnType, NamedType, RowType

if TYPE_CHECKING:
    from oracle_standin.engine.plsql.kinds import DataType, DeclaredType
    from oracle_standin.engine.plsql.nodes import Subprogram


def same_signature(one: Subprogram, other: Subprogram) -> bool:
    """Return whether two heads agree in name, parameters and result."""
    return _signature(one) == _signature(other)


def _signature(head: Subprogram) -> tuple[Any, ...]:
    return (
        head.name,
        tuple((item.name, item.mode, _type(item.data_type)) for item in head.parameters),
        None if head.returns is None else _type(head.returns),
    )


def _type(declared: DeclaredType) -> DataType | tuple[str, tuple[str, ...]]:
    """Return a type without its place in the text; qualified names count by their last part."""
    if isinstance(declared, ColumnType):
        return ("%TYPE", declared.names)
    if isinstance(declared, RowType):
        return ("%ROWTYPE", declared.names)
    if isinstance(declared, NamedType):
        return ("named", declared.names[-1:])
    return declared
