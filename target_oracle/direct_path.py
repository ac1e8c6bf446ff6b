"""Direct path load into staging tables, where driver, server and column types allow it.

A direct path load commits by itself, bypasses triggers, leaves foreign keys and checks disabled
and a violated unique index unusable (Utilities, "Direct Path Load: Integrity Constraints"). So it
never writes into a table of the user's: only into staging tables of this run, which have none of
these; the ledger row and the data then share the transaction of the statement that moves them on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import oracledb

from oracle_core.errors import describe
from oracle_core.server import release_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_core.identifiers import Identifier, TableName
    from target_oracle.settings import DirectPath

_FIRST_DRIVER = (4, 0, 2)
"""4.0.0 encodes text in the database's character set (issue 567), 4.0.2 booleans (issue 593)."""

_FIRST_SERVER = (12, 2)

TYPES = frozenset(
    {
        oracledb.DB_TYPE_NUMBER,
        oracledb.DB_TYPE_VARCHAR,
        oracledb.DB_TYPE_CHAR,
        oracledb.DB_TYPE_NVARCHAR,
        oracledb.DB_TYPE_NCHAR,
        oracledb.DB_TYPE_LONG,
        oracledb.DB_TYPE_LONG_NVARCHAR,
        oracledb.DB_TYPE_CLOB,
        oracledb.DB_TYPE_RAW,
        oracledb.DB_TYPE_LONG_RAW,
        oracledb.DB_TYPE_DATE,
        oracledb.DB_TYPE_TIMESTAMP,
        oracledb.DB_TYPE_BINARY_FLOAT,
        oracledb.DB_TYPE_BINARY_DOUBLE,
        oracledb.DB_TYPE_BOOLEAN,
    }
)
"""Bind types whose values a direct path load takes exactly."""

_PLAIN_NAME = re.compile(r"[A-Z][A-Z0-9_$#]*|_SDC_[A-Z0-9_]+")
# ORA-00903, 00904 and 00911 are about names, which the driver sends without quotes.
_FALL_BACK = re.compile(
    r"ORA-26\d{3}|ORA-0090[34]|ORA-00911|ORA-00600|ORA-01031|ORA-00942|ORA-03001|DPY-80\d\d|DPY-4041"
)
"""Direct path is refused, or refuses a value that an INSERT reports with its column."""


def refusal(connection: oracledb.Connection, setting: DirectPath) -> str | None:
    """Return why direct path is not used in a session, or None where it can be."""
    if setting == "never":
        return "direct_path is never"
    if not oracledb.is_thin_mode():
        return "the driver offers it in thin mode only"
    if _numbers(oracledb.__version__) < _FIRST_DRIVER:
        return f"oracledb {oracledb.__version__} is older than 4.0.2"
    if release_of(connection) < _FIRST_SERVER:
        return f"the server {connection.version} is older than 12.2"
    return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def takes_name(name: Identifier) -> bool:
    """Return whether a name arrives as it is.

    The driver sends names without quotes, and the stand-in reads `id` as ID (ORA-00904). What a
    live database does with `_SDC_` names is not known: where it refuses them, rows are inserted.
    """
    return _PLAIN_NAME.fullmatch(name.name) is not None


def load(
    connection: oracledb.Connection,
    table: TableName,
    columns: Sequence[str],
    rows: Any,  # noqa: ANN401 - tuples, or an Arrow table
) -> str | None:
    """Load rows and commit; return the code of the error that calls for an INSERT instead.

    Raises:
        oracledb.Error: For any other error.
    """
    try:
        connection.direct_path_load(table.schema.name, table.table.name, list(columns), rows)
    except oracledb.Error as error:
        code = describe(error).code
        if _FALL_BACK.fullmatch(code):
            return code
        raise
    except AttributeError:
        # python-oracledb 26.1 aborts the load on the connection that it has just lost. The ping
        # raises what the load should have raised.
        connection.ping()
        raise
    return None
