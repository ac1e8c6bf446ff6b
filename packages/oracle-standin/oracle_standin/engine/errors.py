"""PostgreSQL's errors as Oracle's: code and text, with owner, table, column and constraint.

Texts follow the Database Error Messages manual; where 23ai says more than 19c (ORA-00001,
ORA-00942), the profile decides. No text carries the content of a row.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from oracle_standin.engine import names, object_errors, query_errors
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_standin.engine.circumstances import Circumstances
    from oracle_standin.engine.failures import Failure
    from oracle_standin.engine.server_facts import ServerFacts

_ORACLE_MESSAGE = re.compile(r"ORA-(\d{5}): (.*)", re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_MISSING_COLUMN = re.compile(r"column (.+?)(?: of relation .+)? does not exist")
_HIDDEN_CHECK = re.compile(r"ora\$(bytes|leading)\$(.*)", re.DOTALL)
_LENGTH = re.compile(r"\((\d+)\)")

# States whose Oracle counterpart needs no further facts.
_PLAIN: dict[str, tuple[int, str]] = {
    "21000": (1427, "single-row subquery returns more than one row"),
    "22003": (1426, "numeric overflow"),
    "22007": (1861, "literal does not match format string"),
    "22008": (1841, "(full) year must be between -4713 and +9999, and not be 0"),
    "22012": (1476, "divisor is equal to zero"),
    "2201E": (1428, "argument is out of range"),
    "2201F": (1428, "argument is out of range"),
    "2201W": (1428, "argument is out of range"),
    "2201X": (1428, "argument is out of range"),
    "22023": (1428, "argument is out of range"),
    "22025": (1425, "escape character must be character string of length 1"),
    "22030": (1428, "argument is out of range"),
    "22P02": (1722, "invalid number"),
    "22P03": (1722, "invalid number"),
    "25006": (
        1456,
        "may not perform insert, delete, update operation inside a READ ONLY transaction",
    ),
    "2BP01": (2449, "unique/primary keys in table referenced by foreign keys"),
    "3F000": (1435, "user does not exist"),
    "40001": (8177, "can't serialize access for this transaction"),
    "40P01": (60, "deadlock detected while waiting for resource"),
    "42701": (957, "duplicate column name"),
    "42702": (918, "column ambiguously defined"),
    "42704": (2289, "sequence does not exist"),
    "42710": (955, "name is already used by an existing object"),
    "42712": (918, "column ambiguously defined"),
    "42723": (955, "name is already used by an existing object"),
    "42725": (932, "inconsistent datatypes: the call is ambiguous"),
    "42803": (979, "not a GROUP BY expression"),
    "42804": (932, "inconsistent datatypes"),
    "42809": (1702, "a view is not appropriate here"),
    "42846": (932, "inconsistent datatypes"),
    "42P07": (955, "name is already used by an existing object"),
    "42P16": (1731, "circular view definition encountered"),
    "42P18": (932, "inconsistent datatypes"),
    "42P20": (30483, "window  functions are not allowed here"),
    "42P22": (932, "inconsistent datatypes"),
    "53100": (1653, "unable to extend table: no space left on device"),
    "53200": (4030, "out of process memory"),
    "53300": (20, "maximum number of processes exceeded"),
    "54000": (4036, "a limit of the engine is exceeded"),
    "55P03": (54, "resource busy and acquire with NOWAIT specified or timeout expired"),
    "57014": (1013, "user requested cancel of current operation"),
    "57P01": (1089, "immediate shutdown or close in progress - no operations are permitted"),
    "08006": (3113, "end-of-file on communication channel"),
    "2200H": (8004, "sequence has reached its limit and cannot be instantiated"),
    "42830": (2270, "no matching unique or primary key for this column-list"),
}


def oracle_error(failure: Failure, circumstances: Circumstances) -> OracleError:
    """Return the Oracle error for a failure; ORA-03001 for one that has no counterpart."""
    passed_on = _ORACLE_MESSAGE.match(failure.message)
    if passed_on:
        return OracleError(int(passed_on[1]), passed_on[2])
    special = _SPECIAL.get(failure.sqlstate)
    if special is not None:
        found = special(failure, circumstances)
        if found is not None:
            return found
    plain = _PLAIN.get(failure.sqlstate)
    if plain is not None:
        return OracleError(*plain)
    # Not ORA-00600: clients take that for the end of the session.
    return not_in_this_standin(f"this statement (engine: {failure.sqlstate} {failure.message})")


def _owner(schema: str) -> str:
    return names.oracle_name(schema)


def _path(*parts: str) -> str:
    """Return names as Oracle writes them in column errors: each in double quotes."""
    return ".".join(f'"{names.oracle_name(part)}"' for part in parts)


def _unique(failure: Failure, circumstances: Circumstances) -> OracleError:
    if failure.schema == "pg_catalog":
        # Two sessions made an object of one name at once; PostgreSQL finds it by its catalog's key.
        return OracleError(955, "name is already used by an existing object")
    found = circumstances.query(_VIOLATED_KEY, (failure.schema, failure.constraint))[0]
    owner, key, table, columns = found if found[0] else (*_as_told(failure), ())
    name = f"{_owner(owner)}.{names.oracle_name(key)}"
    text = f"unique constraint ({name}) violated"
    if circumstances.server.since(23):
        listed = ", ".join(columns or ())
        text += f" on table {_owner(owner)}.{names.oracle_name(table)} columns ({listed})"
    return OracleError(1, text)


_VIOLATED_KEY = "SELECT * FROM ora.violated_key(%s, %s)"


def _as_told(failure: Failure) -> tuple[str, str, str]:
    """Return owner, key and table of an index that is not committed yet."""
    return failure.schema, failure.constraint, failure.table


def _not_null(failure: Failure, circumstances: Circumstances) -> OracleError:
    column = _path(failure.schema, failure.table, failure.column)
    if circumstances.keyword == "UPDATE":
        return OracleError(1407, f"cannot update ({column}) to NULL")
    return OracleError(1400, f"cannot insert NULL into ({column})")


def _foreign_key(failure: Failure, _circumstances: Circumstances) -> OracleError:
    name = f"{_owner(failure.schema)}.{names.oracle_name(failure.constraint)}"
    if failure.message.startswith("insert or update"):
        return OracleError(2291, f"integrity constraint ({name}) violated - parent key not found")
    return OracleError(2292, f"integrity constraint ({name}) violated - child record found")


def _check(failure: Failure, circumstances: Circumstances) -> OracleError:
    hidden = _HIDDEN_CHECK.fullmatch(names.oracle_name(failure.constraint))
    if hidden and hidden[1] == "bytes":
        return _too_large(failure, hidden[2], circumstances)
    if hidden:
        return OracleError(1873, "the leading precision of the interval is too small")
    if not failure.constraint:
        return OracleError(14400, "inserted partition key does not map to any partition")
    name = f"{_owner(failure.schema)}.{names.oracle_name(failure.constraint)}"
    return OracleError(2290, f"check constraint ({name}) violated")


def _too_large(failure: Failure, column: str, circumstances: Circumstances) -> OracleError:
    """Return ORA-12899 for a value with too many bytes."""
    stored_name = names.engine_name(column)
    rows = circumstances.query(_DATA_LENGTH, (failure.schema, failure.table, stored_name))
    lengths = circumstances.lengths().get(column)
    return _value_too_large(
        _path(failure.schema, failure.table, column),
        lengths[0] if lengths else None,
        str(rows[0][0]) if rows else "unknown",
    )


_DATA_LENGTH = """
SELECT f.data_length
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN ora.column_facts f ON f.relid = a.attrelid AND f.attnum = a.attnum
WHERE n.nspname = %s AND c.relname = %s AND a.attname = %s
"""


def _value_too_large(column: str, actual: int | None, maximum: str) -> OracleError:
    shown = "unknown" if actual is None else str(actual)
    text = f"value too large for column {column} (actual: {shown}, maximum: {maximum})"
    return OracleError(12899, text)


def _too_long(failure: Failure, circumstances: Circumstances) -> OracleError:
    """Return ORA-12899 for a text with too many characters: the first column it fits."""
    limit = _LENGTH.search(failure.message)
    maximum = int(limit[1]) if limit else 0
    target = circumstances.target()
    rows = circumstances.query(_TEXT_COLUMNS, (target.oid, maximum)) if target else []
    lengths = circumstances.lengths()
    known = [(column, lengths[column][1]) for (column,) in rows if column in lengths]
    for column, actual in known:
        if target and actual > maximum:
            return _value_too_large(_path(target.owner, target.name, column), actual, str(maximum))
    if target and len(rows) == 1:
        path = _path(target.owner, target.name, rows[0][0])
        return _value_too_large(path, None, str(maximum))
    return OracleError(12899, f"value too large for column (maximum: {maximum})")


_TEXT_COLUMNS = """
SELECT ora.oracle_name(a.attname::text)
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = %s AND t.typname IN ('varchar', 'bpchar') AND a.atttypmod = %s + 4
  AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
"""


def _overflow(failure: Failure, _circumstances: Circumstances) -> OracleError | None:
    if failure.message == "numeric field overflow":
        return OracleError(1438, "value larger than specified precision allowed for this column")
    return None


def _missing_table(failure: Failure, circumstances: Circumstances) -> OracleError:
    return missing_table(None, _named(failure.message), circumstances.server)


def as_announced(error: OracleError, server: ServerFacts) -> OracleError:
    """Return an error as the announced server says it: 19c does not name a missing table."""
    if error.code == 942 and not server.since(23):
        return OracleError(942, "table or view does not exist", error.offset)
    if error.code == 22848 and not server.since(23):
        kind = error.message.split()[2]
        return OracleError(932, f"inconsistent datatypes: expected - got {kind}", error.offset)
    return error


def missing_table(owner: str | None, name: str, server: ServerFacts) -> OracleError:
    """Return ORA-00942, with the name from 23ai on."""
    if not server.since(23):
        return OracleError(942, "table or view does not exist")
    path = _path(owner, name) if owner else _path(name)
    return OracleError(942, f"table or view {path} does not exist")


def _named(message: str) -> str:
    quoted = _QUOTED.search(message)
    name = quoted[1] if quoted else message.rsplit(maxsplit=1)[-1]
    return names.oracle_name(name.rpartition(".")[2])


def _missing_column(failure: Failure, _circumstances: Circumstances) -> OracleError:
    match = _MISSING_COLUMN.match(failure.message)
    text = match[1].replace('"', "") if match else ""
    return OracleError(904, f"{_path(*text.split('.', 1))}: invalid identifier")


_COMPARED = re.compile(
    r"identify an (?:equality|ordering) operator for type"
    r'|operator does not exist: (?:"VECTOR" [<>=]+ |\S+ [<>=]+ "VECTOR")'
)


def _missing_function(failure: Failure, circumstances: Circumstances) -> OracleError:
    of_objects = object_errors.misuse(failure, circumstances)
    if of_objects is not None:
        return of_objects
    match = re.match(r"function (?:\S+\.)?(\w+)\(", failure.message)
    if match:
        return OracleError(904, f'"{match[1].upper()}": invalid identifier')
    if _COMPARED.search(failure.message):
        return OracleError(22848, f"cannot use {_named(failure.message)} type as comparison key")
    return OracleError(932, f"inconsistent datatypes: {failure.message}")


def _privilege(failure: Failure, circumstances: Circumstances) -> OracleError:
    match = re.match(r"permission denied for (\S+(?: view)?) (.*)", failure.message)
    if match is None or match[1] not in _HIDDEN_WITHOUT_PRIVILEGE:
        return OracleError(1031, "insufficient privileges")
    name = match[2].strip('"')
    visible = circumstances.query(_ANY_PRIVILEGE, (circumstances.user, name))
    if visible:
        return OracleError(1031, "insufficient privileges")
    if match[1] == "sequence":
        return OracleError(2289, "sequence does not exist")
    return missing_table(_hidden_owner(name, circumstances), name, circumstances.server)


def _hidden_owner(name: str, circumstances: Circumstances) -> str | None:
    """Return the schema of the table that may not be seen: the engine names the table alone."""
    owners = [owner for (owner,) in circumstances.query(_OWNERS, (name, circumstances.user))]
    named = [owner for owner in owners if owner.upper() in circumstances.statement.upper()]
    found = owners if len(owners) == 1 else named
    return str(found[0]) if len(found) == 1 else None


_OWNERS = """
SELECT n.nspname FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = %s AND c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname <> %s
"""

_HIDDEN_WITHOUT_PRIVILEGE = frozenset({"schema", "table", "view", "materialized view", "sequence"})

_ANY_PRIVILEGE = """
SELECT 1 FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_roles r ON r.rolname = %s
WHERE c.relname = %s AND CASE WHEN c.relkind = 'S'
  THEN pg_catalog.has_sequence_privilege(r.oid, c.oid, 'USAGE, SELECT')
  ELSE pg_catalog.has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE, REFERENCES')
  END
LIMIT 1
"""


_SPECIAL: dict[str, Callable[[Failure, Circumstances], OracleError | None]] = {
    "21000": query_errors.cardinality,
    "22001": _too_long,
    "22003": _overflow,
    "23502": _not_null,
    "23503": _foreign_key,
    "23505": _unique,
    "23P01": _unique,
    "23514": _check,
    "42501": _privilege,
    "42601": query_errors.syntax,
    "42703": _missing_column,
    "0A000": query_errors.unsupported,
    "44000": query_errors.check_option,
    "2201B": query_errors.regular_expression,
    "42803": query_errors.grouping,
    "42804": query_errors.mismatch,
    "428C9": query_errors.virtual_column,
    "42P10": query_errors.invalid_reference,
    "42883": _missing_function,
    "42P01": _missing_table,
    "55000": query_errors.state,
    "55P03": query_errors.lock,
}
