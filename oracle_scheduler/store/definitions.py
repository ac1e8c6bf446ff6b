"""Pipelines as the store knows them."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from oracle_core.errors import ConfigurationError
from oracle_scheduler.calendar.schedules import first_time
from oracle_scheduler.jobfile import stored_pipeline
from oracle_scheduler.store.errors import UnknownNameError

if TYPE_CHECKING:
    from oracle_scheduler.jobfile import Pipeline, Schedule
    from oracle_scheduler.store.database import Database


@dataclass(frozen=True, slots=True)
class Definition:
    """A pipeline and the text that defines it."""

    pipeline: Pipeline
    text: str
    is_paused: bool = False


def register(
    database: Database, pipeline: Pipeline, text: str, *, keeps_other_sources: bool = False
) -> None:
    """Store a pipeline, new or changed.

    A changed schedule counts from now. Where only other parts changed, the next time stays, and a
    pause stays in any case: a reload must neither skip nor repeat a time, nor undo a decision.

    Args:
        database: Where it is stored.
        pipeline: What the text says.
        text: The job file.
        keeps_other_sources: Whether a pipeline of this name that comes from elsewhere is kept.

    Raises:
        ConfigurationError: If it is kept.
    """

    def work(connection: sa.Connection) -> None:
        now = database.now(connection)
        table = database.tables.pipeline
        row = database.find_and_lock(connection, table, table.c.name == pipeline.name)
        if row is not None and keeps_other_sources:
            _check_source(row, pipeline.source)
        values = {
            "definition": text,
            "digest": _digest(text),
            # The end of a path tells files apart; the column has 500 characters.
            "source": pipeline.source[-500:],
            "updated_at": now,
        }
        if row is None:
            new = {"name": pipeline.name, "is_paused": 0, **values}
            connection.execute(sa.insert(table).values(new))
        # Unchanged files are registered at each start of a service: no UPDATE for them.
        elif any(row[name] != values[name] for name in ("digest", "source")):
            where = table.c.name == pipeline.name
            connection.execute(sa.update(table).where(where).values(values))
        _set_trigger(database, connection, pipeline)

    database.perform(work)


def _check_source(row: sa.RowMapping, source: str) -> None:
    if row["source"] != source:
        message = f"the pipeline '{row['name']}' comes from {row['source']}; change it there"
        raise ConfigurationError(message)


def _set_trigger(database: Database, connection: sa.Connection, pipeline: Pipeline) -> None:
    table = database.tables.trigger
    # Of the schedule alone: a new description must not move the next time.
    digest = _digest(repr(sorted(asdict(pipeline.schedule).items())))
    row = database.find_and_lock(connection, table, table.c.pipeline_name == pipeline.name)
    if row is not None and row["schedule_digest"] == digest:
        return
    values = {
        "schedule_digest": digest,
        "next_time": _first(database, connection, pipeline.schedule),
        "version": 1 if row is None else row["version"] + 1,
    }
    if row is None:
        connection.execute(sa.insert(table).values(pipeline_name=pipeline.name, **values))
    else:
        where = table.c.pipeline_name == pipeline.name
        connection.execute(sa.update(table).where(where).values(values))


def _first(database: Database, connection: sa.Connection, schedule: Schedule) -> object:
    return first_time(schedule, database.now(connection))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def definition(database: Database, connection: sa.Connection, name: str) -> Definition:
    """Return a pipeline, locked against other changes until the transaction ends.

    The row is the lock of all that belongs to a pipeline: firing, the end of a job, cancelling.

    Raises:
        UnknownNameError: If the pipeline is not known.
    """
    table = database.tables.pipeline
    row = database.find_and_lock(connection, table, table.c.name == name)
    if row is None:
        raise _unknown(name)
    pipeline = stored_pipeline(row["definition"], row["source"] or name)
    return Definition(pipeline, row["definition"], bool(row["is_paused"]))


def _unknown(name: str) -> UnknownNameError:
    message = f"no pipeline is called '{name}'; `oracle-scheduler serve --jobs-dir` reads job files"
    return UnknownNameError(message)


def set_paused(database: Database, name: str, *, is_paused: bool) -> None:
    """Pause a pipeline, or let it go on.

    While it is paused no time becomes a run. When it goes on, the times that passed are decided
    by `catch_up`.

    Raises:
        UnknownNameError: If the pipeline is not known.
    """

    def work(connection: sa.Connection) -> None:
        # Locks the row: no run is being fired when the pause is committed.
        definition(database, connection, name)
        table = database.tables.pipeline
        statement = sa.update(table).where(table.c.name == name)
        connection.execute(statement.values(is_paused=int(is_paused)))

    database.perform(work)


def remove(database: Database, name: str, *, source: str | None = None) -> None:
    """Forget a pipeline; its runs stay.

    Args:
        database: The store.
        name: Of the pipeline.
        source: The pipeline is kept where it comes from elsewhere; None: whatever its source is.

    Raises:
        UnknownNameError: If the pipeline is not known.
        ConfigurationError: If it is kept.
    """

    def work(connection: sa.Connection) -> None:
        tables = database.tables
        # The pipeline before its trigger, as `fire` locks them.
        row = database.find_and_lock(connection, tables.pipeline, tables.pipeline.c.name == name)
        if row is None:
            raise _unknown(name)
        if source is not None:
            _check_source(row, source)
        connection.execute(sa.delete(tables.trigger).where(tables.trigger.c.pipeline_name == name))
        connection.execute(sa.delete(tables.pipeline).where(tables.pipeline.c.name == name))

    database.perform(work)
