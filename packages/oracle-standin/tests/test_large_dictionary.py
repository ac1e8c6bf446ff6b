"""The dictionary of many tables that benchmarks read."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from oracle_standin import Standin
from oracle_standin.testing.large_dictionary import COLUMNS, OWNER, PASSWORD, GrowingDictionary

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.standin


def test_tables_are_added_and_described(open_folder: Path) -> None:
    dictionary = GrowingDictionary(open_folder / "data")
    assert dictionary.tables == 1
    folder = dictionary.grow(12)
    assert dictionary.tables == 12
    with (
        Standin(data_dir=folder) as standin,
        closing(standin.connect(OWNER, PASSWORD)) as connection,
        connection.cursor() as cursor,
    ):
        counts = cursor.execute(
            "SELECT COUNT(DISTINCT table_name), COUNT(*) FROM user_tab_columns"
        ).fetchone()
        assert counts == (12, 12 * COLUMNS)
        keys = "SELECT COUNT(*) FROM user_constraints WHERE constraint_type = 'P'"
        assert cursor.execute(keys).fetchone() == (12,)
