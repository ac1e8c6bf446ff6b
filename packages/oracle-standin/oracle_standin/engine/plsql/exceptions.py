"""Exceptions of PL/SQL at run time.

Source: PL/SQL Language Reference, "PL/SQL Error Handling", table of predefined exceptions.
"""

from __future__ import annotations

from dataclasses import dataclass

from oracle_standin.protocol import OracleError

PREDEFINED = {
    "ACCESS_INTO_NULL": 6530,
    "CASE_NOT_FOUND": 6592,
    "COLLECTION_IS_NULL": 6531,
    "CURSOR_ALREADY_OPEN": 6511,
    "DUP_VAL_ON_INDEX": 1,
    "INVALID_CURSOR": 1001,
    "INVALID_NUMBER": 1722,
    "LOGIN_DENIED": 1017,
    "NO_DATA_FOUND": 1403,
    "NO_DATA_NEEDED": 6548,
    "NOT_LOGGED_ON": 1012,
    "PROGRAM_ERROR": 6501,
    "ROWTYPE_MISMATCH": 6504,
    "SELF_IS_NULL": 30625,
    "STORAGE_ERROR": 6500,
    "SUBSCRIPT_BEYOND_COUNT": 6533,
    "SUBSCRIPT_OUTSIDE_LIMIT": 6532,
    "SYS_INVALID_ROWID": 1410,
    "TIMEOUT_ON_RESOURCE": 51,
    "TOO_MANY_ROWS": 1422,
    "VALUE_ERROR": 6502,
    "ZERO_DIVIDE": 1476,
}
"""ORA numbers of the exceptions that every block knows."""

USER_DEFINED = 6510


@dataclass(slots=True)
class NamedException:
    """A user-defined exception; `code` is the ORA number that EXCEPTION_INIT gave it."""

    name: str
    code: int | None = None


class RaisedError(Exception):
    """An exception on its way out of a block.

    Args:
        error: What the client sees if nobody handles it, without the lines of the stack.
        named: The user-defined exception behind it, or None.
        places: Where the exception was raised and what it passed, newest first, as ORA-06512
            names it: `at line 5`, `at "OWNER.UNIT", line 5`.
    """

    def __init__(
        self, error: OracleError, places: tuple[str, ...], named: NamedException | None = None
    ) -> None:
        """Keep the parts."""
        super().__init__(str(error))
        self.error = error
        self.places = places
        self.named = named
        self.left_program = False
        """Whether it has just left a procedure or function, whose caller is not yet noted."""

    def called_from(self, place: str) -> None:
        """Note the statement that called what the exception has left."""
        if self.left_program:
            self.places = (*self.places, place)
            self.left_program = False

    @property
    def sqlcode(self) -> int:
        """Return what SQLCODE gives: negative ORA number, +100 for no data, 1 for user-defined."""
        if self.error.code == 1403:
            return 100
        return 1 if self.error.code == USER_DEFINED else -self.error.code

    @property
    def sqlerrm(self) -> str:
        """Return what SQLERRM gives."""
        return "User-Defined Exception" if self.sqlcode == 1 else str(self.error)

    def matches(self, name: str, known: NamedException | None) -> bool:
        """Return whether a handler for a name, standing for `known`, takes this exception."""
        if known is not None:
            return self.named is known or (known.code is not None and known.code == self.error.code)
        return PREDEFINED.get(name) == self.error.code

    def with_stack(self) -> OracleError:
        """Return the error as it leaves an anonymous block, with its ORA-06512 lines."""
        stack = "".join(f"\nORA-06512: {place}" for place in self.places)
        return OracleError(self.error.code, self.error.message + stack, self.error.offset)


def value_error(detail: str = "") -> OracleError:
    """Return ORA-06502."""
    return OracleError(6502, "PL/SQL: numeric or value error" + (f": {detail}" if detail else ""))
