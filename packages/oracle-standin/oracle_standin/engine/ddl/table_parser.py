"""Reads CREATE TABLE.

Source: SQL Language Reference, CREATE TABLE.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine.ddl import column_names, external_tables, nested_tables, storage
from oracle_standin.engine.ddl.column_parser import at_constraint, parse_column, parse_constraint
from oracle_standin.engine.ddl.model import (
    ColumnDefinition,
    ConstraintDefinition,
    PartitionDefinition,
    Partitioning,
    TableDefinition,
    TableOptions,
)
from oracle_standin.engine.names import quoted
from oracle_standin.protocol import not_in_this_standin

if TYPE_CHECKING:
    from oracle_standin.engine.reader import Reader

_KINDS_OF_TABLE = ("SHARDED", "DUPLICATED", "IMMUTABLE", "BLOCKCHAIN")


def parse_table(reader: Reader, length_semantics: str) -> TableDefinition:
    """Consume everything after CREATE.

    Raises OracleError 902 to 922 for syntax errors, 957 for a column named twice.
    """
    temporary = _parse_temporary(reader)
    reader.expect("TABLE", code=901, message="invalid CREATE command")
    if_not_exists = reader.accept("IF", "NOT", "EXISTS")
    definition = TableDefinition(
        reader.object_name(), if_not_exists=if_not_exists, temporary=temporary
    )
    if reader.at("OF"):
        raise not_in_this_standin(what="an object table")
    if reader.at_operator("("):
        definition = _parse_columns(reader, definition, length_semantics)
    definition = _parse_properties(reader, definition)
    if not definition.columns and definition.query is None:
        raise reader.error(906, "missing left parenthesis")
    return definition


def _parse_temporary(reader: Reader) -> str | None:
    if reader.at_any(_KINDS_OF_TABLE):
        raise not_in_this_standin(what=f"a {reader.take().value.lower()} table")
    scope = reader.accept_any("GLOBAL", "PRIVATE")
    if scope:
        reader.expect("TEMPORARY", code=905, message="missing keyword")
    return scope


def _parse_columns(reader: Reader, definition: TableDefinition, semantics: str) -> TableDefinition:
    columns: list[ColumnDefinition] = []
    constraints: list[ConstraintDefinition] = []
    reader.expect_open()
    while True:
        if at_constraint(reader):
            constraints.append(parse_constraint(reader))
        elif reader.at("SUPPLEMENTAL", "LOG"):
            raise not_in_this_standin(what="SUPPLEMENTAL LOG in CREATE TABLE")
        else:
            columns.append(parse_column(reader, semantics))
        if not reader.accept_operator(","):
            break
    reader.expect_close()
    names = [column.name for column in columns]
    column_names.check(names)
    return replace(definition, columns=tuple(columns), constraints=tuple(constraints))


def _parse_properties(reader: Reader, definition: TableDefinition) -> TableDefinition:
    options = definition.options
    partitioning = None
    while not reader.at_end():
        if reader.accept("AS"):
            query = reader.rest()
            return replace(definition, options=options, partitioning=partitioning, query=query)
        if reader.accept("FOR", "EXCHANGE", "WITH", "TABLE"):
            like = reader.object_name()
            owner = f"{quoted(like.schema)}." if like.schema else ""
            query = f"SELECT * FROM {owner}{quoted(like.name)} WHERE 1 = 0"  # noqa: S608 - quoted
            return replace(definition, options=options, query=query)
        if reader.accept("ON", "COMMIT"):
            options = replace(options, on_commit=_parse_on_commit(reader))
        elif reader.accept("NESTED", "TABLE"):
            nested = (*definition.nested, nested_tables.parse(reader))
            definition = replace(definition, nested=nested)
        elif reader.accept("ORGANIZATION", "EXTERNAL"):
            definition = replace(definition, external=external_tables.parse(reader))
        elif reader.accept("ORGANIZATION"):
            options = _parse_organization(reader, options)
        elif reader.accept("PARTITION", "BY"):
            partitioning = _parse_partitioning(reader)
        else:
            changed = storage.parse_option(reader, options)
            if changed is None:
                raise reader.error(922, "missing or invalid option")
            options = changed
    return replace(definition, options=options, partitioning=partitioning)


def _parse_on_commit(reader: Reader) -> str:
    for words in (
        ("DELETE", "ROWS"),
        ("PRESERVE", "ROWS"),
        ("DROP", "DEFINITION"),
        ("PRESERVE", "DEFINITION"),
    ):
        if reader.accept(*words):
            return " ".join(words)
    raise reader.error(922, "missing or invalid option")


def _parse_organization(reader: Reader, options: TableOptions) -> TableOptions:
    if reader.accept("HEAP"):
        return options
    reader.expect("INDEX")
    while True:
        if reader.accept("INCLUDING"):
            reader.name()
        elif not (reader.accept("OVERFLOW") or reader.accept("MAPPING", "TABLE")):
            return replace(options, iot=True)


def _parse_partitioning(reader: Reader) -> Partitioning:
    method = reader.accept_any("RANGE", "LIST", "HASH")
    if method is None:
        raise not_in_this_standin(what="this kind of partitioning")
    columns = reader.names_in_parentheses()
    if reader.at("INTERVAL") or reader.at("AUTOMATIC"):
        raise not_in_this_standin(what=f"{reader.take().value.lower()} partitioning")
    if reader.at("SUBPARTITION"):
        raise not_in_this_standin(what="composite partitioning")
    if method == "HASH" and reader.accept("PARTITIONS"):
        count = reader.integer(14104, "RECOVERABLE/UNRECOVERABLE may not be specified")
        return Partitioning(method, columns, (PartitionDefinition(None),) * count)
    partitions: list[PartitionDefinition] = []
    reader.expect_open()
    while True:
        partitions.append(parse_partition(reader, method))
        if not reader.accept_operator(","):
            break
    reader.expect_close()
    return Partitioning(method, columns, tuple(partitions))


def parse_partition(reader: Reader, method: str) -> PartitionDefinition:
    """Consume PARTITION name VALUES ... with its physical options."""
    reader.expect("PARTITION", code=14020, message="this physical attribute may not be specified")
    name = None if reader.at("VALUES") or reader.at_operator(",", ")") else reader.name()
    bound = None
    if method == "RANGE":
        reader.expect("VALUES", "LESS", "THAN", code=14007, message="missing LESS keyword")
        bound = reader.text_in_parentheses()
    elif method == "LIST":
        reader.expect("VALUES", code=14304, message="List partitioning method expects VALUES")
        bound = reader.text_in_parentheses()
    options = TableOptions()
    while (changed := storage.parse_option(reader, options)) is not None:
        options = changed
    return PartitionDefinition(name, bound)
