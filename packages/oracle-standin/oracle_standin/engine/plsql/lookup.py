"""What names and declared types stand for: of the block first, then of packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.backend import Bind
from oracle_standin.engine.plsql.compile_errors import compile_error, not_declared, not_here
from oracle_standin.engine.plsql.kinds import ColumnType, DataType, RecordType, RowType
from oracle_standin.engine.plsql.scope import Record, Variable, bind_type
from oracle_standin.engine.plsql.tables import IndexedTable
from oracle_standin.protocol import OracleError, TypeCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.engine.contract import ObjectRef
    from oracle_standin.engine.plsql.compile_errors import CompileError
    from oracle_standin.engine.plsql.context import Context
    from oracle_standin.engine.plsql.exceptions import NamedException
    from oracle_standin.engine.plsql.kinds import DeclaredType, Kind, NamedType
    from oracle_standin.engine.plsql.nodes import Target
    from oracle_standin.engine.plsql.positions import Position
    from oracle_standin.engine.plsql.scope import Composite, Program, Scope
    from oracle_standin.rows import Column


def find_variable(
    names: Sequence[str], position: Position, scope: Scope, context: Context
) -> Variable | None:
    """Return the scalar variable of a name, or None."""
    found = scope.variable(names)
    if found is not None or len(names) < 2 or scope.is_record(names[0]):
        return found
    record = find_composite(names[:-1], position, scope, context) if len(names) > 2 else None
    if isinstance(record, Record):
        return record.fields.get(names[-1])
    package = context.stored.package(names[:-1], position, context)
    public = package.variables.get(names[-1]) if package else None
    return public if isinstance(public, Variable) else None


def find_cursor(target: Target, scope: Scope, context: Context) -> Variable:
    """Return the cursor variable or bind of a name; raises PLS-00201 and PLS-00456."""
    name = ".".join(target.names)
    if target.is_bind:
        bind, value = context.binds.bind(name), context.binds.value(name)
        found = Variable(name, bind_type(bind), value if isinstance(value, bytes) else None)
    else:
        variable = find_variable(target.names, target.position, scope, context)
        if variable is None:
            raise not_declared(target.position, name)
        found = variable
    if found.data_type.type_code is not TypeCode.CURSOR:
        raise compile_error(target.position, f"PLS-00456: item '{name}' is not a cursor")
    return found


def find_table(
    names: Sequence[str], position: Position, scope: Scope, context: Context
) -> IndexedTable | None:
    """Return the index-by table of a name, or None."""
    found = find_composite(names, position, scope, context)
    return found if isinstance(found, IndexedTable) else None


def find_composite(
    names: Sequence[str], position: Position, scope: Scope, context: Context
) -> Composite | None:
    """Return the index-by table or record of a name, or None."""
    found = scope.named(names)
    if found is None and len(names) > 1 and not scope.is_record(names[0]):
        package = context.stored.package(names[:-1], position, context)
        found = package.variables.get(names[-1]) if package else None
    return None if isinstance(found, Variable) else found


def find_programs(
    names: Sequence[str], position: Position, scope: Scope, context: Context
) -> Sequence[Program]:
    """Return the procedures and functions of a name, empty when there are none."""
    return scope.programs_of(names) or context.stored.programs(names, position, context)


def find_exception(
    name: str, position: Position, scope: Scope, context: Context
) -> NamedException | None:
    """Return the user-defined exception of a name, or None."""
    found = scope.exception(name)
    *qualifiers, last = name.split(".")
    if found is not None or not qualifiers:
        return found
    package = context.stored.package(qualifiers, position, context)
    return package.exceptions.get(last) if package else None


def find_relation(schema: str | None, name: str, context: Context) -> ObjectRef | None:
    """Return the table or view of a name, which the unit being checked depends on; None without."""
    found = context.host.resolver.resolve(schema, name)
    if found is None:
        context.depends_on(schema or context.host.current_schema, name)
    else:
        context.depends_on(found.owner, found.name)
    return found


def resolve_type(declared: DeclaredType, scope: Scope, context: Context) -> Kind:
    """Return a declared type with names and %TYPE looked up; raises PLS-00201."""
    if isinstance(declared, DataType):
        return declared
    if isinstance(declared, RowType):
        cursor = scope.cursor(declared.names)
        return cursor.row if cursor else _row(declared, context)
    if not isinstance(declared, ColumnType):
        found = scope.type_of(declared.names)
        if found is None and len(declared.names) > 1:
            package = context.stored.package(declared.names[:-1], declared.position, context)
            found = package.types.get(declared.names[-1]) if package else None
        if found is None:
            raise _unknown_type(declared, context)
        return found
    variable = find_variable(declared.names, declared.position, scope, context)
    if variable is not None:
        return variable.data_type
    composite = find_composite(declared.names, declared.position, scope, context)
    return composite.kind if composite else _column(declared, context)


def _unknown_type(declared: NamedType, context: Context) -> CompileError:
    """Return PLS-00201, or the refusal of a type that CREATE TYPE has made."""
    name = ".".join(declared.names)
    owner = declared.names[-2] if len(declared.names) > 1 else context.host.current_schema
    made = context.host.query(
        "SELECT 1 FROM ora.type_facts WHERE owner = %s AND name = %s", (owner, declared.names[-1])
    )
    if made:
        return not_here(declared.position, f"a variable of the type {name}")
    return not_declared(declared.position, name)


def _row(declared: RowType, context: Context) -> RecordType:
    names = [f'"{name}"' for name in declared.names]
    query = f"SELECT * FROM {'.'.join(names)}"  # noqa: S608 - names from the block
    find_relation(*_table(declared.names), context)
    try:
        columns = context.host.describe(query, [])
    except OracleError as error:
        if error.code not in {942, 903}:
            raise
        raise not_declared(declared.position, ".".join(declared.names)) from None
    return row_of(columns)


def _table(names: Sequence[str]) -> tuple[str | None, str]:
    return (names[-2] if len(names) > 1 else None), names[-1]


def row_of(columns: Sequence[Column]) -> RecordType:
    """Return the type of a row with these columns."""
    fields = tuple((column.name, column_type(column)) for column in columns)
    return RecordType("%ROWTYPE", fields, is_row=True)


def _column(declared: ColumnType, context: Context) -> DataType:
    names = [f'"{name}"' for name in declared.names]
    query = f"SELECT {names[-1]} FROM {'.'.join(names[:-1])}"  # noqa: S608 - names from the block
    if len(names) == 1:
        raise not_declared(declared.position, declared.names[0])
    find_relation(*_table(declared.names[:-1]), context)
    try:
        return column_type(context.host.describe(query, [])[0])
    except OracleError as error:
        if error.code not in {904, 942}:
            raise
        raise not_declared(declared.position, ".".join(declared.names)) from None


def column_type(column: Column) -> DataType:
    """Return the type of a column as a variable's type."""
    plain = bind_type(Bind(column.name, column.type_code, column.charset_form))
    sql = plain.sql
    constrained = (
        column.type_code is TypeCode.NUMBER and column.precision > 0 and column.scale > -85
    )
    if constrained:
        sql = f"NUMBER({column.precision},{column.scale})"
    return DataType(
        column.type_code,
        column.charset_form,
        sql,
        size_bytes=column.size_bytes,
        size_chars=column.size_chars,
        constrained=constrained,
    )
