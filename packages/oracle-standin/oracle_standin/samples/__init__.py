"""Sample schemas with data of our own, the same on every machine and at every start."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Protocol

from oracle_standin.samples import hr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    import oracledb


class _Sample(Protocol):
    CREATE: tuple[str, ...]
    FINISH: tuple[str, ...]

    def inserts(self, part: int = 1) -> Iterator[tuple[str, Iterable[Sequence[Any]]]]: ...


_SAMPLES: Mapping[str, _Sample] = {"hr": hr}
BATCH_ROWS = 5_000


def names() -> tuple[str, ...]:
    """Return the names of the samples, sorted."""
    return tuple(sorted(_SAMPLES))


def load(sample: str, dsn: str, user: str, password: str, *, part: int = 1) -> None:
    """Create a sample's tables and rows in a user's own schema, through the real driver.

    Its large tables hold the `part`th part of their rows.

    Raises KeyError for an unknown sample and oracledb.Error when the database refuses something.
    """
    import oracledb  # noqa: PLC0415 - the driver is needed only by who loads a sample

    if sample not in _SAMPLES:
        message = f"unknown sample {sample!r}: choose from {', '.join(names())}"
        raise KeyError(message)
    with closing(oracledb.connect(user=user, password=password, dsn=dsn)) as connection:
        load_into(connection, sample, part=part)


def load_into(connection: oracledb.Connection, sample: str, *, part: int = 1) -> None:
    """Create a sample's tables and rows in the schema of an open connection."""
    module = _SAMPLES[sample]
    with connection.cursor() as cursor:
        for statement in module.CREATE:
            cursor.execute(statement)
        for statement, rows in module.inserts(part):
            _insert(cursor, statement, rows)
        connection.commit()
        for statement in module.FINISH:
            cursor.execute(statement)


def _insert(cursor: oracledb.Cursor, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    batch: list[Sequence[Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH_ROWS:
            cursor.executemany(statement, batch)
            batch = []
    if batch:
        cursor.executemany(statement, batch)
