"""Oracle's errors for failures of queries as such: grouping, sorting, set operations, locks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from oracle_standin.engine import names
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from oracle_standin.engine.circumstances import Circumstances
    from oracle_standin.engine.failures import Failure


def syntax(failure: Failure, _circumstances: Circumstances) -> OracleError:
    """Return the error of a statement that the engine cannot parse."""
    if "more target columns than expressions" in failure.message:
        return OracleError(947, "not enough values")
    if "more expressions than target columns" in failure.message:
        return OracleError(913, "too many values")
    if "subquery must return only one column" in failure.message:
        return OracleError(913, "too many values")
    if "must have the same number of columns" in failure.message:
        return OracleError(1789, "query block has incorrect number of result columns")
    return OracleError(933, "SQL command not properly ended")


def cardinality(failure: Failure, _circumstances: Circumstances) -> OracleError | None:
    """Return the error of a MERGE whose source has two rows for one."""
    if failure.message.startswith("MERGE"):
        return OracleError(30926, "unable to get a stable set of rows in the source tables")
    return None


def grouping(failure: Failure, circumstances: Circumstances) -> OracleError | None:
    """Return the error of columns and aggregates that do not go together."""
    if "aggregate function" in failure.message and "not allowed" in failure.message:
        return OracleError(934, "group function is not allowed here")
    grouped = re.search(r"\bGROUP\s+BY\b", circumstances.statement, re.IGNORECASE)
    if "nested" in failure.message and not grouped:
        return OracleError(978, "nested group function without GROUP BY")
    if "must appear in the GROUP BY" in failure.message and circumstances.statement and not grouped:
        return OracleError(937, "not a single-group group function")
    if "nested" in failure.message:
        return not_in_this_standin("an aggregate of an aggregate")
    return None


def invalid_reference(failure: Failure, _circumstances: Circumstances) -> OracleError | None:
    """Return the error of a sort key that the query has not."""
    if failure.message.startswith("for SELECT DISTINCT, ORDER BY"):
        return OracleError(1791, "not a SELECTed expression")
    if failure.message.startswith("ORDER BY position"):
        message = "ORDER BY item must be the number of a SELECT-list expression"
        return OracleError(1785, message)
    return None


def mismatch(failure: Failure, _circumstances: Circumstances) -> OracleError | None:
    """Return the error of set operations over different types."""
    if re.match(r"(UNION|INTERSECT|EXCEPT) types", failure.message):
        message = "expression must have same datatype as corresponding expression"
        return OracleError(1790, message)
    return None


def unsupported(failure: Failure, _circumstances: Circumstances) -> OracleError | None:
    """Return the error of rows that cannot be locked."""
    if failure.message.startswith("FOR UPDATE is not allowed with"):
        return OracleError(1786, "FOR UPDATE of this query expression is not allowed")
    return None


def virtual_column(failure: Failure, _circumstances: Circumstances) -> OracleError:
    """Return the error of a value for a virtual column; identity columns see to themselves."""
    if "updated" in failure.message:
        return OracleError(54017, "UPDATE operation disallowed on virtual columns")
    return OracleError(54013, "INSERT operation disallowed on virtual columns")


def check_option(_failure: Failure, _circumstances: Circumstances) -> OracleError:
    """Return the error of a row that its view would not show."""
    return OracleError(1402, "view WITH CHECK OPTION where-clause violation")


def regular_expression(failure: Failure, _circumstances: Circumstances) -> OracleError:
    """Return the error of a regular expression that is not one."""
    if "brackets" in failure.message:
        return OracleError(12726, "unmatched bracket in regular expression")
    return OracleError(12725, "unmatched parentheses in regular expression")


def state(failure: Failure, _circumstances: Circumstances) -> OracleError | None:
    """Return the error of an object that cannot be used so."""
    match = re.match(r'currval of sequence "(.*)" is not yet defined', failure.message)
    if match:
        name = names.oracle_name(match[1])
        return OracleError(8002, f"sequence {name}.CURRVAL is not yet defined in this session")
    if re.match(r"cannot (insert into|update|delete from) view", failure.message):
        return OracleError(1732, "data manipulation operation not legal on this view")
    return None


def lock(_failure: Failure, circumstances: Circumstances) -> OracleError | None:
    """Return the error of a FOR UPDATE that has waited long enough."""
    if circumstances.waits:
        return OracleError(30006, "resource busy; acquire with WAIT timeout expired")
    return None
