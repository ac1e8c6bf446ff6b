"""The history of runs, carried in Singer state beside the bookmarks and in the table JOB_HISTORY.

```python
runs = read_history(state)
run = start_run(runs, application="tap-oracle", job="prod", clock=utc_now)
state["job_history"] = write_history(runs.with_run(run))
...
state["job_history"] = write_history(runs.with_run(run.succeeded(utc_now())))
```
"""

from __future__ import annotations

from oracle_core.history.model import (
    MAX_RUNS,
    RunError,
    RunHistory,
    RunRecord,
    RunStatus,
    RunTotals,
    StreamRun,
    start_run,
    utc_now,
)
from oracle_core.history.run_id import time_ordered_id
from oracle_core.history.state_codec import HISTORY_KEY, read_history, write_history

__all__ = [
    "HISTORY_KEY",
    "MAX_RUNS",
    "RunError",
    "RunHistory",
    "RunRecord",
    "RunStatus",
    "RunTotals",
    "StreamRun",
    "read_history",
    "start_run",
    "time_ordered_id",
    "utc_now",
    "write_history",
]
