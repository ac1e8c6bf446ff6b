"""What a run keeps beside its data: the ledger, locks and staging tables."""

from __future__ import annotations

import datetime as dt
import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import oracledb

from oracle_core.errors import ConfigurationError, describe
from oracle_core.history.run_id import time_ordered_id
from oracle_core.identifiers import Identifier, TableName
from oracle_core.pool import pooled_source
from target_oracle.errors import LoadError
from target_oracle.history import STATE_ID_VARIABLE
from target_oracle.ledger import Ledger
from target_oracle.run_locks import RunLocks
from target_oracle.staging import StagingArea
from target_oracle.state_table import StateTable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from target_oracle.session import TargetSession
    from target_oracle.settings import TargetSettings

_LOGGER = logging.getLogger("target-oracle")
_EXISTS = "ORA-00955"
# ORA-01950 and ORA-01536 are about quota, ORA-01918 about a schema that does not exist.
_MISSING_RIGHT = frozenset({"ORA-01031", "ORA-01950", "ORA-01918", "ORA-41900", "ORA-01536"})


@dataclass(frozen=True, slots=True)
class Bookkeeping:
    """The ledger, the locks, the staging area and the stored STATE of one run."""

    ledger: Ledger
    locks: RunLocks
    staging: StagingArea
    states: StateTable | None = None

    def close(self, session: TargetSession) -> None:
        """Drop what the run made and end its locks."""
        try:
            session.run_ddl(self.staging.close, "drop the staging tables of this run")
        except LoadError as error:
            _LOGGER.warning("%s; the next run drops them", error)
        finally:
            # Last: while tables of this run are there, its row has to say that it lives.
            self.locks.close()


def open_bookkeeping(
    config: Mapping[str, Any],
    settings: TargetSettings,
    session: TargetSession,
    checkpoint: Callable[[], None],
) -> Bookkeeping | None:
    """Return the bookkeeping of a run; its two tables are created where they are missing.

    Returns:
        None, with a warning, where the tables are missing and may not be created.

    Raises:
        LoadError: If the database refuses them for another reason.
    """
    run_id = time_ordered_id(dt.datetime.now(dt.UTC))
    # 16 digits, so that SINGER_STG_…_99 has 30 bytes, the limit below COMPATIBLE 12.2.
    run_key = run_id.replace("-", "").upper()[-16:]
    own = session.own_schema
    schema = _schema(settings.ledger_schema, settings, own)
    locks = RunLocks(
        pooled_source(config, module="target-oracle locks"),
        schema,
        run_key,
        waits=settings.on_concurrent_load == "wait",
        checkpoint=checkpoint,
    )
    ledger = Ledger(schema, run_id)
    states = _states(settings, own)
    needed = {ledger.table: ledger.ddl(), locks.table: locks.ddl()}
    if states is not None:
        needed[states.table] = states.ddl()
    missing = session.run_ddl(
        lambda c: _missing_table(c, needed, settings.freeze_schema),
        f"create {', '.join(map(str, needed))}",
    )
    # Rows go on without a ledger; a STATE without its table would not be kept.
    if missing is not None and states is not None:
        raise ConfigurationError(missing, setting="state_table")
    if missing is not None:
        _LOGGER.warning(
            "No ledger: %s. Batches are loaded without SINGER_LOADS, staging tables and the lock "
            "against a second load; create the tables of docs/loading.md by hand, or name a "
            "ledger_schema",
            missing,
        )
        return None
    # Before any staging table is made: other runs drop those of a run whose row is not locked.
    session.run_ddl(locks.start, "lock the row of this run")
    staging = StagingArea(_schema(settings.staging_schema, settings, own), run_key, locks)
    session.run_ddl(staging.remove_leftovers, "drop the staging tables of runs that have ended")
    if states is not None:
        session.run_ddl(states.open, f"read {states.table}")
    return Bookkeeping(ledger, locks, staging, states)


def _states(settings: TargetSettings, own: Identifier) -> StateTable | None:
    """Return where STATE is stored, if it is.

    Raises:
        ConfigurationError: If nothing says under which id.
    """
    if not settings.state_table:
        return None
    state_id = settings.state_id or os.environ.get(STATE_ID_VARIABLE)
    if not state_id:
        what = f"state_table needs state_id, or the environment variable {STATE_ID_VARIABLE}"
        raise ConfigurationError(what, setting="state_id")
    schema, _, name = settings.state_table.rpartition(".")
    style = settings.identifier_style
    owner = Identifier.fold(schema, style) if schema else own
    return StateTable(TableName(owner, Identifier.fold(name, style)), state_id)


def _schema(name: str | None, settings: TargetSettings, own: Identifier) -> Identifier:
    return Identifier.fold(name, settings.identifier_style) if name else own


def _missing_table(
    connection: oracledb.Connection,
    tables: Mapping[TableName, str],
    freeze: bool,  # noqa: FBT001 - a setting
) -> str | None:
    """Create the tables that are missing; return what is missing and may not be created."""
    for table, statement in tables.items():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT COUNT(*) FROM ALL_TABLES WHERE OWNER = :1 AND TABLE_NAME = :2",
                [table.schema.name, table.table.name],
            )
            row = cursor.fetchone()
            if row and row[0]:
                continue
            if freeze:
                return f"table {table} is missing and freeze_schema is set"
            try:
                cursor.execute(statement)
            except oracledb.Error as error:
                code = describe(error).code
                if code in _MISSING_RIGHT:
                    return f"table {table} is missing and may not be created ({code})"
                if code != _EXISTS:  # another run was quicker
                    raise
    return None
