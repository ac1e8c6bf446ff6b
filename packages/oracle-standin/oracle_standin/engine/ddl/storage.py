"""Reads the physical clauses of tables and indexes, most of which have no visible effect.

Source: SQL Language Reference, physical_attributes_clause, storage_clause, table_properties.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine.ddl.model import TableOptions
from oracle_standin.protocol import not_in_this_standin

if TYPE_CHECKING:
    from oracle_standin.engine.reader import Reader

_WITH_NUMBER = ("PCTFREE", "PCTUSED", "INITRANS", "MAXTRANS", "PCTTHRESHOLD")
_WITHOUT_EFFECT = (
    ("MONITORING",),
    ("NOMONITORING",),
    ("FILESYSTEM_LIKE_LOGGING",),
    ("NO", "INMEMORY"),
    ("NORELY",),
    ("REVERSE",),
    ("NOSORT",),
    ("COMPUTE", "STATISTICS"),
    ("ONLINE",),
    ("LOCAL",),
    ("GLOBAL",),
    ("UPDATE", "INDEXES"),
    ("UPDATE", "GLOBAL", "INDEXES"),
    ("READ", "WRITE"),
)
_REFUSED = ("CLUSTER", "FLASHBACK", "ILM", "INMEMORY", "MEMOPTIMIZE", "NESTED", "OBJECT", "XMLTYPE")


def parse_option(reader: Reader, options: TableOptions) -> TableOptions | None:
    """Consume one option if there is one; None when what follows is not a physical option."""
    if reader.accept("TABLESPACE"):
        return replace(options, tablespace=reader.name(959, "tablespace does not exist"))
    if reader.accept_any(*_WITH_NUMBER):
        reader.integer(2000, "missing or invalid number")
        return options
    if reader.accept("STORAGE"):
        reader.text_in_parentheses()
        return options
    if any(reader.accept(*words) for words in _WITHOUT_EFFECT):
        return options
    if reader.at_any(_REFUSED):
        raise not_in_this_standin(what=f"the clause {reader.take().value}")
    for parse in (_parse_compression, _parse_flags, _parse_parallel, _parse_large):
        changed = parse(reader, options)
        if changed is not None:
            return changed
    return None


def _parse_compression(reader: Reader, options: TableOptions) -> TableOptions | None:
    if reader.accept("NOCOMPRESS"):
        return replace(options, compression=None)
    if reader.accept("ROW", "STORE", "COMPRESS"):
        kind = reader.accept_any("BASIC", "ADVANCED") or "BASIC"
        return replace(options, compression=kind)
    if reader.accept("COLUMN", "STORE", "COMPRESS"):
        raise not_in_this_standin(what="column store compression")
    if not reader.accept("COMPRESS"):
        return None
    if reader.accept("FOR"):
        kind = reader.name()
        level = reader.accept_any("LOW", "HIGH", "OPERATIONS")
        known = {"OLTP": "ADVANCED", "ALL": "ADVANCED"}.get(kind, kind)
        return replace(
            options, compression=f"{known} {level}" if level in {"LOW", "HIGH"} else known
        )
    if reader.accept("ADVANCED"):
        reader.accept_any("LOW", "HIGH")
        return replace(options, compression="ADVANCED")
    reader.accept("BASIC")
    token = reader.peek()
    if token is not None and token.text.isdigit():
        reader.take()
    return replace(options, compression="BASIC")


def _parse_flags(reader: Reader, options: TableOptions) -> TableOptions | None:  # noqa: PLR0911 - one return a form
    if word := reader.accept_any("LOGGING", "NOLOGGING"):
        return replace(options, nologging=word == "NOLOGGING")
    if word := reader.accept_any("CACHE", "NOCACHE"):
        return replace(options, cache=word == "CACHE")
    if word := reader.accept_any("ROWDEPENDENCIES", "NOROWDEPENDENCIES"):
        return replace(options, row_dependencies=word == "ROWDEPENDENCIES")
    if reader.accept("SEGMENT", "CREATION"):
        word = reader.accept_any("IMMEDIATE", "DEFERRED")
        return replace(options, segment_created=word == "IMMEDIATE")
    if reader.accept("ENABLE", "ROW", "MOVEMENT"):
        return replace(options, row_movement=True)
    if reader.accept("DISABLE", "ROW", "MOVEMENT"):
        return replace(options, row_movement=False)
    if reader.accept("READ", "ONLY"):
        return replace(options, read_only=True)
    if reader.accept("DEFAULT", "COLLATION"):
        check_collation(reader.name())
        return options
    return None


def check_collation(name: str) -> None:
    """Refuse a collation that does not compare in binary order."""
    if name not in {"BINARY", "USING_NLS_COMP"}:
        raise not_in_this_standin(what=f"collation {name}")


def _parse_parallel(reader: Reader, options: TableOptions) -> TableOptions | None:
    if reader.accept("NOPARALLEL"):
        return replace(options, degree="1")
    if not reader.accept("PARALLEL"):
        return None
    if reader.accept_operator("("):
        reader.expect("DEGREE")
        degree = str(reader.integer())
        reader.expect_close()
        return replace(options, degree=degree)
    token = reader.peek()
    if token is not None and token.text.isdigit():
        return replace(options, degree=reader.take().text)
    return replace(options, degree="DEFAULT")


def _parse_large(reader: Reader, options: TableOptions) -> TableOptions | None:
    """Consume LOB (...) STORE AS ... and RESULT_CACHE (...)."""
    if reader.accept("RESULT_CACHE"):
        reader.text_in_parentheses()
        return options
    if not (reader.accept("LOB") or reader.accept("JSON")):
        return None
    reader.names_in_parentheses()
    reader.expect("STORE", "AS")
    reader.accept_any("SECUREFILE", "BASICFILE")
    if not reader.at_operator("(") and not reader.at_end():
        reader.name()
    if reader.at_operator("("):
        reader.text_in_parentheses()
    return options


def skip_index_options(reader: Reader) -> None:
    """Consume what may follow USING INDEX: a name, or physical options.

    A CREATE INDEX statement inside the parentheses is refused.
    """
    if reader.at_operator("("):
        raise not_in_this_standin(what="USING INDEX with a CREATE INDEX statement")
    options = TableOptions()
    while True:
        changed = _parse_index_option(reader, options)
        if changed is None:
            break
        options = changed
    stops = {"ENABLE", "DISABLE", "RELY", "NORELY", "VALIDATE", "NOVALIDATE", "DEFERRABLE"}
    token = reader.peek()
    if token is not None and not token.is_operator(",", ")") and not reader.at_any(stops):
        reader.object_name()


def _parse_index_option(reader: Reader, options: TableOptions) -> TableOptions | None:
    # ENABLE belongs to the constraint here, so only options that cannot be mistaken for its state.
    if reader.at_any({"ENABLE", "DISABLE", "NOT", "INITIALLY", "NORELY"}):
        return None
    return parse_option(reader, options)
