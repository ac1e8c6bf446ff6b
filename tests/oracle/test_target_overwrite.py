"""`overwrite`: readers see the old rows or the new ones, and a failure leaves the old."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.oracle.loader import ID, Loader, record_line, schema_line, state_line

if TYPE_CHECKING:
    from tests.fix_plugins import Finished

pytestmark = pytest.mark.oracle

TEXT: dict[str, Any] = {"A": {"type": ["string", "null"], "maxLength": 10}}
STRATEGIES = ["transaction", "difference"]


def overwrite(loader: Loader, *lines: str, **settings: Any) -> Finished:
    return loader.load(*lines, load_method="overwrite", **settings)


def seed(loader: Loader, rows: int = 3) -> None:
    schema = schema_line({**ID, **TEXT})
    loader.load(schema, *(record_line({"ID": i, "A": "old"}) for i in range(rows)))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_rows_are_replaced_at_the_end(loader: Loader, strategy: str) -> None:
    seed(loader)
    loader.execute("CREATE VIEW v AS SELECT id FROM t")
    done = overwrite(
        loader,
        schema_line({**ID, **TEXT}),
        record_line({"ID": 2, "A": "old"}),
        record_line({"ID": 7, "A": "x"}),
        state_line({"n": 1}),
        record_line({"ID": 7, "A": "y"}),
        overwrite_strategy=strategy,
        batch_size_rows=1,
    )
    assert done.states() == [{"n": 1}]
    assert loader.rows("SELECT id, a FROM t ORDER BY id") == [(2, "old"), (7, "y")]
    assert loader.rows("SELECT COUNT(*) FROM v") == [(2,)]
    inserted, merged, deleted = loader.rows(
        "SELECT rows_inserted, rows_updated, rows_deleted FROM singer_loads ORDER BY load_id"
    )[-1]
    expected = (2, 0, 3) if strategy == "transaction" else (0, 1, 2)
    assert (inserted, merged, deleted) == expected


@pytest.mark.parametrize("strategy", [*STRATEGIES, "rename"])
def test_grants_and_dependent_views_survive(loader: Loader, strategy: str) -> None:
    seed(loader)
    reader = loader.database.create_user(prefix="READER")
    try:
        loader.execute(
            "CREATE VIEW v AS SELECT id, a FROM t WHERE id > 1",
            f'GRANT SELECT ON t TO "{reader}"',
            f'GRANT SELECT ON v TO "{reader}"',
        )
        schema = schema_line({**ID, **TEXT})
        overwrite(loader, schema, record_line({"ID": 2, "A": "new"}), overwrite_strategy=strategy)
        for name in ("t", "v"):
            rows = loader.database.rows(reader, f'SELECT id, a FROM "{loader.user}".{name}')
            assert rows == [(2, "new")]
        assert loader.rows("SELECT status FROM user_objects WHERE object_name = 'V'") == [
            ("VALID",)
        ]
    finally:
        loader.database.drop_user(reader)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_failure_leaves_the_old_rows_and_no_state(loader: Loader, strategy: str) -> None:
    seed(loader)
    done = loader.load(
        schema_line({**ID, **TEXT}),
        record_line({"ID": 1, "A": "new"}),
        state_line({"n": 1}),
        record_line({"ID": 2, "A": "much too long"}),
        code=1,
        load_method="overwrite",
        overwrite_strategy=strategy,
        batch_size_rows=1,
    )
    assert done.states() == []
    assert loader.rows("SELECT id, a FROM t ORDER BY id") == [(i, "old") for i in range(3)]
    assert loader.rows("SELECT COUNT(*) FROM user_tables WHERE table_name LIKE 'SINGER_STG%'") == [
        (0,)
    ]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_readers_see_all_old_or_all_new_rows(loader: Loader, strategy: str) -> None:
    seed(loader, 200)
    seen: set[tuple[Any, ...]] = set()
    failures: list[str] = []
    ended = threading.Event()

    def read() -> None:
        with loader.database.connect(loader.user) as connection, connection.cursor() as cursor:
            while not ended.is_set():
                try:
                    cursor.execute("SELECT COUNT(*), MIN(a), MAX(a) FROM t")
                    seen.add(cursor.fetchone())
                except Exception as error:  # noqa: BLE001 - any error fails the test below
                    failures.append(str(error))
                    return

    reader = threading.Thread(target=read)
    reader.start()
    try:
        rows = [record_line({"ID": i, "A": "new"}) for i in range(100, 400)]
        schema = schema_line({**ID, **TEXT})
        overwrite(loader, schema, *rows, overwrite_strategy=strategy, batch_size_rows=50)
    finally:
        ended.set()
        reader.join()
    assert failures == []
    assert seen <= {(200, "old", "old"), (300, "new", "new")}
    assert (200, "old", "old") in seen
    assert loader.rows("SELECT COUNT(*), MIN(a) FROM t") == [(300, "new")]


def test_streams_without_keys_keep_every_row(loader: Loader) -> None:
    schema = schema_line(ID, keys=())
    for _ in range(2):
        overwrite(loader, schema, record_line({"ID": 1}), record_line({"ID": 1}))
        assert loader.rows("SELECT id FROM t") == [(1,), (1,)]
    error = loader.error(schema, load_method="overwrite", overwrite_strategy="difference")
    assert "needs key properties" in error


def test_a_stream_without_rows_empties_its_table(loader: Loader) -> None:
    seed(loader)
    overwrite(loader, schema_line({**ID, **TEXT}))
    assert loader.rows("SELECT COUNT(*) FROM t") == [(0,)]


def test_a_schema_that_changes_in_the_middle(loader: Loader) -> None:
    seed(loader)
    overwrite(
        loader,
        schema_line({**ID, **TEXT}),
        record_line({"ID": 1, "A": "a"}),
        schema_line({**ID, **TEXT, "B": {"type": ["integer", "null"]}}),
        record_line({"ID": 2, "B": 2}),
    )
    assert loader.rows("SELECT id, a, b FROM t ORDER BY id") == [(1, "a", None), (2, None, 2)]


def test_rows_that_a_foreign_key_would_delete_are_refused_first(loader: Loader) -> None:
    seed(loader)
    loader.execute(
        "CREATE TABLE child (id NUMBER PRIMARY KEY,"
        " t_id NUMBER(18) REFERENCES t ON DELETE CASCADE)",
        "INSERT INTO child VALUES (1, 2)",
    )
    lines = [schema_line({**ID, **TEXT}), record_line({"ID": 2, "A": "new"})]
    error = loader.error(*lines, load_method="overwrite")
    assert "ON DELETE CASCADE" in error
    assert "difference" in error
    overwrite(loader, *lines, overwrite_strategy="difference")
    assert loader.rows("SELECT id, a FROM t") == [(2, "new")]
    assert loader.rows("SELECT COUNT(*) FROM child") == [(1,)]


def test_versions_are_activated_with_the_new_rows(loader: Loader) -> None:
    schema = schema_line(ID)
    activate = '{"type":"ACTIVATE_VERSION","stream":"HR-T","version":7}'
    rows = [record_line({"ID": i}, version=7) for i in (1, 2)]
    overwrite(loader, schema, *rows, activate)
    assert loader.rows('SELECT id, "_SDC_TABLE_VERSION", "_SDC_DELETED_AT" FROM t ORDER BY id') == [
        (1, 7, None),
        (2, 7, None),
    ]


def test_a_stream_that_sends_only_what_changed_is_warned_of(loader: Loader) -> None:
    schema = schema_line(ID)[:-1] + ', "bookmark_properties": ["ID"]}'
    done = overwrite(loader, schema, record_line({"ID": 1}))
    assert "load_method overwrite would replace the table by that" in done.stderr
