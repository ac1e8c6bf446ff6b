"""`oracle-catalog diff` between two readings of a schema that was changed by DDL in between."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.oracle.catalog_steps import command, environment

if TYPE_CHECKING:
    from pathlib import Path

    from oracle_standin.testing import OracleDatabase

pytestmark = pytest.mark.oracle

OK, BREAKS = "compatible", "breaking"
PARENT = "CREATE TABLE parents (id NUMBER(9) PRIMARY KEY)"
TABLE = """CREATE TABLE {t} (
    id NUMBER(9), code VARCHAR2(10 BYTE), name VARCHAR2(10 CHAR), amount NUMBER(8,2),
    parent NUMBER(9), at TIMESTAMP(6), d DATE, bytes RAW(16),
    gap INTERVAL DAY(2) TO SECOND(6), must NUMBER(3) NOT NULL, flag CHAR(1 CHAR),
    CONSTRAINT {t}_pk PRIMARY KEY (id), CONSTRAINT {t}_uq UNIQUE (code),
    CONSTRAINT {t}_fk FOREIGN KEY (parent) REFERENCES parents
)"""
PARTS = """CREATE TABLE {t}_p (d DATE)
    PARTITION BY RANGE (d) (PARTITION p1 VALUES LESS THAN (DATE '2020-01-01'))"""
INDEX = "CREATE UNIQUE INDEX {t}_ix ON {t} (name)"
VIEW = "CREATE VIEW {t}_v AS SELECT parent FROM {t}"

Expected = tuple[tuple[str, str, str], ...]
"""What follows the name of the table, the change, the verdict."""

MODIFIED: list[tuple[str, str, str, str]] = [
    ("id NUMBER(12)", ".ID", "type widened", OK),
    ("id NUMBER(5)", ".ID", "type changed", BREAKS),
    ("id NUMBER", ".ID", "type changed", BREAKS),
    ("amount NUMBER(10,2)", ".AMOUNT", "type widened", OK),
    ("amount NUMBER(10,4)", ".AMOUNT", "type widened", OK),
    ("amount NUMBER(8,4)", ".AMOUNT", "type changed", BREAKS),
    ("amount NUMBER", ".AMOUNT", "type widened", OK),
    ("amount VARCHAR2(20 CHAR)", ".AMOUNT", "type changed", BREAKS),
    ("code VARCHAR2(20 BYTE)", ".CODE", "type widened", OK),
    ("code VARCHAR2(5 BYTE)", ".CODE", "type changed", BREAKS),
    ("code VARCHAR2(10 CHAR)", ".CODE", "type widened", OK),
    ("name VARCHAR2(10 BYTE)", ".NAME", "type changed", BREAKS),
    ("name VARCHAR2(40 BYTE)", ".NAME", "type widened", OK),
    ("flag VARCHAR2(1 CHAR)", ".FLAG", "type widened", OK),
    ("at TIMESTAMP(9)", ".AT", "type widened", OK),
    ("at TIMESTAMP(3)", ".AT", "type changed", BREAKS),
    ("at TIMESTAMP(6) WITH TIME ZONE", ".AT", "type changed", BREAKS),
    ("at DATE", ".AT", "type changed", BREAKS),
    ("bytes RAW(32)", ".BYTES", "type widened", OK),
    ("bytes RAW(8)", ".BYTES", "type changed", BREAKS),
    ("gap INTERVAL DAY(5) TO SECOND(6)", ".GAP", "type widened", OK),
    ("must NULL", ".MUST", "may be NULL", BREAKS),
    ("amount NOT NULL", ".AMOUNT", "is never NULL", OK),
    ("amount INVISIBLE", ".AMOUNT", "is invisible", OK),
]
CHANGES: list[tuple[tuple[str, ...], Expected]] = [
    *(
        ((f"ALTER TABLE {{t}} MODIFY ({column})",), ((place, what, verdict),))
        for column, place, what, verdict in MODIFIED
    ),
    (("ALTER TABLE {t} ADD (new DATE)",), ((".NEW", "column added", OK),)),
    (
        ("ALTER TABLE {t} ADD (new NUMBER(3) DEFAULT 1 NOT NULL)",),
        ((".NEW", "column added", OK),),
    ),
    (
        ("ALTER TABLE {t} ADD (new GENERATED ALWAYS AS (amount * 2) VIRTUAL)",),
        ((".NEW", "column added", OK),),
    ),
    (("ALTER TABLE {t} DROP COLUMN amount",), ((".AMOUNT", "column removed", BREAKS),)),
    (
        ("ALTER TABLE {t} RENAME COLUMN amount TO total",),
        ((".TOTAL", "column added", OK), (".AMOUNT", "column removed", BREAKS)),
    ),
    (("COMMENT ON TABLE {t} IS 'new'",), (("", "comment changed", OK),)),
    (("COMMENT ON COLUMN {t}.code IS 'new'",), ((".CODE", "comment changed", OK),)),
    (
        ("ALTER TABLE {t} ADD CONSTRAINT {t}_new UNIQUE (at)",),
        (("(AT)", "unique key added", OK),),
    ),
    (("ALTER TABLE {t} DROP CONSTRAINT {t}_uq",), (("(CODE)", "unique key removed", BREAKS),)),
    (("CREATE UNIQUE INDEX {t}_new ON {t} (at)",), (("(AT)", "unique index added", OK),)),
    (("DROP INDEX {t}_ix",), (("(NAME)", "unique index removed", BREAKS),)),
    (
        ("ALTER TABLE {t} DROP CONSTRAINT {t}_fk",),
        (("(PARENT -> {s}.PARENTS(ID))", "foreign key removed", BREAKS),),
    ),
    (
        ("ALTER TABLE {t} DISABLE CONSTRAINT {t}_fk",),
        (("(PARENT -> {s}.PARENTS(ID))", "foreign key no longer enforced", BREAKS),),
    ),
    (
        ("ALTER TABLE {t} ADD CONSTRAINT {t}_new FOREIGN KEY (id) REFERENCES parents",),
        (("(ID -> {s}.PARENTS(ID))", "foreign key added", OK),),
    ),
    (
        ("ALTER TABLE {t} DROP PRIMARY KEY",),
        (
            (".ID", "may be NULL", BREAKS),
            ("", "key columns changed", BREAKS),
            ("(ID)", "primary key removed", BREAKS),
        ),
    ),
    (
        ("ALTER TABLE {t}_p ADD PARTITION p2 VALUES LESS THAN (MAXVALUE)",),
        (("_P", "partitions changed", OK),),
    ),
    (("DROP VIEW {t}_v",), (("_V", "view removed", BREAKS),)),
    (("CREATE VIEW {t}_w AS SELECT d FROM {t}",), (("_W", "view added", OK),)),
    (
        ("CREATE OR REPLACE VIEW {t}_v AS SELECT CAST(parent AS NUMBER(5)) AS parent FROM {t}",),
        (("_V.PARENT", "type changed", BREAKS),),
    ),
    (("CREATE TABLE {t}_new (a NUMBER)",), (("_NEW", "table added", OK),)),
    (
        ("DROP TABLE {t}",),
        (("", "table removed", BREAKS), ("_V", "can no longer be read", BREAKS)),
    ),
    (
        ("DROP VIEW {t}_v", "CREATE TABLE {t}_v (parent NUMBER(9) NOT NULL)"),
        (("_V", "kind changed", OK), ("_V.PARENT", "is never NULL", OK)),
    ),
]


def test_every_change_of_a_schema_is_found_with_its_verdict(
    oracle_database: OracleDatabase, fresh_schema: str, tmp_path: Path
) -> None:
    assert len(CHANGES) > 40
    names = [f"T{number:02}" for number in range(len(CHANGES))]
    settings = environment(oracle_database.config(fresh_schema))

    def reading(name: str) -> str:
        options = ("--kind", "description", "--schema", fresh_schema)
        done = command("generate", *options, **settings)
        assert done.exit_code == 0, done.stderr
        path = tmp_path / name
        path.write_text(done.stdout, encoding="utf-8")
        return str(path)

    with closing(oracle_database.connect(fresh_schema)) as connection:
        cursor = connection.cursor()
        cursor.execute(PARENT)
        for name in names:
            for statement in (TABLE, INDEX, VIEW, PARTS):
                cursor.execute(statement.format(t=name))
        old = reading("old")
        for name, (statements, _) in zip(names, CHANGES, strict=True):
            for statement in statements:
                cursor.execute(statement.format(t=name))
        new = reading("new")

    done = command("diff", old, new, "--check", "--format", "json")
    assert done.exit_code == 3
    found: dict[str, list[tuple[str, str, str]]] = {name: [] for name in names}
    for change in json.loads(done.stdout)["changes"]:
        name = change["place"].removeprefix(f"{fresh_schema}.")[:3]
        place = change["place"].removeprefix(f"{fresh_schema}.{name}")
        found[name].append((place, change["what"], change["verdict"]))
    for name, (statements, expected) in zip(names, CHANGES, strict=True):
        wanted = [(place.format(s=fresh_schema), *rest) for place, *rest in expected]
        assert sorted(found[name]) == sorted(wanted), statements
    same = command("diff", new, new, "--check", "--format", "json")
    assert (same.exit_code, json.loads(same.stdout)) == (0, {"changes": []})
