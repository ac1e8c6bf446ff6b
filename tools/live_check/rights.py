"""What users with few rights may do: ten of them are made, tried and dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.live_check.probe import outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_standin.testing import OracleDatabase

    from tools.live_check.probe import Answer, Bench

_USERS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("CREATE SESSION alone", (), ()),
    ("READ", ("READ",), ()),
    ("SELECT", ("SELECT",), ()),
    ("READ and INSERT, UPDATE", ("READ", "INSERT", "UPDATE"), ()),
    ("SELECT and INSERT, UPDATE", ("SELECT", "INSERT", "UPDATE"), ()),
    ("SELECT and FLASHBACK", ("SELECT", "FLASHBACK"), ()),
    ("READ ANY TABLE", (), ("READ ANY TABLE",)),
    ("SELECT_CATALOG_ROLE", (), ("SELECT_CATALOG_ROLE",)),
    ("SELECT ANY DICTIONARY", (), ("SELECT ANY DICTIONARY",)),
    ("CREATE TABLE without quota", (), ("CREATE TABLE",)),
)


def users_with_few_rights(bench: Bench) -> Iterator[Answer]:
    """Try as each user what the tap, the target and the catalog need."""
    bench.make("CREATE TABLE live_right (id NUMBER(9) PRIMARY KEY, v NUMBER)")
    bench.make("INSERT INTO live_right VALUES (1, 1)")
    for name, on_table, system in _USERS:
        user = bench.database.create_user("LIVE", grants=("CREATE SESSION", *system))
        try:
            if name.endswith("without quota"):
                bench.database.administer(f'ALTER USER "{user}" QUOTA 0 ON users')
            for right in on_table:
                bench.make(f'GRANT {right} ON live_right TO "{user}"')
            yield name, ", ".join(_tried(bench.database, bench.user, user))
        finally:
            bench.database.drop_user(user)


def _tried(database: OracleDatabase, owner: str, user: str) -> Iterator[str]:
    table = f'"{owner}".live_right'
    merge = (
        f"MERGE INTO {table} t USING (SELECT 1 AS id, 2 AS v FROM dual) s ON (t.id = s.id)"
        " WHEN MATCHED THEN UPDATE SET t.v = s.v"
        " WHEN NOT MATCHED THEN INSERT (id, v) VALUES (s.id, s.v)"
    )
    attempts = {
        "SELECT": f"SELECT COUNT(*) FROM {table}",
        "AS OF": f"SELECT COUNT(*) FROM {table} AS OF TIMESTAMP SYSTIMESTAMP",
        "UPDATE … WHERE": f"UPDATE {table} SET v = 2 WHERE id = 1",
        "MERGE": merge,
        "DBA_TABLES": "SELECT COUNT(*) FROM dba_tables WHERE ROWNUM = 1",
        "V$PARAMETER": "SELECT COUNT(*) FROM v$parameter WHERE ROWNUM = 1",
        "own table": "CREATE TABLE own_table (id NUMBER)",
        "own row": "INSERT INTO own_table VALUES (1)",
    }
    for name, sql in attempts.items():
        result = outcome(database.execute, user, sql)
        yield f"{name}: {'yes' if result == 'accepted' else result}"
