"""The head and the tail of what jobs wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from oracle_scheduler.store.errors import UnknownNameError

if TYPE_CHECKING:
    from oracle_scheduler.store.database import Database


@dataclass(frozen=True, slots=True)
class Output:
    """What one attempt wrote.

    Attributes:
        attempt: Number of the attempt, counted from 1.
        head: The beginning.
        tail: What follows, or the end where something between was left out.
        byte_count: Size of all that the attempt wrote.
        is_complete: Whether the attempt has ended.
    """

    attempt: int
    head: str
    tail: str
    byte_count: int
    is_complete: bool

    def after(self, position: int) -> tuple[str, int]:
        """Return what is kept behind a byte, and the position of its end.

        Bytes are counted over all that was written. What lies between head and tail is passed
        over, so that a reader who asks from 0 meets `text` without its line about the gap.
        """
        head, tail = self.head.encode(), self.tail.encode()
        # Bytes that are not UTF-8 were replaced, by which the kept text may be the longer one.
        end = max(self.byte_count, len(head) + len(tail))
        from_head, from_tail = head[position:], tail[max(0, position - (end - len(tail))) :]
        return (from_head + from_tail).decode(errors="replace"), max(position, end)

    @property
    def text(self) -> str:
        """What is kept, with a line in place of what is not."""
        kept = len(self.head.encode()) + len(self.tail.encode())
        if self.byte_count <= kept:
            return self.head + self.tail
        return f"{self.head}\n[{self.byte_count - kept} bytes are in the file only]\n{self.tail}"


def store_output(database: Database, token: str, written: Output) -> None:
    """Store the output of an attempt, in place of what was stored before.

    Args:
        database: The store.
        token: Of the attempt's claim, which says which attempt it is.
        written: The output; its `attempt` is not looked at.
    """

    def work(connection: sa.Connection) -> None:
        attempt, output = database.tables.attempt, database.tables.output
        query = sa.select(attempt.c.run_id, attempt.c.job_id, attempt.c.attempt)
        key = connection.execute(query.where(attempt.c.token == token)).mappings().first()
        # The run was pruned meanwhile: nobody could read the output.
        if key is None:
            return
        where = [output.c[name] == value for name, value in key.items()]
        # DELETE and INSERT: safe to repeat, and the same SQL on both databases.
        connection.execute(sa.delete(output).where(*where))
        values = {
            "head": written.head,
            "tail": written.tail,
            "byte_count": written.byte_count,
            "is_complete": int(written.is_complete),
        }
        connection.execute(sa.insert(output).values(**key, **values))

    database.perform(work)


def output_of(database: Database, run_id: str, job_id: str, attempt: int | None = None) -> Output:
    """Return the output of a job.

    Args:
        database: The store.
        run_id: Of the run.
        job_id: Of the job.
        attempt: Number of the attempt; None: the last that has written something.

    Raises:
        UnknownNameError: If there is none.
    """
    output = database.tables.output
    query = (
        sa.select(output)
        .where(output.c.run_id == run_id, output.c.job_id == job_id)
        .order_by(output.c.attempt.desc())
    )
    if attempt is not None:
        query = query.where(output.c.attempt == attempt)

    def work(connection: sa.Connection) -> Output | None:
        row = connection.execute(query).mappings().first()
        if row is None:
            return None
        return Output(
            attempt=row["attempt"],
            # Oracle keeps an empty text as NULL.
            head=row["head"] or "",
            tail=row["tail"] or "",
            byte_count=row["byte_count"],
            is_complete=bool(row["is_complete"]),
        )

    result = database.perform(work)
    if result is None:
        message = f"run '{run_id}' has no output of a job '{job_id}' yet"
        raise UnknownNameError(message)
    return result
