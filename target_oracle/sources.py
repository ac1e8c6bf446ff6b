"""Where the bind values of each column come from: properties of a record, or metadata."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from oracle_core.errors import DataError
from oracle_core.types import bind_plan
from oracle_core.types.encode import texts
from target_oracle.batch import Batch
from target_oracle.properties import Property, ValueKind
from target_oracle.records import Row, json_texts, plain_texts
from target_oracle.statements import LoadColumn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from oracle_core.identifiers import Identifier
    from oracle_core.types import OracleType
    from target_oracle.metadata import BatchMoment

_AS_JSON = frozenset({"JSON", "VECTOR"})


@dataclass(frozen=True, slots=True)
class Source:
    """Where a column's values come from: `position` in a row, or metadata of that name.

    `column` binds dates as the driver's own, which spares the server a conversion a value;
    `by_text` takes what these cannot hold (years before 1), with the same result.
    """

    property: Property
    position: int | None
    column: LoadColumn
    by_text: LoadColumn

    def bind(
        self, fields: Sequence[Sequence[Any]], moment: BatchMoment
    ) -> tuple[LoadColumn, Sequence[object]]:
        """Return the values of a batch and the column as they are bound to it.

        Args:
            fields: the rows as columns, `time_extracted` and `version` last.
            moment: what the rows have in common.

        Raises:
            DataError: a value that the column cannot hold exactly; it names the property.
        """
        if self.position is None:
            given = moment.values(self.property.name, fields[-2], fields[-1])
        else:
            given = list(fields[self.position])
        try:
            return self.column, self._values(self.column, given)
        except DataError as error:
            if self.by_text is not self.column:
                return replace(self, column=self.by_text).bind(fields, moment)
            what = f"property '{self.property.name}': {error}"
            raise DataError(what, position=error.position) from None

    def _values(self, column: LoadColumn, given: list[Any]) -> Sequence[object]:
        is_raw = self.property.kind in (ValueKind.JSON, ValueKind.ANY)
        if is_raw and column.type.kind in _AS_JSON:
            return json_texts(given)
        if is_raw:
            given = (
                json_texts(given) if self.property.kind is ValueKind.JSON else plain_texts(given)
            )
        is_text = self.property.kind is ValueKind.STRING and column.plan.encode is texts
        values = given if is_text else column.plan.values(given)
        if column.is_key and "" in values:
            what = "a key is an empty text, which is NULL in Oracle"
            raise DataError(what, position=values.index(""))
        return values


def sources(
    properties: Sequence[Property],
    metadata: Sequence[Property],
    columns: Mapping[str, Identifier],
    types: Mapping[Identifier, OracleType],
    *,
    keyed: bool,
) -> tuple[Source, ...]:
    """Return the sources of the columns that a load writes, as the table has them now.

    Args:
        properties: the stream's own, in row order.
        metadata: the metadata columns.
        columns: the name of each.
        types: the type of each column in the table; columns that are not there are left out.
        keyed: whether key properties are the key of the table.
    """
    placed: list[tuple[Property, int | None]] = [
        *((each, position) for position, each in enumerate(properties)),
        *((each, None) for each in metadata),
    ]
    return tuple(
        _source(each, position, columns[each.name], types[columns[each.name]], keyed=keyed)
        for each, position in placed
        if columns[each.name] in types
    )


def _source(
    each: Property, position: int | None, name: Identifier, oracle_type: OracleType, *, keyed: bool
) -> Source:
    by_text = LoadColumn(name, oracle_type, bind_plan(oracle_type), is_key=keyed and each.is_key)
    native = bind_plan(oracle_type, native=True)
    column = by_text if native == by_text.plan else replace(by_text, plan=native)
    return Source(each, position, column, by_text)


def batch_of(parts: Sequence[Source], rows: Sequence[Row], moment: BatchMoment) -> Batch:
    """Return the bind values of rows.

    Raises:
        DataError: a value that its column cannot hold exactly.
    """
    fields = list(zip(*rows, strict=True))
    bound = [part.bind(fields, moment) for part in parts]
    return Batch([column for column, _ in bound], [values for _, values in bound], len(rows))
