"""CREATE TYPE and DROP TYPE: objects with attributes alone, nested tables and varrays.

Source: PL/SQL Language Reference, "CREATE TYPE Statement", "DROP TYPE Statement"; Error Messages,
ORA-02303.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import column_clauses, named_types, objects, privileges
from oracle_standin.engine.names import quoted, unsized
from oracle_standin.engine.reader import ObjectName
from oracle_standin.protocol import OracleError, TypeCode, not_in_this_standin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.named_types import NamedType
    from oracle_standin.engine.reader import Reader
    from oracle_standin.engine.type_facts import ColumnType

Attributes = list[tuple[str | None, "ColumnType"]]
"""Names and types; of a collection the type of the element, without a name."""

_METHODS = ("MEMBER", "STATIC", "CONSTRUCTOR", "MAP", "ORDER", "OVERRIDING", "FINAL", "NOT")
_WITH_ERRORS = "a type that is made with compilation errors"
_TOO_LARGE = "attribute or element value is larger than specified in type"
_LONG = frozenset({TypeCode.LONG, TypeCode.LONG_RAW, TypeCode.ROWID, TypeCode.UROWID})


def create(reader: Reader, engine: Engine) -> None:
    """Run CREATE [OR REPLACE] TYPE, the reader standing after CREATE.

    Raises OracleError 955, 1031, and 2303 when the type to be replaced is in use.
    """
    replace = reader.accept("OR", "REPLACE")
    reader.accept_any("EDITIONABLE", "NONEDITIONABLE")
    reader.expect("TYPE", code=901, message="invalid CREATE command")
    if reader.at("BODY"):
        raise not_in_this_standin(what="CREATE TYPE BODY")
    if_not_exists = reader.accept("IF", "NOT", "EXISTS")
    name = reader.object_name(4050, "invalid or missing procedure, function, or package name")
    force = reader.accept("FORCE")
    owner = objects.owner_of_new(engine, name)
    privileges.require_create(engine, owner, "TYPE")
    existing = named_types.find(engine, ObjectName(owner, name.name))
    if existing is not None and if_not_exists:
        return
    collection, bound, attributes = _body(reader, engine)
    if existing is not None and replace:
        _require_unused(engine, existing, what="replace", force=force)
        _drop(engine, existing)
    objects.claim_name(engine, owner, name.name)
    _create(engine, ObjectName(owner, name.name), collection, bound, attributes)


def _body(reader: Reader, engine: Engine) -> tuple[str | None, int | None, Attributes]:
    if not (reader.accept("AS") or reader.accept("IS")):
        raise not_in_this_standin(what="a type without a definition, or with more than AS")
    semantics = engine.nls("NLS_LENGTH_SEMANTICS") or "BYTE"
    found: tuple[str | None, int | None, Attributes]
    if reader.accept("OBJECT"):
        found = None, None, _attributes(reader, engine, semantics)
        if reader.at_any({"NOT", "INSTANTIABLE"}):
            raise not_in_this_standin(what="a type that others are made under")
        reader.accept("FINAL")
    else:
        found = _collection(reader, engine, semantics)
    reader.accept_operator(";")
    reader.expect_end(922, "missing or invalid option")
    return found


def _attributes(reader: Reader, engine: Engine, semantics: str) -> Attributes:
    reader.expect_open()
    found: Attributes = []
    while True:
        if reader.at_any(_METHODS):
            raise not_in_this_standin(what="a method of a type")
        found.append((reader.name(), _type(reader, engine, semantics)))
        if not reader.accept_operator(","):
            break
    reader.expect_close()
    names = [name for name, _ in found]
    if len(set(names)) != len(names):
        raise not_in_this_standin(what=_WITH_ERRORS)
    return found


def _collection(
    reader: Reader, engine: Engine, semantics: str
) -> tuple[str | None, int | None, Attributes]:
    bound = None
    if reader.accept("VARRAY") or reader.accept("VARYING", "ARRAY"):
        kind = "VARYING ARRAY"
        reader.expect_open()
        bound = reader.integer()
        reader.expect_close()
    elif reader.accept("TABLE"):
        kind = "TABLE"
    else:
        raise not_in_this_standin(what="a type of this kind")
    reader.expect("OF", code=905, message="missing keyword")
    element = _type(reader, engine, semantics)
    if reader.at("NOT", "NULL"):
        raise not_in_this_standin(what="a collection of NOT NULL elements")
    return kind, bound, [(None, element)]


def _type(reader: Reader, engine: Engine, semantics: str) -> ColumnType:
    """Consume the type of an attribute or element; Oracle keeps a type with errors, invalid."""
    try:
        kind = named_types.resolved(engine, named_types.parse(reader, semantics))
    except OracleError as error:
        if error.code == 902:
            raise not_in_this_standin(what=_WITH_ERRORS) from error
        raise
    if kind.type_code in _LONG:
        raise not_in_this_standin(what=_WITH_ERRORS)
    return kind


# ------------------------------------------------------------------------------------- making


def _create(
    engine: Engine,
    name: ObjectName,
    collection: str | None,
    bound: int | None,
    attributes: Attributes,
) -> None:
    engine.run(
        "INSERT INTO ora.type_facts (owner, name, collection, upper_bound) VALUES (%s, %s, %s, %s)",
        (name.schema, name.name, collection, bound),
    )
    made = named_types.find(engine, name)
    if made is None:
        raise OracleError(600, "internal error code: the new type is not there")
    for position, (attribute, kind) in enumerate(attributes, 1):
        _record_attribute(engine, made, position, attribute, kind)
    label = f"{made.owner}.{made.name}".replace("'", "''")
    check = f"ora.is_of_type(VALUE, {made.type_id}::oid, '{label}')"
    engine.run(f'CREATE DOMAIN {made.sql} AS ora."OBJECT" CHECK ({check})')
    engine.run(f"ALTER DOMAIN {made.sql} OWNER TO {quoted(made.owner)}")
    kinds = [kind for _, kind in attributes]
    body = _constructor(made, kinds) if collection is None else _filler(made, kinds[0])
    parameters = ", ".join(unsized(kind.pg_type) for kind in kinds) + ("[]" if collection else "")
    literal = body.replace("'", "''")
    engine.run(
        f"CREATE FUNCTION {made.sql}({parameters}) RETURNS {made.sql} LANGUAGE plpgsql"
        f" SET search_path = pg_catalog, ora AS '{literal}'"
    )


def _record_attribute(
    engine: Engine, made: NamedType, position: int, name: str | None, kind: ColumnType
) -> None:
    engine.run(
        "INSERT INTO ora.type_attributes VALUES"
        " (%s::oid, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            *(made.type_id, position, name, int(kind.type_code), kind.data_type, kind.length),
            *(kind.precision, kind.scale, kind.char_length, kind.char_used),
            *(int(kind.charset_form), kind.type_owner, kind.pg_type),
        ),
    )


def _constructor(made: NamedType, kinds: Sequence[ColumnType]) -> str:
    """Return the body of the function that makes an object of its attributes."""
    variables = "".join(f"a{n} {kind.pg_type};\n" for n, kind in enumerate(kinds, 1))
    statements = "".join(
        f"a{n} := ${n};\n{_check(f'a{n}', kind)}" for n, kind in enumerate(kinds, 1)
    )
    texts = ", ".join(f"ora.value_text(a{n})" for n in range(1, len(kinds) + 1))
    value = f"ora.object_value({made.type_id}::oid, ARRAY[{texts}]::text[])"
    return _function(variables, f"{statements}RETURN {value};\n")


def _filler(made: NamedType, kind: ColumnType) -> str:
    """Return the body of the function that makes a collection of its elements."""
    bound = ""
    if made.upper_bound is not None:
        bound = (
            f"IF cardinality($1) > {made.upper_bound} THEN\n"
            "PERFORM ora.raise_error(22909, 'exceeded maximum VARRAY limit');\nEND IF;\n"
        )
    statements = (
        f"{bound}FOREACH a1 IN ARRAY $1 LOOP\n{_check('a1', kind)}"
        "texts := texts || ora.value_text(a1);\nEND LOOP;\n"
        f"RETURN ora.object_value({made.type_id}::oid, texts);\n"
    )
    return _function(f"a1 {kind.pg_type};\ntexts text[] := '{{}}';\n", statements)


def _check(variable: str, kind: ColumnType) -> str:
    limit = column_clauses.byte_limit(kind)
    if limit is None:
        return ""
    value = variable if kind.type_code is TypeCode.RAW else f"{variable}::text"
    return (
        f"IF octet_length({value}) > {limit} THEN\n"
        f"PERFORM ora.raise_error(22814, '{_TOO_LARGE}');\nEND IF;\n"
    )


def _function(variables: str, statements: str) -> str:
    return (
        f"DECLARE\n{variables}BEGIN\n{statements}"
        "EXCEPTION WHEN string_data_right_truncation OR numeric_value_out_of_range THEN\n"
        f"PERFORM ora.raise_error(22814, '{_TOO_LARGE}');\nEND"
    )


# ----------------------------------------------------------------------------------- dropping


def drop(reader: Reader, engine: Engine) -> None:
    """Run DROP TYPE, the reader standing after it; raises OracleError 4043, 1031 and 2303."""
    if reader.at("BODY"):
        raise not_in_this_standin(what="DROP TYPE BODY")
    if_exists = reader.accept("IF", "EXISTS")
    name = reader.object_name()
    force = reader.accept("FORCE")
    reader.accept("VALIDATE")
    reader.accept_operator(";")
    reader.expect_end(933, "SQL command not properly ended")
    owner = name.schema or engine.current_schema
    found = named_types.find(engine, ObjectName(owner, name.name))
    if found is None or found.owner != owner:
        if if_exists:
            return
        raise OracleError(4043, f"Object {name.name} does not exist.")
    if owner != engine.user:
        privileges.require(engine, "DROP ANY TYPE")
    _require_unused(engine, found, what="drop", force=force)
    _drop(engine, found)


def refuse_alter(_reader: Reader, _engine: Engine) -> None:
    """Refuse ALTER TYPE."""
    raise not_in_this_standin(what="ALTER TYPE")


def drop_all(engine: Engine, owner: str) -> int:
    """Forget the types of a user that is dropped; return how many there were."""
    return engine.run("DELETE FROM ora.type_facts WHERE owner = %s", (owner,))


def _require_unused(engine: Engine, found: NamedType, *, what: str, force: bool) -> None:
    used = engine.query(
        "SELECT 1 FROM ora.column_facts f WHERE f.data_type = %s AND f.data_type_owner = %s"
        " AND NOT f.unused UNION ALL SELECT 1 FROM ora.type_attributes a"
        " WHERE a.data_type = %s AND a.data_type_owner = %s LIMIT 1",
        (found.name, found.owner, found.name, found.owner),
    )
    if used and force:
        raise not_in_this_standin(what=f"FORCE to {what} a type that is in use")
    if used:
        message = "cannot drop or replace a type with type or table dependents"
        raise OracleError(2303, message)


def _drop(engine: Engine, found: NamedType) -> None:
    engine.run(f"DROP DOMAIN {found.sql} CASCADE")
    engine.run("DELETE FROM ora.object_grants WHERE relid = %s::oid", (found.type_id,))
    engine.run("DELETE FROM ora.type_facts WHERE type_id = %s::oid", (found.type_id,))
