"""ALTER DATABASE for supplemental logging, and CREATE SCHEMA, which is not what it seems.

Source: SQL Language Reference, ALTER DATABASE, supplemental_db_logging; CREATE SCHEMA.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import privileges
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.reader import Reader

_MINIMAL = "SUPPLEMENTAL_LOG_DATA_MIN"
_COLUMNS = {
    ("ALL",): "SUPPLEMENTAL_LOG_DATA_ALL",
    ("PRIMARY", "KEY"): "SUPPLEMENTAL_LOG_DATA_PK",
    ("UNIQUE",): "SUPPLEMENTAL_LOG_DATA_UI",
    ("FOREIGN", "KEY"): "SUPPLEMENTAL_LOG_DATA_FK",
}


def alter(reader: Reader, engine: Engine) -> None:
    """Run ALTER DATABASE ADD or DROP SUPPLEMENTAL LOG DATA; other clauses are refused.

    Raises OracleError 1031 and 32589.
    """
    word = reader.accept_any("ADD", "DROP")
    if word is None or not reader.accept("SUPPLEMENTAL", "LOG", "DATA"):
        raise not_in_this_standin(what="this ALTER DATABASE clause")
    names = [_MINIMAL]
    if reader.accept_operator("("):
        names = _parse_columns(reader)
    reader.expect_end(933, "SQL command not properly ended")
    privileges.require(engine, "ALTER DATABASE")
    if word == "DROP" and names == [_MINIMAL]:
        _check_minimal(engine)
    for name in names:
        engine.run(
            "INSERT INTO ora.database_facts VALUES (%s, %s)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, "YES" if word == "ADD" else "NO"),
        )


def _check_minimal(engine: Engine) -> None:
    """Raise OracleError 32589 when another logging of the database needs the minimal one."""
    needed = engine.query(
        "SELECT 1 FROM ora.database_facts WHERE name <> %s AND value = 'YES'", (_MINIMAL,)
    )
    if needed:
        raise OracleError(32589, "unable to drop minimal supplemental logging")


def _parse_columns(reader: Reader) -> list[str]:
    names: list[str] = []
    while True:
        for words, name in _COLUMNS.items():
            if reader.accept(*words):
                names.append(name)
                break
        else:
            raise reader.error(905, "missing keyword")
        if not reader.accept_operator(","):
            break
    reader.expect_close()
    reader.expect("COLUMNS", code=905, message="missing keyword")
    return names


def create_schema(reader: Reader, _engine: Engine) -> None:
    """Refuse CREATE SCHEMA: a schema comes with its user; raises OracleError 2420."""
    if reader.accept("AUTHORIZATION"):
        raise not_in_this_standin(what="CREATE SCHEMA AUTHORIZATION")
    raise OracleError(2420, "missing schema authorization clause", reader.offset)
