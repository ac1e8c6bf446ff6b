"""Procedures and functions as ALL_PROCEDURES and ALL_ARGUMENTS list them.

Source: Database Reference, ALL_PROCEDURES and ALL_ARGUMENTS.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from oracle_standin.engine.compiled_units import Shape, ShapeArgument
from oracle_standin.engine.plsql import kinds, nodes
from oracle_standin.engine.plsql.kinds import DataType, RecordType, TableType
from oracle_standin.engine.plsql.lookup import resolve_type
from oracle_standin.engine.plsql.nodes import Mode, UnitKind
from oracle_standin.protocol import CharsetForm, TypeCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_standin.engine.plsql.context import Context
    from oracle_standin.engine.plsql.scope import Scope

_NAMES = {
    TypeCode.NUMBER: "NUMBER",
    TypeCode.DATE: "DATE",
    TypeCode.TIMESTAMP: "TIMESTAMP",
    TypeCode.TIMESTAMP_TZ: "TIMESTAMP WITH TIME ZONE",
    TypeCode.TIMESTAMP_LTZ: "TIMESTAMP WITH LOCAL TIME ZONE",
    TypeCode.INTERVAL_DS: "INTERVAL DAY TO SECOND",
    TypeCode.INTERVAL_YM: "INTERVAL YEAR TO MONTH",
    TypeCode.BINARY_DOUBLE: "BINARY_DOUBLE",
    TypeCode.BINARY_FLOAT: "BINARY_FLOAT",
    TypeCode.BOOLEAN: "PL/SQL BOOLEAN",
    TypeCode.BLOB: "BLOB",
    TypeCode.RAW: "RAW",
    TypeCode.LONG: "LONG",
    TypeCode.LONG_RAW: "LONG RAW",
    TypeCode.ROWID: "ROWID",
    TypeCode.UROWID: "UROWID",
    TypeCode.JSON: "JSON",
    TypeCode.CURSOR: "REF CURSOR",
}
_TEXTS = {TypeCode.VARCHAR: "VARCHAR2", TypeCode.CHAR: "CHAR", TypeCode.CLOB: "CLOB"}


def shapes(unit: nodes.Unit, scope: Scope, context: Context) -> list[Shape]:
    """Return what a unit shows to others; nothing of a package body."""
    if unit.kind is UnitKind.PACKAGE_BODY:
        return []
    heads = [item for item in unit.declarations if isinstance(item, nodes.Subprogram)]
    total = Counter(head.name for head in heads)
    seen: Counter[str] = Counter()
    found = []
    for number, head in enumerate(heads, start=1):
        seen[head.name] += 1
        overload = seen[head.name] if total[head.name] > 1 else 0
        arguments = tuple(_arguments(head, scope, context))
        found.append(
            Shape(
                head.name, number, overload, head.returns is not None, head.deterministic, arguments
            )
        )
    return found


def _arguments(head: nodes.Subprogram, scope: Scope, context: Context) -> Iterator[ShapeArgument]:
    sequence = 1
    listed: list[tuple[str | None, int, kinds.DeclaredType, str, bool]] = []
    if head.returns is not None:
        listed.append((None, 0, head.returns, Mode.OUT.value, False))
    for position, item in enumerate(head.parameters, start=1):
        listed.append(
            (item.name, position, item.data_type, item.mode.value, item.default is not None)
        )
    for name, position, declared, in_out, defaulted in listed:
        kind = resolve_type(declared, scope, context)
        if isinstance(kind, DataType):
            yield _scalar(name, position, sequence, 0, kind, in_out, defaulted=defaulted)
            sequence += 1
            continue
        is_table = isinstance(kind, TableType)
        parts = ((None, kind.element),) if isinstance(kind, TableType) else kind.fields
        title = "PL/SQL TABLE" if is_table else "PL/SQL RECORD"
        type_name = None if isinstance(kind, RecordType) and kind.is_row else kind.name
        yield ShapeArgument(name, position, sequence, 0, title, in_out, defaulted, None, type_name)
        for place, (part, part_type) in enumerate(parts, start=1):
            yield _scalar(part, place, sequence + place, 1, part_type, in_out, defaulted=False)
        sequence += 1 + len(parts)


def _scalar(
    name: str | None,
    position: int,
    sequence: int,
    level: int,
    kind: DataType,
    in_out: str,
    *,
    defaulted: bool,
) -> ShapeArgument:
    national = None
    data_type = _NAMES.get(kind.type_code, "")
    if kind.type_code in _TEXTS:
        national = kind.charset_form is CharsetForm.NATIONAL
        data_type = ("N" if national else "") + _TEXTS[kind.type_code]
    return ShapeArgument(
        name, position, sequence, level, data_type, in_out, defaulted, national, None
    )
