"""Fixtures: the stand-in, or the database that TEST_ORACLE_DSN names, and schemas in it.

A database named by TEST_ORACLE_DSN needs TEST_ORACLE_ADMIN_USER and TEST_ORACLE_ADMIN_PASSWORD,
who may create and drop users. Which server the stand-in plays say TEST_STANDIN_PROFILE (12.2, 19 or
23), TEST_STANDIN_MAX_STRING_SIZE (standard or extended), TEST_STANDIN_CHARSET and
TEST_STANDIN_COMPATIBLE.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from oracle_standin import Standin, samples
from oracle_standin.client import ADMINISTRATOR, ADMINISTRATOR_PASSWORD
from oracle_standin.testing.database import OracleDatabase

if TYPE_CHECKING:
    from collections.abc import Iterator

_PART = 5
HR_EMPLOYEES = samples.hr.EMPLOYEES // _PART
HR_JOB_HISTORY = samples.hr.JOB_HISTORY // _PART
"""Rows of the two large tables of `hr_schema`."""


@pytest.fixture(scope="session")
def oracle_database() -> Iterator[OracleDatabase]:
    """Return the database under test, running and empty of test users."""
    dsn = os.environ.get("TEST_ORACLE_DSN")
    if dsn:
        yield OracleDatabase(
            dsn=dsn,
            admin_user=os.environ["TEST_ORACLE_ADMIN_USER"],
            admin_password=os.environ["TEST_ORACLE_ADMIN_PASSWORD"],
            is_standin=False,
        )
        return
    with Standin(**_played()) as standin:
        yield OracleDatabase(
            dsn=standin.dsn,
            admin_user=ADMINISTRATOR,
            admin_password=ADMINISTRATOR_PASSWORD,
            is_standin=True,
        )


def _played() -> dict[str, Any]:
    """Return how the environment wants the stand-in to be started."""
    return {
        "profile": os.environ.get("TEST_STANDIN_PROFILE", "23"),
        "extended_strings": os.environ.get("TEST_STANDIN_MAX_STRING_SIZE") == "extended",
        "charset": os.environ.get("TEST_STANDIN_CHARSET", "AL32UTF8"),
        "compatible": os.environ.get("TEST_STANDIN_COMPATIBLE", ""),
    }


@pytest.fixture(scope="session")
def hr_schema(oracle_database: OracleDatabase) -> Iterator[str]:
    """Return the name of a user whose schema holds the `hr` sample; tests only read it.

    It has a fifth of the sample's rows: as many as `HR_EMPLOYEES` and `HR_JOB_HISTORY` say.
    """
    user = oracle_database.create_user("HR")
    password = oracle_database.passwords[user]
    samples.load("hr", oracle_database.dsn, user, password, part=_PART)
    yield user
    oracle_database.drop_user(user)


@pytest.fixture
def fresh_schema(oracle_database: OracleDatabase) -> Iterator[str]:
    """Return the name of a new user with an empty schema, dropped after the test."""
    user = oracle_database.create_user("T")
    yield user
    oracle_database.drop_user(user)


@pytest.fixture
def other_schema(oracle_database: OracleDatabase) -> Iterator[str]:
    """Return the name of a second new user with an empty schema, dropped after the test."""
    user = oracle_database.create_user("U")
    yield user
    oracle_database.drop_user(user)
