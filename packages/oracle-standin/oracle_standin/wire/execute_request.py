"""Reading execute, re-execute and fetch calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_standin.wire.codes import ExecuteFlag, ExecuteOption
from oracle_standin.wire.declarations import Declaration, read_declarations
from oracle_standin.wire.profiles import FIELD_VERSION_12_2, FIELD_VERSION_12_2_EXT
from oracle_standin.wire.reader import MalformedRequestError, decoded

if TYPE_CHECKING:
    from oracle_standin.wire.reader import RequestReader

_MIN_NUMBERS = 13
_COMMIT_BIT = 0x1


@dataclass(frozen=True, slots=True)
class ExecuteRequest:
    """An execute call up to its bind rows.

    `statement` is None for a cursor that is known already; `executions` counts the bind rows of
    anything but a query.
    """

    options: ExecuteOption
    flags: ExecuteFlag
    cursor_id: int
    statement: str | None
    fetch_rows: int
    executions: int
    defines: list[Declaration]
    binds: list[Declaration]


@dataclass(frozen=True, slots=True)
class ReexecuteRequest:
    """A re-execute call up to its bind rows: `count` rows to fetch or iterations to run."""

    cursor_id: int
    count: int
    commit: bool


def read_execute(reader: RequestReader, field_version: int) -> ExecuteRequest:
    """Read an execute call after the function header."""
    options, cursor_id = ExecuteOption(reader.unsigned()), reader.unsigned()
    has_statement = reader.byte()
    reader.skip("ub")
    number_count = reader.unsigned()
    reader.skip("bbu")
    fetch_rows = reader.unsigned()
    reader.skip("ub")
    bind_count = reader.unsigned()
    reader.skip("bbbbbb")
    define_count = reader.unsigned()
    reader.skip("ubbbubuubub")
    if field_version >= FIELD_VERSION_12_2:
        reader.skip("bubub")
    if field_version >= FIELD_VERSION_12_2_EXT:
        reader.skip("bu")
    statement = decoded(reader.sized() or b"") if has_statement else None
    if number_count < _MIN_NUMBERS:
        detail = f"execute call with {number_count} numbers"
        raise MalformedRequestError(detail)
    numbers = [reader.unsigned() for _ in range(number_count)]
    return ExecuteRequest(
        options=options,
        flags=ExecuteFlag(numbers[9]),
        cursor_id=cursor_id,
        statement=statement,
        fetch_rows=fetch_rows,
        executions=numbers[1],
        defines=read_declarations(reader, define_count, field_version),
        binds=read_declarations(reader, bind_count, field_version),
    )


def read_reexecute(reader: RequestReader) -> ReexecuteRequest:
    """Read a re-execute call after the function header."""
    cursor_id, count = reader.unsigned(), reader.unsigned()
    reader.skip("u")
    return ReexecuteRequest(cursor_id, count, bool(reader.unsigned() & _COMMIT_BIT))
