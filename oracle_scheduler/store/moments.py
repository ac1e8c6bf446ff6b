"""Moments and long texts as columns of both databases."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import oracle

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect


class UtcMoment(sa.types.TypeDecorator[dt.datetime]):
    """A moment, kept as the wall clock of UTC.

    A plain TIMESTAMP holds microseconds on Oracle, where SQLAlchemy's DateTime is a DATE of whole
    seconds. It carries no zone, so that neither the session's zone nor the server's changes it.
    """

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        """Return the type of the column."""
        if dialect.name == "oracle":
            return dialect.type_descriptor(oracle.TIMESTAMP())
        return dialect.type_descriptor(sa.DateTime())

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Return the wall clock of UTC; a moment has to know its zone."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a moment needs a time zone"
            raise ValueError(message)
        return value.astimezone(dt.UTC).replace(tzinfo=None)

    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        """Return the moment in UTC."""
        del dialect
        return None if value is None else value.replace(tzinfo=dt.UTC)
