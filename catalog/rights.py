"""Rights of the session, and the family of dictionary views that they open."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import oracledb

from catalog.model import DatabaseFacts
from oracle_core import dictionary
from oracle_core.dictionary import Family
from oracle_core.errors import describe
from oracle_core.server import release_of, string_size_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from catalog.name_filter import NameFilter
    from oracle_core.dictionary import Scope
    from oracle_core.dictionary_rows import SessionFactRow

# Neither covers the schema SYS (SQL Language Reference, "GRANT"; O7_DICTIONARY_ACCESSIBILITY).
READ_ANY = frozenset({"SELECT ANY TABLE", "READ ANY TABLE"})
_OPENS_DBA_VIEWS = frozenset({"SELECT ANY DICTIONARY", "SELECT_CATALOG_ROLE"})
_FIRST_WITH_SCHEMA_PRIVILEGES = (23, 0)
_NO_SUCH_VIEW_OR_COLUMN = frozenset({"ORA-00904", "ORA-00942"})


@dataclass(frozen=True, slots=True)
class SessionRights:
    """Facts about the session.

    Attributes:
        user: User whose rights and schema the session has.
        granted: System privileges and roles that are enabled.
        schema_privileges: Pairs of a system privilege and the schema that it applies to (23ai).
        schemas: Schemas that exist, without those that Oracle maintains.
        database: Facts about the whole database.
        asked_at: Time of the database's clock.
    """

    user: str
    granted: frozenset[str] = frozenset()
    schema_privileges: frozenset[tuple[str, str]] = frozenset()
    schemas: frozenset[str] = frozenset()
    database: DatabaseFacts = field(default_factory=DatabaseFacts)
    asked_at: dt.datetime | None = None

    @property
    def grantees(self) -> frozenset[str]:
        """Grantees whose grants the session has: the user, its roles and PUBLIC."""
        # Names of privileges are among them too; nobody can be granted anything under such a name.
        return self.granted | {self.user, "PUBLIC"}

    @property
    def sees_dba_views(self) -> bool:
        """Whether the `DBA_*` and `V$` views are open to the session."""
        return self.user == "SYS" or bool(_OPENS_DBA_VIEWS & self.granted)

    @property
    def reads_any_table(self) -> bool:
        """Whether the tables of every schema but Oracle's own can be read."""
        return self.user == "SYS" or bool(READ_ANY & self.granted)

    def reads_schema(self, schema: str) -> bool:
        """Return whether every table of a schema can be read without a grant on it."""
        return (
            schema == self.user
            or self.reads_any_table
            or any((privilege, schema) in self.schema_privileges for privilege in READ_ANY)
        )

    def family(self, names: NameFilter) -> Family:
        """Return the family of views for a filter: USER for the own schema, else DBA or ALL."""
        # ALL_* views check the privileges on every object, which takes minutes in large databases.
        return Family.USER if names.exact_schemas == (self.user,) else self.wide_family

    @property
    def wide_family(self) -> Family:
        """The family of views that shows all schemas: DBA where the session may read it."""
        return Family.DBA if self.sees_dba_views else Family.ALL

    def scope(self, names: NameFilter) -> Scope:
        """Return the scope of the dictionary's statements for a filter."""
        return names.scope(self.schemas, self.family(names))


def session_rights(connection: oracledb.Connection) -> SessionRights:
    """Return the rights of the session, with one statement."""
    if release_of(connection) >= _FIRST_WITH_SCHEMA_PRIVILEGES:
        try:
            return _collect(dictionary.session_facts_23(connection))
        except oracledb.DatabaseError as error:
            # SESSION_SCHEMA_PRIVS differs between the first releases of 23ai. Without it the
            # session only appears to have fewer rights.
            if describe(error).code not in _NO_SUCH_VIEW_OR_COLUMN:
                raise
    return _collect(dictionary.session_facts(connection))


def _collect(rows: Iterable[SessionFactRow]) -> SessionRights:
    values: dict[str, dict[str, str | None]] = defaultdict(dict)
    schema_privileges = set()
    for row in rows:
        values[row.kind][row.name] = row.value
        if row.kind == "SCHEMA PRIVILEGE" and row.value:
            schema_privileges.add((row.name, row.value))
    now = values["NOW"].get("SYSDATE")
    return SessionRights(
        user=next(iter(values["USER"])),
        granted=frozenset(values["PRIVILEGE"]) | frozenset(values["ROLE"]),
        schema_privileges=frozenset(schema_privileges),
        schemas=frozenset(values["SCHEMA"]),
        database=_database_facts(values),
        asked_at=dt.datetime.fromisoformat(now) if now else None,
    )


def _database_facts(values: Mapping[str, Mapping[str, str | None]]) -> DatabaseFacts:
    parameters = values["DATABASE"]
    longest = values["LONGEST TEXT"].get("RPAD")
    return DatabaseFacts(
        character_set=parameters.get("NLS_CHARACTERSET"),
        national_character_set=parameters.get("NLS_NCHAR_CHARACTERSET"),
        max_string_size=string_size_of(int(longest)) if longest else None,
    )
