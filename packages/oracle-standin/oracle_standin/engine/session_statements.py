"""Statements that steer the session and its transaction.

ALTER SESSION, SET TRANSACTION, SET ROLE, SET CONSTRAINTS, SAVEPOINT, COMMIT, ROLLBACK and
LOCK TABLE, as the SQL Language Reference has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from oracle_standin.engine.plsql.reader import END, Reader
from oracle_standin.engine.session_parameters import (
    ParameterSession,
    set_parameter,
    starts_parameter,
)
from oracle_standin.lexer import Kind, Token, tokens
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from oracle_standin.engine.contract import Resolver


class StatementSession(ParameterSession, Protocol):
    """What these statements ask of a session."""

    @property
    def user(self) -> str:
        """Return the session's user."""

    @property
    def in_transaction(self) -> bool:
        """Return whether a transaction is open."""

    @property
    def resolver(self) -> Resolver:
        """Return the name resolver."""

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a PostgreSQL statement as the owner in the session's transaction."""

    def commit(self) -> None:
        """End the transaction and keep its changes."""

    def rollback(self) -> None:
        """End the transaction and undo its changes."""

    def begin(self) -> None:
        """Begin a transaction unless one is open."""

    def savepoint(self, name: str) -> None:
        """Set a savepoint."""

    def rollback_to(self, name: str) -> None:
        """Undo back to a savepoint."""

    def set_read_only(self) -> None:
        """Make the coming transaction read only."""

    def lock_table(
        self,
        owner: str,
        name: str,
        mode: str,
        nowait: bool,  # noqa: FBT001
        wait_seconds: int | None,
    ) -> None:
        """Lock a table until the end of the transaction."""


_LOCK_MODES = (
    ("SHARE", "ROW", "EXCLUSIVE"),
    ("SHARE", "UPDATE"),
    ("ROW", "EXCLUSIVE"),
    ("ROW", "SHARE"),
    ("SHARE",),
    ("EXCLUSIVE",),
)


def run(text: str, session: StatementSession) -> None:
    """Run a session or transaction control statement.

    Raises OracleError 900 for a statement that is none of these, and the statement's own errors.
    """
    reader = Reader(text, tokens(text), _unexpected)
    keyword = reader.take()
    handler = _HANDLERS.get(keyword.value) if keyword.kind is Kind.WORD else None
    if handler is None:
        raise OracleError(900, "invalid SQL statement")
    handler(reader, session)


def _unexpected(_token: Token, _expected: str) -> OracleError:
    return OracleError(922, "missing or invalid option", max(_token.start, 0))


def _finish(reader: Reader, code: int, message: str) -> None:
    if not reader.at_end:
        raise OracleError(code, message, reader.peek().start)


def _refuse(what: str) -> NoReturn:
    raise not_in_this_standin(what)


# ALTER SESSION


def _alter(reader: Reader, session: StatementSession) -> None:
    if not reader.accept("SESSION"):
        raise OracleError(900, "invalid SQL statement")
    if reader.accept("SET"):
        _alter_session_set(reader, session)
    elif reader.peek().is_word("ENABLE", "DISABLE", "FORCE"):
        _alter_session_option(reader)
    else:
        verb = reader.peek()
        if verb.is_word("CLOSE", "ADVISE", "SYNC"):
            _refuse(f"ALTER SESSION {verb.value}")
        raise OracleError(2248, "invalid option for ALTER SESSION", max(verb.start, 0))


def _alter_session_set(reader: Reader, session: StatementSession) -> None:
    if reader.at_end:
        raise OracleError(2248, "invalid option for ALTER SESSION")
    while not reader.at_end:
        name = reader.name()
        if name == "EVENTS" and reader.peek().kind is Kind.STRING:
            reader.take()  # tracing, which changes no result
            continue
        if not reader.accept_operator("="):
            raise OracleError(927, "missing equal sign", max(reader.peek().start, 0))
        values: list[Token] = []
        while reader.peek() is not END and not starts_parameter(reader.peek(), reader.peek(1)):
            values.append(reader.take())
        if not values:
            raise OracleError(2248, "invalid option for ALTER SESSION")
        set_parameter(name, values, session)


def _alter_session_option(reader: Reader) -> None:
    verb = reader.take()
    if reader.accept("PARALLEL"):
        # Degrees of parallelism change no result.
        if not reader.peek().is_word("DML", "DDL", "QUERY"):
            raise OracleError(2248, "invalid option for ALTER SESSION")
        reader.take()
        if verb.is_word("FORCE") and reader.accept("PARALLEL"):
            reader.take()
        _finish(reader, 2248, "invalid option for ALTER SESSION")
        return
    if reader.peek().is_word("RESUMABLE", "COMMIT", "GUARD", "SHARD"):
        _refuse(f"ALTER SESSION {verb.value} {reader.peek().value}")
    raise OracleError(2248, "invalid option for ALTER SESSION")


# Transactions


def _commit(reader: Reader, session: StatementSession) -> None:
    reader.accept("WORK")
    if reader.accept("COMMENT"):
        if reader.take().kind is not Kind.STRING:
            raise OracleError(1780, "string literal required")
    elif reader.accept("WRITE"):
        while reader.peek().is_word("WAIT", "NOWAIT", "IMMEDIATE", "BATCH"):
            reader.take()
    elif reader.peek().is_word("FORCE"):
        _refuse("COMMIT FORCE")
    _finish(reader, 2185, "a token other than WORK follows COMMIT")
    session.commit()


def _rollback(reader: Reader, session: StatementSession) -> None:
    reader.accept("WORK")
    if reader.accept("TO"):
        reader.accept("SAVEPOINT")
        name = reader.name()
        _finish(reader, 2181, "invalid option to ROLLBACK WORK")
        session.rollback_to(name)
        return
    if reader.peek().is_word("FORCE"):
        _refuse("ROLLBACK FORCE")
    _finish(reader, 2181, "invalid option to ROLLBACK WORK")
    session.rollback()


def _savepoint(reader: Reader, session: StatementSession) -> None:
    if reader.peek().kind not in {Kind.WORD, Kind.QUOTED}:
        raise OracleError(931, "missing identifier")
    name = reader.name()
    _finish(reader, 933, "SQL command not properly ended")
    session.savepoint(name)


def _lock(reader: Reader, session: StatementSession) -> None:
    reader.expect("TABLE")
    tables = [_table_name(reader)]
    while reader.accept_operator(","):
        tables.append(_table_name(reader))
    if not reader.accept("IN"):
        raise OracleError(1738, "missing IN keyword", max(reader.peek().start, 0))
    mode = next((mode for mode in _LOCK_MODES if reader.accept(*mode)), None)
    if mode is None:
        message = "valid modes: [ROW] SHARE, [[SHARE] ROW] EXCLUSIVE, SHARE UPDATE"
        raise OracleError(1737, message, max(reader.peek().start, 0))
    if not reader.accept("MODE"):
        raise OracleError(1739, "missing MODE keyword", max(reader.peek().start, 0))
    nowait, seconds = reader.accept("NOWAIT"), None
    if not nowait and reader.accept("WAIT"):
        token = reader.take()
        if token.kind is not Kind.NUMBER or not token.text.isdecimal():
            raise OracleError(30005, "missing or invalid WAIT interval", token.start)
        seconds = int(token.text)
    _finish(reader, 933, "SQL command not properly ended")
    for schema, name in tables:
        found = session.resolver.resolve(schema, name)
        if found is None:
            raise OracleError(942, "table or view does not exist")
        session.lock_table(found.owner, found.name, " ".join(mode), nowait, seconds)


def _table_name(reader: Reader) -> tuple[str | None, str]:
    name = reader.name()
    schema = None
    if reader.accept_operator("."):
        schema, name = name, reader.name()
    if reader.peek().is_operator("@"):
        _refuse("a database link")
    if reader.peek().is_word("PARTITION", "SUBPARTITION"):
        _refuse("LOCK TABLE ... PARTITION")
    return schema, name


# SET ...


def _set(reader: Reader, session: StatementSession) -> None:
    if reader.accept("TRANSACTION"):
        _set_transaction(reader, session)
    elif reader.accept("ROLE"):
        _set_role(reader, session)
    elif reader.accept("CONSTRAINTS") or reader.accept("CONSTRAINT"):
        _set_constraints(reader, session)
    else:
        raise OracleError(922, "missing or invalid option", max(reader.peek().start, 0))


def _set_transaction(reader: Reader, session: StatementSession) -> None:
    action: Callable[[], None] | None = None
    if reader.accept("READ"):
        if reader.accept("ONLY"):
            action = session.set_read_only
        elif not reader.accept("WRITE"):
            raise OracleError(1729, "database link name expected")
    elif reader.accept("ISOLATION"):
        reader.expect("LEVEL")
        level = _isolation_level(reader)

        def action() -> None:
            session.set_isolation(level)

    elif reader.accept("USE"):
        # With automatic undo management Oracle ignores the named segment.
        reader.expect("ROLLBACK", "SEGMENT")
        reader.name()
    if reader.accept("NAME") and reader.take().kind is not Kind.STRING:
        raise OracleError(1780, "string literal required")
    _finish(reader, 900, "invalid SQL statement")
    if session.in_transaction:
        raise OracleError(1453, "SET TRANSACTION must be first statement of transaction")
    if action is not None:
        action()


def _isolation_level(reader: Reader) -> str:
    if reader.accept("SERIALIZABLE"):
        return "SERIALIZABLE"
    if reader.accept("READ", "COMMITTED"):
        return "READ COMMITTED"
    message = "valid options: ISOLATION LEVEL { SERIALIZABLE | READ COMMITTED }"
    raise OracleError(2179, message, max(reader.peek().start, 0))


def _set_role(reader: Reader, session: StatementSession) -> None:
    if reader.accept("ALL"):
        if reader.accept("EXCEPT"):
            _refuse("SET ROLE ALL EXCEPT")
        _finish(reader, 922, "missing or invalid option")
        return
    if reader.peek().is_word("NONE"):
        _refuse("SET ROLE NONE")
    named = {reader.name()}
    while reader.accept_operator(","):
        named.add(reader.name())
    if reader.peek().is_word("IDENTIFIED"):
        _refuse("a role with a password")
    _finish(reader, 922, "missing or invalid option")
    rows = session.query("SELECT ora.granted_roles(%s)", (session.user,))
    granted = {row[0] for row in rows}
    for role in sorted(named - granted):
        raise OracleError(1924, f"role '{role}' not granted or does not exist")
    if granted - named:
        _refuse("disabling a granted role")


def _set_constraints(reader: Reader, session: StatementSession) -> None:
    named: list[tuple[str | None, str]] = []
    if not reader.accept("ALL"):
        named.append(_constraint_name(reader))
        while reader.accept_operator(","):
            named.append(_constraint_name(reader))
    timing = reader.peek()
    if not timing.is_word("IMMEDIATE", "DEFERRED"):
        raise OracleError(922, "missing or invalid option", max(timing.start, 0))
    reader.take()
    _finish(reader, 922, "missing or invalid option")
    names = [text for pair in named for (text,) in session.query(_TO_SET, (*pair, timing.value))]
    session.begin()
    if names or not named:
        session.run(f"SET CONSTRAINTS {', '.join(names) or 'ALL'} {timing.value}")


_TO_SET = "SELECT ora.constraints_to_set(%s, %s, %s)"


def _constraint_name(reader: Reader) -> tuple[str | None, str]:
    schema, name = None, reader.name()
    if reader.accept_operator("."):
        schema, name = name, reader.name()
    return schema, name


_HANDLERS: dict[str, Callable[[Reader, StatementSession], None]] = {
    "ALTER": _alter,
    "COMMIT": _commit,
    "ROLLBACK": _rollback,
    "SAVEPOINT": _savepoint,
    "LOCK": _lock,
    "SET": _set,
}


def keywords() -> list[str]:
    """Return the first words of the statements that are run here."""
    return sorted(_HANDLERS)
