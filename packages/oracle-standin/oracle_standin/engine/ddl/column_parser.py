"""Reads column definitions and constraints, inline and out of line.

Source: SQL Language Reference, CREATE TABLE (column_definition, virtual_column_definition) and
constraint.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import named_types
from oracle_standin.engine.ddl.model import (
    ColumnDefinition,
    ConstraintDefinition,
    ConstraintKind,
    IdentityDefinition,
)
from oracle_standin.engine.ddl.sequence_parser import parse_sequence_options
from oracle_standin.engine.ddl.storage import check_collation, skip_index_options
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from oracle_standin.engine.reader import Reader

_AFTER_DEFAULT = frozenset(
    [
        "NOT",
        "NULL",
        "CONSTRAINT",
        "PRIMARY",
        "UNIQUE",
        "CHECK",
        "REFERENCES",
        "INVISIBLE",
        "VISIBLE",
        "ENABLE",
        "DISABLE",
        "COLLATE",
        "ENCRYPT",
        "GENERATED",
    ]
)
_OUT_OF_LINE = frozenset({"CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK"})
_WITHOUT_TYPE = frozenset(
    [
        "AS",
        "GENERATED",
        "DEFAULT",
        "NOT",
        "NULL",
        "CONSTRAINT",
        "PRIMARY",
        "UNIQUE",
        "CHECK",
        "REFERENCES",
        "VISIBLE",
        "INVISIBLE",
        "COLLATE",
        "DROP",
        "ENABLE",
        "DISABLE",
    ]
)


def at_constraint(reader: Reader) -> bool:
    """Return whether an out-of-line constraint is next, not a column of that name."""
    if not reader.at_any(_OUT_OF_LINE):
        return False
    following = reader.peek(1)
    if following is None:
        return False
    if reader.at("CONSTRAINT"):
        return True
    return following.is_operator("(") or following.is_word("KEY")


def parse_column(reader: Reader, length_semantics: str) -> ColumnDefinition:
    """Consume one column definition; a missing type is left None."""
    column = ColumnDefinition(reader.name())
    if not _at_column_end(reader) and not reader.at_any(_WITHOUT_TYPE):
        column = replace(column, type=named_types.parse(reader, length_semantics))
    while not _at_column_end(reader):
        column = _parse_property(reader, column)
    return column


def _at_column_end(reader: Reader) -> bool:
    return reader.at_end() or reader.at_operator(",", ")")


def _parse_property(reader: Reader, column: ColumnDefinition) -> ColumnDefinition:  # noqa: PLR0911 - one return a form
    if reader.accept("DEFAULT"):
        return _parse_default(reader, column)
    if reader.accept("GENERATED"):
        return _parse_generated(reader, column)
    if reader.at("AS"):
        reader.take()
        return _parse_virtual(reader, column)
    if reader.accept("VISIBLE"):
        return replace(column, hidden=False)
    if reader.accept("INVISIBLE"):
        return replace(column, hidden=True)
    if reader.accept("DROP", "IDENTITY"):
        return replace(column, drop_identity=True)
    if reader.accept("COLLATE"):
        check_collation(reader.name())
        return column
    if reader.accept("SORT"):
        return column
    if reader.at("ENCRYPT"):
        raise not_in_this_standin(what="ENCRYPT")
    return _parse_inline_constraint(reader, column)


def _parse_default(reader: Reader, column: ColumnDefinition) -> ColumnDefinition:
    on_null = reader.accept("ON", "NULL")
    if on_null:
        # 23ai: ON NULL [FOR INSERT ONLY | FOR INSERT AND UPDATE]
        if reader.accept("FOR", "INSERT", "AND", "UPDATE"):
            raise not_in_this_standin(what="DEFAULT ON NULL FOR INSERT AND UPDATE")
        reader.accept("FOR", "INSERT", "ONLY")
    text = reader.text_until(_AFTER_DEFAULT)
    return replace(column, default=text, default_on_null=on_null)


def _parse_generated(reader: Reader, column: ColumnDefinition) -> ColumnDefinition:
    always = reader.accept("ALWAYS")
    if not always and not reader.accept("BY", "DEFAULT"):
        always = True
    on_null = not always and reader.accept("ON", "NULL")
    reader.expect("AS", code=2000, message="missing AS keyword")
    if not reader.accept("IDENTITY"):
        return _parse_virtual(reader, column)
    options = parse_sequence_options(reader, bracketed=True)
    identity = IdentityDefinition(always=always, on_null=on_null, options=options)
    return replace(column, identity=identity)


def _parse_virtual(reader: Reader, column: ColumnDefinition) -> ColumnDefinition:
    text = reader.text_in_parentheses()
    if reader.accept("MATERIALIZED"):
        raise not_in_this_standin(what="a materialized expression column")
    reader.accept("VIRTUAL")
    return replace(column, virtual=text)


def _parse_inline_constraint(reader: Reader, column: ColumnDefinition) -> ColumnDefinition:
    name = reader.name() if reader.accept("CONSTRAINT") else None
    columns = (column.name,)
    if reader.accept("NULL"):
        parse_state(reader, ConstraintDefinition(ConstraintKind.NOT_NULL))
        return replace(column, nullable=True)
    if reader.accept("NOT", "NULL"):
        kind = ConstraintKind.NOT_NULL
        constraint = ConstraintDefinition(kind, columns, name)
        column = replace(column, nullable=False)
    elif reader.accept("PRIMARY", "KEY"):
        constraint = ConstraintDefinition(ConstraintKind.PRIMARY_KEY, columns, name)
    elif reader.accept("UNIQUE"):
        constraint = ConstraintDefinition(ConstraintKind.UNIQUE, columns, name)
    elif reader.accept("CHECK"):
        text = reader.text_in_parentheses()
        constraint = ConstraintDefinition(ConstraintKind.CHECK, (), name, text)
    elif reader.at("REFERENCES"):
        base = ConstraintDefinition(ConstraintKind.FOREIGN_KEY, columns, name)
        constraint = _parse_references(reader, base)
    else:
        raise reader.error(922, "missing or invalid option")
    constraint = parse_state(reader, constraint)
    return replace(column, constraints=(*column.constraints, constraint))


def parse_constraint(reader: Reader) -> ConstraintDefinition:
    """Consume an out-of-line constraint with its optional name and state."""
    name = reader.name() if reader.accept("CONSTRAINT") else None
    if reader.accept("PRIMARY", "KEY"):
        columns = reader.names_in_parentheses()
        constraint = ConstraintDefinition(ConstraintKind.PRIMARY_KEY, columns, name)
    elif reader.accept("UNIQUE"):
        columns = reader.names_in_parentheses()
        constraint = ConstraintDefinition(ConstraintKind.UNIQUE, columns, name)
    elif reader.accept("FOREIGN"):
        reader.expect("KEY", code=905, message="missing keyword")
        columns = reader.names_in_parentheses()
        base = ConstraintDefinition(ConstraintKind.FOREIGN_KEY, columns, name)
        constraint = _parse_references(reader, base)
    elif reader.accept("CHECK"):
        text = reader.text_in_parentheses()
        constraint = ConstraintDefinition(ConstraintKind.CHECK, (), name, text)
    else:
        raise reader.error(904, ": invalid identifier")
    if len(set(constraint.columns)) != len(constraint.columns):
        raise OracleError(957, "duplicate column name", reader.offset)
    return parse_state(reader, constraint)


def _parse_references(reader: Reader, base: ConstraintDefinition) -> ConstraintDefinition:
    reader.expect("REFERENCES", code=905, message="missing keyword")
    referenced = reader.object_name()
    columns = reader.names_in_parentheses() if reader.at_operator("(") else ()
    rule = "NO ACTION"
    if reader.accept("ON", "DELETE"):
        if reader.accept("CASCADE"):
            rule = "CASCADE"
        elif reader.accept("SET", "NULL"):
            rule = "SET NULL"
        else:
            raise reader.error(905, "missing keyword")
    return replace(base, referenced=referenced, referenced_columns=columns, delete_rule=rule)


def parse_state(reader: Reader, constraint: ConstraintDefinition) -> ConstraintDefinition:
    """Consume what may follow a constraint: ENABLE, DEFERRABLE, RELY, USING INDEX and so on."""
    changes: dict[str, bool] = {}
    while True:
        if reader.accept("USING", "INDEX"):
            skip_index_options(reader)
            continue
        for words, change in _STATES.items():
            if reader.accept(*words):
                changes |= change
                break
        else:
            return replace(constraint, **changes)  # type: ignore[arg-type]


_STATES: dict[tuple[str, ...], dict[str, bool]] = {
    ("NOT", "DEFERRABLE"): {"deferrable": False},
    ("DEFERRABLE",): {"deferrable": True},
    ("INITIALLY", "DEFERRED"): {"initially_deferred": True, "deferrable": True},
    ("INITIALLY", "IMMEDIATE"): {"initially_deferred": False},
    ("ENABLE",): {"enabled": True},
    ("DISABLE",): {"enabled": False, "validated": False},
    ("VALIDATE",): {"validated": True},
    ("NOVALIDATE",): {"validated": False},
    ("RELY",): {"rely": True},
    ("NORELY",): {"rely": False},
}
