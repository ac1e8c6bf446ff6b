"""DBMS_STATS: row counts and dates of analysis in the dictionary.

Source: PL/SQL Packages and Types Reference, DBMS_STATS. Names are upper case unless quoted; NULL
for the owner is the current schema. Each call commits, as DDL does. The rows of external tables and
of the storage of nested ones cannot be counted here: a schema's statistics leave them out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.names import quoted
from oracle_standin.engine.plsql.arguments import Arguments, text_of
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from oracle_standin.engine.contract import ObjectRef
    from oracle_standin.engine.plsql.host import Host
    from oracle_standin.protocol import BindValue

_UNCOUNTED = frozenset({"x", "n"})
_SET_FACTS = """
INSERT INTO ora.table_facts (relid, last_analyzed, num_rows, blocks)
SELECT c.oid, statement_timestamp(), (SELECT count(*) FROM {table}),
    pg_relation_size(c.oid) / 8192
FROM pg_catalog.pg_class c WHERE c.oid = %s
ON CONFLICT (relid) DO UPDATE
SET last_analyzed = excluded.last_analyzed, num_rows = excluded.num_rows, blocks = excluded.blocks
"""


def gather_table(host: Host, arguments: Arguments) -> Arguments:
    """Count a table's rows and note the time; raises ORA-20000 when there is no such table."""
    table = _table(host, arguments)
    host.commit()
    _analyze(host, table)
    return {}


def gather_schema(host: Host, arguments: Arguments) -> Arguments:
    """Do the same for all tables of a schema."""
    owner = _owner(host, arguments["OWNNAME"])
    host.commit()
    names = host.query(
        "SELECT ora.oracle_name(c.relname), c.oid FROM pg_catalog.pg_class c"
        " WHERE c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = %s)"
        " AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY c.relname",
        (owner,),
    )
    for name, _ in names:
        found = host.resolver.resolve(owner, name)
        if found is not None and found.kind not in _UNCOUNTED:
            _analyze(host, found)
    return {}


def delete_table(host: Host, arguments: Arguments) -> Arguments:
    """Forget what is known of a table."""
    table = _table(host, arguments)
    host.commit()
    host.run(
        "UPDATE ora.table_facts SET last_analyzed = NULL, num_rows = NULL, blocks = NULL"
        " WHERE relid = %s",
        (table.oid,),
    )
    return {}


def _analyze(host: Host, table: ObjectRef) -> None:
    name = f"{quoted(table.owner)}.{quoted(table.name)}"
    host.run(f"ANALYZE {name}")
    host.run(_SET_FACTS.format(table=name), (table.oid,))


def _table(host: Host, arguments: Arguments) -> ObjectRef:
    owner = _owner(host, arguments["OWNNAME"])
    name = _folded(text_of(arguments["TABNAME"]))
    found = host.resolver.resolve(owner, name)
    if found is not None and found.kind in _UNCOUNTED:
        raise not_in_this_standin(what="statistics of an external or nested table")
    if found is None or found.kind not in {"r", "p", "m"}:
        message = (
            f'Unable to analyze TABLE "{owner}"."{name}", insufficient privileges or does not exist'
        )
        raise OracleError(20000, message)
    return found


def _owner(host: Host, value: BindValue) -> str:
    return _folded(text_of(value)) or host.current_schema


def _folded(name: str) -> str:
    return name[1:-1] if name.startswith('"') else name.upper()
