"""What test suites share: a database under test, and fixtures for pytest.

`pytest_plugins = ["oracle_standin.testing.fixtures"]` in a `conftest.py` gives the fixtures.
"""

from __future__ import annotations

from oracle_standin.testing.database import OracleDatabase

__all__ = ["OracleDatabase"]
