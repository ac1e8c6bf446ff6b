"""What the stand-in does and refuses, read from its allow-lists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import oracle_standin.engine
from oracle_standin.engine import session_statements
from oracle_standin.engine.ddl import column_types, dispatch
from oracle_standin.engine.plsql import packages
from oracle_standin.engine.query import function_names, functions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_SCRIPTS = Path(oracle_standin.engine.__file__).parent / "sql"
_PUBLISHED = re.compile(r"^SELECT ora\.publish\('(\w+)'", re.MULTILINE)
_EMPTY = re.compile(r"^SELECT ora\.publish_empty\('(\w+)'", re.MULTILINE)
_DYNAMIC = re.compile(r"^SELECT ora\.publish_dynamic\('(\w+)'", re.MULTILINE)
_SINGLE = re.compile(r'^CREATE VIEW "SYS"\."(\w+)"', re.MULTILINE)
_SYNTAX_FUNCTIONS = (
    *("CAST", "EXTRACT", "JSON_ARRAY", "JSON_OBJECT", "TO_VECTOR", "TRIM", "VECTOR"),
    *("XMLELEMENT", "XMLPARSE", "XMLSERIALIZE", "XMLTYPE"),
)
_PLSQL = (
    "anonymous blocks",
    "stored and local procedures and functions",
    "packages",
    "index-by tables and records",
    "bulk operations",
    "declared cursors and cursor variables",
    "DBMS_UTILITY.FORMAT_ERROR_BACKTRACE",
)


def does() -> Iterator[str]:
    """Yield one Markdown item for each kind of thing that is done."""
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in sorted(_SCRIPTS.glob("*.sql")))
    yield _item("Queries and DML", ["SELECT", "INSERT", "UPDATE", "DELETE", "MERGE"])
    yield _item("DDL", dispatch.statements())
    yield _item("Session and transaction", _session())
    yield _item("Types of columns", column_types.accepted())
    yield _item("Functions", _functions())
    yield _item("Aggregates", function_names.AGGREGATES)
    yield _item("Analytic functions", function_names.RANKINGS)
    yield _item("Package functions in SQL", function_names.PACKAGED)
    yield _item("PL/SQL", [*_PLSQL, *packages.PROCEDURES, *packages.FUNCTIONS])
    yield _item(
        "Dictionary, as `DBA_`, `ALL_` and `USER_`", ["TAB_COLUMNS", *_PUBLISHED.findall(scripts)]
    )
    yield _item("Dictionary, single views", _SINGLE.findall(scripts))
    yield _item("Dictionary, always empty", _EMPTY.findall(scripts))
    yield _item("Dynamic, as `V$` and `GV$`", _DYNAMIC.findall(scripts))


def refuses() -> Iterator[str]:
    """Yield one Markdown item for each kind of thing that Oracle has and the stand-in refuses."""
    yield _item("Objects (`CREATE`, `ALTER`, `DROP`)", dispatch.refused())
    yield _item("Types of columns", column_types.refused())
    yield _item("Functions", function_names.UNSUPPORTED)


def _session() -> list[str]:
    renamed = {"ALTER": "ALTER SESSION", "LOCK": "LOCK TABLE"}
    words = [renamed.get(word, word) for word in session_statements.keywords() if word != "SET"]
    return [*words, "SET TRANSACTION", "SET ROLE", "SET CONSTRAINTS"]


def _functions() -> list[str]:
    own = ("ORA$",)  # written by the parser, not by a client
    names = {
        *function_names.PLAIN,
        *function_names.LEADING_TEXTS,
        *functions.SPECIAL,
        *_SYNTAX_FUNCTIONS,
    }
    return sorted(name for name in names if not name.startswith(own))


def _item(title: str, names: Iterable[str]) -> str:
    listed = ", ".join(
        name if name[0].islower() else f"`{name}`" for name in sorted(names, key=str.upper)
    )
    return f"- **{title}**: {listed}."
