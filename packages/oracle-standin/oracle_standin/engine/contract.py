"""What the parts of the engine promise each other.

```
session   -> translate (query, DML)       text + binds -> PostgreSQL text
          -> ddl                          text -> steps run as the engine's owner
          -> plsql                        block -> statements handed back to the session
          -> values                       Oracle bytes <-> PostgreSQL text
database  -> postgres                     server process, template, connections
sql/*.sql                                 types, operators, functions, facts, dictionary views
```

Data model in PostgreSQL, agreed by all parts:

- One database. The owner role `sys` is a superuser. Every Oracle user is a schema and a role of
  the same exact name. Queries and DML run under `SET ROLE "<user>"`, so that grants are enforced;
  DDL and dictionary upkeep run as `sys` after the privilege check in `ddl`. SYSTEM's role is a
  superuser.
- `search_path` is `"<current schema>", "SYS", pg_catalog, ora`. Schema `"SYS"` holds what a client
  may name (functions, operators that override PostgreSQL's, dictionary and V$ views), schema `ora`
  what only generated SQL names (types, internal functions, facts).
- Identifiers are upper case unless quoted and always emitted quoted; over 63 bytes they pass
  through `names.engine_name`, and `ora.long_names` maps back.
- An empty text is NULL, in literals, binds and function results.
- Number literals and NUMBER binds are `numeric`, never int4 or float8.
- An error raised by our SQL carries "ORA-nnnnn: text" as its message and is passed on as it is.

| Oracle | PostgreSQL | content |
| --- | --- | --- |
| NUMBER(p,s), INTEGER | numeric(p,s), numeric(38,0) | |
| NUMBER, FLOAT(b) | numeric | FLOAT rounds through a fit trigger when b < 126 |
| BINARY_FLOAT, BINARY_DOUBLE | float4, float8 | |
| VARCHAR2(n), NVARCHAR2(n) | varchar(n) | BYTE semantics by CHECK `ora$bytes$<column>` |
| CHAR(n), NCHAR(n) | bpchar(n) | |
| CLOB, NCLOB, LONG | ora."CLOB", ora."NCLOB", ora."LONG" | text with an OID of its own |
| RAW(n) | bytea | length by CHECK `ora$bytes$<column>` |
| BLOB, LONG RAW | ora."BLOB", ora."LONGRAW" | bytea with an OID of its own |
| DATE | ora."DATE" | numeric: whole wall-clock seconds since 1970-01-01 00:00:00 |
| TIMESTAMP(n) | ora."TIMESTAMP"(30,n) | numeric: wall-clock seconds, up to 9 decimals |
| TIMESTAMP(n) WITH LOCAL TIME ZONE | ora."TSLTZ"(30,n) | numeric: UTC seconds |
| TIMESTAMP(n) WITH TIME ZONE | ora."TSTZ" | composite: u UTC seconds, z zone |
| INTERVAL DAY(p) TO SECOND(s) | ora."INTERVALDS"(30,s) | numeric: seconds |
| INTERVAL YEAR(p) TO MONTH | ora."INTERVALYM" | int8: months |
| ROWID, UROWID | ora."ROWID" | bytea: object 4, file and block 4, row 2 |
| BFILE | ora."BFILE" | bytea: names of directory and file, each after its length |
| XMLTYPE | ora."XMLTYPE" | bytea: the text of the document |
| a type of CREATE TYPE | a domain over ora."OBJECT" | bytea: JSON of texts, with its id |
| SDO_GEOMETRY | ora."SDO_GEOMETRY" | NULL alone |
| BOOLEAN | boolean | |
| JSON | jsonb | |
| CURSOR | ora."CURSOR" | text: records, each after its length, see `engine.cursor_rows` |
| VECTOR(n, f) | ora."VECTOR"(m) | text, see `engine.vectors`; m packs n and f |

The numeric-based types use PostgreSQL's own numeric functions (`LANGUAGE internal`), typmod
included, so that rounding to the declared fraction, comparison, hashing and indexes are the
engine's. TSTZ's fraction is rounded by a fit trigger on the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from oracle_standin.engine.server_facts import DEFAULT_SERVER, ServerFacts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from oracle_standin.backend import Bind
    from oracle_standin.rows import Column


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """A table-like object after synonyms: owner, exact name and PostgreSQL oid."""

    owner: str
    name: str
    oid: int
    kind: str
    """relkind of PostgreSQL: r table, p partitioned, v view, m materialized view, S sequence; and x
    for an external table, n for the storage of a nested one."""


@dataclass(frozen=True, slots=True)
class ViewDefinition:
    """A view as it was written; `flashback` says that it reads tables as they were."""

    text: str
    name_schema: str
    flashback: bool
    read_only: bool


@dataclass(frozen=True, slots=True)
class Constructor:
    """The function that makes values of a type, and the types of its arguments or elements."""

    sql: str
    types: tuple[str, ...]
    is_collection: bool


class Resolver(Protocol):
    """Looks names up for a translation, on behalf of the session's user."""

    def resolve(self, schema: str | None, name: str) -> ObjectRef | None:
        """Return the object that a (possibly unqualified) exact name stands for, synonyms followed.

        Unqualified names are tried in the current schema, then as PUBLIC synonyms, then in "SYS".
        None when there is none.
        """

    def is_program(self, parts: Sequence[str]) -> bool:
        """Return whether a dotted name is that of stored PL/SQL, or of something in a package."""

    def constructor(self, parts: Sequence[str]) -> Constructor | None:
        """Return the constructor of a type made by CREATE TYPE, None for another name."""

    def columns(self, ref: ObjectRef) -> Sequence[str]:
        """Return the visible column names of an object, in column order."""

    def large_columns(self, ref: ObjectRef) -> Mapping[str, str]:
        """Return the columns of LOB types, which nothing is sorted by, with their types."""

    def view(self, ref: ObjectRef) -> ViewDefinition | None:
        """Return the definition of a view of a user; None for anything else."""

    def within(self, schema: str) -> Resolver:
        """Return a resolver for which another schema is the current one."""


@dataclass(frozen=True, slots=True)
class TranslationContext:
    """What a translation depends on besides the text."""

    user: str
    current_schema: str
    resolver: Resolver
    binds: Sequence[Bind] = ()
    """One for each placeholder occurrence; decides the type of each parameter. May be empty when
    describing: parameters are then taken as VARCHAR2."""
    server: ServerFacts = DEFAULT_SERVER
    """Which server is played."""
    session_scn: int | None = None
    """Where DBMS_FLASHBACK has moved the session's reads to."""


@dataclass(frozen=True, slots=True)
class FlashbackSource:
    """A table as it was at an SCN, or its versions between two; or an external table's rows.

    `limits` selects the lower and the upper SCN. They are NULL for MINVALUE and MAXVALUE, the lower
    one for AS OF too.
    """

    placeholder: str
    table: ObjectRef
    asked: ObjectRef
    """What the statement names, whose rights are needed: the table, or a view over it."""
    needs_flashback: bool
    """Whether FLASHBACK is among these rights: not when the view's own query goes back."""
    limits: Translation
    versions: bool
    empty: str
    """A relation with the same columns, for describing the statement."""
    external: bool = False


@dataclass(frozen=True, slots=True)
class Translation:
    """A query or DML statement in PostgreSQL's language.

    `parameters[i]` is the position in the bind list that `$i+1` takes its value from; return binds
    do not appear. `returning` counts the trailing result columns asked for by RETURNING INTO.
    """

    sql: str
    keyword: str
    """SELECT, INSERT, UPDATE, DELETE or MERGE."""
    parameters: tuple[int, ...] = ()
    returning: int = 0
    locks_rows: bool = False
    """FOR UPDATE: opens a transaction."""
    writes: bool = False
    """DML, or a query that draws from a sequence."""
    flashback: tuple[FlashbackSource, ...] = ()
    """Tables as they were, and external ones; `sql` names them by placeholders until it runs."""
    lock_wait_seconds: int | None = None
    """FOR UPDATE WAIT n: how long to wait for row locks before ORA-30006; None is for ever."""
    row_identifier: str = ""
    """RETURNING clause that gives the ROWIDs of the rows changed, where the client may ask."""
    national: tuple[int, ...] = ()
    """Result columns in the national character set that only the statement tells."""
    cursors: tuple[Translation, ...] = ()
    """Queries that describe the rows of CURSOR expressions, in the order of the select list."""
    compared: tuple[int, ...] | None = ()
    """Result columns that the query groups by or tells rows apart by; None is all of them."""
    read_target: ObjectRef | None = None
    """The table or view whose rows an UPDATE or DELETE reads: it needs SELECT (SQL92_SECURITY)."""
    counts_rows: bool = False
    """The number of rows changed is the statement's one value (INSERT ALL)."""

    @property
    def present_sql(self) -> str:
        """Return the text with the tables of now in the place of those as they were."""
        text = self.sql
        for source in self.flashback:
            text = text.replace(source.placeholder, source.empty)
        return text


class Translator(Protocol):
    """The functions of `engine.query`."""

    def translate(self, statement: str, context: TranslationContext) -> Translation:
        """Translate a query or DML statement; raises OracleError for what Oracle or we refuse."""

    def translate_expression(self, text: str, context: TranslationContext) -> str:
        """Translate a scalar expression or condition (defaults, checks, virtual columns)."""


class Engine(Protocol):
    """What DDL and PL/SQL may do to the database; implemented by the session.

    SQL texts given to `run` and `query` are PostgreSQL's, with `%s` placeholders of psycopg, run as
    the owner `sys` in the session's transaction.
    """

    @property
    def user(self) -> str:
        """Return the session's user, exact case."""

    @property
    def current_schema(self) -> str:
        """Return the schema for unqualified names, exact case."""

    @property
    def resolver(self) -> Resolver:
        """Return the name resolver of the session."""

    @property
    def server(self) -> ServerFacts:
        """Return what the played server is."""

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement and return the number of rows it touched."""

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a query and return its rows as Python values."""

    def translate(self, statement: str) -> Translation:
        """Translate a query in the session's context (views)."""

    def settled(self, statement: str) -> AbstractContextManager[Translation]:
        """Translate a query that can run while the context is open (CTAS)."""

    def translate_expression(self, text: str) -> str:
        """Translate an expression in the session's context."""

    def describe(self, statement: str, binds: Sequence[Bind]) -> Sequence[Column]:
        """Return the columns of a query in Oracle's language without running it (CTAS, views)."""

    def nls(self, parameter: str) -> str:
        """Return a session parameter by its Oracle name, such as NLS_LENGTH_SEMANTICS."""
