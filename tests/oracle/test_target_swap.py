"""`overwrite` by another table: two renames, or one exchange of a partition."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from oracle_core.identifiers import TableName
from target_oracle.table_swap import TableSwap
from tests.oracle.loader import ID, Loader, record_line, schema_line

if TYPE_CHECKING:
    from tests.fix_plugins import Finished

pytestmark = pytest.mark.oracle

TEXT: dict[str, Any] = {"A": {"type": ["string", "null"], "maxLength": 10}}
SCHEMA = schema_line({**ID, **TEXT})
STRATEGIES = ["rename", "exchange"]
LEFT = "SELECT table_name FROM user_tables WHERE table_name LIKE 'SINGER\\_%' ESCAPE '\\' AND"
LEFT += " table_name NOT IN ('SINGER_LOADS', 'SINGER_LOAD_LOCKS')"


def swap(loader: Loader, strategy: str, *lines: str, **settings: Any) -> Finished:
    return loader.load(*lines, load_method="overwrite", overwrite_strategy=strategy, **settings)


def rows(*ids: int, text: str = "new") -> list[str]:
    return [record_line({"ID": i, "A": text}) for i in ids]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_rows_are_replaced_and_nothing_is_left(loader: Loader, strategy: str) -> None:
    for text in ("old", "new"):
        swap(loader, strategy, SCHEMA, *rows(1, 2, 2, 3, text=text), batch_size_rows=2)
        assert loader.rows("SELECT id, a FROM t ORDER BY id") == [(i, text) for i in (1, 2, 3)]
    assert loader.rows(LEFT) == []
    counts = "SELECT rows_inserted, rows_deleted FROM singer_loads"
    assert loader.rows(counts) == [(3, 0), (3, 0)]
    key = "SELECT constraint_type, status FROM user_constraints WHERE table_name = 'T'"
    assert ("P", "ENABLED") in loader.rows(key)


def test_what_belongs_to_a_table_survives_two_renames(loader: Loader) -> None:
    reader = loader.database.create_user(prefix="READER")
    try:
        loader.execute(
            "CREATE TABLE t (id NUMBER(18) NOT NULL, a VARCHAR2(10 CHAR) DEFAULT 'x',"
            " kept DATE DEFAULT DATE '2024-01-01', CONSTRAINT t_pk PRIMARY KEY (id),"
            " CONSTRAINT t_ck CHECK (a <> 'bad'), CONSTRAINT t_uk UNIQUE (a, id)) PCTFREE 5",
            "CREATE INDEX t_up ON t (UPPER(a), kept DESC)",
            "COMMENT ON TABLE t IS 'it''s mine'",
            "COMMENT ON COLUMN t.a IS 'a word'",
            f'GRANT SELECT ON t TO "{reader}" WITH GRANT OPTION',
            f'GRANT UPDATE (a) ON t TO "{reader}"',
            "CREATE VIEW v AS SELECT id, a FROM t",
            "INSERT INTO t (id, a) VALUES (9, 'old')",
        )
        facts = [
            (
                "SELECT constraint_name, constraint_type, index_name FROM user_constraints"
                " WHERE table_name = 'T' AND generated = 'USER NAME' ORDER BY 1"
            ),
            (
                "SELECT index_name, index_type, uniqueness FROM user_indexes WHERE table_name = 'T'"
                " ORDER BY 1"
            ),
            (
                "SELECT column_expression FROM user_ind_expressions WHERE index_name = 'T_UP'"
                " ORDER BY column_position"
            ),
            (
                "SELECT column_name, data_default, nullable FROM user_tab_columns"
                " WHERE table_name = 'T' ORDER BY column_id"
            ),
            "SELECT comments FROM user_tab_comments WHERE table_name = 'T'",
            "SELECT comments FROM user_col_comments WHERE table_name = 'T' ORDER BY column_name",
            "SELECT grantee, privilege, grantable FROM user_tab_privs_made ORDER BY 1, 2",
            (
                "SELECT grantee, privilege, column_name FROM all_col_privs"
                f" WHERE table_schema = '{loader.user}' ORDER BY 1, 2"
            ),
            "SELECT pct_free FROM user_tables WHERE table_name = 'T'",
        ]
        before = [loader.rows(query) for query in facts]
        assert all(before)
        done = swap(loader, "rename", SCHEMA, *rows(1, 2))
        assert "a reader between the two gets ORA-00942" in done.stderr
        assert [loader.rows(query) for query in facts] == before
        assert loader.rows("SELECT * FROM v ORDER BY id") == [(1, "new"), (2, "new")]
        assert len(loader.database.rows(reader, f'SELECT id FROM "{loader.user}".t')) == 2
        assert loader.rows("SELECT num_rows FROM user_tables WHERE table_name = 'T'") == [(2,)]
    finally:
        loader.database.drop_user(reader)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_readers_see_old_or_new_rows(loader: Loader, strategy: str) -> None:
    swap(loader, strategy, SCHEMA, *rows(*range(50), text="old"))
    seen: set[Any] = set()
    ended = threading.Event()

    def read() -> None:
        with loader.database.connect(loader.user) as connection, connection.cursor() as cursor:
            while not ended.is_set():
                try:
                    cursor.execute("SELECT COUNT(*), MIN(a), MAX(a) FROM t")
                    seen.add(cursor.fetchone())
                except Exception as error:  # noqa: BLE001 - judged below
                    seen.add(str(error)[:9])

    reader = threading.Thread(target=read)
    reader.start()
    try:
        swap(loader, strategy, SCHEMA, *rows(*range(70)))
    finally:
        ended.set()
        reader.join()
    allowed: set[Any] = {(50, "old", "old"), (70, "new", "new")}
    assert seen - allowed <= ({"ORA-00942"} if strategy == "rename" else set())


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (("OLD", "NEW"), "new"),  # killed between the two renames
        (("OLD",), "old"),
    ],
)
@pytest.mark.parametrize("settings", [{}, {"load_method": "overwrite"}])
def test_a_run_killed_between_the_renames_is_repaired_by_any_next_run(
    loader: Loader, left: tuple[str, ...], expected: str, settings: dict[str, Any]
) -> None:
    loader.load(SCHEMA, *rows(1, text="old"))
    names = TableSwap(TableName.of(loader.user, "T"), "rename", 128)
    loader.execute(f"ALTER TABLE t RENAME TO {names.old.table.name}")
    if "NEW" in left:
        loader.execute(
            f"CREATE TABLE {names.new.table.name} (id NUMBER(18) NOT NULL, a VARCHAR2(10 CHAR))",
            f"CREATE INDEX t_a_sdc_new ON {names.new.table.name} (a)",
            f"INSERT INTO {names.new.table.name} VALUES (1, 'new')",
        )
    if settings:
        swap(loader, "rename", SCHEMA, *rows(2))
        assert loader.rows("SELECT id, a FROM t") == [(2, "new")]
    else:
        done = loader.load(SCHEMA, *rows(2))
        assert "was killed between two renames" in done.stderr
        assert loader.rows("SELECT id, a FROM t ORDER BY id") == [(1, expected), (2, "new")]
    assert loader.rows(LEFT) == []
    if "NEW" in left:
        query = "SELECT index_name FROM user_indexes WHERE table_name = 'T'"
        assert ("T_A",) in loader.rows(query)


def test_a_half_built_table_is_dropped_by_the_next_run(loader: Loader) -> None:
    swap(loader, "rename", SCHEMA, *rows(1))
    names = TableSwap(TableName.of(loader.user, "T"), "rename", 128)
    loader.execute(f"CREATE TABLE {names.new.table.name} (id NUMBER)")
    swap(loader, "rename", SCHEMA, *rows(2))
    assert loader.rows("SELECT id FROM t") == [(2,)]
    assert loader.rows(LEFT) == []


def test_a_half_built_table_never_takes_the_place_of_a_dropped_one(loader: Loader) -> None:
    loader.load(SCHEMA, *rows(1, text="old"))
    names = TableSwap(TableName.of(loader.user, "T"), "rename", 128)
    loader.execute(
        f"CREATE TABLE {names.new.table.name} (id NUMBER(18) NOT NULL, a VARCHAR2(10 CHAR))",
        f"INSERT INTO {names.new.table.name} VALUES (1, 'half')",
        "DROP TABLE t PURGE",
    )
    loader.load(SCHEMA, *rows(2))
    assert loader.rows("SELECT id, a FROM t") == [(2, "new")]
    assert loader.rows(LEFT) == []


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_failure_leaves_the_old_rows_and_no_table(loader: Loader, strategy: str) -> None:
    swap(loader, strategy, SCHEMA, *rows(1, text="old"))
    loader.execute("ALTER TABLE t ADD CONSTRAINT t_ck CHECK (a <> 'bad')")
    lines = [SCHEMA, *rows(2, text="bad")]
    error = loader.error(*lines, load_method="overwrite", overwrite_strategy=strategy)
    assert "replace" in error
    assert loader.rows("SELECT id, a FROM t") == [(1, "old")]
    assert loader.rows(LEFT) == []


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_versions_are_activated_before_readers_see_the_rows(loader: Loader, strategy: str) -> None:
    activate = '{"type":"ACTIVATE_VERSION","stream":"HR-T","version":7}'
    lines = [record_line({"ID": i}, version=v) for i, v in ((1, 7), (2, 6))]
    swap(loader, strategy, SCHEMA, *lines, activate, hard_delete=True)
    assert loader.rows('SELECT id, "_SDC_TABLE_VERSION" FROM t') == [(1, 7)]


def test_a_check_too_long_for_the_dictionary_is_not_copied(loader: Loader) -> None:
    loader.load(SCHEMA, *rows(1, text="old"))
    listed = ", ".join(f"'{number:06}'" for number in range(500))
    loader.execute(f"ALTER TABLE t ADD CONSTRAINT t_ck CHECK (a = 'old' OR a IN ({listed}))")
    error = loader.error(SCHEMA, *rows(2), load_method="overwrite", overwrite_strategy="rename")
    assert "T_CK is too long to be copied" in error
    assert loader.rows("SELECT id, a FROM t") == [(1, "old")]


def test_what_is_not_possible_is_refused_before_anything_is_touched(loader: Loader) -> None:
    loader.load(SCHEMA, *rows(1, text="old"))

    def refused(strategy: str, **settings: Any) -> str:
        more = schema_line({**ID, **TEXT, "B": TEXT["A"]})
        error = loader.error(
            more, *rows(2), load_method="overwrite", overwrite_strategy=strategy, **settings
        )
        assert loader.rows("SELECT * FROM t") == [(1, "old")]
        return error

    assert "was not made for it" in refused("exchange")
    assert "freeze_schema is set" in refused("rename", freeze_schema=True)
    other = loader.database.create_user()
    try:
        error = refused("rename", default_target_schema=other)
        assert "works in the schema of the session only" in error
        error = refused("exchange", default_target_schema=other)
        assert "exchange needs CREATE ANY TABLE, ALTER ANY TABLE" in error
    finally:
        loader.database.drop_user(other)
    loader.execute("CREATE TABLE child (t_id NUMBER(18) CONSTRAINT c_fk REFERENCES t)")
    assert ".C_FK refers to it" in refused("rename")
    loader.execute("DROP TABLE child PURGE", "ALTER TABLE t ADD (w NUMBER AS (id * 2) VIRTUAL)")
    error = loader.error(SCHEMA, load_method="overwrite", overwrite_strategy="rename")
    assert "column W is virtual" in error
    loader.execute("ALTER TABLE t DROP COLUMN w")
    loader.database.administer(f'REVOKE CREATE TABLE FROM "{loader.user}"')
    error = loader.error(SCHEMA, load_method="overwrite", overwrite_strategy="rename")
    assert "CREATE TABLE" in error
    assert loader.rows("SELECT * FROM t") == [(1, "old")]


def test_a_table_for_exchange_can_be_keyless(loader: Loader) -> None:
    schema = schema_line({**ID, **TEXT}, keys=())
    for _ in range(2):
        swap(loader, "exchange", schema, *rows(1, 1))
        assert loader.rows("SELECT id FROM t") == [(1,), (1,)]
    clob = {"C": {"type": ["object", "null"]}}
    lines = [schema_line(clob, keys=(), stream="HR-U")]
    error = loader.error(*lines, load_method="overwrite", overwrite_strategy="exchange")
    assert "needs a column of text, number or date" in error
