"""What has to hold before and after a command, as Executioner's files say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_scheduler.jobfile.model import Check

if TYPE_CHECKING:
    from oracle_scheduler.jobfile.fields import Fields

CHECKS = {
    "check_file_exists": "path",
    "check_no_ora_errors": "log_file",
    "check_no_ora_or_sp2_errors": "log_file",
}
"""The checks, and the parameter that each needs."""


def read_checks(fields: Fields, name: str) -> tuple[Check, ...]:
    """Return the checks that a field lists."""
    value = fields.raw(name)
    if value is None:
        return ()
    if not isinstance(value, list):
        fields.problem(name, "must be a list of checks with name and params")
        return ()
    checks = (_check(fields, name, entry) for entry in value)
    return tuple(check for check in checks if check is not None)


def _check(fields: Fields, name: str, entry: object) -> Check | None:
    values = entry if isinstance(entry, dict) else {}
    check, parameters = values.get("name"), values.get("params") or {}
    if check not in CHECKS:
        fields.problem(name, f"must name one of {', '.join(CHECKS)}")
        return None
    if not isinstance(parameters, dict) or not parameters.get(CHECKS[check]):
        fields.problem(name, f"needs params with '{CHECKS[check]}' for {check}")
        return None
    return Check(str(check), {str(key): str(text) for key, text in parameters.items()})
