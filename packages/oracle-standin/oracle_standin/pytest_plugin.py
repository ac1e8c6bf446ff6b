"""Fixtures for pytest: `oracle_standin`, a running database, and `oracle_connection` in it.

Load it by `-p oracle_standin.pytest_plugin`, or by naming it in `pytest_plugins`. It imports
nothing until a test asks for a fixture.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    import oracledb

    from oracle_standin import Standin


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the setting that chooses the Oracle version to resemble."""
    parser.addini(
        "oracle_standin_profile",
        "Oracle version that the oracle_standin fixture resembles: 23 (default) or 19",
        default="23",
    )


@pytest.fixture(scope="session")
def oracle_standin(pytestconfig: pytest.Config) -> Iterator[Standin]:
    """Return a running stand-in, one for the whole test run; SYSTEM/oracle administers it."""
    from oracle_standin import Standin  # noqa: PLC0415 - costs nothing where no test asks for it

    with Standin(profile=str(pytestconfig.getini("oracle_standin_profile"))) as database:
        yield database


@pytest.fixture
def oracle_connection(oracle_standin: Standin) -> Iterator[oracledb.Connection]:
    """Return a connection of a new user with an empty schema; both are gone after the test."""
    name = f"TEST_{secrets.token_hex(4)}".upper()
    oracle_standin.create_user(name, secrets.token_hex(8))
    try:
        with oracle_standin.connect(name) as connection:
            yield connection
    finally:
        with oracle_standin.connect("SYSTEM") as administrator, administrator.cursor() as cursor:
            cursor.execute(f'DROP USER "{name}" CASCADE')
