"""The tap's settings, checked and typed; `declared_settings` says what users may set."""

from __future__ import annotations

import contextlib
import datetime as dt
import zoneinfo
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.profile import load as load_profile
from oracle_core.errors import ConfigurationError
from oracle_core.settings import listed
from oracle_core.types.plans import JsonSchemaOptions
from tap_oracle.batches import BatchSettings, batch_settings
from tap_oracle.stream_options import StreamOptions, checked_options

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class TapSettings:
    """The settings of one run, named as in `declared_settings`.

    `connection` holds every setting, for `oracle_core.connection`; `representation` those that
    decide how values are written.
    """

    connection: Mapping[str, Any]
    filter_schemas: tuple[str, ...]
    filter_tables: tuple[str, ...]
    include_views: bool
    include_synonyms: bool
    profile: str | None
    catalog_cache_path: Path | None
    catalog_cache_ttl_seconds: int
    default_replication_method: str
    start_date: str | None
    lookback_seconds: int
    late_commits: str
    end_bound: str | None
    array_size_rows: int
    snapshot: str
    chunk_rows: int
    parallelism: int
    fetch_bytes_max: int
    stream_options: Mapping[str, StreamOptions]
    progress_interval_seconds: float
    strict: bool
    batches: BatchSettings | None
    on_stream_error: str
    any_year: bool
    emit_activate_version_messages: bool
    log_based_method: str
    on_gap: str
    log_memory_bytes: int
    log_flush_seconds: float
    representation: JsonSchemaOptions

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> TapSettings:
        """Return the typed settings.

        Args:
            config: Settings as `oracle_core.settings.validated` returns them, defaults included.

        Raises:
            ConfigurationError: If a setting is wrong in a way that its JSON Schema cannot say;
                the text never holds its value.
        """
        cache_path = config.get("catalog_cache_path")
        start_date = config.get("start_date") or None
        if start_date is not None:
            # Checked at the start; in which zone does not matter for that.
            moment_of(start_date, dt.UTC)
        return cls(
            connection=config,
            filter_schemas=listed(config.get("filter_schemas")),
            filter_tables=listed(config.get("filter_tables")),
            include_views=bool(config["include_views"]),
            include_synonyms=bool(config["include_synonyms"]),
            profile=_profile_name(config.get("profile")),
            catalog_cache_path=Path(cache_path) if cache_path else None,
            catalog_cache_ttl_seconds=config["catalog_cache_ttl_seconds"],
            default_replication_method=config["default_replication_method"],
            start_date=start_date,
            lookback_seconds=config["lookback_seconds"],
            late_commits=config["late_commits"],
            end_bound=_text(config.get("end_bound")),
            array_size_rows=config["array_size_rows"],
            snapshot=config["snapshot"],
            chunk_rows=config["chunk_rows"],
            parallelism=config["parallelism"],
            fetch_bytes_max=config["fetch_bytes_max"],
            stream_options=checked_options(config.get("stream_options")),
            progress_interval_seconds=config["progress_interval_seconds"],
            strict=bool(config["strict"]),
            batches=batch_settings(config),
            on_stream_error=config["on_stream_error"],
            any_year=bool(config["any_year"]),
            emit_activate_version_messages=bool(config["emit_activate_version_messages"]),
            log_based_method=config["log_based_method"],
            on_gap=config["on_gap"],
            log_memory_bytes=config["log_memory_bytes"],
            log_flush_seconds=float(config["log_flush_seconds"]),
            representation=JsonSchemaOptions(
                use_singer_decimal=bool(config["use_singer_decimal"]),
                naive_timezone=_zone(config["naive_timezone"]),
                non_finite=config["non_finite"],
            ),
        )


def _text(value: object) -> str | None:
    return None if value in (None, "") else str(value)


def _profile_name(name: str | None) -> str | None:
    if name:
        # Read here only to be checked: a misspelt name ends the start and not the discovery.
        load_profile(name)
    return name or None


def _zone(name: str) -> dt.tzinfo:
    """Return a zone by its name or offset; `dt.UTC` where possible, because it is the fast one."""
    if name in {"UTC", "Z", "+00:00"}:
        return dt.UTC
    if name[:1] in {"+", "-"}:
        with contextlib.suppress(ValueError):
            return dt.datetime.strptime(name, "%z").tzinfo or dt.UTC
    with contextlib.suppress(ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return zoneinfo.ZoneInfo(name)
    msg = "must be the name of a time zone or an offset such as +02:00"
    raise ConfigurationError(msg, setting="naive_timezone")


def moment_of(text: str, zone: dt.tzinfo, *, setting: str = "start_date") -> str:
    """Return a moment of the settings as a wall clock of a zone, with its offset.

    Args:
        text: RFC 3339; without an offset it is a wall clock of the zone.
        zone: The zone that labels values without one.
        setting: The setting that holds it.

    Raises:
        ConfigurationError: If it is not a date and time.
    """
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        msg = "must be a date and time of RFC 3339"
        raise ConfigurationError(msg, setting=setting) from error
    if moment.tzinfo is None:
        return moment.replace(tzinfo=zone).isoformat()
    return moment.astimezone(zone).isoformat()
