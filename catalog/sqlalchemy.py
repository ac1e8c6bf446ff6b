"""A described schema as `sqlalchemy.MetaData`, for pandas, notebooks and SQLAlchemy Core.

The tables are those that SQLAlchemy's Oracle dialect reflects, without a statement per table and
with the types that it does not know. SQLAlchemy is imported only when this module is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import oracle

from catalog.model import KeyKind
from oracle_core.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sqlalchemy.types import TypeEngine

    from catalog.model import Column, ForeignKey, Inventory, Key, Table
    from oracle_core.types.oracle_type import OracleType

_DIALECT = oracle.dialect()  # type: ignore[no-untyped-call]
_NUMBER: Callable[..., TypeEngine[Any]] = oracle.NUMBER
_FLOAT: Callable[..., TypeEngine[Any]] = oracle.FLOAT
_DOUBLE, _REAL = 126, 63
"""Binary precisions of FLOAT that have a name in SQL."""


def metadata_of(description: Inventory) -> sa.MetaData:
    """Return the tables and views of an inventory that can be read.

    Names are spelled as SQLAlchemy does: in lower case where Oracle's are in upper case. Columns of
    types that cannot be read have the type `NullType`.

    Args:
        description: An inventory with details, so that foreign keys are there.

    Raises:
        ConfigurationError: If two names differ in case alone, which SQLAlchemy cannot tell apart.
    """
    for schema in description.schemas:
        _refuse_equal(schema.name, (table.name for table in schema.tables))
        for table in schema.tables:
            _refuse_equal(f"{schema.name}.{table.name}", (column.name for column in table.columns))
    metadata = sa.MetaData()
    tables = {
        (table.schema, table.name): _add(metadata, table)
        for table in description.tables
        if table.unreadable is None
    }
    # After all tables are there, because a key may refer to one that comes later.
    for table in description.tables:
        for key in table.foreign_keys:
            if (table.schema, table.name) in tables:
                _add_foreign_key(metadata, tables[table.schema, table.name], key)
    return metadata


def _refuse_equal(place: str, names: Iterable[str]) -> None:
    """Refuse names such as EMP and "emp": `normalize_name` makes both emp, one of them quoted."""
    owners: dict[str, str] = {}
    for name in names:
        if (other := owners.setdefault(_name(name), name)) != name:
            msg = f"{place} has both {other} and {name}, which are one name in SQLAlchemy"
            raise ConfigurationError(msg)


def _add(metadata: sa.MetaData, table: Table) -> sa.Table:
    return sa.Table(
        _name(table.name),
        metadata,
        *(_column(column) for column in table.columns),
        *_constraints(table),
        schema=_name(table.schema),
        comment=table.comment,
    )


def _add_foreign_key(metadata: sa.MetaData, table: sa.Table, key: ForeignKey) -> None:
    """Add a foreign key whose table is described too."""
    referred = f"{_name(key.referred_schema)}.{_name(key.referred_table)}"
    if referred in metadata.tables:
        columns = [f"{referred}.{_name(column)}" for column in key.referred_columns]
        names = [_name(column) for column in key.columns]
        table.append_constraint(sa.ForeignKeyConstraint(names, columns, name=_name(key.name)))


def _constraints(table: Table) -> Iterator[sa.PrimaryKeyConstraint | sa.UniqueConstraint]:
    for key in table.keys:
        if key.kind is KeyKind.PRIMARY:
            yield sa.PrimaryKeyConstraint(*_names(key), name=_name(key.name))
        elif key.kind is KeyKind.UNIQUE:
            yield sa.UniqueConstraint(*_names(key), name=_name(key.name))


def _names(key: Key) -> list[str]:
    return [_name(column) for column in key.columns]


def _column(column: Column) -> sa.Column[Any]:
    return sa.Column(
        _name(column.name),
        _type(column.type) if column.unsupported is None else sa.types.NULLTYPE,
        nullable=column.nullable,
        comment=column.comment,
    )


def _name(name: str) -> str:
    """Return a name of the dictionary as SQLAlchemy spells it."""
    return str(_DIALECT.normalize_name(name))  # type: ignore[no-untyped-call]


def _type(declared: OracleType) -> TypeEngine[Any]:
    """Return the type that SQLAlchemy's Oracle dialect reflects."""
    kind = declared.kind
    if kind == "NUMBER":
        is_plain = declared.precision is None and declared.scale == 0
        return sa.INTEGER() if is_plain else _NUMBER(declared.precision, declared.scale)
    if kind == "FLOAT":
        return _float(declared.precision)
    if kind.startswith("TIMESTAMP"):
        # The dialect's type has no fraction digits.
        return oracle.TIMESTAMP(
            timezone=kind.endswith("WITH TIME ZONE"),
            local_timezone=kind.endswith("WITH LOCAL TIME ZONE"),
        )
    known: Callable[..., TypeEngine[Any]] | None = _DIALECT.ischema_names.get(kind)
    if known is None:
        return sa.types.NULLTYPE  # UROWID, XMLTYPE and the like, of which some have a length
    # The dialect reflects a VECTOR without its dimensions.
    return known(declared.length) if declared.length and kind != "VECTOR" else known()


def _float(precision: int | None) -> TypeEngine[Any]:
    if precision in {None, _DOUBLE}:
        return sa.DOUBLE_PRECISION()
    return sa.REAL() if precision == _REAL else _FLOAT(binary_precision=precision)
