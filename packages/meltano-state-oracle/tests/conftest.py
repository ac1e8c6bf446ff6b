"""A manager on an empty schema of the stand-in, or of the database that TEST_ORACLE_DSN names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from meltano_state_oracle import OracleStateStoreManager

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from oracle_standin.testing import OracleDatabase

pytest_plugins = ["oracle_standin.testing.fixtures"]

Connect = "Callable[..., OracleStateStoreManager]"


@pytest.fixture
def uri(oracle_database: OracleDatabase) -> str:
    return f"oracle://{oracle_database.dsn}"


@pytest.fixture
def connect(
    oracle_database: OracleDatabase, fresh_schema: str, uri: str
) -> Iterator[Callable[..., OracleStateStoreManager]]:
    """Return a function that makes managers of the schema's user."""
    made: list[OracleStateStoreManager] = []

    def make(**settings: Any) -> OracleStateStoreManager:
        defaults: dict[str, Any] = {
            "user": fresh_schema,
            "password": oracle_database.passwords[fresh_schema],
            "lock_timeout_seconds": 0.2,
            "lock_retry_seconds": 0.05,
        }
        made.append(OracleStateStoreManager(uri, **(defaults | settings)))
        return made[-1]

    yield make
    for manager in made:
        manager.close()


@pytest.fixture
def manager(connect: Callable[..., OracleStateStoreManager]) -> OracleStateStoreManager:
    return connect()
