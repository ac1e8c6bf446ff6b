"""Foreign keys that refer to a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import oracledb

    from oracle_core.identifiers import TableName

# A foreign key may refer to a unique key as well as to the primary key.
_KEYS = """
SELECT K.CONSTRAINT_NAME FROM ALL_CONSTRAINTS K
 WHERE K.OWNER = :1 AND K.TABLE_NAME = :2 AND K.CONSTRAINT_TYPE IN ('P', 'U')
"""
_REFERENCES = """
SELECT C.OWNER, C.TABLE_NAME, C.CONSTRAINT_NAME, C.DELETE_RULE, C.STATUS, C.R_CONSTRAINT_NAME
  FROM ALL_CONSTRAINTS C
 WHERE C.CONSTRAINT_TYPE = 'R' AND C.R_OWNER = :1
"""


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key, by its table."""

    owner: str
    table: str
    name: str
    delete_rule: str
    is_enabled: bool

    @property
    def changes_rows(self) -> bool:
        """Whether a deletion acts upon rows of its table: ON DELETE CASCADE or SET NULL."""
        # Under any other rule the database refuses the DELETE (ORA-02292): nothing changes.
        return self.is_enabled and self.delete_rule in {"CASCADE", "SET NULL"}


def referring(connection: oracledb.Connection, table: TableName) -> list[ForeignKey]:
    """Return the foreign keys that refer to a table, those of the table itself among them.

    ALL_CONSTRAINTS is not joined with itself: the optimizer often fails on such joins of the
    dictionary's views (jOOQ issues 8462 and 14014).

    Raises:
        oracledb.Error: If the dictionary cannot be read.
    """
    schema, name = table.schema.name, table.table.name
    with connection.cursor() as cursor:
        keys = {key for (key,) in cursor.execute(_KEYS, [schema, name])}
        if not keys:
            return []
        return [
            ForeignKey(owner, child, constraint, rule, status == "ENABLED")
            for owner, child, constraint, rule, status, key in cursor.execute(_REFERENCES, [schema])
            if key in keys
        ]


def changing_foreign_key(connection: oracledb.Connection, table: TableName) -> ForeignKey | None:
    """Return a foreign key of another table that deletes in `table` would act upon.

    Raises:
        oracledb.Error: If the dictionary cannot be read.
    """
    own = (table.schema.name, table.table.name)
    for key in referring(connection, table):
        # A key of the table to itself changes only rows that go as well.
        if key.changes_rows and (key.owner, key.table) != own:
            return key
    return None
