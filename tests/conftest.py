"""What every test may ask for.

The database comes from TEST_ORACLE_DSN (with TEST_ORACLE_ADMIN_USER and
TEST_ORACLE_ADMIN_PASSWORD, who may create and drop users) when it is set, else from the stand-in.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import hypothesis

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest

# A busy machine is slow; that is not what an example is judged by.
hypothesis.settings.register_profile(
    "pair",
    deadline=None,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("pair")

pytest_plugins = ["oracle_standin.testing.fixtures", "tests.fix_plugins", "tests.fix_statements"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the stand-in's own tests out when a real database is under test."""
    if not os.environ.get("TEST_ORACLE_DSN"):
        return
    own = list(_standin_items(items))
    config.hook.pytest_deselected(items=own)
    items[:] = [item for item in items if item not in own]


def _standin_items(items: list[pytest.Item]) -> Iterable[pytest.Item]:
    for item in items:
        if "standin" in item.path.parts or item.get_closest_marker("standin"):
            yield item
