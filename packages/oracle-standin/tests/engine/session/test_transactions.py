"""Transactions: commit, rollback, savepoints, isolation, SCNs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from oracle_standin import codecs
from oracle_standin.backend import ExecuteOptions
from oracle_standin.protocol import OracleError
from tests.engine.session.handle import Handle, insert

if TYPE_CHECKING:
    import psycopg

    from oracle_standin.engine.database import Database

pytestmark = pytest.mark.standin


def test_a_change_is_seen_by_others_after_commit(one: Handle, two: Handle) -> None:
    assert insert(one, 1).row_count == 1
    assert (one.session.in_transaction, one.count(), two.count()) == (True, 1, 0)
    one.session.commit()
    assert (one.session.in_transaction, two.count()) == (False, 1)


def test_rollback_undoes_everything(one: Handle) -> None:
    insert(one, 1)
    insert(one, 2)
    one.session.rollback()
    assert (one.session.in_transaction, one.count()) == (False, 0)


def test_a_query_alone_opens_no_transaction(one: Handle) -> None:
    one.rows("SELECT 1")
    assert not one.session.in_transaction
    assert one.session.transaction_id() is None


def test_a_transaction_has_an_id_of_three_parts(one: Handle) -> None:
    insert(one, 1)
    found = one.session.transaction_id()
    assert found is not None
    assert len(found.split(".")) == 3
    assert one.session.transaction_id() == found


def test_a_failed_statement_is_undone_alone(one: Handle) -> None:
    insert(one, 1, "a")
    assert "ORA-00001" in one.fails("INSERT INTO \"T\" VALUES (2, 'b'), (1, 'c')")
    assert one.session.in_transaction
    assert one.count() == 1
    one.session.commit()
    assert one.count() == 1


def test_a_failed_first_statement_leaves_no_transaction(one: Handle) -> None:
    assert "ORA-02290" in one.fails("INSERT INTO \"T\" VALUES (1, 'bad')")
    assert not one.session.in_transaction


def test_autocommit(one: Handle, two: Handle) -> None:
    one.session.execute('INSERT INTO "T" VALUES (1)', (), ((),), ExecuteOptions(commit=True))
    assert two.count() == 1


def test_savepoints(one: Handle) -> None:
    insert(one, 1)
    one.session.savepoint("A")
    insert(one, 2)
    one.session.savepoint("B")
    insert(one, 3)
    one.session.rollback_to("A")
    assert one.count() == 1
    with pytest.raises(OracleError, match="ORA-01086: savepoint 'B' never established"):
        one.session.rollback_to("B")
    one.session.rollback_to("A")
    one.session.commit()
    with pytest.raises(OracleError, match="ORA-01086"):
        one.session.rollback_to("A")
    assert one.count() == 1


def test_a_savepoint_of_the_same_name_moves(one: Handle) -> None:
    one.session.savepoint("A")
    insert(one, 1)
    one.session.savepoint("B")
    one.session.savepoint("A")
    insert(one, 2)
    one.session.rollback_to("A")
    assert one.count() == 1
    one.session.rollback_to("B")
    with pytest.raises(OracleError, match="ORA-01086"):
        one.session.rollback_to("A")


def test_settings_survive_rollback(one: Handle) -> None:
    insert(one, 1)
    one.session.set_nls("NLS_DATE_FORMAT", "YYYY")
    one.session.savepoint("A")
    one.session.set_time_zone("+02:00")
    one.session.rollback_to("A")
    assert one.rows("SELECT ora.setting('time_zone')") == [(b"+02:00",)]
    one.session.rollback()
    assert one.rows("SELECT ora.setting('nls_date_format'), ora.setting('time_zone')") == [
        (b"YYYY", b"+02:00")
    ]
    assert one.session.nls("nls_date_format") == "YYYY"


def test_an_open_result_survives_commit_and_does_not_block_ddl(one: Handle, two: Handle) -> None:
    for key in range(5):
        insert(one, key)
    one.session.commit()
    open_rows = one.run('SELECT "ID" FROM "T" ORDER BY 1').rows
    assert open_rows is not None
    assert len(open_rows.fetch(2)) == 2
    two.run('DROP TABLE "T"')
    one.session.commit()
    assert [codecs.number_to_text(row[0] or b"") for row in open_rows.fetch(10)] == ["2", "3", "4"]
    assert open_rows.fetch(10) == []
    open_rows.close()
    open_rows.close()


def test_ddl_commits_before_and_after(one: Handle, two: Handle) -> None:
    insert(one, 1)
    one.run(f'CREATE TABLE "{one.session.user}"."U" ("X" numeric)')
    assert (two.count(), one.session.in_transaction) == (1, False)
    insert(one, 2)
    one.fails("CREATE TABLE nonsense(")
    assert two.count() == 2


def test_a_commit_gets_an_scn_and_a_read_none(one: Handle, engine_database: Database) -> None:
    def scn() -> int:
        return int(engine_database.scalar("SELECT ora.current_scn()"))

    before = scn()
    one.count()
    one.session.commit()
    assert scn() == before
    insert(one, 1)
    one.session.commit()
    assert scn() > before


def test_scn_order_is_commit_order(one: Handle, two: Handle, engine_database: Database) -> None:
    insert(one, 1)
    insert(two, 2)
    two.session.commit()
    one.session.commit()
    xids = engine_database.scalar(
        "SELECT array_agg(xid::text::bigint ORDER BY scn DESC)"
        " FROM (SELECT * FROM ora.commits ORDER BY scn DESC LIMIT 2) AS newest"
    )
    assert xids[0] < xids[1]


def test_read_only(one: Handle, two: Handle) -> None:
    one.session.set_read_only()
    insert(two, 1)
    two.session.commit()
    assert one.count() == 0
    assert "ORA-01456" in one.fails('DELETE FROM "T"')
    one.session.commit()
    assert one.count() == 1


def test_set_transaction_must_come_first(one: Handle) -> None:
    insert(one, 1)
    with pytest.raises(OracleError, match="ORA-01453"):
        one.session.set_read_only()


def test_serializable_refuses_to_change_what_changed_since(one: Handle, two: Handle) -> None:
    insert(one, 1, "a")
    one.session.commit()
    one.session.set_isolation("SERIALIZABLE")
    two.run('UPDATE "T" SET "NAME" = \'b\'')
    two.session.commit()
    assert one.rows('SELECT "NAME" FROM "T"') == [(b"a",)]
    assert "ORA-08177" in one.fails('UPDATE "T" SET "NAME" = \'c\'')
    one.session.rollback()
    assert one.rows('SELECT "NAME" FROM "T"') == [(b"b",)]


def test_a_deferred_constraint_rolls_back_at_commit(
    one: Handle, owner: psycopg.Connection[tuple[object, ...]]
) -> None:
    table = f'"{one.session.user}"."T"'
    owner.execute(
        f'ALTER TABLE {table} ADD "P" numeric(9,0) CONSTRAINT "T_FK" REFERENCES {table}'
        " DEFERRABLE INITIALLY DEFERRED".encode()
    )
    one.run('INSERT INTO "T" ("ID", "P") VALUES (1, 7)')
    with pytest.raises(OracleError, match=r"ORA-02091: transaction rolled back\nORA-02291: .*T_FK"):
        one.session.commit()
    assert (one.count(), one.session.in_transaction) == (0, False)
