"""The target's own settings; those of the connection are in `oracle_core.settings`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

from singer_sdk import typing as th

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oracle_core.identifiers import Case

LoadMethod = Literal["upsert", "append-only", "overwrite"]

DEFAULT_BATCH_SIZE_ROWS = 10_000
DEFAULT_BATCH_SIZE_BYTES = 64 << 20
DEFAULT_MAX_LINE_BYTES = 128 << 20
DEFAULT_STATE_INTERVAL_SECONDS = 30

TARGET_SETTINGS: list[th.Property[Any]] = [
    th.Property(
        "default_target_schema",
        th.StringType(nullable=True),
        title="Target schema",
        description=(
            "The schema that takes every table; its case follows identifier_case. Default: that "
            "of the connecting user. The table of stream `SCHEMA-TABLE` is what follows the first "
            "hyphen."
        ),
    ),
    th.Property(
        "load_method",
        th.StringType(nullable=True),
        default="upsert",
        allowed_values=["upsert", "append-only", "overwrite"],
        title="Load method",
        description=(
            "`upsert` updates the rows whose key is there and inserts the others; streams without "
            "key properties are appended. `append-only` inserts every record. `overwrite` empties "
            "a stream's table (TRUNCATE) just before its first batch of the run, or at its end "
            "when no record came, and then loads as `upsert`."
        ),
    ),
    th.Property(
        "batch_size_rows",
        th.IntegerType(nullable=True, minimum=1, maximum=60_000),
        default=DEFAULT_BATCH_SIZE_ROWS,
        title="Batch size (rows)",
        description="Most rows of a stream that are loaded and committed together.",
    ),
    th.Property(
        "batch_size_bytes",
        th.IntegerType(nullable=True, minimum=1),
        default=DEFAULT_BATCH_SIZE_BYTES,
        title="Batch size (bytes)",
        description="A batch is also loaded when its records had so many bytes of input.",
    ),
    th.Property(
        "state_interval_seconds",
        th.IntegerType(nullable=True, minimum=0),
        default=DEFAULT_STATE_INTERVAL_SECONDS,
        title="State interval (seconds)",
        description=(
            "The longest that records and a STATE wait for a batch to fill; then all that has come "
            "is committed and the STATE is written."
        ),
    ),
    th.Property(
        "hard_delete",
        th.BooleanType(nullable=True),
        default=False,
        title="Hard delete",
        description=(
            "Whether rows are deleted rather than marked: those of earlier versions on "
            "ACTIVATE_VERSION, and records whose `_sdc_deleted_at` is set."
        ),
    ),
    th.Property(
        "process_activate_version_messages",
        th.BooleanType(nullable=True),
        default=True,
        title="Process ACTIVATE_VERSION",
        description=(
            "Whether ACTIVATE_VERSION deletes or marks the rows of earlier versions. Tables of "
            "streams with versions get the columns `_SDC_TABLE_VERSION` and `_SDC_DELETED_AT`."
        ),
    ),
    th.Property(
        "add_record_metadata",
        th.BooleanType(nullable=True),
        default=False,
        title="Add record metadata",
        description="Whether tables get the Singer `_SDC_` columns, filled for every record.",
    ),
    th.Property(
        "freeze_schema",
        th.BooleanType(nullable=True),
        default=False,
        title="Freeze schema",
        description="Whether a run stops rather than create or alter any table.",
    ),
    th.Property(
        "identifier_case",
        th.StringType(nullable=True),
        default="upper",
        allowed_values=["upper", "exact"],
        title="Case of names",
        description=(
            "`upper` makes table and column names that need no quotes in SQL where they can; "
            "`exact` keeps the case of streams and properties."
        ),
    ),
    th.Property(
        "validate_records",
        th.BooleanType(nullable=True),
        default=True,
        title="Validate records",
        description=(
            "Whether a record that lacks a required property, or has null where its SCHEMA has "
            "none, ends the run. Types and keys are always checked."
        ),
    ),
    th.Property(
        "max_line_bytes",
        th.IntegerType(nullable=True, minimum=1),
        default=DEFAULT_MAX_LINE_BYTES,
        title="Longest line (bytes)",
        description="A longer line of input ends the run; it bounds the memory of a single record.",
    ),
]


@dataclass(frozen=True, slots=True)
class LoadSettings:
    """The settings that decide how rows are loaded."""

    load_method: LoadMethod = "upsert"
    batch_size_rows: int = DEFAULT_BATCH_SIZE_ROWS
    batch_size_bytes: int = DEFAULT_BATCH_SIZE_BYTES
    state_interval_seconds: int = DEFAULT_STATE_INTERVAL_SECONDS
    hard_delete: bool = False
    process_activate_version: bool = True
    add_record_metadata: bool = False
    freeze_schema: bool = False
    identifier_case: Case = "upper"
    validate_records: bool = True

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> LoadSettings:
        """Read the settings; null stands for the default."""
        flags = {
            "hard_delete": "hard_delete",
            "process_activate_version": "process_activate_version_messages",
            "add_record_metadata": "add_record_metadata",
            "freeze_schema": "freeze_schema",
            "validate_records": "validate_records",
        }
        plain = (
            "load_method",
            "batch_size_rows",
            "batch_size_bytes",
            "state_interval_seconds",
            "identifier_case",
        )
        given = {name: config.get(name) for name in plain}
        given |= {name: config.get(setting) for name, setting in flags.items()}
        return cls(**cast("Any", {name: v for name, v in given.items() if v is not None}))
