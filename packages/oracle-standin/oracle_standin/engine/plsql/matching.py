"""Which procedure or function a call means, and which argument is for which parameter.

Source: PL/SQL Language Reference, "Overloaded Subprograms" and "Subprogram Parameters".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.plsql.compile_errors import compile_error
from oracle_standin.engine.plsql.kinds import DataType, Kind, RecordType, TableType
from oracle_standin.protocol import TypeCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from oracle_standin.engine.plsql import nodes
    from oracle_standin.engine.plsql.nodes import Argument
    from oracle_standin.engine.plsql.scope import Program
    from oracle_standin.protocol import OracleError

Known = DataType | TableType | RecordType | None
"""The type of an argument before it is worked out; None when it is not known then."""

CLIENT_ARRAY = ":array"
"""The name of the type of an array that the client binds."""

_FAMILIES = {
    TypeCode.VARCHAR: "text",
    TypeCode.CHAR: "text",
    TypeCode.LONG: "text",
    TypeCode.CLOB: "text",
    TypeCode.NUMBER: "number",
    TypeCode.BINARY_INTEGER: "number",
    TypeCode.BINARY_DOUBLE: "number",
    TypeCode.BINARY_FLOAT: "number",
    TypeCode.DATE: "datetime",
    TypeCode.TIMESTAMP: "datetime",
    TypeCode.TIMESTAMP_TZ: "datetime",
    TypeCode.TIMESTAMP_LTZ: "datetime",
    TypeCode.INTERVAL_DS: "interval of days",
    TypeCode.INTERVAL_YM: "interval of months",
    TypeCode.RAW: "bytes",
    TypeCode.LONG_RAW: "bytes",
    TypeCode.BLOB: "bytes",
    TypeCode.ROWID: "rowid",
    TypeCode.UROWID: "rowid",
}
_ALONE = frozenset({TypeCode.BOOLEAN})


def arguments_by_name(call: nodes.Call, names: Sequence[str]) -> dict[str, Argument]:
    """Return a call's arguments by parameter name; raises PLS-00306 for one too many."""
    found: dict[str, Argument] = {}
    for index, argument in enumerate(call.arguments):
        name = argument.name
        if name is None and index < len(names):
            name = names[index]
        if name is None or name not in names or name in found:
            raise wrong_arguments(call)
        found[name] = argument
    return found


def wrong_arguments(call: nodes.Call) -> OracleError:
    """Return PLS-00306."""
    name = call.name.rsplit(".", 1)[-1]
    text = f"PLS-00306: wrong number or types of arguments in call to '{name}'"
    return compile_error(call.position, text)


def fits(call: nodes.Call, head: nodes.Subprogram) -> bool:
    """Return whether a call has an argument for each parameter that needs one, and no other."""
    names = [parameter.name for parameter in head.parameters]
    given = set()
    for index, argument in enumerate(call.arguments):
        name = argument.name or (names[index] if index < len(names) else "")
        if name not in names or name in given:
            return False
        given.add(name)
    return all(item.name in given or item.default is not None for item in head.parameters)


def distance(have: Known, want: Kind) -> int | None:  # noqa: PLR0911 - one a kind of type
    """Return how far a type is from that of a parameter: 0 for the same, None for too far."""
    if have is None:
        return 1
    if isinstance(have, RecordType) and isinstance(want, RecordType):
        return _distance_of_records(have, want)
    if not (isinstance(have, DataType) and isinstance(want, DataType)):
        return _distance_of_tables(have, want)
    if have.type_code is want.type_code:
        return 0
    if have.type_code in _ALONE or want.type_code in _ALONE:
        return None
    families = {_FAMILIES.get(have.type_code), _FAMILIES.get(want.type_code)}
    if len(families) == 1:
        return 1
    return 2 if "text" in families else None


def _distance_of_records(have: RecordType, want: RecordType) -> int | None:
    """Return 0 for the same type, 1 where a row fits a record by its fields, None else.

    Source: PL/SQL Language Reference, "Assigning One Record Variable to Another".
    """
    if have == want:
        return 0
    if not have.fields:  # of a query that is not looked at before it runs
        return 1
    if not (have.is_row or want.is_row) or len(have.fields) != len(want.fields):
        return None
    pairs = zip(have.fields, want.fields, strict=True)
    steps = [distance(one, other) for (_, one), (_, other) in pairs]
    return None if None in steps else 1


def _distance_of_tables(have: Known, want: Kind) -> int | None:
    """Return what `distance` does where one of the two is a table.

    A client's array goes into a table of the same kind of element (Error Messages, PLS-00418).
    """
    if not (isinstance(have, TableType) and isinstance(want, TableType)):
        return None
    if have.name == CLIENT_ARRAY:
        step = distance(have.element, want.element)
        return step if want.key is None and step in {0, 1} else None
    return 0 if have == want else None


def chosen(
    call: nodes.Call,
    programs: Iterable[Program],
    distances: Callable[[Program], Sequence[int | None]],
) -> Program:
    """Return the program that a call means.

    Raises PLS-00306 when it fits none and PLS-00307 when it fits several equally well.
    """
    ranked = []
    for program in programs:
        if not fits(call, program.head):
            continue
        found = distances(program)
        sound = [step for step in found if step is not None]
        if len(sound) == len(found):
            ranked.append((sum(sound), program))
    if not ranked:
        raise wrong_arguments(call)
    least = min(total for total, _ in ranked)
    best = [program for total, program in ranked if total == least]
    if len(best) > 1:
        name = call.name.rsplit(".", 1)[-1]
        text = f"PLS-00307: too many declarations of '{name}' match this call"
        raise compile_error(call.position, text)
    return best[0]
