"""The target's own settings; those of the connection are in `oracle_core.settings`."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, cast

from oracle_core.errors import ConfigurationError
from target_oracle.table_options import TableOptions, checked_options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oracle_core.identifiers import Style

LoadMethod = Literal["upsert", "append-only", "overwrite"]
MergeStrategy = Literal["auto", "array", "staged"]
DirectPath = Literal["auto", "never"]
TextWithoutLength = Literal["grow", "clob", "varchar2"]
OverwriteStrategy = Literal["transaction", "difference", "exchange", "rename"]
EmptyString = Literal["null", "space", "fail"]
OnStreamError = Literal["stop", "continue"]
OnBadRow = Literal["fail", "table"]
OnConcurrentLoad = Literal["wait", "fail"]
OnTypeChange = Literal["fail", "new_column", "text"]

DEFAULT_BATCH_SIZE_ROWS = 10_000
DEFAULT_BATCH_SIZE_BYTES = 64 << 20
DEFAULT_BAD_ROWS_MAX = 1_000
DEFAULT_MAX_LINE_BYTES = 128 << 20
DEFAULT_STATE_INTERVAL_SECONDS = 30
DEFAULT_DDL_TIMEOUT_SECONDS = 30
MOST_DDL_TIMEOUT_SECONDS = 1_000_000  # Database Reference, "DDL_LOCK_TIMEOUT"


@dataclass(frozen=True, slots=True)
class TargetSettings:
    """The target's own settings with their defaults filled in."""

    default_target_schema: str | None = None
    load_method: LoadMethod = "upsert"
    merge_strategy: MergeStrategy = "auto"
    direct_path: DirectPath = "auto"
    overwrite_strategy: OverwriteStrategy = "transaction"
    staging_schema: str | None = None
    ledger_schema: str | None = None
    on_concurrent_load: OnConcurrentLoad = "wait"
    on_stream_error: OnStreamError = "stop"
    state_table: str | None = None
    state_id: str | None = None
    batch_size_rows: int = DEFAULT_BATCH_SIZE_ROWS
    batch_size_bytes: int = DEFAULT_BATCH_SIZE_BYTES
    parallelism: int = 1
    batch_roots: tuple[str, ...] = ()
    batch_delete_files: bool = False
    state_interval_seconds: int = DEFAULT_STATE_INTERVAL_SECONDS
    hard_delete: bool = False
    process_activate_version_messages: bool = True
    add_record_metadata: bool = False
    freeze_schema: bool = False
    on_type_change: OnTypeChange = "fail"
    ddl_timeout_seconds: int = DEFAULT_DDL_TIMEOUT_SECONDS
    table_options: Mapping[str, TableOptions] = field(default_factory=dict)
    identifier_style: Style = "oracle"
    text_without_length: TextWithoutLength = "grow"
    empty_string: EmptyString = "null"
    on_bad_row: OnBadRow = "fail"
    bad_rows_max: int = DEFAULT_BAD_ROWS_MAX
    validate_records: bool = True
    strict: bool = False
    max_line_bytes: int = DEFAULT_MAX_LINE_BYTES

    @property
    def is_exchanged(self) -> bool:
        """Whether tables are replaced by exchanging their partition."""
        return self.load_method == "overwrite" and self.overwrite_strategy == "exchange"

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> TargetSettings:
        """Return the settings of a configuration that was checked; null stands for the default.

        Raises:
            ConfigurationError: If `table_options` are wrong, or settings exclude each other.
        """
        given = {setting.name: config.get(setting.name) for setting in fields(cls)}
        given["table_options"] = checked_options(given["table_options"])
        given["batch_roots"] = tuple(given["batch_roots"] or ())
        if given["state_table"] and (given["parallelism"] or 1) > 1:
            what = "streams share one transaction with state_table; set parallelism to 1"
            raise ConfigurationError(what, setting="parallelism")
        return cls(**cast("Any", {name: v for name, v in given.items() if v is not None}))
