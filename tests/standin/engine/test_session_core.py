"""Sessions: transactions, statement rollback, locks, array DML, errors, interruption.

Statements are PostgreSQL's own (see `native`), so that nothing here depends on translation.
"""

from __future__ import annotations

import itertools
import socket
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from oracle_standin import codecs
from oracle_standin.backend import (
    Bind,
    ClientGoneError,
    ExecuteOptions,
    OracleError,
    Result,
    SessionInfo,
    TypeCode,
)
from oracle_standin.engine import ddl, query
from tests.standin.engine import native

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import psycopg

    from oracle_standin.backend import BindValue
    from oracle_standin.engine.database import Database
    from oracle_standin.engine.session import Session

pytestmark = pytest.mark.standin

ONCE = ExecuteOptions()
NUMBER, VARCHAR, DATE = TypeCode.NUMBER, TypeCode.VARCHAR, TypeCode.DATE
_schemas = itertools.count(1)


def number(value: int | str) -> bytes:
    return codecs.number_from_text(str(value))


def text(value: bytes | None) -> str | None:
    return None if value is None else value.decode()


class Handle:
    """A session with short ways to say things."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def run(self, statement: str, *values: tuple[TypeCode, BindValue]) -> Result:
        binds = [Bind(str(i), code) for i, (code, _) in enumerate(values, 1)]
        return self.session.execute(statement, binds, [[v for _, v in values]], ONCE)

    def rows(self, statement: str, *values: tuple[TypeCode, BindValue]) -> list[Any]:
        result = self.run(statement, *values)
        assert result.rows is not None
        return result.rows.fetch(1000)

    def count(self, table: str = '"T"') -> int:
        return int(codecs.number_to_text(self.rows(f"SELECT count(*) FROM {table}")[0][0]))

    def many(self, statement: str, rows: list[list[BindValue]], **options: Any) -> Result:
        codes = (NUMBER, VARCHAR)[: len(rows[0])]
        binds = [Bind(str(i), code) for i, code in enumerate(codes, 1)]
        return self.session.execute(statement, binds, rows, ExecuteOptions(len(rows), **options))

    def code(self, statement: str, *values: tuple[TypeCode, BindValue]) -> str:
        with pytest.raises(OracleError) as caught:
            self.run(statement, *values)
        return str(caught.value)


@pytest.fixture(autouse=True)
def _native_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "translate", native.translate, raising=False)
    monkeypatch.setattr(ddl, "run", lambda statement, engine: engine.run(statement))


@pytest.fixture
def user(owner: psycopg.Connection[tuple[object, ...]]) -> str:
    """Return a new user with a table T (ID primary key, NAME up to 5 characters)."""
    name = f"CORE{next(_schemas)}"
    owner.execute(
        f"""
        CREATE ROLE "{name}"; CREATE SCHEMA "{name}" AUTHORIZATION "{name}";
        GRANT USAGE ON SCHEMA "{name}" TO PUBLIC;
        INSERT INTO ora.users (username) VALUES ('{name}');
        INSERT INTO ora.role_grants VALUES ('{name}', 'CONNECT');
        SET ROLE "{name}";
        CREATE TABLE "{name}"."T" (
          "ID" numeric(9,0) CONSTRAINT "T_PK" PRIMARY KEY, "NAME" varchar(5)
            CONSTRAINT "T_NAME" CHECK ("NAME" <> 'bad'));
        RESET ROLE;
        """.encode()
    )
    return name


@pytest.fixture
def connect(engine_database: Database, user: str) -> Iterator[Callable[..., Handle]]:
    opened: list[Session] = []

    def open_one(name: str = user) -> Handle:
        session = engine_database.open_session(name, SessionInfo(len(opened) + 1, 1))
        opened.append(session)
        return Handle(session)

    yield open_one
    for session in opened:
        session.close()


@pytest.fixture
def one(connect: Callable[..., Handle]) -> Handle:
    return connect()


@pytest.fixture
def two(connect: Callable[..., Handle]) -> Handle:
    return connect()


def insert(handle: Handle, key: int, name: str | None = None) -> Result:
    value = None if name is None else name.encode()
    return handle.run(
        'INSERT INTO "T" ("ID", "NAME") VALUES (:1, :2)', (NUMBER, number(key)), (VARCHAR, value)
    )


# ------------------------------------------------------------------------------ transactions


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
    assert "ORA-00001" in one.code("INSERT INTO \"T\" VALUES (2, 'b'), (1, 'c')")
    assert one.session.in_transaction
    assert one.count() == 1
    one.session.commit()
    assert one.count() == 1


def test_a_failed_first_statement_leaves_no_transaction(one: Handle) -> None:
    assert "ORA-02290" in one.code("INSERT INTO \"T\" VALUES (1, 'bad')")
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
    one.code("CREATE TABLE nonsense(")
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
    assert "ORA-01456" in one.code('DELETE FROM "T"')
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
    assert "ORA-08177" in one.code('UPDATE "T" SET "NAME" = \'c\'')
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


# ------------------------------------------------------------------------------------- locks


def test_a_writer_waits_for_the_other(one: Handle, two: Handle) -> None:
    insert(one, 1, "a")
    one.session.commit()
    one.run('UPDATE "T" SET "NAME" = \'b\'')
    done: list[int] = []

    def update() -> None:
        done.append(two.run('UPDATE "T" SET "NAME" = "NAME" || \'c\'').row_count)

    thread = threading.Thread(target=update)
    thread.start()
    time.sleep(0.1)
    assert not done
    one.session.commit()
    thread.join()
    assert done == [1]
    assert two.rows('SELECT "NAME" FROM "T"') == [(b"bc",)]


def test_nowait(one: Handle, two: Handle) -> None:
    insert(one, 1)
    one.session.commit()
    one.run('SELECT * FROM "T" FOR UPDATE')
    assert one.session.in_transaction
    assert "ORA-00054" in two.code('SELECT * FROM "T" FOR UPDATE NOWAIT')
    assert not two.session.in_transaction


def test_a_deadlock_ends_one_statement(one: Handle, two: Handle) -> None:
    for key in (1, 2):
        insert(one, key, "a")
    one.session.commit()
    update = 'UPDATE "T" SET "NAME" = \'x\' WHERE "ID" = '
    one.run(update + "1")
    two.run(update + "2")
    errors: list[str] = []

    def crosswise(handle: Handle, key: int) -> None:
        try:
            handle.run(f"{update}{key}")
        except OracleError as error:
            errors.append(str(error))
            # The statement alone is undone: the first update still holds, until this.
            assert handle.session.in_transaction
            handle.session.rollback()

    threads = [threading.Thread(target=crosswise, args=pair) for pair in ((one, 2), (two, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == ["ORA-00060: deadlock detected while waiting for resource"]


def test_lock_table(one: Handle, two: Handle) -> None:
    one.session.lock_table(one.session.user, "T", "EXCLUSIVE", False, None)
    assert one.session.in_transaction
    with pytest.raises(OracleError, match="ORA-00054"):
        two.session.lock_table(one.session.user, "T", "SHARE", True, None)
    with pytest.raises(OracleError, match="ORA-00054"):
        two.session.lock_table(one.session.user, "T", "ROW EXCLUSIVE", False, 0)
    assert two.count() == 0
    one.session.commit()
    two.session.lock_table(one.session.user, "T", "SHARE UPDATE", True, None)


def test_ddl_gives_up_on_a_locked_table(one: Handle, two: Handle) -> None:
    insert(one, 1)
    assert "ORA-00054" in two.code(f'ALTER TABLE "{one.session.user}"."T" ADD "X" numeric')
    one.session.commit()
    two.run(f'ALTER TABLE "{one.session.user}"."T" ADD "X" numeric')


# --------------------------------------------------------------------------------- array DML


def test_many_rows(one: Handle) -> None:
    rows: list[list[BindValue]] = [[number(key), b"n"] for key in range(5000)]
    result = one.many('INSERT INTO "T" VALUES (:1, :2)', rows, row_counts=True)
    assert result.row_count == 5000
    assert result.row_counts == [1] * 5000
    assert one.count() == 5000


@pytest.mark.parametrize("in_transaction", [False, True])
def test_rows_before_a_failing_one_stay(one: Handle, in_transaction: bool) -> None:
    if in_transaction:
        insert(one, 100)
    rows: list[list[BindValue]] = [[number(key), b"n"] for key in (1, 2, 1, 3)]
    result = one.many('INSERT INTO "T" VALUES (:1, :2)', rows)
    assert result.row_count == 2
    assert result.error is not None
    assert result.error.code == 1
    assert one.count() == 2 + in_transaction
    one.session.rollback()
    assert one.count() == 0


def test_batch_errors(one: Handle) -> None:
    unusable = "d\U0010ffff".encode()
    keys = (1, 1, 2, 3, 4, 5, 6)
    names = (b"a", b"b", b"toolong", b"c", b"bad", unusable, b"e")
    rows: list[list[BindValue]] = [
        [number(key), name] for key, name in zip(keys, names, strict=True)
    ]
    result = one.many('INSERT INTO "T" VALUES (:1, :2)', rows, batch_errors=True, row_counts=True)
    assert result.error is None
    assert [(e.iteration, e.code) for e in result.batch_errors] == [
        (1, 1),
        (2, 12899),
        (4, 2290),
        (5, 3001),
    ]
    assert result.row_counts == [1, 0, 0, 1, 0, 0, 1]
    assert (result.row_count, one.count()) == (3, 3)


def test_a_failing_first_row_of_many_leaves_nothing(one: Handle) -> None:
    result = one.many('INSERT INTO "T" VALUES (:1, :2)', [[None, b"a"], [number(1), b"b"]])
    assert result.row_count == 0
    assert "ORA-01400" in str(result.error)
    assert not one.count()


def test_returning_gives_rows_for_each_iteration(one: Handle) -> None:
    binds = [
        Bind("1", NUMBER),
        Bind("2", VARCHAR, is_return=True),
        Bind("3", NUMBER, is_return=True),
    ]
    statement = 'INSERT INTO "T" VALUES (:1) RETURNING "ID", "ID" * 2 INTO :2, :3'
    rows: list[list[BindValue]] = [[number(1), None, None], [number(2), None, None]]
    result = one.session.execute(statement, binds, rows, ExecuteOptions(2))
    assert result.returning == [[(b"1", number(2))], [(b"2", number(4))]]
    single = one.session.execute(
        'DELETE FROM "T" RETURNING "ID" INTO :1',
        [Bind("1", NUMBER, is_return=True)],
        [[None]],
        ONCE,
    )
    assert single.returning == [[(number(1),), (number(2),)]]


def test_missing_binds(one: Handle) -> None:
    assert "ORA-01008" in one.code('SELECT * FROM "T" WHERE "ID" = :1 OR "ID" = :2', (NUMBER, None))


# ------------------------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ('INSERT INTO "T" VALUES (NULL)', 'ORA-01400: cannot insert NULL into ("{user}"."T"."ID")'),
        ('UPDATE "T" SET "ID" = NULL', 'ORA-01407: cannot update ("{user}"."T"."ID") to NULL'),
        (
            'INSERT INTO "T" VALUES (1)',
            "ORA-00001: unique constraint ({user}.T_PK) violated on table {user}.T columns (ID)",
        ),
        (
            'UPDATE "T" SET "NAME" = \'sixsix\'',
            'ORA-12899: value too large for column "{user}"."T"."NAME" (actual: 6, maximum: 5)',
        ),
        (
            'INSERT INTO "T" ("NAME", "ID") VALUES (\'äöüäöü\', 5)',
            'ORA-12899: value too large for column "{user}"."T"."NAME" (actual: 6, maximum: 5)',
        ),
        (
            "INSERT INTO \"T\" SELECT 7, 'much too long'",
            (
                'ORA-12899: value too large for column "{user}"."T"."NAME" '
                "(actual: unknown, maximum: 5)"
            ),
        ),
        (
            'UPDATE "T" SET "NAME" = \'bad\'',
            "ORA-02290: check constraint ({user}.T_NAME) violated",
        ),
        (
            'INSERT INTO "T" VALUES (1234567890)',
            "ORA-01438: value larger than specified precision allowed for this column",
        ),
        ("SELECT 1 / 0", "ORA-01476: divisor is equal to zero"),
        ("SELECT CAST('x' AS numeric)", "ORA-01722: invalid number"),
        ('SELECT * FROM "NONE"', 'ORA-00942: table or view "NONE" does not exist'),
        ('SELECT "X" FROM "T"', 'ORA-00904: "X": invalid identifier'),
        ('SELECT t."X" FROM "T" t', 'ORA-00904: "t"."X": invalid identifier'),
        ("SELECT nothing(1)", 'ORA-00904: "NOTHING": invalid identifier'),
        ('SELECT "ID" FROM "T" GROUP BY "NAME"', "ORA-00979: not a GROUP BY expression"),
        (
            'SELECT 1 FROM "T" WHERE count(*) = 1',
            "ORA-00934: group function is not allowed here",
        ),
        ('SELECT "ID" FROM "T" a, "T" b', "ORA-00918: column ambiguously defined"),
        (
            'SELECT (SELECT g FROM generate_series(1, 2) g) FROM "T"',
            "ORA-01427: single-row subquery returns more than one row",
        ),
        ('INSERT INTO "T" VALUES (1, NULL, 3)', "ORA-00913: too many values"),
        ('INSERT INTO "T" ("ID", "NAME") VALUES (1)', "ORA-00947: not enough values"),
        ("SELECT ora.raise_error(20001, 'mine')", "ORA-20001: mine"),
        ("SELECT FROM FROM", "ORA-00933: SQL command not properly ended"),
    ],
)
def test_error_texts(one: Handle, statement: str, message: str) -> None:
    insert(one, 1, "a")
    assert one.code(statement) == message.format(user=one.session.user)
    assert one.count() == 1


def test_bind_values_are_measured_for_the_message(one: Handle) -> None:
    assert "(actual: 7, maximum: 5)" in one.code(
        'INSERT INTO "T" ("ID", "NAME") VALUES (:1, :2)', (NUMBER, number(1)), (VARCHAR, b"toolong")
    )
    insert(one, 1)
    assert "(actual: 6, maximum: 5)" in one.code(
        'UPDATE "T" SET "NAME" = :1 WHERE "ID" = :2', (VARCHAR, b"sixsix"), (NUMBER, number(1))
    )


def test_foreign_keys(one: Handle, owner: psycopg.Connection[tuple[object, ...]]) -> None:
    user = one.session.user
    owner.execute(
        f'CREATE TABLE "{user}"."C" ("P" numeric CONSTRAINT "C_FK" REFERENCES "{user}"."T");'
        f'ALTER TABLE "{user}"."C" OWNER TO "{user}"'.encode()
    )
    assert one.code('INSERT INTO "C" VALUES (1)') == (
        f"ORA-02291: integrity constraint ({user}.C_FK) violated - parent key not found"
    )
    insert(one, 1)
    one.run('INSERT INTO "C" VALUES (1)')
    assert one.code('DELETE FROM "T"') == (
        f"ORA-02292: integrity constraint ({user}.C_FK) violated - child record found"
    )


def test_what_others_may_not_see_does_not_exist(
    one: Handle, connect: Callable[..., Handle], owner: psycopg.Connection[tuple[object, ...]]
) -> None:
    other, table = f"{one.session.user}X", f'"{one.session.user}"."T"'
    owner.execute(
        f'CREATE ROLE "{other}"; CREATE SCHEMA "{other}" AUTHORIZATION "{other}";'
        f"INSERT INTO ora.users (username) VALUES ('{other}');"
        f"INSERT INTO ora.role_grants VALUES ('{other}', 'CONNECT')".encode()
    )
    stranger = connect(other)
    assert "ORA-00942" in stranger.code(f"SELECT * FROM {table}")
    owner.execute(f'GRANT SELECT ON {table} TO "{other}"'.encode())
    assert stranger.count(table) == 0
    assert "ORA-01031" in stranger.code(f"DELETE FROM {table}")


def test_logging_on_needs_the_privilege_and_an_open_account(
    engine_database: Database, owner: psycopg.Connection[tuple[object, ...]], user: str
) -> None:
    owner.execute("UPDATE ora.users SET account_status = 'LOCKED' WHERE username = %s", (user,))
    with pytest.raises(OracleError, match="ORA-28000"):
        engine_database.open_session(user, SessionInfo(1, 1))
    owner.execute("UPDATE ora.users SET account_status = 'OPEN' WHERE username = %s", (user,))
    owner.execute("DELETE FROM ora.role_grants WHERE grantee = %s", (user,))
    with pytest.raises(OracleError, match="ORA-01045"):
        engine_database.open_session(user, SessionInfo(1, 1))
    with pytest.raises(OracleError, match="ORA-01017"):
        engine_database.open_session("NOBODY", SessionInfo(1, 1))


# -------------------------------------------------------------------------- the owner's work


def test_the_owners_statements_leave_the_role(one: Handle) -> None:
    user = one.session.user
    for _ in range(2):  # outside and inside a transaction
        assert one.session.query("SELECT current_user::text") == [("sys",)]
        assert one.rows("SELECT CAST(current_user AS text)") == [(user.encode(),)]
        with pytest.raises(OracleError, match="ORA-01476"):
            one.session.query("SELECT 1 / 0")
        assert one.rows("SELECT CAST(current_user AS text)") == [(user.encode(),)]
        if not one.session.in_transaction:
            insert(one, 1)
    assert (
        one.session.run("UPDATE ora.users SET profile = profile WHERE username = %s", (user,)) == 1
    )
    assert one.session.in_transaction
    assert one.count() == 1


def test_a_block_is_undone_as_a_whole(one: Handle, two: Handle) -> None:
    transaction = one.session._transaction

    def failing() -> None:
        insert(one, 2)
        insert(one, 1)

    insert(one, 1)
    with pytest.raises(OracleError, match="ORA-00001"):
        transaction.protect_block(failing)
    assert one.count() == 1

    def committing() -> None:
        insert(one, 3)
        one.session.commit()
        insert(one, 4)
        insert(one, 1)

    with pytest.raises(OracleError, match="ORA-00001"):
        transaction.protect_block(committing)
    assert (one.count(), two.count(), one.session.in_transaction) == (2, 2, False)


def test_a_block_may_set_savepoints(one: Handle) -> None:
    insert(one, 1)

    def block() -> None:
        one.session.savepoint("INSIDE")
        insert(one, 2)

    one.session._transaction.protect_block(block)
    one.session.rollback_to("INSIDE")
    assert one.count() == 1


# ------------------------------------------------------------------------------ interruption


class Client:
    """The client's end as the wire layer shows it."""

    def __init__(self) -> None:
        self.near, self.far = socket.socketpair()

    def fileno(self) -> int:
        return self.near.fileno()

    def requested(self) -> bool:
        data = self.near.recv(1, socket.MSG_PEEK)
        if not data:
            raise ClientGoneError
        return data == b"!"

    def close(self) -> None:
        self.near.close()
        self.far.close()


@pytest.fixture
def client(one: Handle) -> Iterator[Client]:
    with closing(Client()) as made:
        one.session.watch(made)
        yield made


def _later(work: Callable[[], object]) -> threading.Timer:
    timer = threading.Timer(0.1, work)
    timer.start()
    return timer


def test_a_break_cancels_the_statement(one: Handle, client: Client) -> None:
    insert(one, 1)
    _later(lambda: client.far.send(b"!"))
    start = time.monotonic()
    assert one.code("SELECT pg_sleep(20)") == (
        "ORA-01013: user requested cancel of current operation"
    )
    assert time.monotonic() - start < 5
    client.near.recv(1)
    assert one.session.in_transaction
    assert one.count() == 1


def test_a_break_ends_a_wait_for_a_lock(one: Handle, two: Handle, client: Client) -> None:
    insert(two, 1)
    _later(lambda: client.far.send(b"!"))
    assert "ORA-01013" in one.code('INSERT INTO "T" VALUES (1)')
    client.near.recv(1)
    two.session.commit()
    assert one.count() == 1


def test_other_data_of_the_client_is_left_alone(one: Handle, client: Client) -> None:
    client.far.send(b"?")
    start = time.process_time()
    one.rows("SELECT pg_sleep(0.5)")
    assert time.process_time() - start < 0.2
    assert client.near.recv(10) == b"?"


def test_a_client_that_went_away(
    one: Handle, two: Handle, client: Client, engine_database: Database
) -> None:
    insert(one, 1)
    _later(client.far.close)
    with pytest.raises(ClientGoneError):
        one.run("SELECT pg_sleep(20)")
    insert(two, 1)
    assert engine_database.scalar(
        "SELECT count(*) FROM ora.sessions WHERE pid = %s", (one.session.process_id,)
    ) == 0  # fmt: skip
    with pytest.raises(OracleError, match="ORA-03113"):
        one.run("SELECT 1")


def test_close_rolls_back(one: Handle, two: Handle) -> None:
    insert(one, 1)
    one.session.close()
    one.session.close()
    insert(two, 1)
    two.session.commit()
    assert two.count() == 1


def test_the_database_ends_sessions_that_work(one: Handle, engine_database: Database) -> None:
    errors: list[str] = []

    def work() -> None:
        try:
            one.run("SELECT pg_sleep(20)")
        except OracleError as error:
            errors.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(0.1)
    engine_database.scalar("SELECT pg_terminate_backend(%s)", (one.session.process_id,))
    thread.join(5)
    assert not thread.is_alive()
    assert errors[0][:9] in {"ORA-01089", "ORA-03113"}


# --------------------------------------------------------------------------------- describe


def test_columns_of_expressions(one: Handle) -> None:
    columns = one.session.describe(
        'SELECT CAST(1 AS numeric) AS "N", CAST(2 AS numeric(9,2)) AS "P",'
        ' CAST(NULL AS varchar(7)) AS "V", CAST(NULL AS text) AS "X", true AS "B",'
        ' CAST(1.5 AS float8) AS "D", CAST(NULL AS jsonb) AS "J", CAST(NULL AS char(3)) AS "C",'
        ' CAST(NULL AS ora."DATE") AS "DT", CAST(NULL AS ora."TIMESTAMP"(20,3)) AS "TS"',
        (),
    )
    assert [
        (c.name, c.type_code.name, c.precision, c.scale, c.size_bytes, c.size_chars)
        for c in columns
    ] == [
        ("N", "NUMBER", 0, -127, 22, 0),
        ("P", "NUMBER", 9, 2, 22, 0),
        ("V", "VARCHAR", 0, 0, 28, 7),
        ("X", "VARCHAR", 0, 0, 4000, 4000),
        ("B", "BOOLEAN", 0, 0, 1, 0),
        ("D", "BINARY_DOUBLE", 0, 0, 8, 0),
        ("J", "JSON", 0, 0, 8200, 0),
        ("C", "CHAR", 0, 0, 12, 3),
        ("DT", "DATE", 0, 0, 7, 0),
        ("TS", "TIMESTAMP", 0, 3, 11, 0),
    ]


def test_columns_of_tables_say_whether_they_take_null(one: Handle) -> None:
    columns = one.session.describe('SELECT "ID", "NAME", "ID" + 1 AS "E" FROM "T"', ())
    assert [(c.name, c.nullable) for c in columns] == [("ID", False), ("NAME", True), ("E", True)]


def test_describing_runs_nothing(one: Handle) -> None:
    insert(one, 1)
    one.session.describe("SELECT 1 / 0 AS x", ())
    with pytest.raises(OracleError, match="ORA-00942"):
        one.session.describe('SELECT * FROM "NONE"', ())
    assert one.session.describe('DELETE FROM "T"', ()) == ()
    assert one.count() == 1
