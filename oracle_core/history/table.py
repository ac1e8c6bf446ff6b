"""The history's table as SQLAlchemy knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from oracle_core.history.rows import ID_BYTES, TEXT_BYTES

if TYPE_CHECKING:
    from oracle_core.history.ddl import HistoryNames


def history_table(names: HistoryNames) -> sa.Table:
    """Return the table under its names, whatever database it is in."""

    def column(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
        # SQLAlchemy's Oracle dialect otherwise takes the case of a name as a sign whether to quote
        # it.
        return sa.Column(name, kind, quote=True)

    return sa.Table(
        names.table.name,
        sa.MetaData(),
        column("RUN_ID", sa.BigInteger()),
        column("ID", sa.String(ID_BYTES)),
        column("DESCRIPTION", sa.String(TEXT_BYTES)),
        column("COMMAND", sa.String(TEXT_BYTES)),
        column("STATUS", sa.String(50)),
        column("APPLICATION_NAME", sa.String(255)),
        column("LAST_RUN", sa.TIMESTAMP()),
        column("DURATION_SECONDS", sa.Numeric(asdecimal=True)),
        column("RETRY_COUNT", sa.BigInteger()),
        column("RUN_UUID", sa.String(36)),
        column("STARTED_AT", sa.TIMESTAMP()),
        column("ENDED_AT", sa.TIMESTAMP()),
        column("ROW_COUNT", sa.BigInteger()),
        column("BYTE_COUNT", sa.BigInteger()),
        column("ERROR_CODE", sa.String(128)),
        column("ERROR_STREAM", sa.String(TEXT_BYTES)),
        column("DETAILS", sa.Text()),
        schema=sa.sql.quoted_name(names.schema.name, quote=True) if names.schema else None,
        quote=True,
    )
