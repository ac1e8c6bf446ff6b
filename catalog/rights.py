"""What the session may: its user, roles and privileges, and whom the dictionary's views show."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import oracledb

from catalog.model import DatabaseFacts
from oracle_core import dictionary
from oracle_core.dictionary import Family

if TYPE_CHECKING:
    from collections.abc import Iterable

    from catalog.name_filter import NameFilter
    from oracle_core.dictionary_rows import SessionFactRow

READ_ANY = frozenset({"SELECT ANY TABLE", "READ ANY TABLE"})
_OPENS_DBA_VIEWS = frozenset({"SELECT ANY DICTIONARY", "SELECT_CATALOG_ROLE"})
_FIRST_RELEASE_WITH_SCHEMA_PRIVILEGES = 23
_NO_SUCH_VIEW_OR_COLUMN = frozenset({904, 942})
_STANDARD_TEXT_BYTES = 4_000


@dataclass(frozen=True, slots=True)
class SessionRights:
    """Facts about the session.

    Attributes:
        user: whose rights and schema the session has.
        granted: system privileges and roles that are enabled.
        schema_privileges: pairs of a system privilege and the schema that it holds in (23ai).
        database: what holds for the whole database.
        asked_at: the time by the database's own clock.
    """

    user: str
    granted: frozenset[str] = frozenset()
    schema_privileges: frozenset[tuple[str, str]] = frozenset()
    database: DatabaseFacts = field(default_factory=DatabaseFacts)
    asked_at: dt.datetime | None = None

    @property
    def sees_dba_views(self) -> bool:
        """Whether the `DBA_*` and `V$` views are open to the session."""
        return self.user == "SYS" or bool(_OPENS_DBA_VIEWS & self.granted)

    @property
    def reads_any_table(self) -> bool:
        """Whether the tables of every schema but Oracle's own can be read."""
        return self.user == "SYS" or bool(READ_ANY & self.granted)

    def reads_schema(self, schema: str) -> bool:
        """Tell whether every table of a schema can be read without a grant on it."""
        return (
            schema == self.user
            or self.reads_any_table
            or any((privilege, schema) in self.schema_privileges for privilege in READ_ANY)
        )

    def family(self, names: NameFilter) -> Family:
        """Choose the views: the own ones where nothing else is meant, else the fastest open."""
        if names.exact_schemas == (self.user,):
            return Family.USER
        return Family.DBA if self.sees_dba_views else Family.ALL


def session_rights(connection: oracledb.Connection) -> SessionRights:
    """Ask what the session is and may, with one statement."""
    major = int(str(connection.version).partition(".")[0])
    if major >= _FIRST_RELEASE_WITH_SCHEMA_PRIVILEGES:
        try:
            return _collect(dictionary.session_facts_23(connection))
        except oracledb.DatabaseError as error:
            # The view differs between the first releases of 23ai: better not to know these
            # privileges than to fail.
            if getattr(error.args[0], "code", None) not in _NO_SUCH_VIEW_OR_COLUMN:
                raise
    return _collect(dictionary.session_facts(connection))


def _collect(rows: Iterable[SessionFactRow]) -> SessionRights:
    found: dict[str, dict[tuple[str, str | None], None]] = {}
    for row in rows:
        found.setdefault(row.kind, {})[row.name, row.value] = None
    parameters = {name: value for name, value in found.get("DATABASE", {})}  # noqa: C416 - typed
    longest = next((int(value) for _, value in found.get("LONGEST TEXT", {}) if value), None)
    now = next((value for _, value in found.get("NOW", {}) if value), None)
    return SessionRights(
        user=next(name for name, _ in found["USER"]),
        granted=frozenset(
            name for kind in ("PRIVILEGE", "ROLE") for name, _ in found.get(kind, {})
        ),
        schema_privileges=frozenset(
            (name, value) for name, value in found.get("SCHEMA PRIVILEGE", {}) if value
        ),
        database=DatabaseFacts(
            character_set=parameters.get("NLS_CHARACTERSET"),
            national_character_set=parameters.get("NLS_NCHAR_CHARACTERSET"),
            max_string_size=_max_string_size(longest),
        ),
        asked_at=dt.datetime.fromisoformat(now) if now else None,
    )


def _max_string_size(longest_text: int | None) -> str | None:
    if longest_text is None:
        return None
    return "STANDARD" if longest_text <= _STANDARD_TEXT_BYTES else "EXTENDED"
