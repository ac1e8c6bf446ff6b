"""CREATE and DROP [PUBLIC] SYNONYM.

Source: SQL Language Reference, CREATE SYNONYM.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import objects, privileges
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.reader import Reader

_PUBLIC = "PUBLIC"


def create(reader: Reader, engine: Engine) -> None:
    """Run CREATE [OR REPLACE] [PUBLIC] SYNONYM, the reader standing after CREATE.

    The target need not exist. Raises OracleError 955, 1031, 1471.
    """
    replace = reader.accept("OR", "REPLACE")
    reader.accept_any("EDITIONABLE", "NONEDITIONABLE")
    public = reader.accept("PUBLIC")
    reader.expect("SYNONYM", code=901, message="invalid CREATE command")
    if_not_exists = reader.accept("IF", "NOT", "EXISTS")
    name = reader.object_name(995, "missing or invalid synonym identifier")
    reader.expect("FOR", code=905, message="missing keyword")
    target = reader.object_name(903, "invalid table name")
    if reader.at_operator("@"):
        raise not_in_this_standin(what="a synonym over a database link")
    reader.expect_end(933, "SQL command not properly ended")
    owner = _owner(engine, name.schema, public=public)
    existing = engine.query(
        "SELECT 1 FROM ora.synonyms WHERE owner = %s AND name = %s", (owner, name.name)
    )
    if existing and if_not_exists:
        return
    if existing and replace:
        engine.run("DELETE FROM ora.synonyms WHERE owner = %s AND name = %s", (owner, name.name))
    target_owner = target.schema or engine.current_schema
    if (target_owner, target.name) == (owner, name.name):
        raise OracleError(1471, "cannot create a synonym with same name as object")
    objects.claim_name(engine, owner, name.name)
    engine.run(
        "INSERT INTO ora.synonyms (owner, name, table_owner, table_name, object_id)"
        " VALUES (%s, %s, %s, %s, pg_catalog.nextval('ora.generated_name')::oid)",
        (owner, name.name, target_owner, target.name),
    )


def _owner(engine: Engine, schema: str | None, *, public: bool) -> str:
    if public:
        privileges.require(engine, "CREATE PUBLIC SYNONYM")
        return _PUBLIC
    owner = schema or engine.current_schema
    privileges.require_create(engine, owner, "SYNONYM")
    return owner


def drop(reader: Reader, engine: Engine) -> None:
    """Run DROP [PUBLIC] SYNONYM, the reader standing after DROP; raises OracleError 1432, 1434."""
    public = reader.accept("PUBLIC")
    reader.expect("SYNONYM", code=950, message="invalid DROP option")
    if_exists = reader.accept("IF", "EXISTS")
    name = reader.object_name(995, "missing or invalid synonym identifier")
    reader.accept("FORCE")
    reader.expect_end(933, "SQL command not properly ended")
    owner = _PUBLIC if public else name.schema or engine.current_schema
    if public:
        privileges.require(engine, "DROP PUBLIC SYNONYM")
    elif owner != engine.user:
        privileges.require(engine, "DROP ANY SYNONYM")
    gone = engine.run("DELETE FROM ora.synonyms WHERE owner = %s AND name = %s", (owner, name.name))
    if gone or if_exists:
        return
    if public:
        raise OracleError(1432, "public synonym to be dropped does not exist")
    raise OracleError(1434, "private synonym to be dropped does not exist")
