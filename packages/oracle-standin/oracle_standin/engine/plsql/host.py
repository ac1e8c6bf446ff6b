"""What PL/SQL asks of the session that runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from oracle_standin.engine.contract import Engine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from oracle_standin.backend import Bind, ExecuteOptions, Result
    from oracle_standin.engine.logminer.mining import Mining
    from oracle_standin.open_cursors import OpenCursors
    from oracle_standin.protocol import BindValue, Value
    from oracle_standin.rows import Column


class Host(Engine, Protocol):
    """A session: SQL statements and expressions, and what packages and DDL change."""

    @property
    def open_cursors(self) -> OpenCursors:
        """Return the session's cursors that are values."""

    @property
    def mining(self) -> Mining:
        """Return the session's use of LogMiner."""

    def acting_as(self, owner: str) -> AbstractContextManager[None]:
        """Return what makes `owner`'s rights and names count meanwhile."""

    def examine(
        self, statement: str, binds: Sequence[Bind], *, procedural: bool = False
    ) -> Sequence[Column]:
        """Return the columns of a query or DML without running it; raises what is wrong with it.

        A `procedural` one stands for an expression of PL/SQL.
        """

    def execute(
        self,
        statement: str,
        binds: Sequence[Bind],
        rows: Sequence[Sequence[BindValue]],
        options: ExecuteOptions,
    ) -> Result:
        """Run a statement of its own."""

    def describe(self, statement: str, binds: Sequence[Bind]) -> tuple[Column, ...]:
        """Return the columns of a query."""

    def evaluate(
        self, expression: str, binds: Sequence[Bind], values: Sequence[BindValue]
    ) -> tuple[Column, Value]:
        """Return type and value of SELECT expression FROM DUAL."""

    def commit(self) -> None:
        """End the transaction and keep its changes."""

    def rollback(self) -> None:
        """End the transaction and undo its changes."""

    def savepoint(self, name: str) -> None:
        """Set a savepoint."""

    def transaction_id(self) -> str | None:
        """Return the transaction's id, None without one."""

    def enable_flashback(self, scn: int | None) -> None:
        """Read tables as they were at an SCN from now on."""

    def disable_flashback(self) -> None:
        """Read tables as they are again."""

    def set_client_attributes(self, attributes: Mapping[str, str]) -> None:
        """Set MODULE, ACTION, CLIENT_INFO, CLIENT_IDENTIFIER."""

    def set_context(self, namespace: str, values: Mapping[str, str]) -> None:
        """Set attributes of an application context, or clear it when there are none."""
