"""The tap's own settings; those of the connection are in `oracle_core.settings`."""

from __future__ import annotations

import contextlib
import datetime as dt
import zoneinfo
from typing import TYPE_CHECKING, Any

from singer_sdk import typing as th

from catalog.profile import load as load_profile
from oracle_core.errors import ConfigurationError
from oracle_core.types.plans import JsonSchemaOptions
from tap_oracle.catalog_entry import FULL_TABLE, METHODS

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_ARRAY_SIZE_ROWS = 10_000
DEFAULT_CATALOG_CACHE_TTL_SECONDS = 3_600

_NAMES = th.CustomType({"type": ["array", "string", "null"], "items": {"type": "string"}})

TAP_SETTINGS: list[th.Property[Any]] = [
    th.Property(
        "filter_schemas",
        _NAMES,
        title="Schemas",
        description=(
            "Schemas to discover, in Oracle's exact case: a list, or text with commas. `*` and "
            "`?` stand for any text and any character; `!` in front excludes. Default: every "
            "schema that the user may read, without Oracle's own."
        ),
    ),
    th.Property(
        "filter_tables",
        _NAMES,
        title="Tables",
        description=(
            "Tables and views to discover, as `SCHEMA.TABLE` or `SCHEMA-TABLE`: a list, or text "
            "with commas. `*` and `?` stand for any text and any character; `!` in front "
            "excludes. Default: all."
        ),
    ),
    th.Property(
        "include_views",
        th.BooleanType(nullable=True),
        default=True,
        title="Include views",
        description="Whether views are discovered; they are never selected by default.",
    ),
    th.Property(
        "include_synonyms",
        th.BooleanType(nullable=True),
        default=False,
        title="Include synonyms",
        description=(
            "Whether tables and views are discovered under the names of their synonyms too, as "
            "`SCHEMA-SYNONYM`: the filters apply to the synonym's own schema and name. Public "
            "synonyms belong to the schema `PUBLIC`, which `filter_schemas` has to name."
        ),
    ),
    th.Property(
        "profile",
        th.StringType(nullable=True),
        title="Application profile",
        description=(
            "What is known of the application that the tables belong to, to choose keys, "
            "replication methods and soft-delete columns: `oracle_ebs`, `oracle_wms`, "
            "`peoplesoft`, `generic_audit`, or one that another package adds."
        ),
    ),
    th.Property(
        "catalog_cache_path",
        th.StringType(nullable=True),
        title="Catalog cache",
        description=(
            "File that keeps the discovered catalog for the next run. It is used while it is "
            "young enough and no table or view was made, changed or dropped since."
        ),
    ),
    th.Property(
        "catalog_cache_ttl_seconds",
        th.IntegerType(nullable=True, minimum=0),
        default=DEFAULT_CATALOG_CACHE_TTL_SECONDS,
        title="Catalog cache lifetime (seconds)",
        description=(
            "How long a cached catalog is used at most. Row counts and comments may be that old: "
            "they change without DDL."
        ),
    ),
    th.Property(
        "default_replication_method",
        th.StringType(nullable=True),
        default=FULL_TABLE,
        allowed_values=list(METHODS),
        title="Default replication method",
        description=(
            "The method of streams whose catalog entry names none. INCREMENTAL takes effect "
            "where the entry names a replication key."
        ),
    ),
    th.Property(
        "start_date",
        th.DateTimeType(nullable=True),
        title="Start date",
        description=(
            "The earliest replication key to read, RFC 3339: for INCREMENTAL streams whose key "
            "is a date or timestamp and that have no later bookmark."
        ),
    ),
    th.Property(
        "lookback_seconds",
        th.IntegerType(nullable=True, minimum=0),
        default=0,
        title="Lookback (seconds)",
        description=(
            "How far before its bookmark an INCREMENTAL stream starts when its key is a date or "
            "timestamp, so that rows committed late are not missed."
        ),
    ),
    th.Property(
        "array_size_rows",
        th.IntegerType(nullable=True, minimum=1, maximum=1_000_000),
        default=DEFAULT_ARRAY_SIZE_ROWS,
        title="Array size (rows)",
        description=(
            "Rows a fetch; also the rows between two STATE messages. Streams with large objects "
            "use at most 500."
        ),
    ),
    th.Property(
        "use_singer_decimal",
        th.BooleanType(nullable=True),
        default=False,
        title="Use singer.decimal",
        description=(
            "Whether numbers that may have a fraction are written as text with the format "
            "`singer.decimal`, for targets that read JSON numbers as floats."
        ),
    ),
    th.Property(
        "naive_timezone",
        th.StringType(nullable=True),
        default="UTC",
        title="Time zone of DATE and TIMESTAMP",
        description=(
            "The zone whose offset labels values that have none: a name such as `Europe/Berlin`, "
            "or an offset such as `+02:00`. The wall clock is never changed."
        ),
    ),
    th.Property(
        "any_year",
        th.BooleanType(nullable=True),
        default=False,
        title="Years before 1",
        description=(
            "Whether DATE and TIMESTAMP are read as text, so that years before 1 do not fail. "
            "Slower."
        ),
    ),
    th.Property(
        "non_finite",
        th.StringType(nullable=True),
        default="null",
        allowed_values=["null", "string"],
        title="NaN and infinities",
        description=(
            "How NaN and the infinities of BINARY_FLOAT and BINARY_DOUBLE are written: as null, "
            "with one counted warning a stream, or as the texts `NaN`, `Infinity`, `-Infinity`."
        ),
    ),
    th.Property(
        "emit_activate_version_messages",
        th.BooleanType(nullable=True),
        default=False,
        title="Emit ACTIVATE_VERSION",
        description=(
            "Whether FULL_TABLE records carry a version that an ACTIVATE_VERSION message makes "
            "the current one after the last record."
        ),
    ),
]


def name_list(value: object) -> tuple[str, ...]:
    """Read a setting that is a list of names, or text with commas.

    Args:
        value: the value of the setting; None and empty mean no names.

    Returns:
        The names without blanks around them, none of them empty.
    """
    if value is None:
        return ()
    parts = value.split(",") if isinstance(value, str) else list(value)  # type: ignore[call-overload]
    return tuple(name for part in parts if (name := str(part).strip()))


def representation(config: Mapping[str, Any]) -> JsonSchemaOptions:
    """Read the settings that decide how values are written.

    Raises:
        ConfigurationError: `naive_timezone` is no zone.
    """
    return JsonSchemaOptions(
        use_singer_decimal=bool(config.get("use_singer_decimal")),
        naive_timezone=_zone(config.get("naive_timezone") or "UTC"),
        non_finite="string" if config.get("non_finite") == "string" else "null",
    )


def _zone(name: str) -> dt.tzinfo:
    """Find a zone by its name or offset; UTC is the fast one."""
    if name in {"UTC", "Z", "+00:00"}:
        return dt.UTC
    if name[:1] in {"+", "-"}:
        with contextlib.suppress(ValueError):
            return dt.datetime.strptime(name, "%z").tzinfo or dt.UTC
    with contextlib.suppress(ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return zoneinfo.ZoneInfo(name)
    msg = "must be the name of a time zone or an offset such as +02:00"
    raise ConfigurationError(msg, setting="naive_timezone")


def check_tap_settings(config: Mapping[str, Any]) -> None:
    """Check what the JSON Schema of the settings cannot say.

    Raises:
        ConfigurationError: a setting is wrong; the text never holds its value.
    """
    representation(config)
    if config.get("profile"):
        load_profile(str(config["profile"]))
    if start_date := config.get("start_date"):
        moment_of(str(start_date), dt.UTC)
    if config.get("batch_config"):
        msg = "BATCH messages are not written; remove it"
        raise ConfigurationError(msg, setting="batch_config")


def moment_of(start_date: str, zone: dt.tzinfo) -> str:
    """Write the start date as a wall clock of a zone, with its offset.

    Args:
        start_date: RFC 3339; without an offset it is taken as a wall clock of the zone.
        zone: the zone that labels values without one.

    Raises:
        ConfigurationError: it is no date and time.
    """
    try:
        moment = dt.datetime.fromisoformat(start_date)
    except ValueError as error:
        msg = "must be a date and time of RFC 3339"
        raise ConfigurationError(msg, setting="start_date") from error
    if moment.tzinfo is None:
        return moment.replace(tzinfo=zone).isoformat()
    return moment.astimezone(zone).isoformat()
