"""Oracle's errors for statements that PostgreSQL finds fault with by their shape alone."""

from __future__ import annotations

from oracle_standin.backend import OracleError


def syntax(message: str) -> OracleError:
    """Return the error for a statement whose parts do not fit each other."""
    if "more target columns than expressions" in message:
        return OracleError(947, "not enough values")
    if "more expressions than target columns" in message:
        return OracleError(913, "too many values")
    if "subquery must return only one column" in message:
        return OracleError(913, "too many values")
    if "must have the same number of columns" in message:
        return OracleError(1789, "query block has incorrect number of result columns")
    return OracleError(933, "SQL command not properly ended")


def grouping(message: str) -> OracleError | None:
    """Return the error for a misplaced group function, None for another fault."""
    if "aggregate function" in message and "not allowed" in message:
        return OracleError(934, "group function is not allowed here")
    if "nested" in message:
        return OracleError(978, "nested group function without GROUP BY")
    return None
