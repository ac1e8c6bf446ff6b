"""Finds the module that runs a DDL statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import (
    alter_table,
    analyze,
    comments,
    create_table,
    database,
    directories,
    drop_table,
    earlier_releases,
    grants,
    indexes,
    materialized,
    object_types,
    program_units,
    redo_notes,
    renames,
    sequences,
    synonyms,
    system,
    users,
    views,
)
from oracle_standin.engine.reader import Reader
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_standin.engine.contract import Engine


def run(statement: str, engine: Engine) -> None:
    """Run one DDL statement as the played server does.

    Raises OracleError: 900 for what is no statement, 901 and others for syntax errors, 1031 for
    missing privileges, and a refusal ending "not in this stand-in" for what the stand-in lacks.
    """
    reader = Reader(statement, engine.server)
    earlier_releases.check(reader)
    verb = reader.peek()
    if verb is None or not verb.is_word(*_VERBS):
        raise OracleError(900, "invalid SQL statement", reader.offset)
    for words, handler in _STATEMENTS.items():
        if reader.accept(*words):
            handler(reader, engine)
            redo_notes.write(statement, engine)
            return
    reader.take()
    if verb.value == "CREATE":
        _create(reader, engine)
        redo_notes.write(statement, engine)
        return
    noun = reader.peek()
    if noun is not None and noun.is_word(*_KNOWN_TO_ORACLE):
        raise not_in_this_standin(what=f"{verb.value} {noun.value}")
    raise OracleError(*_VERBS[verb.value], reader.offset)


_VERBS = {
    "CREATE": (901, "invalid CREATE command"),
    "ALTER": (940, "invalid ALTER command"),
    "DROP": (950, "invalid DROP option"),
    "TRUNCATE": (3290, "Invalid truncate command - missing CLUSTER or TABLE keyword"),
    "COMMENT": (969, "missing ON keyword"),
    "RENAME": (903, "invalid table name"),
    "GRANT": (990, "missing or invalid privilege"),
    "REVOKE": (990, "missing or invalid privilege"),
    "ANALYZE": (3281, "invalid ANALYZE option"),
    "AUDIT": (956, "missing or invalid auditing option"),
    "NOAUDIT": (956, "missing or invalid auditing option"),
    "PURGE": (38301, "can not perform DDL/DML over objects in Recycle Bin"),
    "FLASHBACK": (905, "missing keyword"),
    "ASSOCIATE": (905, "missing keyword"),
    "ADMINISTER": (905, "missing keyword"),
}
_KNOWN_TO_ORACLE = frozenset(
    [
        "TRIGGER",
        "DATABASE",
        "SYSTEM",
        "TABLESPACE",
        "PROFILE",
        "CLUSTER",
        "LIBRARY",
        "CONTEXT",
        "DIMENSION",
        "EDITION",
        "JAVA",
        "OPERATOR",
        "INDEXTYPE",
        "OUTLINE",
        "PLUGGABLE",
        "ROLLBACK",
        "LINK",
        "DOMAIN",
        "ANALYTIC",
        "ATTRIBUTE",
        "HIERARCHY",
        "SCHEMA",
        "EDITIONABLE",
        "NONEDITIONABLE",
        "LOCKDOWN",
        "RESTORE",
        "FLASHBACK",
        "AUDIT",
        "SESSION",
        "POLICY",
        "VECTOR",
        "PROPERTY",
        "JSON",
        "MLE",
        "RECYCLEBIN",
        "DBA_RECYCLEBIN",
        "TABLE",
        "OR",
        "PUBLIC",
    ]
)

_STATEMENTS: dict[tuple[str, ...], Callable[[Reader, Engine], None]] = {
    ("CREATE", "SEQUENCE"): sequences.create,
    ("ALTER", "SEQUENCE"): sequences.alter,
    ("DROP", "SEQUENCE"): sequences.drop,
    ("ALTER", "TABLE"): alter_table.run,
    ("DROP", "TABLE"): drop_table.drop,
    ("TRUNCATE",): drop_table.truncate,
    ("COMMENT",): comments.run,
    ("RENAME",): renames.run,
    ("ALTER", "INDEX"): indexes.alter,
    ("DROP", "INDEX"): indexes.drop,
    ("ALTER", "VIEW"): views.alter,
    ("DROP", "VIEW"): views.drop,
    ("CREATE", "MATERIALIZED", "VIEW", "LOG"): materialized.refuse_log,
    ("CREATE", "MATERIALIZED", "VIEW"): materialized.create,
    ("DROP", "MATERIALIZED", "VIEW"): materialized.drop,
    ("DROP", "SYNONYM"): lambda reader, engine: _back(reader, 1, synonyms.drop, engine),
    ("DROP", "PUBLIC", "SYNONYM"): lambda reader, engine: _back(reader, 2, synonyms.drop, engine),
    ("DROP", "DIRECTORY"): directories.drop,
    ("DROP", "TYPE"): object_types.drop,
    ("ALTER", "TYPE"): object_types.refuse_alter,
    ("CREATE", "USER"): users.create,
    ("ALTER", "USER"): users.alter,
    ("DROP", "USER"): users.drop,
    ("DROP", "PROCEDURE"): lambda reader, engine: _back(reader, 1, program_units.drop, engine),
    ("DROP", "FUNCTION"): lambda reader, engine: _back(reader, 1, program_units.drop, engine),
    ("DROP", "PACKAGE"): lambda reader, engine: _back(reader, 1, program_units.drop, engine),
    ("CREATE", "ROLE"): users.create_role,
    ("DROP", "ROLE"): users.drop_role,
    ("GRANT",): grants.grant,
    ("REVOKE",): grants.revoke,
    ("ANALYZE",): analyze.run,
    ("ALTER", "DATABASE"): database.alter,
    ("ALTER", "SYSTEM"): system.alter,
    ("CREATE", "SCHEMA"): database.create_schema,
}


def statements() -> list[str]:
    """Return the DDL statements that are run, without CREATEs that depend on options."""
    run_here = {" ".join(words) for words in _STATEMENTS} | _CREATES | program_units.STATEMENTS
    return sorted(run_here - _REFUSED_STATEMENTS)


def refused() -> list[str]:
    """Return the kinds of object whose statements Oracle has and the stand-in refuses."""
    return sorted(_KNOWN_TO_ORACLE - {"TABLE", "OR", "PUBLIC", "EDITIONABLE", "NONEDITIONABLE"})


_CREATES = frozenset(
    {
        "CREATE TABLE",
        "CREATE GLOBAL TEMPORARY TABLE",
        "CREATE PRIVATE TEMPORARY TABLE",
        "CREATE VIEW",
        "CREATE DIRECTORY",
        "CREATE TYPE",
        "CREATE INDEX",
        "CREATE SYNONYM",
        "CREATE PUBLIC SYNONYM",
    }
)
_REFUSED_STATEMENTS = frozenset({"CREATE MATERIALIZED VIEW LOG", "ALTER TYPE"})


def _back(
    reader: Reader, count: int, handler: Callable[[Reader, Engine], None], engine: Engine
) -> None:
    reader.rewind(reader.position - count)
    handler(reader, engine)


_TABLE_WORDS = frozenset(
    {"TABLE", "GLOBAL", "PRIVATE", "SHARDED", "DUPLICATED", "IMMUTABLE", "BLOCKCHAIN"}
)
_BEFORE_VIEW = frozenset({"OR", "REPLACE", "FORCE", "NO", "EDITIONABLE", "NONEDITIONABLE"})


def _create(reader: Reader, engine: Engine) -> None:
    """Run a CREATE whose object comes after options: OR REPLACE VIEW, UNIQUE INDEX and so on."""
    ahead = 0
    while (token := reader.peek(ahead)) is not None and token.is_word(*_BEFORE_VIEW):
        ahead += 1
    if token is not None and token.is_word("VIEW"):
        views.create(reader, engine)
    elif token is not None and token.is_word("PUBLIC", "SYNONYM"):
        _create_synonym(reader, engine, ahead)
    elif token is not None and token.is_word("TYPE"):
        object_types.create(reader, engine)
    elif token is not None and token.is_word("DIRECTORY"):
        directories.create(reader, engine)
    elif reader.at_any({"UNIQUE", "BITMAP", "INDEX"}):
        indexes.create(reader, engine)
    elif reader.at_any(_TABLE_WORDS):
        create_table.run(reader, engine)
    elif token is not None and token.is_word(*_KNOWN_TO_ORACLE):
        raise not_in_this_standin(what=f"CREATE {token.value}")
    else:
        raise OracleError(901, "invalid CREATE command", reader.offset)


def _create_synonym(reader: Reader, engine: Engine, ahead: int) -> None:
    following = reader.peek(ahead + 1)
    token = reader.peek(ahead)
    is_public = token is not None and token.is_word("PUBLIC")
    if is_public and (following is None or not following.is_word("SYNONYM")):
        raise not_in_this_standin(what="CREATE PUBLIC of this kind")
    synonyms.create(reader, engine)
