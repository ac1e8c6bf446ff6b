"""States as text: what the table holds and what Meltano wants.

The table holds Meltano's own form, `{"completed": …, "partial": …}`. A plain Singer state, as
`target-oracle` may have put it there, reads as a completed one.
"""

from __future__ import annotations

import json
from typing import Any

from meltano.core.state_store.base import MeltanoState

from meltano_state_oracle.errors import OracleStateError

SINGER_STATE = "singer_state"
_UUID_LENGTH = 36


def read_state(state_id: str, text: str | None) -> MeltanoState:
    """Return the state that a text holds.

    Raises:
        OracleStateError: If the text is not a JSON object.
    """
    try:
        # STATE may be NULL, and Oracle keeps an empty text as NULL.
        value = json.loads(text or "{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        msg = f"the state '{state_id}' in SINGER_STATE is not a JSON object"
        raise OracleStateError(msg)
    # Meltano too reads its own form where one key is missing (meltano.core.state_store.base).
    if value.keys() & {"completed", "partial"}:
        return MeltanoState(
            state_id=state_id,
            completed_state=value.get("completed") or {},
            partial_state=value.get("partial") or {},
        )
    completed = value if SINGER_STATE in value or not value else {SINGER_STATE: value}
    return MeltanoState(state_id=state_id, completed_state=completed, partial_state={})


def newest_run(state: MeltanoState) -> str | None:
    """Return the id of the newest run that `tap-oracle` recorded in a state, if one did."""
    for part in (state.partial_state, state.completed_state):
        runs = _nested(part, SINGER_STATE, "job_history", "runs")
        # RUN_UUID is VARCHAR2(36 BYTE): a longer key would be ORA-12899.
        ids = [run for run in runs if len(run) == _UUID_LENGTH]
        if ids:
            # Ids of runs are UUIDs of version 7 (RFC 9562), whose texts sort by time.
            return max(ids)
    return None


def _nested(value: Any, *keys: str) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
