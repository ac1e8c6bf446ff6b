"""`strict`: what the target warns of ends the run instead, with exit code 2."""

from __future__ import annotations

import pytest

from tests.oracle.loader import ID, Loader, record_line, schema_line

pytestmark = pytest.mark.oracle

KEYLESS = [schema_line(ID, keys=()), record_line({"ID": 1})]


@pytest.mark.parametrize("parallelism", [1, 2])
def test_a_warning_is_an_error(loader: Loader, parallelism: int) -> None:
    done = loader.load(*KEYLESS, code=2, strict=True, parallelism=parallelism)
    (error,) = done.errors()
    assert "strict" in error and "no key properties" in error
    assert loader.rows("SELECT table_name FROM user_tables WHERE table_name = 'T'") == []


def test_without_strict_the_rows_are_loaded(loader: Loader) -> None:
    done = loader.load(*KEYLESS)
    assert done.stderr.count("it has no key properties") == 1
    assert loader.rows("SELECT id FROM t") == [(1,)]
