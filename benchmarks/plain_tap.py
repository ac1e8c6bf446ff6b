"""A tap for Oracle as the Singer SDK gives it: SQLAlchemy rows, one record at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singer_sdk import typing as th
from singer_sdk.sql import SQLConnector, SQLStream, SQLTap

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine
    from sqlalchemy.engine.reflection import Inspector


class PlainConnector(SQLConnector):
    """Looks into the user's own schema only; everything else is the SDK's."""

    def get_schema_names(self, engine: Engine, inspected: Inspector) -> list[str]:  # noqa: ARG002
        """Return the one schema to discover."""
        return [str(self.config["schema"])]


class PlainStream(SQLStream):
    """The SDK's stream."""

    connector_class = PlainConnector


class PlainTap(SQLTap):
    """The SDK's tap."""

    name = "plain-tap"
    default_stream_class = PlainStream
    config_jsonschema = th.PropertiesList(
        th.Property("sqlalchemy_url", th.StringType, required=True, secret=True),
        th.Property("schema", th.StringType, required=True),
    ).to_dict()


if __name__ == "__main__":
    PlainTap.cli()
