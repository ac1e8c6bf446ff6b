"""Column definitions in PostgreSQL's words, with the checks that make lengths Oracle's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.ddl.expression_texts import dictionary_text
from oracle_standin.engine.ddl.facts import ColumnRecord
from oracle_standin.engine.names import hidden_name, quoted
from oracle_standin.protocol import OracleError, TypeCode

if TYPE_CHECKING:
    from oracle_standin.engine.contract import Engine
    from oracle_standin.engine.ddl.model import ColumnDefinition
    from oracle_standin.engine.type_facts import ColumnType

_TEXT = frozenset({TypeCode.VARCHAR, TypeCode.CHAR})
_NUMERIC = frozenset({TypeCode.NUMBER})


def column_clause(engine: Engine, column: ColumnDefinition, kind: ColumnType) -> str:
    """Return name, type and default; constraints come apart."""
    text = f"{quoted(column.name)} {kind.pg_type}"
    if column.virtual is not None:
        return f"{text} GENERATED ALWAYS AS ({engine.translate_expression(column.virtual)}) STORED"
    if column.default is not None:
        text += f" DEFAULT ({engine.translate_expression(column.default)})"
    return text


def hidden_checks(name: str, kind: ColumnType) -> list[str]:
    """Return the CHECK clauses that a type needs beyond PostgreSQL's own limits.

    `ora$bytes$<column>` limits bytes (ORA-12899 when it fails), `ora$leading$<column>` the leading
    field of an interval (raises ORA-01873 itself).
    """
    column = quoted(name)
    limit = byte_limit(kind)
    if limit is not None:
        # An explicit text drops CHAR's padding, which counts characters here and bytes in Oracle.
        value = column if kind.type_code is TypeCode.RAW else f"{column}::text"
        condition = f"pg_catalog.octet_length({value}) <= {limit}"
        return [f"CONSTRAINT {_hidden('ora$bytes$', name)} CHECK ({condition})"]
    if kind.type_code is TypeCode.INTERVAL_DS:
        condition = (
            f"ora.leading_fits(pg_catalog.trunc({column}::numeric / 86400), {kind.precision})"
        )
    elif kind.type_code is TypeCode.INTERVAL_YM:
        months = f"({column}::int8)::numeric"
        condition = f"ora.leading_fits(pg_catalog.trunc({months} / 12), {kind.precision})"
    else:
        return []
    return [f"CONSTRAINT {_hidden('ora$leading$', name)} CHECK ({condition})"]


def hidden_check_names(name: str) -> tuple[str, str]:
    """Return the stored names of the checks that a column may have."""
    return hidden_name("ora$bytes$", name), hidden_name("ora$leading$", name)


def _hidden(prefix: str, name: str) -> str:
    doubled = hidden_name(prefix, name).replace('"', '""')
    return f'"{doubled}"'


def byte_limit(kind: ColumnType) -> int | None:
    """Return how many bytes of UTF-8 a column may hold where characters do not already limit it.

    National text is limited in characters alone: Oracle keeps it in UTF-16.
    """
    if kind.type_code is TypeCode.RAW:
        return kind.length
    if kind.type_code not in _TEXT or kind.data_type.startswith("N"):
        return None
    if kind.bytes_per_character == 1:
        return None
    if kind.char_used == "B":
        return kind.char_length
    fits = kind.char_length * kind.bytes_per_character <= kind.length
    return None if fits else kind.length


def check_column(column: ColumnDefinition, kind: ColumnType) -> None:
    """Check the parts of a definition against its type.

    Raises OracleError 30675 for an identity that is no number, 30672 no; 54003 for a default on a
    virtual column; 32795 no.
    """
    if column.identity is not None:
        if kind.type_code not in _NUMERIC:
            raise OracleError(30675, "identity column must be a numeric type")
        if column.default is not None:
            raise OracleError(30674, "identity column cannot have a default value")


def column_record(column: ColumnDefinition, kind: ColumnType) -> ColumnRecord:
    """Return the facts of a new column."""
    identity = None
    default_on_null = column.default_on_null
    if column.identity is not None:
        identity = "ALWAYS" if column.identity.always else "BY DEFAULT"
        default_on_null = column.identity.on_null
    return ColumnRecord(
        column.name,
        kind,
        default=column.default if column.virtual is None else dictionary_text(column.virtual),
        hidden=bool(column.hidden),
        virtual=column.virtual is not None,
        default_on_null=default_on_null,
        identity=identity,
    )
