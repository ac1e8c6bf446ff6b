"""A target for Oracle as the Singer SDK gives it: records validated and inserted by SQLAlchemy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from singer_sdk import typing as th
from singer_sdk.sql import SQLConnector, SQLSink, SQLTarget

if TYPE_CHECKING:
    from singer_sdk.sql.connector import FullyQualifiedName
    from sqlalchemy.sql import Executable


class PlainConnector(SQLConnector):
    """The SDK's connector."""

    allow_column_alter = False
    allow_temp_tables = False


class PlainSink(SQLSink[PlainConnector]):
    """The SDK's sink; only the columns of its INSERT have types, without which Oracle takes none.

    The SDK's own statement calls every column text, and Oracle does not read its timestamps.
    """

    connector_class = PlainConnector
    max_size = 10_000

    @property
    def schema_name(self) -> str | None:
        """Return no schema: the table belongs to the user who connects."""
        return None

    def generate_insert_statement(
        self, full_table_name: str | FullyQualifiedName, schema: dict[str, Any]
    ) -> str | Executable:
        """Return INSERT into columns of the types that they were created with."""
        _, schema_name, name = self.connector.parse_full_table_name(full_table_name)
        properties = self.conform_schema(schema)["properties"]
        columns: list[sa.Column[Any]] = [
            sa.Column(key, self.connector.to_sql_type(value)) for key, value in properties.items()
        ]
        return sa.insert(sa.Table(name, sa.MetaData(), *columns, schema=schema_name))


class PlainTarget(SQLTarget):
    """The SDK's target."""

    name = "plain-target"
    default_sink_class = PlainSink
    config_jsonschema = th.PropertiesList(
        th.Property("sqlalchemy_url", th.StringType, required=True, secret=True),
    ).to_dict()


if __name__ == "__main__":
    PlainTarget.cli()
