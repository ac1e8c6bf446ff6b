"""The target against a database: what is loaded is what was sent."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.fix_oracle import OracleDatabase
    from tests.fix_plugins import Finished, Plugin

pytestmark = pytest.mark.oracle

ZONED = 'YYYY-MM-DD"T"HH24:MI:SS.FF9TZH:TZM'


def schema_line(
    properties: dict[str, Any], keys: tuple[str, ...] = ("ID",), stream: str = "HR-T"
) -> str:
    schema = {"type": "object", "properties": properties}
    message = {"type": "SCHEMA", "stream": stream, "schema": schema, "key_properties": list(keys)}
    return json.dumps(message)


def record_line(record: str | dict[str, Any], stream: str = "HR-T", **more: Any) -> str:
    text = record if isinstance(record, str) else json.dumps(record, ensure_ascii=False)
    ending = "".join(f",{json.dumps(key)}:{json.dumps(value)}" for key, value in more.items())
    return f'{{"type":"RECORD","stream":{json.dumps(stream)},"record":{text}{ending}}}'


def state_line(value: Any) -> str:
    return json.dumps({"type": "STATE", "value": value})


ID = {"ID": {"type": ["integer"], "x-sql-datatype": "NUMBER(18)"}}


class Loader:
    """Runs the target into one schema and reads what is there."""

    def __init__(self, target: Plugin, database: OracleDatabase, user: str) -> None:
        self.target = target
        self.database = database
        self.user = user

    def load(self, *lines: str, code: int = 0, **settings: Any) -> Finished:
        config = self.database.config(self.user, **settings)
        done = self.target.run(config, stdin="".join(line + "\n" for line in lines).encode())
        assert done.code == code, done.stderr
        return done

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.database.rows(self.user, query)

    def execute(self, *statements: str) -> None:
        with self.database.connect(self.user) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            connection.commit()

    def error(self, *lines: str, **settings: Any) -> str:
        done = self.load(*lines, code=1, **settings)
        assert len(done.errors()) == 1, done.stderr
        assert "Traceback" not in done.stderr
        assert self.database.passwords[self.user] not in done.stderr
        return done.errors()[0]


@pytest.fixture
def loader(target: Plugin, oracle_database: OracleDatabase, fresh_schema: str) -> Loader:
    return Loader(target, oracle_database, fresh_schema)


TYPES = [
    ("NUMBER(38)", {"type": "integer"}, "-" + "9" * 38, "TO_CHAR(C)", "-" + "9" * 38),
    ("NUMBER(38,10)", {"type": "number"}, "1234567890123456789012345678.0123456789", "C", None),
    ("NUMBER", {"type": "number"}, "0.1", "C", Decimal("0.1")),
    ("NUMBER", {"type": "number"}, "1E-130", "C", Decimal("1E-130")),
    ("NUMBER(5,-2)", {"type": "integer"}, "1200", "C", Decimal(1200)),
    ("FLOAT(53)", {"type": "number"}, "0.1", "C", Decimal("0.1")),
    ("BINARY_DOUBLE", {"type": "number"}, "5e-324", "C", 5e-324),
    ("BINARY_DOUBLE", {"type": "number"}, "-1.7976931348623157e308", "C", -1.7976931348623157e308),
    ("VARCHAR2(40 CHAR)", {"type": "string"}, '"a\\"b\'\\\\\\n\\té😀 "', "C", "a\"b'\\\n\té😀 "),
    ("CHAR(5 CHAR)", {"type": "string"}, '"ab"', "C", "ab   "),
    ("NVARCHAR2(10)", {"type": "string"}, '"żółw"', "C", "żółw"),
    ("CLOB", {"type": "string"}, '"text"', "C", "text"),
    ("RAW(16)", {"type": "string", "contentEncoding": "base64"}, '"AP8B"', "C", b"\0\xff\1"),
    ("BLOB", {"type": "string", "contentEncoding": "base64"}, '"AP8B"', "C", b"\0\xff\1"),
    (
        "DATE",
        {"type": "string", "format": "date-time"},
        '"2024-02-29T23:59:58+00:00"',
        "TO_CHAR(C, 'YYYY-MM-DD HH24:MI:SS')",
        "2024-02-29 23:59:58",
    ),
    (
        "DATE",
        {"type": "string", "format": "date-time"},
        '"-0044-03-15T12:00:00+00:00"',
        "TO_CHAR(C, 'SYYYY-MM-DD HH24:MI:SS')",
        "-0044-03-15 12:00:00",
    ),
    (
        "TIMESTAMP(6)",
        {"type": "string", "format": "date-time"},
        '"1969-12-31T23:59:59.123456+00:00"',
        "TO_CHAR(C, 'YYYY-MM-DD HH24:MI:SS.FF6')",
        "1969-12-31 23:59:59.123456",
    ),
    (
        "TIMESTAMP(9)",
        {"type": "string", "format": "date-time"},
        '"9999-12-31T23:59:59.123456789+00:00"',
        "TO_CHAR(C, 'YYYY-MM-DD HH24:MI:SS.FF9')",
        "9999-12-31 23:59:59.123456789",
    ),
    (
        "TIMESTAMP(9) WITH TIME ZONE",
        {"type": "string", "format": "date-time"},
        '"2024-03-31T02:30:00.123456789-05:30"',
        f"TO_CHAR(C, '{ZONED}')",
        "2024-03-31T02:30:00.123456789-05:30",
    ),
    (
        "TIMESTAMP(6) WITH LOCAL TIME ZONE",
        {"type": "string", "format": "date-time"},
        '"2024-03-31T02:30:00.5+02:00"',
        "TO_CHAR(SYS_EXTRACT_UTC(C), 'YYYY-MM-DD HH24:MI:SS.FF6')",
        "2024-03-31 00:30:00.500000",
    ),
    (
        "INTERVAL DAY(4) TO SECOND(6)",
        {"type": "string", "format": "duration"},
        '"P100DT2H3M4.5S"',
        "LTRIM(TO_CHAR(C), '+0')",
        "100 02:03:04.500000",
    ),
    (
        "INTERVAL YEAR(4) TO MONTH",
        {"type": "string", "format": "duration"},
        '"-P1234Y5M"',
        "TO_CHAR(C)",
        "-1234-05",
    ),
]


def test_declared_types_hold_exact_values(loader: Loader) -> None:
    properties: dict[str, Any] = {**ID}
    for i, (sql_type, schema, *_) in enumerate(TYPES):
        nullable = {"type": [schema["type"], "null"], "x-sql-datatype": sql_type}
        properties[f"C{i}"] = {**schema, **nullable}
    values = ",".join(f'"C{i}":{value}' for i, (_, _, value, *_) in enumerate(TYPES))
    nulls = ",".join(f'"C{i}":null' for i in range(len(TYPES)))
    lines = [record_line(f'{{"ID":1,{values}}}'), record_line(f'{{"ID":2,{nulls}}}')]
    loader.load(schema_line(properties), *lines)
    loader.load(schema_line(properties), *lines)
    for i, (sql_type, _, value, expression, wanted) in enumerate(TYPES):
        column = re.sub(r"\bC\b", f"c{i}", expression)
        found = loader.rows(f"SELECT {column} FROM t ORDER BY id")
        assert (sql_type, *found) == (
            sql_type,
            (Decimal(value) if wanted is None else wanted,),
            (None,),
        )


def test_upsert_updates_and_inserts(loader: Loader) -> None:
    schema = schema_line({**ID, "A": {"type": ["string", "null"], "maxLength": 10}})
    loader.load(schema, record_line({"ID": 1, "A": "a"}), record_line({"ID": 2, "A": "b"}))
    done = loader.load(
        schema,
        record_line({"ID": 2, "A": "B"}),
        record_line({"ID": 3, "A": "c"}),
        record_line({"ID": 1}),
        record_line({"ID": 3, "A": "C"}),
        state_line({"n": 1}),
    )
    assert loader.rows("SELECT id, a FROM t ORDER BY id") == [(1, None), (2, "B"), (3, "C")]
    assert done.states() == [{"n": 1}]


def test_a_table_of_keys_alone(loader: Loader) -> None:
    lines = [schema_line(ID), record_line({"ID": 1}), record_line({"ID": 1})]
    loader.load(*lines)
    loader.load(*lines, record_line({"ID": 2}))
    assert loader.rows("SELECT id FROM t ORDER BY id") == [(1,), (2,)]


def test_keys_of_several_columns(loader: Loader) -> None:
    text = {"type": "string", "maxLength": 10}
    schema = schema_line({"A": text, "B": text, "C": text}, keys=("B", "A"))
    rows = [{"A": "1", "B": "2", "C": "x"}, {"A": "2", "B": "1", "C": "y"}]
    loader.load(schema, *map(record_line, rows))
    loader.load(schema, record_line({**rows[0], "C": "z"}))
    assert loader.rows("SELECT a, b, c FROM t ORDER BY a") == [("1", "2", "z"), ("2", "1", "y")]
    found = loader.rows(
        "SELECT n.column_name FROM user_cons_columns n JOIN user_constraints k"
        " ON k.constraint_name = n.constraint_name WHERE k.constraint_type = 'P'"
        " ORDER BY n.position"
    )
    assert found == [("B",), ("A",)]


def test_keys_of_type_char(loader: Loader) -> None:
    key = {"K": {"type": "string", "x-sql-datatype": "CHAR(5 CHAR)"}, **ID}
    schema = schema_line(key, keys=("K",))
    loader.load(schema, record_line({"K": "ab", "ID": 1}))
    loader.load(schema, record_line({"K": "ab", "ID": 2}), record_line({"K": "ab   ", "ID": 3}))
    assert loader.rows("SELECT k, id FROM t") == [("ab   ", 3)]


def test_zoned_keys_are_instants(loader: Loader) -> None:
    schema = schema_line({"T": {"type": "string", "format": "date-time"}, **ID}, keys=("T",))
    loader.load(schema, record_line({"T": "2024-01-01T12:00:00+02:00", "ID": 1}))
    loader.load(schema, record_line({"T": "2024-01-01T10:00:00Z", "ID": 2}))
    assert loader.rows("SELECT id FROM t") == [(2,)]


@pytest.mark.parametrize("method", ["upsert", "append-only"])
def test_long_texts_and_binaries(loader: Loader, method: str) -> None:
    properties = {
        **ID,
        "B": {"type": ["string", "null"], "contentEncoding": "base64"},
        "C": {"type": ["string", "null"]},
        "A": {"type": ["string", "null"], "maxLength": 10},
    }
    schema = schema_line(properties)
    sizes = [0, 1, 3999, 4000, 4001, 32_767, 32_768, 100_000]

    def lines(text: str) -> list[str]:
        return [
            record_line({"ID": i, "A": "x", "C": text * size or None, "B": "AAEC" * size or None})
            for i, size in enumerate(sizes)
        ]

    loader.load(schema, *lines("é"), load_method=method)
    if method == "upsert":
        loader.load(schema, *lines("x")[::2])
    found = loader.rows("SELECT c, b FROM t ORDER BY id")
    for i, (size, (text, binary)) in enumerate(zip(sizes, found, strict=True)):
        letter = "x" if method == "upsert" and i % 2 == 0 else "é"
        assert text == (letter * size or None)
        assert binary == (b"\0\1\2" * size or None)


def test_records_without_keys_are_appended(loader: Loader) -> None:
    lines = [schema_line(ID, keys=()), record_line({"ID": 1})]
    loader.load(*lines)
    loader.load(*lines)
    assert loader.rows("SELECT id FROM t") == [(1,), (1,)]


def test_overwrite_replaces_all_rows(loader: Loader) -> None:
    schema = schema_line(ID)
    loader.load(schema, record_line({"ID": 1}), record_line({"ID": 2}))
    loader.load(schema, record_line({"ID": 3}), load_method="overwrite")
    assert loader.rows("SELECT id FROM t") == [(3,)]
    loader.load(schema, load_method="overwrite")
    assert loader.rows("SELECT id FROM t") == []


def test_schema_changes_add_and_widen(loader: Loader) -> None:
    text = {"type": ["string", "null"]}
    loader.load(
        schema_line({**ID, "A": {**text, "maxLength": 3}}), record_line({"ID": 1, "A": "abc"})
    )
    number = {"type": ["number", "null"], "x-sql-datatype": "NUMBER(9,2)"}
    loader.load(
        schema_line({**ID, "A": {**text, "maxLength": 5}, "N": number}),
        record_line({"ID": 2, "A": "abcde", "N": 1.25}),
        schema_line({**ID, "A": {**text, "maxLength": 5}, "N": number, "M": number}),
        record_line({"ID": 3, "M": 2.5}),
    )
    assert loader.rows("SELECT id, a, n, m FROM t ORDER BY id") == [
        (1, "abc", None, None),
        (2, "abcde", Decimal("1.25"), None),
        (3, None, None, Decimal("2.5")),
    ]


def test_not_null_is_lifted_where_the_stream_has_nulls(loader: Loader) -> None:
    loader.execute("CREATE TABLE t (id NUMBER(18) PRIMARY KEY, a VARCHAR2(10) NOT NULL)")
    loader.load(
        schema_line({**ID, "A": {"type": ["string", "null"], "maxLength": 5}}),
        record_line({"ID": 1}),
    )
    assert loader.rows("SELECT id, a FROM t") == [(1, None)]


def test_a_table_of_the_user_is_used_as_it_is(loader: Loader) -> None:
    loader.execute(
        'CREATE TABLE "T" (id NUMBER PRIMARY KEY, a VARCHAR2(2000), extra DATE DEFAULT SYSDATE,'
        " v NUMBER GENERATED ALWAYS AS (id * 2) VIRTUAL)"
    )
    loader.load(
        schema_line({**ID, "A": {"type": "string"}, "V": {"type": ["number", "null"]}}),
        record_line({"ID": 1, "A": "x", "V": 7}),
        freeze_schema=True,
    )
    assert loader.rows("SELECT id, a, v FROM t WHERE extra IS NOT NULL") == [(1, "x", 2)]


def test_names_keep_their_case_when_asked(loader: Loader) -> None:
    properties = {"id": {"type": "integer"}, "Id": {"type": "string"}, 'odd"name': {"type": "null"}}
    loader.load(
        schema_line(properties, keys=("id",), stream="Mixed Case"),
        record_line({"id": 1, "Id": "x"}, stream="Mixed Case"),
        identifier_case="exact",
    )
    assert loader.rows('SELECT "id", "Id", "odd_name" FROM "Mixed Case"') == [(1, "x", None)]


def test_another_schema_takes_the_tables(
    target: Plugin, oracle_database: OracleDatabase, fresh_schema: str, other_schema: str
) -> None:
    loader = Loader(target, oracle_database, fresh_schema)
    lines = [schema_line(ID), record_line({"ID": 1})]
    error = loader.error(*lines, default_target_schema=other_schema)
    assert "GRANT CREATE ANY TABLE" in error
    owner = Loader(target, oracle_database, other_schema)
    owner.execute(
        "CREATE TABLE t (id NUMBER(18) PRIMARY KEY)", f'GRANT SELECT ON t TO "{fresh_schema}"'
    )
    error = loader.error(*lines, default_target_schema=other_schema)
    assert f'GRANT SELECT, INSERT, UPDATE ON "{other_schema}"."T"' in error
    owner.execute(f'GRANT INSERT, UPDATE ON t TO "{fresh_schema}"')
    loader.load(*lines, default_target_schema=other_schema.lower())
    assert owner.rows("SELECT id FROM t") == [(1,)]


def test_metadata_columns(loader: Loader) -> None:
    line = record_line({"ID": 1}, time_extracted="2024-01-02T03:04:05.678Z", version=9)
    loader.load(schema_line(ID), line, add_record_metadata=True)
    found = loader.rows(
        f"""SELECT TO_CHAR("_SDC_EXTRACTED_AT", '{ZONED}'), "_SDC_TABLE_VERSION", "_SDC_DELETED_AT"
        FROM t WHERE "_SDC_BATCHED_AT" >= "_SDC_RECEIVED_AT" """
    )
    assert found == [("2024-01-02T03:04:05.678000000+00:00", 9, None)]


@pytest.mark.parametrize("hard", [True, False])
def test_versions_replace_earlier_rows(loader: Loader, hard: bool) -> None:
    def run(version: int, *ids: int) -> None:
        loader.load(
            schema_line(ID),
            *(record_line({"ID": i}, version=version) for i in ids),
            json.dumps({"type": "ACTIVATE_VERSION", "stream": "HR-T", "version": version}),
            hard_delete=hard,
        )

    run(1, 1, 2)
    run(2, 2, 3)
    query = 'SELECT id FROM t WHERE "_SDC_DELETED_AT" IS NULL ORDER BY id'
    assert loader.rows(query) == [(2,), (3,)]
    assert loader.rows("SELECT COUNT(*) FROM t") == [(2 if hard else 3,)]
    run(3, 1)
    assert loader.rows(query) == [(1,)]


def test_a_value_too_long_names_the_column_and_rolls_back(loader: Loader) -> None:
    schema = schema_line({**ID, "A": {"type": "string", "maxLength": 3}})
    done = loader.load(
        schema,
        record_line({"ID": 1, "A": "abc"}),
        state_line({"n": 1}),
        record_line({"ID": 2, "A": "secret text"}),
        state_line({"n": 2}),
        code=1,
        batch_size_rows=1,
    )
    error = done.errors()[0]
    assert "ORA-12899" in error
    assert "'HR-T'" in error
    assert "secret" not in done.stderr
    assert done.states() == [{"n": 1}]
    assert loader.rows("SELECT id FROM t") == [(1,)]


def test_a_failing_batch_leaves_nothing_behind(loader: Loader) -> None:
    schema = schema_line({**ID, "A": {"type": "string", "maxLength": 3}})
    lines = [record_line({"ID": i, "A": "abc"}) for i in range(50)]
    error = loader.error(schema, *lines, record_line({"ID": 50, "A": "abcd"}))
    assert "ORA-12899" in error
    assert loader.rows("SELECT COUNT(*) FROM t") == [(0,)]


def test_types_that_do_not_fit_are_refused(loader: Loader) -> None:
    loader.execute("CREATE TABLE t (id NUMBER(18) PRIMARY KEY, a DATE)")
    declared = {"type": "number", "x-sql-datatype": "NUMBER(9,2)"}
    error = loader.error(schema_line({**ID, "A": declared}), record_line({"ID": 1, "A": 1}))
    assert "is DATE and cannot take NUMBER(9,2)" in error


def test_a_frozen_schema_stays_as_it_is(loader: Loader) -> None:
    error = loader.error(schema_line(ID), freeze_schema=True)
    assert "freeze_schema" in error
    assert loader.rows("SELECT COUNT(*) FROM user_tables") == [(0,)]


def test_a_wrong_password_is_one_error(loader: Loader) -> None:
    error = loader.error(schema_line(ID), password="not-the-password")
    assert "ORA-01017" in error
    assert "not-the-password" not in error


def test_an_unknown_service_is_one_error(loader: Loader) -> None:
    error = loader.error(schema_line(ID), service_name="NOSUCH")
    assert "NOSUCH" in error
    assert "DPY-6001" in error or "ORA-12514" in error


def test_an_unreachable_host_is_one_error(loader: Loader) -> None:
    error = loader.error(schema_line(ID), host="127.0.0.1", port=9)
    assert "DPY-6005" in error
    assert "check host and port" in error


def test_a_user_without_rights_is_told_which(
    target: Plugin, oracle_database: OracleDatabase
) -> None:
    user = oracle_database.create_user("P", grants=("CREATE SESSION",))
    try:
        error = Loader(target, oracle_database, user).error(schema_line(ID))
    finally:
        oracle_database.drop_user(user)
    assert "ORA-01031" in error
    assert "GRANT CREATE TABLE" in error
