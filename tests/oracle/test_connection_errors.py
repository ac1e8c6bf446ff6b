"""Connection errors that only a listener of Oracle's shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin


@pytest.mark.oracle
@pytest.mark.standin
def test_tls_to_a_plain_listener_ends_in_time_and_says_so(
    tap: Plugin, oracle_database: OracleDatabase, fresh_schema: str
) -> None:
    config = oracle_database.config(fresh_schema, protocol="tcps", connect_timeout_seconds=1)
    done = tap.run(config, "--discover")
    assert done.code == 2
    (line,) = done.errors()
    assert "the listener does not speak TLS; set protocol to tcp" in line
