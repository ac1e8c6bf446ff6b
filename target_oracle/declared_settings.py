"""The target's own settings as `--about`, Meltano and the documentation show them."""

from __future__ import annotations

from typing import Any

from singer_sdk import typing as th

from target_oracle.settings import (
    DEFAULT_BAD_ROWS_MAX,
    DEFAULT_BATCH_SIZE_BYTES,
    DEFAULT_BATCH_SIZE_ROWS,
    DEFAULT_DDL_TIMEOUT_SECONDS,
    DEFAULT_MAX_LINE_BYTES,
    DEFAULT_STATE_INTERVAL_SECONDS,
    MOST_DDL_TIMEOUT_SECONDS,
)

TARGET_SETTINGS: list[th.Property[Any]] = [
    th.Property(
        "default_target_schema",
        th.StringType(nullable=True),
        title="Target schema",
        description=(
            "Schema of all tables; its spelling follows identifier_style. Default: the schema of "
            "the connecting user. Stream `SCHEMA-TABLE` is loaded into the table named after its "
            "first hyphen."
        ),
    ),
    th.Property(
        "load_method",
        th.StringType(nullable=True),
        default="upsert",
        allowed_values=["upsert", "append-only", "overwrite"],
        title="Load method",
        description=(
            "`upsert` updates rows whose key exists and inserts the others; streams without "
            "key properties are appended. `append-only` inserts every record. `overwrite` loads "
            "into a staging table and replaces the rows of the table when the input has ended; "
            "until then, and after a failure, the old rows stay."
        ),
    ),
    th.Property(
        "merge_strategy",
        th.StringType(nullable=True),
        default="auto",
        allowed_values=["auto", "array", "staged"],
        title="Merge strategy",
        description=(
            "How `upsert` writes a batch. `array` sends one MERGE per row in array binds; `staged` "
            "loads the batch into a staging table of the run and merges it with one statement; "
            "`auto` stages batches of 5,000 rows or more where direct path is possible."
        ),
    ),
    th.Property(
        "direct_path",
        th.StringType(nullable=True),
        default="auto",
        allowed_values=["auto", "never"],
        title="Direct path",
        description=(
            "Whether staging tables are filled by direct path load where driver, server and "
            "column types allow it. Tables of streams are never written by direct path."
        ),
    ),
    th.Property(
        "overwrite_strategy",
        th.StringType(nullable=True),
        default="transaction",
        allowed_values=["transaction", "difference", "exchange", "rename"],
        title="Overwrite strategy",
        description=(
            "How `overwrite` replaces the rows. In one transaction: `transaction` deletes all and "
            "inserts the new ones; `difference` deletes, updates and inserts by key only what "
            "differs, with far less undo and redo where little changed. For very large tables: "
            "`exchange` makes tables of one partition (partitioning option) and exchanges it in "
            "one statement; `rename` builds a table beside and renames both, and a reader between "
            "the two renames gets ORA-00942."
        ),
    ),
    th.Property(
        "staging_schema",
        th.StringType(nullable=True),
        title="Staging schema",
        description=(
            "Schema of the staging tables; its spelling follows identifier_style. Default: the "
            "schema of the connecting user."
        ),
    ),
    th.Property(
        "ledger_schema",
        th.StringType(nullable=True),
        title="Ledger schema",
        description=(
            "Schema of SINGER_LOADS, which has one row per committed batch, and of "
            "SINGER_LOAD_LOCKS; its spelling follows identifier_style. Default: the schema of the "
            "connecting user."
        ),
    ),
    th.Property(
        "on_concurrent_load",
        th.StringType(nullable=True),
        default="wait",
        allowed_values=["wait", "fail"],
        title="On a concurrent load",
        description="Whether the run waits or fails where another run loads the same table.",
    ),
    th.Property(
        "on_stream_error",
        th.StringType(nullable=True),
        default="stop",
        allowed_values=["stop", "continue"],
        title="On a stream's error",
        description=(
            "Whether a stream that the database refuses ends the run, or only itself: `continue` "
            "loads the others, writes no STATE behind the failure and ends with exit code 1. Not "
            "with state_table."
        ),
    ),
    th.Property(
        "state_table",
        th.StringType(nullable=True),
        title="State table",
        description=(
            "Table, or SCHEMA.TABLE, that gets each STATE in the transaction of the rows before "
            "it, for exactly-once loads of `append-only`: SINGER_STATE with Meltano's state "
            "backend `oracle://`. Rows behind the last STATE are not committed, and only the last "
            "STATE is written to standard output. Default: none."
        ),
    ),
    th.Property(
        "state_id",
        th.StringType(nullable=True),
        title="State id",
        description=(
            "What the STATE is stored under in state_table. Default: the environment variable "
            "MELTANO_STATE_ID."
        ),
    ),
    th.Property(
        "batch_size_rows",
        # Below the 65,535 rows at which batch errors end (ORA-38902, DPY-4029).
        th.IntegerType(nullable=True, minimum=1, maximum=60_000),
        default=DEFAULT_BATCH_SIZE_ROWS,
        title="Batch size (rows)",
        description="Maximum number of rows of a stream that are loaded and committed together.",
    ),
    th.Property(
        "batch_size_bytes",
        th.IntegerType(nullable=True, minimum=1),
        default=DEFAULT_BATCH_SIZE_BYTES,
        title="Batch size (bytes)",
        description="Maximum size of a batch, in bytes of input; bounds the memory of a stream. "
        "Lines of 1 MiB and more count four times, once for each of their copies in memory.",
    ),
    th.Property(
        "parallelism",
        th.IntegerType(nullable=True, minimum=1, maximum=64),
        default=1,
        title="Parallelism",
        description=(
            "Maximum number of processes that load different streams at once, each with a session "
            "of its own; one stream stays in order. Not with state_table."
        ),
    ),
    th.Property(
        "batch_roots",
        th.ArrayType(th.StringType, nullable=True),
        default=[],
        title="Batch roots",
        description=(
            "Folders, as paths or URLs (`file://`, `s3://`, `gs://`, `abfs://`), that BATCH "
            "messages may name files in; a file elsewhere ends the run. The encodings `jsonl`, "
            "`parquet` and `arrow` are read. Default: none, so that BATCH messages are refused."
        ),
    ),
    th.Property(
        "batch_delete_files",
        th.BooleanType(nullable=True),
        default=False,
        title="Delete batch files",
        description="Whether a file of a BATCH is deleted when its rows are committed.",
    ),
    th.Property(
        "state_interval_seconds",
        th.IntegerType(nullable=True, minimum=0),
        default=DEFAULT_STATE_INTERVAL_SECONDS,
        title="State interval (seconds)",
        description=(
            "Maximum time that records and a STATE wait for a batch to fill; then everything "
            "received is committed and the STATE is written."
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
        description="Whether the run fails instead of creating or altering a table.",
    ),
    th.Property(
        "on_type_change",
        th.StringType(nullable=True),
        default="fail",
        allowed_values=["fail", "new_column", "text"],
        title="On a change of type",
        description=(
            "What becomes of a column that cannot take the values of its stream and cannot be "
            "widened. `fail` ends the run; `new_column` adds a column beside it, named after the "
            "new type (`AMOUNT_VARCHAR2`), and leaves the old one NULL in new rows; `text` turns "
            "the column into text, where its values have an exact text. Keys always fail."
        ),
    ),
    th.Property(
        "ddl_timeout_seconds",
        th.IntegerType(nullable=True, minimum=0, maximum=MOST_DDL_TIMEOUT_SECONDS),
        default=DEFAULT_DDL_TIMEOUT_SECONDS,
        title="DDL timeout (seconds)",
        description=(
            "How long a change of a table waits for the locks of other sessions (ORA-00054, "
            "ORA-04021) before the run fails."
        ),
    ),
    th.Property(
        "table_options",
        th.ObjectType(additional_properties=True, nullable=True),
        title="Table options",
        description=(
            "Options for tables that the run creates: an object whose keys are globs over stream "
            "names (`HR-*`) and whose values may set `tablespace`, `compression`, `partition` "
            "(the clauses of CREATE TABLE), `indexes` (a list of `(COLUMNS)`, after UNIQUE or "
            "BITMAP) and `grants` (a list of `SELECT TO REPORTING`). They become part of DDL as "
            "they are."
        ),
    ),
    th.Property(
        "identifier_style",
        th.StringType(nullable=True),
        default="oracle",
        allowed_values=["oracle", "exact", "snake"],
        title="Identifier style",
        description=(
            "`oracle` folds table and column names to upper case, so that most need no quotes in "
            "SQL; `exact` keeps the spelling of streams and properties; `snake` folds to upper "
            "case and turns blanks, dots, hyphens and camel case into underscores. Two names that "
            "become one are refused."
        ),
    ),
    th.Property(
        "text_without_length",
        th.StringType(nullable=True),
        default="grow",
        allowed_values=["grow", "clob", "varchar2"],
        title="Text without a length",
        description=(
            "What text without `maxLength` becomes. `grow` makes the longest VARCHAR2 of the "
            "database (4,000 or 32,767 bytes) and moves the column to CLOB when a longer value "
            "comes; `varchar2` fails at a longer value; `clob` makes CLOB, which SQL cannot "
            "compare, group or index. A key has 255 characters and, except with `varchar2`, grows "
            "as far as an index takes it."
        ),
    ),
    th.Property(
        "empty_string",
        th.StringType(nullable=True),
        default="null",
        allowed_values=["null", "space", "fail"],
        title="Empty string",
        description=(
            "What becomes of an empty text, which Oracle stores as NULL. `null` stores NULL and "
            "fails in a key; `space` stores one blank in a key and NULL elsewhere; `fail` fails "
            "wherever one comes."
        ),
    ),
    th.Property(
        "on_bad_row",
        th.StringType(nullable=True),
        default="fail",
        allowed_values=["fail", "table"],
        title="On a bad row",
        description=(
            "Whether a row that its SCHEMA, its column or the database refuses ends the run, or "
            "goes with the error into the table `<TABLE>_ERR`, in the transaction of its batch. "
            "Keys and values are then written by array binds."
        ),
    ),
    th.Property(
        "bad_rows_max",
        th.IntegerType(nullable=True, minimum=0),
        default=DEFAULT_BAD_ROWS_MAX,
        title="Bad rows (maximum)",
        description="The run fails when more rows of a stream are refused, with on_bad_row table.",
    ),
    th.Property(
        "validate_records",
        th.BooleanType(nullable=True),
        default=True,
        title="Validate records",
        description=(
            "Whether the run fails at a record that lacks a required property, has a null that its "
            "SCHEMA does not allow, or a value of another type. Without it a value of another "
            "type loads where the column takes it exactly. Keys are always checked."
        ),
    ),
    th.Property(
        "strict",
        th.BooleanType(nullable=True),
        default=False,
        title="Strict",
        description="Whether the warnings at the start of a stream are errors.",
    ),
    th.Property(
        "max_line_bytes",
        th.IntegerType(nullable=True, minimum=1),
        default=DEFAULT_MAX_LINE_BYTES,
        title="Maximum line length (bytes)",
        description="The run fails at a longer line of input; bounds the memory of one record.",
    ),
]
