"""What goes wrong: one line, the documented exit code, no secret, no row, no traceback."""

from __future__ import annotations

import json
import signal
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from oracle_standin.testing.fixtures import HR_EMPLOYEES

from tests.fix_plugins import exit_code, select

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Finished, Plugin

pytestmark = pytest.mark.oracle


def assert_reported(done: Finished, code: int, *parts: str, secret: str) -> None:
    assert done.code == code, done.stderr
    errors = done.errors()
    assert len(errors) == 1, done.stderr
    for part in parts:
        assert part in errors[0]
    assert "Traceback" not in done.stderr
    assert secret not in done.stderr
    done.messages()


@pytest.fixture
def config(oracle_database: OracleDatabase, hr_schema: str) -> dict[str, Any]:
    return oracle_database.config(hr_schema, filter_schemas=[hr_schema])


@pytest.mark.parametrize("options", [("--discover",), ("--test",), ()], ids=["find", "test", "run"])
def test_wrong_password(tap: Plugin, config: dict[str, Any], options: tuple[str, ...]) -> None:
    config["password"] = "Not-The-Password-7"

    assert_reported(tap.run(config, *options), 1, "ORA-01017", secret=config["password"])


def test_unknown_service(tap: Plugin, config: dict[str, Any]) -> None:
    config["service_name"] = "NO_SUCH_SERVICE"
    done = tap.run(config, "--discover")

    assert_reported(done, 1, "NO_SUCH_SERVICE", "(", secret=config["password"])
    assert any(code in done.errors()[0] for code in ("DPY-6001", "ORA-12514"))


def test_unreachable_host(tap: Plugin, config: dict[str, Any]) -> None:
    config |= {"host": "127.0.0.1", "port": 1, "connect_timeout_seconds": 2}

    assert_reported(tap.run(config, "--discover"), 1, "DPY-6005", secret=config["password"])


@pytest.mark.parametrize(
    ("changes", "setting"),
    [
        ({"port": "no number"}, "port"),
        ({"host": None}, "host"),
        ({"password": None}, "password"),
        ({"driver_mode": "thicker"}, "driver_mode"),
        ({"array_size_rows": 0}, "array_size_rows"),
        ({"naive_timezone": "Middle/Earth"}, "naive_timezone"),
        ({"start_date": "tomorrow"}, "start_date"),
        ({"default_replication_method": "BY_TRIGGER"}, "default_replication_method"),
        ({"batch_config": {"encoding": {"format": "jsonl"}}}, "batch_config"),
        ({"filter_schemas": 5}, "filter_schemas"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_setting(
    tap: Plugin, config: dict[str, Any], changes: dict[str, Any], setting: str
) -> None:
    secret = str(config["password"])

    assert_reported(tap.run({**config, **changes}, "--discover"), 2, setting, secret=secret)


def test_a_secret_of_the_wrong_type_is_not_shown(tap: Plugin, config: dict[str, Any]) -> None:
    config["password"] = 7_355_608

    assert_reported(tap.run(config, "--discover"), 2, "password", secret="7355608")


@pytest.mark.parametrize("option", ["config", "catalog", "state"])
@pytest.mark.parametrize("text", ["{not JSON", "[1]", ""], ids=["torn", "list", "empty"])
def test_files_that_are_no_json(
    tap: Plugin, config: dict[str, Any], option: str, text: str
) -> None:
    path = tap.folder / "broken.json"
    path.write_text(text, encoding="utf-8")
    given = None if option == "config" else config
    done = tap.run(given, f"--{option}", str(path))

    assert_reported(done, 2, f"--{option}", secret=str(config["password"]))


@pytest.mark.parametrize(
    "state",
    [{"bookmarks": []}, {"bookmarks": {"A-B": 5}}],
)
def test_a_state_that_is_none(tap: Plugin, config: dict[str, Any], state: Any) -> None:
    assert_reported(tap.run(config, state=state), 2, "--state", secret=str(config["password"]))


def discovered(tap: Plugin, config: dict[str, Any]) -> dict[str, Any]:
    done = tap.run(config, "--discover")
    assert done.code == 0, done.stderr
    return select(json.loads(done.stdout), lambda _: "")


def test_a_table_that_has_gone(
    tap: Plugin, oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    config = oracle_database.config(fresh_schema, filter_schemas=fresh_schema)
    with closing(oracle_database.connect(fresh_schema)) as connection:
        connection.cursor().execute("CREATE TABLE a (id NUMBER(5) PRIMARY KEY)")
        connection.cursor().execute("CREATE TABLE b (id NUMBER(5) PRIMARY KEY)")
        connection.cursor().execute("INSERT INTO a VALUES (1)")
        connection.commit()
        catalog = discovered(tap, config)
        connection.cursor().execute("DROP TABLE b PURGE")
    done = tap.run(config, catalog=catalog)

    stream = f"{fresh_schema}-B"
    assert_reported(done, 1, "ORA-00942", stream, secret=str(config["password"]))
    assert done.records(f"{fresh_schema}-A") == [{"ID": 1}]
    (run,) = done.states()[-1]["job_history"]["runs"].values()
    assert run["status"] == "FAILED"
    assert run["error"] == {"code": "ORA-00942", "stream": stream}


def test_a_missing_privilege(
    tap: Plugin, oracle_database: OracleDatabase, fresh_schema: str, other_schema: str
) -> None:
    with closing(oracle_database.connect(other_schema)) as connection:
        connection.cursor().execute("CREATE TABLE a (id NUMBER(5) PRIMARY KEY)")
        connection.cursor().execute(f'GRANT SELECT ON a TO "{fresh_schema}"')
        config = oracle_database.config(fresh_schema, filter_schemas=other_schema)
        catalog = discovered(tap, config)
        assert tap.run(config, catalog=catalog).code == 0
        connection.cursor().execute(f'REVOKE SELECT ON a FROM "{fresh_schema}"')
    done = tap.run(config, catalog=catalog)

    assert done.code == 1
    assert any(code in done.errors()[0] for code in ("ORA-00942", "ORA-01031", "ORA-41900"))
    assert_reported(done, 1, f"{other_schema}-A", secret=str(config["password"]))


def test_a_replication_key_that_is_not_there(tap: Plugin, config: dict[str, Any]) -> None:
    catalog = discovered(tap, config)
    catalog["streams"][0]["metadata"][0]["metadata"]["replication-key"] = "NO_SUCH"

    assert_reported(tap.run(config, catalog=catalog), 2, "NO_SUCH", secret=str(config["password"]))


def test_no_content_of_rows_in_what_is_logged(
    tap: Plugin, oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    config = oracle_database.config(fresh_schema, filter_schemas=fresh_schema)
    with closing(oracle_database.connect(fresh_schema)) as connection:
        connection.cursor().execute("CREATE TABLE a (id NUMBER(5) PRIMARY KEY, t VARCHAR2(40))")
        connection.cursor().execute("INSERT INTO a VALUES (1, 'PRIVATE-CONTENT')")
        connection.cursor().execute("CREATE VIEW v AS SELECT id, TO_NUMBER(t) AS n FROM a")
        connection.commit()
    catalog = discovered(tap, config)
    done = tap.run(config, catalog=catalog, environment={"TAP_ORACLE_LOGLEVEL": "INFO"})

    assert_reported(done, 1, "ORA-01722", f"{fresh_schema}-V", secret="PRIVATE-CONTENT")


def test_years_before_1_are_read_on_request(
    tap: Plugin, oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    config = oracle_database.config(fresh_schema, filter_schemas=fresh_schema)
    with closing(oracle_database.connect(fresh_schema)) as connection:
        connection.cursor().execute("CREATE TABLE a (id NUMBER(5) PRIMARY KEY, d DATE)")
        connection.cursor().execute(
            "INSERT INTO a VALUES (1, TO_DATE('-0044-03-15', 'SYYYY-MM-DD'))"
        )
        connection.cursor().execute("INSERT INTO a VALUES (2, DATE '2024-02-29')")
        connection.commit()
    refused = tap.run(config)
    done = tap.run({**config, "any_year": True})

    assert_reported(refused, 1, "any_year", f"{fresh_schema}-A", secret=str(config["password"]))
    assert done.records(f"{fresh_schema}-A") == [
        {"ID": 1, "D": "-0044-03-15T00:00:00+00:00"},
        {"ID": 2, "D": "2024-02-29T00:00:00+00:00"},
    ]


@pytest.mark.parametrize("unbuffered", [False, True])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_in_a_full_table(
    tap: Plugin, config: dict[str, Any], number: signal.Signals, unbuffered: bool
) -> None:
    config["array_size_rows"] = 200
    catalog = select(
        discovered(tap, config),
        lambda name: "" if name.endswith("-EMPLOYEES") else None,
    )
    environment = {"PYTHONUNBUFFERED": "1"} if unbuffered else {}
    with tap.start(config, catalog=catalog, environment=environment) as process:
        assert process.stdout
        assert process.stderr
        head = process.stdout.read(300_000)
        process.send_signal(number)
        rest = process.stdout.read()
        log = process.stderr.read().decode()
        code = process.wait(60)

    assert exit_code(code) == 128 + number, log
    assert "Traceback" not in log
    output = head + rest
    assert output.endswith(b"\n")
    messages = [json.loads(line) for line in output.splitlines()]
    written = sum(message["type"] == "RECORD" for message in messages)
    assert 0 < written < HR_EMPLOYEES
    assert messages[-1]["type"] == "STATE"
    (run,) = messages[-1]["value"]["job_history"]["runs"].values()
    assert run["status"] == "FAILED"
    assert run["error"]["code"] == number.name
    (stream,) = run["streams"].values()
    assert stream["rows"] == written


def test_a_reader_that_goes_away(tap: Plugin, config: dict[str, Any]) -> None:
    catalog = discovered(tap, config)
    with tap.start(config, catalog=catalog) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.read(1_000)
        process.stdout.close()
        log = process.stderr.read().decode()
        code = process.wait(60)

    assert code == 1
    assert "Traceback" not in log
    assert log.count("ERROR") == 1
    assert "standard output was closed by its reader" in log


@pytest.mark.parametrize("parallelism", [1, 2])
def test_a_column_that_has_gone_is_left_out(
    tap: Plugin, oracle_database: OracleDatabase, fresh_schema: str, parallelism: int
) -> None:
    config = oracle_database.config(
        fresh_schema, filter_schemas=fresh_schema, parallelism=parallelism
    )
    oracle_database.execute(
        fresh_schema,
        "CREATE TABLE a (id NUMBER(5) PRIMARY KEY, gone NUMBER, also_gone DATE, kept NUMBER(3))",
        "CREATE TABLE b (id NUMBER(5), gone NUMBER, PRIMARY KEY (id, gone))",
        "INSERT INTO a VALUES (1, 2, SYSDATE, 3)",
    )
    catalog = discovered(tap, config)
    oracle_database.execute(fresh_schema, "ALTER TABLE a DROP (gone, also_gone)")
    catalog["streams"] = [
        stream for stream in catalog["streams"] if stream["tap_stream_id"].endswith("-A")
    ]
    done = tap.run(config, catalog=catalog)

    assert done.code == 0, done.stderr
    assert done.records(f"{fresh_schema}-A") == [{"ID": 1, "KEPT": 3}]
    (schema,) = [message for message in done.messages() if message["type"] == "SCHEMA"]
    assert list(schema["schema"]["properties"]) == ["ID", "KEPT"]
    warnings = [line for line in done.stderr.splitlines() if "WARNING" in line]
    assert len([line for line in warnings if "it is left out" in line]) == 2


def test_a_column_that_was_added_is_named_and_how_it_arrives(
    tap: Plugin, oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    config = oracle_database.config(fresh_schema, filter_schemas=fresh_schema)
    oracle_database.execute(
        fresh_schema,
        "CREATE TABLE a (id NUMBER(5) PRIMARY KEY, place BFILE)",
        "CREATE TABLE b (id NUMBER(5) PRIMARY KEY)",
    )
    catalog = discovered(tap, config)
    oracle_database.execute(
        fresh_schema, 'ALTER TABLE a ADD (late NUMBER, "Last one" DATE, unseen NUMBER INVISIBLE)'
    )
    done = tap.run(config, catalog=catalog)

    assert done.code == 0, done.stderr
    (line,) = [line for line in done.stderr.splitlines() if "--refresh-catalog" in line]
    assert f"{fresh_schema}-A" in line
    assert "(LATE, Last one)" in line


def test_a_key_column_that_has_gone_is_an_error(
    tap: Plugin, oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    config = oracle_database.config(fresh_schema, filter_schemas=fresh_schema)
    oracle_database.execute(fresh_schema, "CREATE TABLE a (id NUMBER(5) PRIMARY KEY, b NUMBER)")
    catalog = discovered(tap, config)
    oracle_database.execute(fresh_schema, "ALTER TABLE a DROP (id)")

    assert_reported(
        tap.run(config, catalog=catalog),
        1,
        "ORA-00904",
        f"{fresh_schema}-A",
        secret=str(config["password"]),
    )
