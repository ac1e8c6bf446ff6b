"""`stream_options`: what the operator says about single streams, by globs over their names.

`where`, `hint`, `order_by` and `columns` become part of the SELECT as they are: they are the
operator's own text, as trusted as the rest of the configuration, and never taken from catalog,
state or records.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from oracle_core.errors import ConfigurationError
from oracle_core.glob_options import checked_by_glob, options_for
from tap_oracle.catalog_entry import INCREMENTAL, METHODS
from tap_oracle.query import Extras

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_oracle.catalog_entry import CatalogEntry

SETTING = "stream_options"


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """The options of one stream; None leaves the general setting or the catalog as it is."""

    where: str | None = None
    hint: str | None = None
    order_by: str | None = None
    columns: Mapping[str, str] | None = None
    replication_method: str | None = None
    replication_key: str | None = None
    key_properties: tuple[str, ...] | None = None
    chunk_rows: int | None = None
    parallelism: int | None = None
    array_size_rows: int | None = None

    @property
    def extras(self) -> Extras:
        """What is added to the SELECT."""
        return Extras(self.where or "", self.hint or "", self.order_by or "")

    def applied_to(self, entry: CatalogEntry) -> CatalogEntry:
        """Return a catalog entry with the method and keys of the options."""
        method = self.replication_method or (
            INCREMENTAL if self.replication_key else entry.replication_method
        )
        key = self.replication_key or entry.replication_key
        keys = entry.key_properties if self.key_properties is None else self.key_properties
        if missing := [name for name in keys if name not in entry.schema["properties"]]:
            msg = f"stream '{entry.stream_id}' has no column {', '.join(missing)} for its key"
            raise ConfigurationError(msg, setting=SETTING)
        return replace(
            entry,
            replication_method=method,
            replication_key=key if method == INCREMENTAL else None,
            key_properties=keys,
        )


_TEXTS = frozenset({"where", "hint", "order_by", "replication_method", "replication_key"})
_LEAST = {"chunk_rows": 0, "parallelism": 1, "array_size_rows": 1}


def checked_options(configured: Mapping[str, Any] | None) -> dict[str, StreamOptions]:
    """Return the options by glob, in their order.

    Raises:
        ConfigurationError: If an option is not known or has a value that cannot be.
    """
    return checked_by_glob(configured, kind=StreamOptions, setting=SETTING, check=_checked)


def _checked(glob: str, name: str, value: object) -> Any:  # noqa: ANN401 - the type of the field
    if name == "key_properties" and isinstance(value, list):
        return tuple(map(str, value))
    if name == "columns" and isinstance(value, dict):
        return {str(column): str(expression) for column, expression in value.items()}
    if name in _TEXTS and isinstance(value, str):
        _check_text(glob, name, value)
        return value
    least = _LEAST.get(name)
    # bool is a subclass of int.
    if least is not None and isinstance(value, int) and not isinstance(value, bool):
        if value >= least:
            return value
        msg = f"'{glob}': {name} must be at least {least}"
        raise ConfigurationError(msg, setting=SETTING)
    msg = f"'{glob}': {name} has a value of the wrong type"
    raise ConfigurationError(msg, setting=SETTING)


def _check_text(glob: str, name: str, value: str) -> None:
    if name == "replication_method" and value not in METHODS:
        msg = f"'{glob}': replication_method must be one of {', '.join(METHODS)}"
        raise ConfigurationError(msg, setting=SETTING)
    # The text stands in /*+ */, which an end sign within it would close.
    if name == "hint" and ("*/" in value or "/*" in value):
        msg = f"'{glob}': hint must be without the comment signs around it"
        raise ConfigurationError(msg, setting=SETTING)


def options_of(stream: str, options: Mapping[str, StreamOptions]) -> StreamOptions:
    """Return the options of a stream; where several globs match, later ones add and replace.

    Args:
        stream: Name of the stream, `SCHEMA-TABLE`.
        options: What `checked_options` returns.
    """
    return options_for(stream, options, StreamOptions())
