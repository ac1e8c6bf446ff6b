"""Foreign keys that change rows of other tables when the rows they refer to are deleted."""

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
# Under any other rule the database refuses the DELETE (ORA-02292), and nothing else changes.
_REFERENCES = """
SELECT C.OWNER, C.TABLE_NAME, C.CONSTRAINT_NAME, C.DELETE_RULE, C.R_CONSTRAINT_NAME
  FROM ALL_CONSTRAINTS C
 WHERE C.CONSTRAINT_TYPE = 'R' AND C.STATUS = 'ENABLED'
   AND C.DELETE_RULE IN ('CASCADE', 'SET NULL') AND C.R_OWNER = :1
"""


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """An enabled foreign key with ON DELETE CASCADE or ON DELETE SET NULL."""

    owner: str
    table: str
    name: str
    delete_rule: str


def changing_foreign_key(connection: oracledb.Connection, table: TableName) -> ForeignKey | None:
    """Return a foreign key of another table that deletes in `table` would act upon.

    ALL_CONSTRAINTS is not joined with itself: the optimizer often fails on such joins of the
    dictionary's views (jOOQ issues 8462 and 14014).
    """
    schema, name = table.schema.name, table.table.name
    with connection.cursor() as cursor:
        keys = {key for (key,) in cursor.execute(_KEYS, [schema, name])}
        if not keys:
            return None
        for owner, child, constraint, rule, key in cursor.execute(_REFERENCES, [schema]):
            # A key of the table to itself changes only rows that go as well.
            if key in keys and (owner, child) != (schema, name):
                return ForeignKey(owner, child, constraint, rule)
    return None
