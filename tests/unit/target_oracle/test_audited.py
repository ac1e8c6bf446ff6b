"""What a statement changes, for the audit."""

from __future__ import annotations

import pytest

from target_oracle.audited import change_of


@pytest.mark.parametrize(
    ("statement", "change", "table"),
    [
        ('CREATE TABLE "HR"."T" ("ID" NUMBER)', "CREATE", "HR.T"),
        ('CREATE UNIQUE INDEX "HR"."IX" ON "HR"."T" ("ID")', "CREATE", "HR.T"),
        ('ALTER TABLE "HR"."T" ADD ("X" NUMBER)', "ALTER", "HR.T"),
        ('DROP TABLE "HR"."SINGER_STG_1" PURGE', "DROP", "HR.SINGER_STG_1"),
        ('  truncate table "HR"."T" REUSE STORAGE', "TRUNCATE", "HR.T"),
        ('GRANT SELECT ON "HR"."T" TO REPORTING', "GRANT", "HR.T"),
        ('COMMENT ON COLUMN "HR"."T"."ID" IS \'on "A"."B"\'', "COMMENT", "HR.T"),
        ('COMMENT ON TABLE "HR"."T" IS \'x\'', "COMMENT", "HR.T"),
    ],
)
def test_changes_are_known_by_their_verb(statement: str, change: str, table: str) -> None:
    found = change_of(statement)
    assert found is not None
    assert (found[0], f"{found[1].schema.name}.{found[1].table.name}") == (change, table)


@pytest.mark.parametrize(
    "statement",
    [
        'MERGE INTO "HR"."T" t USING (SELECT 1 FROM DUAL)',
        'INSERT INTO "HR"."T" VALUES (:1)',
        "ALTER SESSION SET DDL_LOCK_TIMEOUT = 30",
        'SELECT * FROM "HR"."CREATE"',
    ],
)
def test_rows_and_sessions_are_no_changes(statement: str) -> None:
    assert change_of(statement) is None
