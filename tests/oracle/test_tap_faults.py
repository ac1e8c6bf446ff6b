"""Loads killed at many random points: `make faults-tap` (POINTS=25 by default).

The points of one kill each that are part of every test run are in `test_tap_chunks.py` and
`test_tap_parallel.py`.
"""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest

from tests.oracle.killed_loads import KilledLoads

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Plugin

POINTS = int(os.environ.get("TAP_FAULT_POINTS", "0"))

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(not POINTS, reason="takes minutes: make faults-tap"),
    # A kill takes some seconds, on a busy machine close to a minute.
    pytest.mark.timeout(max(900, 120 * POINTS)),
]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_load_killed_anywhere_converges(
    oracle_database: OracleDatabase,
    tap: Plugin,
    target: Plugin,
    fresh_schema: str,
    other_schema: str,
    workers: int,
) -> None:
    oracle_database.administer(f'GRANT SELECT_CATALOG_ROLE TO "{fresh_schema}"')
    loads = KilledLoads(
        oracle_database, tap, target, fresh_schema, other_schema, {"parallelism": workers}
    )
    catalog = loads.prepare()
    whole = len(tap.run(loads.config, catalog=catalog).stdout)
    seed = int(os.environ.get("TAP_FAULT_SEED", "1"))
    places = random.Random(seed)  # noqa: S311 - places of kills
    for number in range(POINTS):
        size = places.randrange(1, whole)
        state = loads.load(loads.killed_after(size, catalog))
        rest = loads.finish(catalog, state)
        print(f"{workers} worker(s), kill {number + 1} after {size:,} bytes: {rest:,} rows sent")  # noqa: T201
        # Neither a row of a finished chunk again, nor one of the others left out.
        assert rest == loads.rows_due(state)
        loads.agree()
        oracle_database.execute(other_schema, f'DROP TABLE "{other_schema}".big PURGE')
