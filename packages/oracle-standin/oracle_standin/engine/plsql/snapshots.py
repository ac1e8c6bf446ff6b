"""DBMS_MVIEW and its older name DBMS_SNAPSHOT: filling materialized views anew.

Source: PL/SQL Packages and Types Reference, DBMS_MVIEW. Each call commits, as DDL does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import materialized
from oracle_standin.engine.plsql.arguments import Arguments, text_of
from oracle_standin.engine.reader import Reader
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.plsql.host import Host


def refresh(host: Host, arguments: Arguments) -> Arguments:
    """Refresh a list of materialized views completely.

    Raises ORA-23401 for one that is not there, ORA-12004 for the method F: there are no logs.
    """
    reader = Reader(text_of(arguments["LIST"]))
    method = text_of(arguments["METHOD"]).upper()
    host.commit()
    while True:
        name = reader.object_name()
        if "F" in method:
            label = f'"{name.schema or host.current_schema}"."{name.name}"'
            message = f"REFRESH FAST cannot be used for materialized view {label}"
            raise OracleError(12004, message)
        materialized.refresh(host, name)
        if not reader.accept_operator(","):
            break
    host.commit()
    return {}
