"""What Oracle checks when it compiles a block or unit: nothing runs when a name is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.plsql import calls, cursor_nodes, nodes
from oracle_standin.engine.plsql.assignment import expanded, must_be_composite, target_type
from oracle_standin.engine.plsql.compile_errors import compile_error, not_declared, not_here
from oracle_standin.engine.plsql.declared_cursors import must_be_declared
from oracle_standin.engine.plsql.exceptions import PREDEFINED
from oracle_standin.engine.plsql.kinds import DataType
from oracle_standin.engine.plsql.lookup import (
    find_composite,
    find_cursor,
    find_exception,
    find_programs,
    find_table,
    resolve_type,
)
from oracle_standin.engine.plsql.matching import arguments_by_name, wrong_arguments
from oracle_standin.engine.plsql.nodes import Mode
from oracle_standin.engine.plsql.packages import FUNCTIONS, PROCEDURES, Routine
from oracle_standin.engine.plsql.scope import (
    NUMBER,
    TEXT,
    Scope,
    Variable,
    blank,
    protect,
    refuse_constant,
)
from oracle_standin.engine.plsql.sql_checks import check_sql, check_tables, record_of
from oracle_standin.engine.plsql.static import check_value
from oracle_standin.protocol import CharsetForm, TypeCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from oracle_standin.engine.plsql.context import Context
    from oracle_standin.engine.plsql.kinds import RecordType
    from oracle_standin.engine.plsql.nodes import Fragment, Subprogram
    from oracle_standin.engine.plsql.positions import Position
    from oracle_standin.protocol import OracleError

_TRUTH = DataType(TypeCode.BOOLEAN, CharsetForm.NONE, "BOOLEAN")
_GRANTED = frozenset({"DBMS_LOGMNR"})
_SUPPLIED = ("DBMS_", "UTL_", "OWA_", "HTP.", "HTF.", "CTX_", "SDO_", "APEX_", "SYS.")


class Checker:
    """Walks through a block with the names it knows at each place."""

    def __init__(self, context: Context, program: Subprogram | None = None) -> None:
        """Check with a context that checks; `program` is the one whose body it is."""
        self._context = context
        self._program = program

    def check(self, block: nodes.Block, outer: Scope | None = None) -> None:
        """Check a block and all inside it; raises ORA-06550 (CompileError)."""
        scope = Scope(outer, name=block.label)
        self.declare(block.declarations, scope)
        self._check_all(block.body, scope)
        for handler in block.handlers:
            for name in handler.names:
                if name != "OTHERS":
                    self._check_exception(name, scope, handler.position)
            self._check_all(handler.body, scope)

    def declare(self, declarations: Sequence[nodes.Declaration], scope: Scope) -> None:
        """Add declarations to a scope and check their values and the bodies among them."""
        self._context.interpreter(self._context).declare(declarations, scope)
        for declaration in declarations:
            if isinstance(declaration, nodes.VariableDeclaration):
                variable = scope.variables[declaration.name]
                if declaration.value is not None and isinstance(variable, Variable):
                    self._value(declaration.value, variable.data_type, scope)
            elif isinstance(declaration, nodes.Subprogram):
                self._check_program(declaration, scope)

    def _check_program(self, head: Subprogram, outer: Scope) -> None:
        scope = Scope(outer, name=head.name)
        for parameter in head.parameters:
            kind = resolve_type(parameter.data_type, outer, self._context)
            holder = blank(parameter.name, kind)
            if parameter.mode is Mode.IN:
                protect(holder)
            scope.variables[parameter.name] = holder
            if parameter.default is not None and isinstance(kind, DataType):
                self._value(parameter.default, kind, outer)
        if head.returns is not None:
            resolve_type(head.returns, outer, self._context)
        if head.body is not None:
            Checker(self._context, head).check(head.body, scope)

    def _check_all(self, statements: Iterable[nodes.Statement], scope: Scope) -> None:
        for statement in statements:
            self._check(statement, scope)

    def _check(self, statement: nodes.Statement, scope: Scope) -> None:
        match statement:
            case nodes.Block():
                self.check(statement, scope)
            case nodes.If():
                for condition, body in statement.arms:
                    self._value(condition, _TRUTH, scope)
                    self._check_all(body, scope)
                self._check_all(statement.otherwise or (), scope)
            case nodes.Loop():
                if statement.condition is not None:
                    self._value(statement.condition, _TRUTH, scope)
                self._check_all(statement.body, scope)
            case nodes.RangeLoop() | nodes.QueryLoop():
                self._check_for(statement, scope)
            case cursor_nodes.CursorLoop():
                row = self._check_open(statement.call, scope)
                inner = Scope(scope)
                inner.variables[statement.variable] = blank(statement.variable, row)
                self._check_all(statement.body, inner)
            case nodes.ForAll():
                self._value(statement.low, NUMBER, scope)
                self._value(statement.high, NUMBER, scope)
                inner = Scope(scope)
                inner.variables[statement.variable] = Variable(statement.variable, NUMBER)
                self._check_plain(statement.statement, inner)
            case _:
                self._check_plain(statement, scope)

    def _check_for(self, statement: nodes.RangeLoop | nodes.QueryLoop, scope: Scope) -> None:
        inner = Scope(scope)
        name = statement.variable
        if isinstance(statement, nodes.QueryLoop):
            inner.variables[name] = record_of(statement.query, scope, self._context)
        else:
            self._value(statement.low, NUMBER, scope)
            self._value(statement.high, NUMBER, scope)
            inner.variables[name] = Variable(name, NUMBER, constant=True)
        self._check_all(statement.body, inner)

    def _check_plain(self, statement: nodes.Statement, scope: Scope) -> None:
        match statement:
            case nodes.Assign():
                self._check_assignment(statement, scope)
            case nodes.Sql():
                self._check_into(statement, scope)
                check_sql(statement, scope, self._context)
            case nodes.Immediate():
                self._value(statement.statement, TEXT, scope)
                self._check_into(statement, scope)
                self._check_targets(statement.returning, scope)
                self._check_targets([use.target for use in statement.using if use.target], scope)
            case cursor_nodes.Open():
                self._check_open(statement.call, scope)
            case cursor_nodes.OpenFor() | cursor_nodes.Fetch() | cursor_nodes.Close():
                self._check_cursor(statement, scope)
            case nodes.Raise() if statement.name:
                self._check_exception(statement.name, scope, statement.position)
            case nodes.Return():
                self._check_return(statement, scope)
            case nodes.Jump() if statement.condition is not None:
                self._value(statement.condition, _TRUTH, scope)
            case nodes.Call():
                self._check_call(statement, scope)
            case _:
                pass

    def _value(self, value: Fragment, wanted: DataType | None, scope: Scope) -> None:
        check_value(value, wanted, scope, self._context)

    def _check_open(self, call: nodes.Call, scope: Scope) -> RecordType:
        """Check the arguments of a declared cursor and return the type of its rows."""
        declared = must_be_declared(call, scope)
        calls.run(call, [declared.program], scope, self._context)
        return declared.row

    def _check_cursor(self, statement: cursor_nodes.VariableStatement, scope: Scope) -> None:
        find_cursor(statement.cursor, scope, self._context)
        if isinstance(statement, cursor_nodes.Fetch):
            self._check_into(statement, scope)
            declared = scope.cursor(statement.cursor.names)
            targets = expanded(statement.into, scope, self._context)
            if declared is not None and len(declared.row.fields) != len(targets):
                text = "PLS-00394: wrong number of values in the INTO list of a FETCH statement"
                raise compile_error(statement.position, text)
        elif isinstance(statement, cursor_nodes.OpenFor):
            self._check_targets([statement.cursor], scope)
            if statement.is_static:
                check_tables(statement.query, self._context)
            else:
                self._value(statement.query, TEXT, scope)

    def _check_assignment(self, statement: nodes.Assign, scope: Scope) -> None:
        target = statement.target
        self._check_targets([target], scope)
        if statement.call is not None:
            self._check_arguments(statement.call, FUNCTIONS[statement.call.name], scope)
            return
        if target.index is None and not target.is_bind:
            whole = find_composite(target.names, target.position, scope, self._context)
            if whole is not None:
                must_be_composite(statement.value, whole, scope, self._context)
                return
        self._value(statement.value, target_type(target, scope, self._context), scope)

    def _check_targets(self, targets: Iterable[nodes.Target], scope: Scope) -> None:
        for target in targets:
            if target.is_bind:
                self._context.binds.mark(target.names[0])
            elif target.index is None and (
                whole := find_composite(target.names, target.position, scope, self._context)
            ):
                refuse_constant(whole, target.position)
            elif not scope.is_open_record(target.names[0]):
                target_type(target, scope, self._context)
                if target.index is not None:
                    table = find_table(target.names, target.position, scope, self._context)
                    self._value(target.index, (table and table.kind.key) or NUMBER, scope)

    def _check_into(
        self, statement: nodes.Sql | nodes.Immediate | cursor_nodes.Fetch, scope: Scope
    ) -> None:
        """Check the targets of INTO: tables take all rows or none."""
        self._check_targets(statement.into, scope)
        for target in statement.into:
            if target.is_bind and not statement.is_bulk:
                continue
            whole = None
            if target.index is None and not target.is_bind:
                whole = find_table(target.names, target.position, scope, self._context)
            if whole is not None and whole.kind.key is not None:
                text = (
                    "PLS-00657: Implementation restriction: bulk SQL with associative arrays with"
                    " VARCHAR2 key is not supported."
                )
                raise compile_error(target.position, text)
            if (whole is not None) != statement.is_bulk:
                name = ".".join(target.names)
                text = f"PLS-00385: type mismatch found at '{name}' in SELECT...INTO statement"
                raise compile_error(target.position, text)

    def _check_return(self, statement: nodes.Return, scope: Scope) -> None:
        declared = self._program.returns if self._program else None
        position = statement.position
        if declared is None and statement.value is not None:
            text = "PLS-00372: In a procedure, RETURN statement cannot contain an expression"
            raise compile_error(position, text)
        if declared is None:
            return
        if statement.value is None:
            text = "PLS-00503: RETURN <value> statement is required for this return from function"
            raise compile_error(position, text)
        result = blank("", resolve_type(declared, scope, self._context))
        if isinstance(result, Variable):
            self._value(statement.value, result.data_type, scope)
        else:
            must_be_composite(statement.value, result, scope, self._context)

    # Calls

    def _check_call(self, call: nodes.Call, scope: Scope) -> None:
        if call.name == "RAISE_APPLICATION_ERROR":
            if not 2 <= len(call.arguments) <= 3:
                raise wrong_arguments(call)
            return
        *qualifiers, last = names = call.name.split(".")
        if last == "DELETE" and qualifiers:
            table = find_table(qualifiers, call.position, scope, self._context)
            if table is not None:
                refuse_constant(table, call.position)
                for argument in call.arguments:
                    self._value(argument.value, table.kind.key or NUMBER, scope)
                return
        programs = find_programs(names, call.position, scope, self._context)
        if programs:
            if calls.run(call, programs, scope, self._context) is not None:
                text = f"PLS-00221: '{last}' is not a procedure or is undefined"
                raise compile_error(call.position, text)
            return
        routine = PROCEDURES.get(call.name)
        if routine is None:
            raise _unknown(call)
        self._check_right(call)
        self._check_arguments(call, routine, scope)

    def _check_right(self, call: nodes.Call) -> None:
        """Raise PLS-00201 without EXECUTE on a supplied package that not everybody may use."""
        host = self._context.host
        package = call.name.split(".")[0]
        if package not in _GRANTED:
            return
        if not host.query("SELECT ora.may_execute(%s, %s)", (host.user, package))[0][0]:
            raise not_declared(call.position, package)

    def _check_arguments(self, call: nodes.Call, routine: Routine, scope: Scope) -> None:
        given = arguments_by_name(call, [item.name for item in routine.parameters])
        for parameter in routine.parameters:
            argument = given.get(parameter.name)
            if argument is None:
                if parameter.required:
                    raise wrong_arguments(call)
            elif parameter.is_out:
                if argument.target is None:
                    text = (
                        f"PLS-00363: expression '{argument.value.text}' cannot be used as an "
                        "assignment target"
                    )
                    raise compile_error(call.position, text)
                self._check_targets([argument.target], scope)
            elif parameter.data_type is not None:
                self._value(argument.value, parameter.data_type, scope)

    def _check_exception(self, name: str, scope: Scope, position: Position) -> None:
        short = name.removeprefix("STANDARD.").removeprefix("SYS.")
        known = find_exception(name, position, scope, self._context)
        if known is None and short not in PREDEFINED:
            raise not_declared(position, name)


def _unknown(call: nodes.Call) -> OracleError:
    """Return PLS-00201 for a procedure that is not there, or a refusal where Oracle supplies it."""
    if call.name.startswith(_SUPPLIED):
        return not_here(call.position, call.name)
    return not_declared(call.position, call.name)
