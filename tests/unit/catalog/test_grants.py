"""Which privileges a mode needs."""

from __future__ import annotations

from catalog.grants import Mode, Wanted, grant_statements, needs
from oracle_core.identifiers import TableName

TABLE = TableName.of("DWH", "ORDERS")


def test_a_target_needs_select_for_which_read_does_not_suffice() -> None:
    wanted = Wanted((TABLE,))
    on_table = [
        {privilege.name for privilege in need.privileges}
        for need in needs(Mode.TARGET, "LOADER", wanted, target_schema="DWH")
        if need.least.on == TABLE
    ]
    assert on_table == [
        {"SELECT", "SELECT ANY TABLE"},
        {"INSERT", "INSERT ANY TABLE"},
        {"UPDATE", "UPDATE ANY TABLE"},
        {"DELETE", "DELETE ANY TABLE"},
    ]
    readers = needs(Mode.FULL, "LOADER", wanted)
    assert readers[1].least.name == "READ"


def test_quota_is_on_the_default_tablespace_of_the_owner() -> None:
    def quota(target_schema: str | None, tablespaces: dict[str | None, str]) -> list[str]:
        wanted = Wanted((TABLE,), tablespaces=tablespaces)
        statements = grant_statements(Mode.TARGET, "LOADER", wanted, target_schema=target_schema)
        return [statement.sql for statement in statements if "QUOTA" in statement.sql]

    assert quota(None, {}) == ['ALTER USER "LOADER" QUOTA UNLIMITED ON "USERS"']
    assert quota(None, {None: "DATA"}) == ['ALTER USER "LOADER" QUOTA UNLIMITED ON "DATA"']
    assert quota("DWH", {"DWH": "DWH_TS", None: "DATA"}) == [
        'ALTER USER "DWH" QUOTA UNLIMITED ON "DWH_TS"'
    ]


def test_incremental_asks_for_the_transactions_of_every_instance() -> None:
    (need,) = (need for need in needs(Mode.INCREMENTAL, "LOADER", Wanted(())) if need.is_optional)
    assert need.least.grant("TAP") == 'GRANT READ ON "SYS"."GV_$TRANSACTION" TO "TAP"'
    assert "RAC" in need.purpose


def test_loading_another_schema_drops_no_table_there() -> None:
    statements = grant_statements(Mode.TARGET, "LOADER", Wanted((TABLE,)), target_schema="DWH")
    assert not any("DROP" in statement.sql for statement in statements)
