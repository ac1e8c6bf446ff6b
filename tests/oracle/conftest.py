"""A loader for the tests of the target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.oracle.loader import Loader

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin


@pytest.fixture
def loader(target: Plugin, oracle_database: OracleDatabase, fresh_schema: str) -> Loader:
    return Loader(target, oracle_database, fresh_schema)
