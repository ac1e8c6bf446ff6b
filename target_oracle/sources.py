"""Where the bind values of each column come from: properties of a record, or metadata."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from oracle_core.errors import DataError
from oracle_core.telemetry.events import Column
from oracle_core.types import bind_plan, row_of
from oracle_core.types.encode import texts
from oracle_core.types.from_json_schema import declared_type
from oracle_core.types.type_row import Family
from target_oracle.batch import Batch
from target_oracle.document_numbers import refuse_inexact_numbers
from target_oracle.properties import Property, ValueKind
from target_oracle.records import json_texts, plain_texts
from target_oracle.statements import LoadColumn
from target_oracle.text_limits import text_checks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from oracle_core.identifiers import Identifier
    from oracle_core.server import Server
    from oracle_core.types import OracleType
    from target_oracle.metadata import BatchMoment
    from target_oracle.rows import Rows
    from target_oracle.settings import TargetSettings
    from target_oracle.text_limits import Check


@dataclass(frozen=True, slots=True)
class Source:
    """Where a column's values come from: `position` in a row, or metadata of that name.

    `column` binds dates as the driver's own, which spares the server a conversion a value;
    `by_text` takes what these cannot hold (years before 1), with the same result. `is_document`
    says that every value is stored as JSON, a text too: `"1"` and `1` stay different. `checks`
    refuse bind values that the database would change without an error. `empty_key` stands for an
    empty text in a key.
    """

    property: Property
    position: int | None
    column: LoadColumn
    by_text: LoadColumn
    is_document: bool = False
    checks: tuple[Check, ...] = ()
    is_lenient: bool = False
    empty_key: str | None = None
    refuses_empty: bool = False

    def under(self, settings: TargetSettings) -> Source:
        """Return the source as the settings of the run want it."""
        return replace(
            self,
            is_lenient=not settings.validate_records,
            refuses_empty=settings.empty_string == "fail",
            empty_key=" " if settings.empty_string == "space" else None,
        )

    def bind(self, rows: Rows, moment: BatchMoment) -> tuple[LoadColumn, Sequence[object]]:
        """Return the values of a batch and the column as they are bound to it.

        Args:
            rows: the rows.
            moment: what the rows have in common.

        Raises:
            DataError: a value that the column cannot hold exactly; it names the property.
        """
        if self.position is None:
            given = moment.values(self.property.name, rows.extracted, rows.versions)
        else:
            given = rows.columns[self.position]
        try:
            return self.column, self._values(self.column, given)
        except DataError as error:
            if self.by_text is not self.column:
                return replace(self, column=self.by_text).bind(rows, moment)
            what = f"property '{self.property.name}': {error}"
            raise DataError(what, position=error.position) from None

    def _values(self, column: LoadColumn, given: list[Any]) -> Sequence[object]:
        is_raw = self.property.kind in (ValueKind.JSON, ValueKind.ANY)
        if is_raw and self.is_document:
            documents = json_texts(given)
            # Vectors are bound as the driver's arrays: TO_VECTOR makes FLOAT32 of text whatever the
            # column holds.
            family = row_of(column.type).family
            if family is Family.JSON:
                refuse_inexact_numbers(documents)
            return column.plan.values(documents) if family is Family.VECTOR else documents
        if is_raw:
            given = (
                json_texts(given) if self.property.kind is ValueKind.JSON else plain_texts(given)
            )
        is_text = self.property.kind is ValueKind.STRING and column.plan.encode is texts
        # The decoder has made str of every value; encoding would copy the column.
        values = given if is_text and not self.is_lenient else column.plan.values(given)
        for check in self.checks:
            check(values)
        if self.refuses_empty and "" in values:
            what = "a text is empty, which is NULL in Oracle, and empty_string is fail"
            raise DataError(what, position=values.index(""))
        if column.is_key and "" in values:
            if self.empty_key is None:
                what = (
                    "a key is an empty text, which is NULL in Oracle; empty_string: space stores a "
                    "blank for it"
                )
                raise DataError(what, position=values.index(""))
            values = [self.empty_key if value == "" else value for value in values]
        return values


def sources(
    properties: Sequence[Property],
    metadata: Sequence[Property],
    columns: Mapping[str, Identifier],
    types: Mapping[Identifier, OracleType],
    *,
    keyed: bool,
    server: Server,
) -> tuple[Source, ...]:
    """Return the sources of the columns that a load writes, as the table has them now.

    Args:
        properties: the stream's own, in row order.
        metadata: the metadata columns.
        columns: the name of each.
        types: the type of each column in the table; columns that are not there are left out.
        keyed: whether key properties are the key of the table.
        server: what the database can.
    """
    placed: list[tuple[Property, int | None]] = [
        *((prop, position) for position, prop in enumerate(properties)),
        *((prop, None) for prop in metadata),
    ]
    return tuple(
        _source(
            prop,
            position,
            columns[prop.name],
            types[columns[prop.name]],
            keyed=keyed,
            server=server,
        )
        for prop, position in placed
        if columns[prop.name] in types
    )


def _source(
    prop: Property,
    position: int | None,
    name: Identifier,
    oracle_type: OracleType,
    *,
    keyed: bool,
    server: Server,
) -> Source:
    declared = declared_type(prop.schema)
    families = {row_of(part).family for part in (oracle_type, declared) if part is not None}
    # The offset of a value from DATE or TIMESTAMP is a label; any other is part of the moment.
    is_instant = declared is None or row_of(declared).family is not Family.WALL_CLOCK
    plan = bind_plan(oracle_type, is_instant=is_instant)
    native = bind_plan(oracle_type, native=True, is_instant=is_instant)
    by_text = LoadColumn(name, oracle_type, plan, is_key=keyed and prop.is_key)
    has_native = (native.expression, native.input_type) != (plan.expression, plan.input_type)
    column = replace(by_text, plan=native) if has_native else by_text
    is_document = not families.isdisjoint({Family.JSON, Family.VECTOR})
    checks = text_checks(oracle_type, server, is_key=by_text.is_key)
    return Source(prop, position, column, by_text, is_document, checks)


def batch_of(parts: Sequence[Source], rows: Rows, moment: BatchMoment) -> Batch:
    """Return the bind values of rows.

    Raises:
        DataError: a value that its column cannot hold exactly.
    """
    bound = [part.bind(rows, moment) for part in parts]
    return Batch([column for column, _ in bound], [values for _, values in bound], len(rows))


def lineage(parts: Sequence[Source]) -> tuple[Column, ...]:
    """Return the columns that are loaded, each with the property that it comes from."""
    return tuple(
        Column(
            part.column.name.name,
            part.column.type.ddl(),
            None if part.position is None else part.property.name,
        )
        for part in parts
    )
