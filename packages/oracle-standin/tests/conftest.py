"""Fixtures of every test of the stand-in."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

# A loaded machine must not fail a test that is right.
settings.register_profile("standin", deadline=None)
settings.load_profile("standin")

pytest_plugins = [
    "oracle_standin.testing.fixtures",
    "tests.engine.fix_sessions",
    "tests.fix_made_types",
]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Give a folder that other accounts may enter: as root, the engine runs under another one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
