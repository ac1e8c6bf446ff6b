"""DBMS_MVIEW and its older name DBMS_SNAPSHOT: filling materialized views anew.

Source: PL/SQL Packages and Types Reference, DBMS_MVIEW. Each call commits, as DDL does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from oracle_standin.backend import OracleError
from oracle_standin.engine.ddl import materialized
from oracle_standin.engine.ddl.reader import Reader
from oracle_standin.engine.plsql.arguments import Arguments, text_of

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.plsql.host import Host


def refresh(host: Host, arguments: Arguments) -> Arguments:
    """Refresh a list of materialized views completely.

    Raises ORA-23401 for one that is not there, ORA-12004 for the method F: there are no logs.
    """
    engine = cast("Engine", host)  # the session is both
    reader = Reader(text_of(arguments["LIST"]))
    method = text_of(arguments["METHOD"]).upper()
    host.commit()
    while True:
        name = reader.object_name()
        if "F" in method:
            label = f'"{name.schema or host.current_schema}"."{name.name}"'
            message = f"REFRESH FAST cannot be used for materialized view {label}"
            raise OracleError(12004, message)
        materialized.refresh(engine, name)
        if not reader.accept_operator(","):
            break
    host.commit()
    return {}
