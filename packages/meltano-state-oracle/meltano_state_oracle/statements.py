"""The tables and the statements on them; values are always bound, names always quoted."""

from __future__ import annotations

from dataclasses import dataclass

ESCAPE = "!"
"""Escape character of LIKE patterns; a backslash would mean more to some tools than to Oracle."""


def like_pattern(glob: str) -> str:
    """Return the LIKE pattern of a glob: `*` is any text, `?` one character, the rest itself."""
    escaped = glob
    # The escape character first: those that are added for % and _ must not be doubled.
    for character in (ESCAPE, "%", "_"):
        escaped = escaped.replace(character, ESCAPE + character)
    return escaped.replace("*", "%").replace("?", "_")


def _quoted(name: str) -> str:
    if not name or '"' in name or "\0" in name:
        msg = "an Oracle name cannot be empty or hold a double quote"
        raise ValueError(msg)
    # Quoted: the setting `schema` is in Oracle's exact case.
    return f'"{name}"'


@dataclass(frozen=True)
class Statements:
    """The statements for one schema; the schema of the session's user where `schema` is None."""

    schema: str | None = None

    def _table(self, name: str) -> str:
        return f"{_quoted(self.schema)}.{_quoted(name)}" if self.schema else _quoted(name)

    @property
    def create_tables(self) -> tuple[str, str]:
        """The statements that make both tables."""
        return (
            # BYTE, whatever NLS_LENGTH_SEMANTICS of the session says. 4,000 bytes fit into an index
            # key of a block of 8 kB (at most 6,398 bytes, ORA-01450).
            f"""CREATE TABLE {self._table("SINGER_STATE")} (
  STATE_ID VARCHAR2(4000 BYTE) NOT NULL PRIMARY KEY,
  STATE CLOB,
  RUN_UUID VARCHAR2(36 BYTE),
  SEQ NUMBER(19),
  UPDATED_AT TIMESTAMP(6)
)""",
            f"""CREATE TABLE {self._table("SINGER_STATE_LOCK")} (
  STATE_ID VARCHAR2(4000 BYTE) NOT NULL PRIMARY KEY,
  CREATED_AT TIMESTAMP(6)
)""",
        )

    @property
    def read(self) -> str:
        """Return the state of one id."""
        return f"SELECT STATE FROM {self._table('SINGER_STATE')} WHERE STATE_ID = :id"  # noqa: S608

    @property
    def read_like(self) -> str:
        """Return ids and states, by a pattern."""
        return (
            f"SELECT STATE_ID, STATE FROM {self._table('SINGER_STATE')} "  # noqa: S608
            f"WHERE STATE_ID LIKE :pattern ESCAPE '{ESCAPE}' ORDER BY STATE_ID"
        )

    @property
    def ids_like(self) -> str:
        """Return ids, by a pattern."""
        return (
            f"SELECT STATE_ID FROM {self._table('SINGER_STATE')} "  # noqa: S608
            f"WHERE STATE_ID LIKE :pattern ESCAPE '{ESCAPE}' ORDER BY STATE_ID"
        )

    @property
    def update(self) -> str:
        """Replace the state of an id that is there."""
        return (
            f"UPDATE {self._table('SINGER_STATE')} SET STATE = :state, RUN_UUID = :run, "  # noqa: S608
            # SYSTIMESTAMP carries the zone of the server, and the column has none: UTC it is.
            "SEQ = NVL(SEQ, 0) + 1, UPDATED_AT = SYS_EXTRACT_UTC(SYSTIMESTAMP) "
            "WHERE STATE_ID = :id"
        )

    @property
    def insert(self) -> str:
        """Add the state of a new id."""
        return (
            f"INSERT INTO {self._table('SINGER_STATE')} "  # noqa: S608
            "(STATE, RUN_UUID, SEQ, UPDATED_AT, STATE_ID) "
            "VALUES (:state, :run, 1, SYS_EXTRACT_UTC(SYSTIMESTAMP), :id)"
        )

    @property
    def delete(self) -> str:
        """Remove the state of one id."""
        return f"DELETE FROM {self._table('SINGER_STATE')} WHERE STATE_ID = :id"  # noqa: S608

    @property
    def delete_all(self) -> str:
        """Remove every state."""
        return f"DELETE FROM {self._table('SINGER_STATE')}"  # noqa: S608

    @property
    def add_lock(self) -> str:
        """Make the row that stands for the lock of an id."""
        return (
            f"INSERT INTO {self._table('SINGER_STATE_LOCK')} (STATE_ID, CREATED_AT) "  # noqa: S608
            "VALUES (:id, SYS_EXTRACT_UTC(SYSTIMESTAMP))"
        )

    @property
    def lock(self) -> str:
        """Lock the row of an id until the transaction or the session ends."""
        return (
            f"SELECT STATE_ID FROM {self._table('SINGER_STATE_LOCK')} "  # noqa: S608
            "WHERE STATE_ID = :id FOR UPDATE NOWAIT"
        )
