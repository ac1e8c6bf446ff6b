"""Replacing a table: what a refusal of its statistics does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import oracledb
import pytest

from oracle_core.identifiers import TableName
from target_oracle.table_swap import TableSwap

if TYPE_CHECKING:
    from types import TracebackType

SWAP = TableSwap(TableName.of("DWH", "T"), "exchange", 128)


class Refusing:
    """A session whose every statement ends in an error, as its own cursor."""

    def __init__(self, text: str) -> None:
        self._text = text

    def cursor(self) -> Refusing:
        return self

    def __enter__(self) -> Refusing:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def execute(self, *_: object) -> None:
        raise oracledb.DatabaseError(self._text)


def gather(text: str) -> None:
    SWAP._gather_statistics(cast("Any", Refusing(text)))


def test_rows_do_not_wait_for_the_right_to_analyze(caplog: pytest.LogCaptureFixture) -> None:
    gather(
        "ORA-20000: Unable to analyze TABLE DWH.SINGER_NEW_1, insufficient privileges or does "
        "not exist"
    )
    assert "grant ANALYZE ANY" in caplog.text


def test_other_failures_end_the_swap() -> None:
    with pytest.raises(oracledb.DatabaseError):
        gather("ORA-03113: end-of-file on communication channel")
