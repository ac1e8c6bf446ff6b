"""What a check asks an administrator for."""

from __future__ import annotations

import pytest

from catalog.check import _logging, _unseen
from catalog.grants import ARCHIVE, LOG_DATABASE, log_table
from catalog.model import Inventory, Schema, Table, TableKind
from catalog.name_filter import NameFilter
from oracle_core.dictionary_rows import LogSettingsRow
from oracle_core.identifiers import TableName

EMPLOYEES, JOBS = TableName.of("HR", "EMPLOYEES"), TableName.of("HR", "JOBS")
LOGGED = {("HR", "EMPLOYEES")}


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        (LogSettingsRow("YES", "NO", "NO", "ARCHIVELOG"), [log_table(JOBS)]),
        (LogSettingsRow("NO", "NO", "NO", "ARCHIVELOG"), [LOG_DATABASE, log_table(JOBS)]),
        (LogSettingsRow("IMPLICIT", "YES", "NO", "ARCHIVELOG"), []),
        (LogSettingsRow("IMPLICIT", "NO", "YES", "ARCHIVELOG"), []),
        (LogSettingsRow("YES", "NO", "YES", "NOARCHIVELOG"), [ARCHIVE]),
        (None, [LOG_DATABASE, log_table(JOBS)]),
    ],
)
def test_logging_of_the_database_counts_for_every_table(
    settings: LogSettingsRow | None, missing: list[str]
) -> None:
    assert _logging(settings, (EMPLOYEES, JOBS), LOGGED) == [f"{line};" for line in missing]


def test_tables_that_only_the_filter_knows() -> None:
    synonym = Table("APP", "STAFF", TableKind.TABLE, (), synonym_for=("HR", "EMPLOYEES"))
    broken = Table("HR", "BROKEN", TableKind.VIEW, (), unreadable="the view is invalid")
    inventory = Inventory((Schema("APP", (synonym,)), Schema("HR", (broken,))))
    globs = ("APP.STAFF", "HR.BROKEN", "HR-JOBS", "HR.EMPLOYEES", "HR.PAY*", "OE.ORDERS", "HR")
    names = NameFilter(("HR", "APP"), (*globs, "!HR.EMPLOYEES"))
    assert list(_unseen(names, inventory)) == [JOBS]
    assert not list(_unseen(NameFilter(tables=("!HR.EMPLOYEES",)), inventory))
