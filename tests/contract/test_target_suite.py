"""The SDK's own suite for targets, whole, each test in a schema of its own."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk.testing import get_target_test_class
from singer_sdk.testing.runners import TargetTestRunner
from singer_sdk.testing.suites import target_tests
from singer_sdk.testing.target_tests import (
    TargetMultipleStateMessages,
    TargetRecordMissingRequiredProperty,
)

from target_oracle.errors import InvalidRowError
from target_oracle.target import TargetOracle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_standin.testing import OracleDatabase

pytestmark = pytest.mark.oracle

TEXT_COLUMNS = (
    "CREATE TABLE test_strings_in_objects (id NUMBER(38) PRIMARY KEY, info CLOB)",
    "CREATE TABLE test_strings_in_arrays (id NUMBER(38) PRIMARY KEY, strings CLOB)",
)
_Suite = get_target_test_class(TargetOracle)


def made_runner(database: OracleDatabase, user: str, **settings: Any) -> TargetTestRunner:
    config = database.config(user, **settings)
    return TargetTestRunner(target_class=TargetOracle, config=config)


@contextmanager
def closing_input(runner: TargetTestRunner) -> Iterator[TargetTestRunner]:
    """Close the file that the SDK's runner opens and leaves open."""
    yield runner
    if runner.input_filepath is not None:
        runner.target_input.close()


class TestTargetOracle(_Suite):  # type: ignore[misc,valid-type]
    """Every test of the SDK."""

    @pytest.fixture
    def runner(
        self, oracle_database: OracleDatabase, fresh_schema: str, request: pytest.FixtureRequest
    ) -> Iterator[TargetTestRunner]:
        if request.node.name == "test_target_encoded_string_data":
            # The stand-in's JSON type cannot hold U+0000, which these documents have.
            with oracle_database.connect(fresh_schema) as connection:
                for statement in TEXT_COLUMNS:
                    connection.cursor().execute(statement)
        with closing_input(made_runner(oracle_database, fresh_schema)) as runner:
            yield runner


def test_the_suite_is_whole() -> None:
    for template in target_tests.tests:
        assert hasattr(TestTargetOracle, f"test_target_{template.name}")


class TestWhatTheSuiteLeavesOut:
    """Templates that the SDK has and does not run, because its own targets fail them."""

    def test_multiple_state_messages(
        self, oracle_database: OracleDatabase, fresh_schema: str
    ) -> None:
        with closing_input(made_runner(oracle_database, fresh_schema, batch_size_rows=1)) as runner:
            runner.input_filepath = TargetMultipleStateMessages().singer_filepath
            runner.sync_all()
        # The SDK waits for three STATE messages of five; here each follows its rows at once.
        states: list[dict[str, int]] = runner.state_messages
        assert [list(state.values()) for state in states] == [
            [1, 0],
            [2, 1],
            [3, 2],
            [5, 3],
            [5, 6],
        ]

    def test_record_missing_required_property(
        self, oracle_database: OracleDatabase, fresh_schema: str
    ) -> None:
        with closing_input(made_runner(oracle_database, fresh_schema)) as runner:
            runner.input_filepath = TargetRecordMissingRequiredProperty().singer_filepath
            with pytest.raises(InvalidRowError, match="required property 'id' is missing"):
                runner.sync_all()
