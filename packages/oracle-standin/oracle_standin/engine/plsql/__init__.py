"""PL/SQL: anonymous blocks and stored units from an allow-list of statements and package calls.

`parser` reads a block and `units` a stored unit, `checks` does what Oracle does when it compiles
them, `interpreter` runs them, `linker` finds and keeps what is stored. Expressions and SQL go back
to the session with variables as binds.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from oracle_standin.engine.compiled_units import Compiled, Message
from oracle_standin.engine.plsql import references
from oracle_standin.engine.plsql.checks import Checker
from oracle_standin.engine.plsql.compiler import compile_unit
from oracle_standin.engine.plsql.context import Context
from oracle_standin.engine.plsql.exceptions import RaisedError
from oracle_standin.engine.plsql.interpreter import Interpreter
from oracle_standin.engine.plsql.parser import parse
from oracle_standin.engine.plsql.scope import Binds
from oracle_standin.engine.plsql.stack_room import StackRoom

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.backend import Bind
    from oracle_standin.engine.plsql.context import StoredPrograms
    from oracle_standin.engine.plsql.host import Host
    from oracle_standin.protocol import BindValue

__all__ = ["Compiled", "Message", "compile_unit", "run_block"]

_parse = lru_cache(maxsize=256)(parse)
_stack_room = StackRoom()


def run_block(
    text: str,
    binds: Sequence[Bind],
    values: Sequence[BindValue],
    host: Host,
    stored: StoredPrograms,
) -> dict[int, BindValue]:
    """Run an anonymous block or a CALL statement.

    Returns the values of the binds that the block assigns, by position in `binds`. Raises
    ORA-06550 for what does not compile, else what the block raised, with ORA-06512 lines. The
    caller undoes a block that failed.
    """
    context = Context(host, Binds(binds, values), Interpreter, references, stored)
    with _stack_room:
        block = _parse(text)
        Checker(replace(context, checking=True)).check(block)
        try:
            Interpreter(context).block(block, None)
        except RaisedError as raised:
            raise raised.with_stack() from None
    return context.binds.out_values()
