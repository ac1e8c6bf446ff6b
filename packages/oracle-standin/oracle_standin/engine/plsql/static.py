"""What is known of an expression before it is worked out.

Source: PL/SQL Language Reference, "Compilation": names and types are settled when a block or unit
is compiled. For stored units the SQL engine is asked, too, which settles the rest.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine.plsql.compile_errors import (
    CompileError,
    compile_error,
    is_refusal,
    not_declared,
)
from oracle_standin.engine.plsql.expressions import rewrite, simple_value
from oracle_standin.engine.plsql.kinds import DataType, TableType
from oracle_standin.engine.plsql.lookup import find_composite
from oracle_standin.engine.plsql.matching import CLIENT_ARRAY
from oracle_standin.engine.plsql.scope import bind_type
from oracle_standin.engine.plsql.targets import target_of
from oracle_standin.protocol import CharsetForm, OracleError, TypeCode

if TYPE_CHECKING:
    from oracle_standin.engine.plsql.context import Context
    from oracle_standin.engine.plsql.matching import Known
    from oracle_standin.engine.plsql.nodes import Fragment
    from oracle_standin.engine.plsql.scope import Scope


def type_of(value: Fragment, scope: Scope, context: Context) -> Known:
    """Return the type of an expression that is a name, a literal or a call; None for others."""
    target = target_of(value)
    if target is not None and target.is_bind:
        bind = context.binds.bind(target.names[0])
        declared = bind_type(bind)
        return TableType(CLIENT_ARRAY, declared) if bind.is_array else declared
    if target is not None and target.index is None:
        whole = find_composite(target.names, target.position, scope, context)
        if whole is not None:
            return whole.kind
    if len(value.tokens) == 1 and value.tokens[0].is_word("NULL"):
        return None
    quiet = context if context.checking else replace(context, checking=True)
    whole = context.references.composite_of(value, scope, quiet)
    if whole is not None:
        return whole.kind
    simple = simple_value(value, scope, quiet)
    return None if simple is None else DataType(simple.type_code, CharsetForm.NONE, "")


def check_value(value: Fragment, wanted: DataType | None, scope: Scope, context: Context) -> None:
    """Check the names of an expression, and all of it for a stored unit."""
    sql = rewrite(value, scope, context)
    if wanted is not None and wanted.type_code is TypeCode.CURSOR:
        known = type_of(value, scope, context)
        if known is not None and not _is_cursor(known):
            raise compile_error(value.start, "PLS-00382: expression is of wrong type")
        return
    if not context.thorough:
        return
    text = f"({sql.text})"
    if wanted is not None and wanted.type_code is TypeCode.BOOLEAN:
        text = f"CASE WHEN {text} THEN 1 END"
    try:
        query = f"SELECT {text} FROM DUAL"  # noqa: S608 - the unit's own text
        context.host.examine(query, sql.binds, procedural=True)
    except CompileError:
        raise
    except OracleError as error:
        if is_refusal(error):
            raise
        position = value.start
        if error.code == 904:
            raise not_declared(position, error.message.split(":")[0].strip('"')) from None
        raise compile_error(position, f"PL/SQL: {error}") from None


def _is_cursor(known: Known) -> bool:
    return isinstance(known, DataType) and known.type_code is TypeCode.CURSOR
