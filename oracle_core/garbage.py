"""Python's cyclic garbage collector, under a load of rows."""

from __future__ import annotations

import gc

_NEW_CONTAINERS = 50_000


def collect_rarely() -> None:
    """Have the collector run for 50,000 new containers rather than for 700.

    The tuples and lists of a batch hold no cycles and are freed with it. With the default the
    collector looks at each of them, and at their values, more than once per batch: a tenth of the
    CPU of a load. Cycles that the driver or the SDK leave are still collected.
    """
    gc.set_threshold(_NEW_CONTAINERS)
