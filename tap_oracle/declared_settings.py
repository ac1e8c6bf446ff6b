"""The tap's own settings as users see them; those of the connection are in `oracle_core`."""

from __future__ import annotations

from typing import Any

from singer_sdk import typing as th

from tap_oracle.batches import SETTING
from tap_oracle.catalog_entry import FULL_TABLE, METHODS
from tap_oracle.fetching import DEFAULT_FETCH_BYTES_MAX
from tap_oracle.late_commits import AUTO, OFF, ROWSCN
from tap_oracle.snapshot import NONE, RUN, STREAM

# Encoding costs the same per row from 500 to 20,000 rows, measured; more rows save round trips.
DEFAULT_ARRAY_SIZE_ROWS = 10_000
DEFAULT_CHUNK_ROWS = 500_000
DEFAULT_CATALOG_CACHE_TTL_SECONDS = 3_600
# Database Concepts, "Log Writer Process (LGWR)": at each commit, at a switch, and every 3 seconds.
DEFAULT_LOG_FLUSH_SECONDS = 3
DEFAULT_LOG_MEMORY_BYTES = 256 * 1024 * 1024

_NAMES = th.CustomType({"type": ["array", "string", "null"], "items": {"type": "string"}})

TAP_SETTINGS: list[th.Property[Any]] = [
    th.Property(
        "filter_schemas",
        _NAMES,
        title="Schemas",
        description=(
            "Schemas to discover, in Oracle's exact case: a list, or text with commas. `*` "
            "matches any text and `?` any character; a leading `!` excludes. Default: every "
            "schema that the user may read, except Oracle's own."
        ),
    ),
    th.Property(
        "filter_tables",
        _NAMES,
        title="Tables",
        description=(
            "Tables and views to discover, as `SCHEMA.TABLE` or `SCHEMA-TABLE`: a list, or text "
            "with commas. `*` matches any text and `?` any character; a leading `!` excludes. "
            "Default: all."
        ),
    ),
    th.Property(
        "include_views",
        th.BooleanType(nullable=True),
        default=True,
        title="Include views",
        description="Whether to discover views. They are never selected by default.",
    ),
    th.Property(
        "include_synonyms",
        th.BooleanType(nullable=True),
        default=False,
        title="Include synonyms",
        description=(
            "Whether to discover tables and views under the names of their synonyms too, as "
            "`SCHEMA-SYNONYM`. The filters apply to the synonym's own schema and name. Public "
            "synonyms belong to the schema `PUBLIC`, which `filter_schemas` must name."
        ),
    ),
    th.Property(
        "profile",
        th.StringType(nullable=True),
        title="Application profile",
        description=(
            "Profile of the application that owns the tables, used to choose keys, replication "
            "methods and soft-delete columns: `oracle_ebs`, `oracle_wms`, `peoplesoft`, "
            "`generic_audit`, or one from another installed package."
        ),
    ),
    th.Property(
        "catalog_cache_path",
        th.StringType(nullable=True),
        title="Catalog cache",
        description=(
            "File that keeps the discovered catalog for the next run. It is used while it is "
            "younger than `catalog_cache_ttl_seconds` and no table or view has been created, "
            "changed or dropped."
        ),
    ),
    th.Property(
        "catalog_cache_ttl_seconds",
        th.IntegerType(nullable=True, minimum=0),
        default=DEFAULT_CATALOG_CACHE_TTL_SECONDS,
        title="Catalog cache lifetime (seconds)",
        description=(
            "Maximum age of a cached catalog. Row counts and comments may be as old, because "
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
            "Replication method of streams whose catalog entry names none. INCREMENTAL applies "
            "only where the entry names a replication key, LOG_BASED only to tables with a key."
        ),
    ),
    th.Property(
        "start_date",
        th.DateTimeType(nullable=True),
        title="Start date",
        description=(
            "Earliest replication key to read (RFC 3339), for INCREMENTAL streams whose key is "
            "a date or timestamp and that have no later bookmark."
        ),
    ),
    th.Property(
        "lookback_seconds",
        th.IntegerType(nullable=True, minimum=0),
        default=0,
        title="Lookback (seconds)",
        description=(
            "How far before its bookmark an INCREMENTAL stream starts if its key is a date or "
            "timestamp, so that rows committed late are not missed."
        ),
    ),
    th.Property(
        "late_commits",
        th.StringType(nullable=True),
        default=AUTO,
        allowed_values=[AUTO, ROWSCN, OFF],
        title="Late commits",
        description=(
            "How INCREMENTAL streams find rows whose transaction was still open when they were "
            "read: `auto` starts before the bookmark by the age of the oldest open transaction "
            "(keys that are dates or timestamps; needs READ on V_$TRANSACTION), `rowscn` also "
            "reads rows committed since the last run by their ORA_ROWSCN (any key; a full scan "
            "each run), `off` relies on `lookback_seconds` alone."
        ),
    ),
    th.Property(
        "end_bound",
        th.CustomType({"type": ["string", "number", "null"]}),
        title="End bound",
        description=(
            "INCREMENTAL streams read only rows whose replication key is below this value, for "
            "backfills: a date and time (RFC 3339) for keys that are dates or timestamps, a "
            "number for numeric keys. Streams with other keys are not bounded."
        ),
    ),
    th.Property(
        "array_size_rows",
        th.IntegerType(nullable=True, minimum=1, maximum=1_000_000),
        default=DEFAULT_ARRAY_SIZE_ROWS,
        title="Array size (rows)",
        description=(
            "Maximum rows per fetch, and rows between two STATE messages; see also "
            "`fetch_bytes_max`."
        ),
    ),
    th.Property(
        "fetch_bytes_max",
        th.IntegerType(nullable=True, minimum=1),
        default=DEFAULT_FETCH_BYTES_MAX,
        title="Fetch size (bytes)",
        description=(
            "Maximum memory for the rows of one fetch and their lines, by what the last rows "
            "took. A single row may take more: about five times its largest value."
        ),
    ),
    th.Property(
        "stream_options",
        th.ObjectType(additional_properties=True, nullable=True),
        title="Stream options",
        description=(
            "Options for single streams: an object whose keys are globs over stream names "
            "(`HR-*`) and whose values may set `where`, `hint`, `order_by`, `columns` (SQL "
            "expressions by name, read beside the table's columns), `replication_method`, "
            "`replication_key`, `key_properties`, `chunk_rows`, `parallelism` and "
            "`array_size_rows`. `where`, `hint`, `order_by` and `columns` become part of the "
            "SELECT as they are: whoever sets them can read what the user can."
        ),
    ),
    th.Property(
        "progress_interval_seconds",
        th.NumberType(nullable=True, minimum=0),
        default=10,
        title="Progress interval (seconds)",
        description=(
            "Time between two progress lines of a stream: rows, rows per second and the share "
            "of the estimated rows. 0 writes none."
        ),
    ),
    th.Property(
        SETTING,
        th.CustomType(
            {
                "type": ["object", "null"],
                "properties": {
                    "encoding": {"type": ["object", "null"]},
                    "storage": {"type": ["object", "null"]},
                    "batch_size": {"type": ["integer", "null"], "minimum": 1},
                },
            }
        ),
        title="Batch configuration",
        description=(
            "Writes rows into files and BATCH messages that name them, as the Singer SDK lays it "
            "out: `encoding.format` is `jsonl` (gzip), `parquet` or `arrow` (IPC with LZ4), "
            "`storage.root` the URL of a folder (`file://`, or `s3://`, `gs://`, `abfs://` with "
            "the extra of that name), `storage.prefix` what names begin with, `batch_size` the "
            "rows per file. LOG_BASED streams write RECORD messages all the same."
        ),
    ),
    th.Property(
        "strict",
        th.BooleanType(nullable=True),
        default=False,
        title="Strict",
        description="Whether the warnings at the start of a run are errors.",
    ),
    th.Property(
        "snapshot",
        th.StringType(nullable=True),
        default=RUN,
        allowed_values=[RUN, STREAM, NONE],
        title="Snapshot",
        description=(
            "Moment that FULL_TABLE streams, and LOG_BASED ones in their first run, are read as "
            "of: `run` is one SCN for all streams of a run, `stream` one SCN per stream, `none` "
            "the newest state of each query. Needs "
            "FLASHBACK on tables of other schemas; without it the run reads in one read-only "
            "transaction and one session."
        ),
    ),
    th.Property(
        "chunk_rows",
        th.IntegerType(nullable=True, minimum=0),
        default=DEFAULT_CHUNK_ROWS,
        title="Chunk size (rows)",
        description=(
            "Tables with more rows than this, by the optimizer's statistics, are read in chunks "
            "of about this size, so that an interrupted load continues with the unfinished ones. "
            "0 reads every table in one piece."
        ),
    ),
    th.Property(
        "parallelism",
        th.IntegerType(nullable=True, minimum=1, maximum=64),
        default=1,
        title="Parallelism (processes)",
        description=(
            "Number of processes that read streams and chunks, each with a session of its own. "
            "All read as of the SCN of the run; streams that can only be read in its read-only "
            "transaction are read one after the other."
        ),
    ),
    th.Property(
        "on_stream_error",
        th.StringType(nullable=True),
        default="stop",
        allowed_values=["stop", "continue"],
        title="On a stream's error",
        description=(
            "What happens to the other streams when one fails: `stop` ends the run, `continue` "
            "reads them and ends with exit code 1."
        ),
    ),
    th.Property(
        "use_singer_decimal",
        th.BooleanType(nullable=True),
        default=False,
        title="Use singer.decimal",
        description=(
            "Whether to write numbers that may have a fraction as text with the format "
            "`singer.decimal`, for targets that read JSON numbers as floats."
        ),
    ),
    th.Property(
        "naive_timezone",
        th.StringType(nullable=True),
        default="UTC",
        title="Time zone of DATE and TIMESTAMP",
        description=(
            "Time zone of values that have none: a name such as `Europe/Berlin`, or an offset "
            "such as `+02:00`. It labels the values; the wall clock does not change."
        ),
    ),
    th.Property(
        "any_year",
        th.BooleanType(nullable=True),
        default=False,
        title="Years before 1",
        description=(
            "Whether to read DATE and TIMESTAMP as text, so that years before 1 do not fail. "
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
            "How to write NaN and infinities of BINARY_FLOAT and BINARY_DOUBLE: as null, with "
            "one warning per stream that counts them, or as `NaN`, `Infinity` and `-Infinity`."
        ),
    ),
    th.Property(
        "emit_activate_version_messages",
        th.BooleanType(nullable=True),
        default=False,
        title="Emit ACTIVATE_VERSION",
        description=(
            "Whether FULL_TABLE records carry a version, and an ACTIVATE_VERSION message after "
            "the last record makes it the current one."
        ),
    ),
    th.Property(
        "log_based_method",
        th.StringType(nullable=True),
        default="auto",
        allowed_values=["auto", "logminer", "flashback"],
        title="Method of LOG_BASED streams",
        description=(
            "How LOG_BASED streams read changes: `logminer` from the redo logs, `flashback` from "
            "undo, `auto` by LogMiner where the rights, the table and the logging allow it, else "
            "by flashback."
        ),
    ),
    th.Property(
        "on_gap",
        th.StringType(nullable=True),
        default="fail",
        allowed_values=["fail", "snapshot"],
        title="On a gap in the log",
        description=(
            "What to do when changes since a LOG_BASED stream's bookmark cannot be read any more, "
            "because undo has expired or redo logs are gone: stop, or load the table in full."
        ),
    ),
    th.Property(
        "log_memory_bytes",
        th.IntegerType(nullable=True, minimum=1_000_000),
        default=DEFAULT_LOG_MEMORY_BYTES,
        title="Memory for open transactions (bytes)",
        description=(
            "Memory for transactions that LogMiner shows and that have not ended yet. Larger ones "
            "wait in temporary files."
        ),
    ),
    th.Property(
        "log_flush_seconds",
        th.NumberType(nullable=True, minimum=0),
        default=DEFAULT_LOG_FLUSH_SECONDS,
        title="Wait for the redo log (seconds)",
        description=(
            "Time from the choice of the last SCN of a run to the reading of its redo. The log "
            "writer of an instance writes its buffer at least every three seconds; what it has not "
            "written yet would be missed for good. 0 only where a script forces a log switch first."
        ),
    ),
    th.Property(
        "common_user",
        th.StringType(nullable=True),
        title="Common user",
        description=(
            "User of the root container (`C##…`) that mines the redo of a pluggable database. Not "
            "needed since 21c, where a pluggable database can be mined from within."
        ),
    ),
    th.Property(
        "common_password",
        th.StringType(nullable=True),
        secret=True,
        title="Password of the common user",
        description="Password of `common_user`.",
    ),
    th.Property(
        "common_service_name",
        th.StringType(nullable=True),
        title="Service of the root container",
        description="Service name of the root container, which `common_user` connects to.",
    ),
]
