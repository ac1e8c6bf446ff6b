"""A loader for the tests of the target, and a database whose redo shows keys for LOG_BASED."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.oracle.loader import Loader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin


@pytest.fixture
def loader(target: Plugin, oracle_database: OracleDatabase, fresh_schema: str) -> Loader:
    return Loader(target, oracle_database, fresh_schema)


@pytest.fixture(scope="module")
def logging_database(oracle_database: OracleDatabase) -> Iterator[OracleDatabase]:
    """Return a database with minimal supplemental logging, for the tests of a module."""
    oracle_database.administer("ALTER DATABASE ADD SUPPLEMENTAL LOG DATA")
    yield oracle_database
    oracle_database.administer("ALTER DATABASE DROP SUPPLEMENTAL LOG DATA")
