"""The supplied packages that blocks may call.

Source: PL/SQL Packages and Types Reference. What is not listed here is refused with PLS-00201.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_standin.backend import ExecuteOptions
from oracle_standin.engine.plsql import cursors, flashback, logminer, output, snapshots, statistics
from oracle_standin.engine.plsql.arguments import RESULT, Arguments, number_of, text_of
from oracle_standin.engine.plsql.kinds import DataType
from oracle_standin.engine.plsql.scope import CURSOR
from oracle_standin.engine.settings import CLIENT_CONTEXT
from oracle_standin.protocol import CharsetForm, OracleError, TypeCode

if TYPE_CHECKING:
    from oracle_standin.engine.plsql.host import Host
    from oracle_standin.protocol import BindValue

Body = Callable[["Host", Arguments], Arguments]

TEXT = DataType(TypeCode.CLOB, CharsetForm.DATABASE, "CLOB")
NUMBER = DataType(TypeCode.NUMBER, CharsetForm.NONE, "NUMBER")
DATE = DataType(TypeCode.DATE, CharsetForm.NONE, "DATE")
TIMESTAMP = DataType(TypeCode.TIMESTAMP, CharsetForm.NONE, "TIMESTAMP")
BOOLEAN = DataType(TypeCode.BOOLEAN, CharsetForm.NONE, "BOOLEAN")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a procedure; `data_type` None takes any value and ignores it."""

    name: str
    data_type: DataType | None = TEXT
    required: bool = False
    is_out: bool = False


@dataclass(frozen=True, slots=True)
class Routine:
    """A procedure, or a function if `returns` is set; its body gives the OUT values by name."""

    parameters: tuple[Parameter, ...]
    body: Body
    returns: DataType | None = None


def _set_module(host: Host, arguments: Arguments) -> Arguments:
    host.set_client_attributes(
        {
            "MODULE": text_of(arguments["MODULE_NAME"])[:64],
            "ACTION": text_of(arguments["ACTION_NAME"])[:64],
        }
    )
    return {}


def _set_action(host: Host, arguments: Arguments) -> Arguments:
    host.set_client_attributes({"ACTION": text_of(arguments["ACTION_NAME"])[:64]})
    return {}


def _set_client_info(host: Host, arguments: Arguments) -> Arguments:
    host.set_client_attributes({"CLIENT_INFO": text_of(arguments["CLIENT_INFO"])[:64]})
    return {}


def _read_module(host: Host, _arguments: Arguments) -> Arguments:
    return {"MODULE_NAME": _attribute(host, "module"), "ACTION_NAME": _attribute(host, "action")}


def _read_client_info(host: Host, _arguments: Arguments) -> Arguments:
    return {"CLIENT_INFO": _attribute(host, "client_info")}


def _attribute(host: Host, name: str) -> BindValue:
    value = host.query("SELECT ora.setting(%s)", (name,))[0][0]
    return str(value).encode() if value else None


def _set_identifier(host: Host, arguments: Arguments) -> Arguments:
    host.set_client_attributes({"CLIENT_IDENTIFIER": text_of(arguments["CLIENT_ID"])[:64]})
    return {}


def _clear_identifier(host: Host, _arguments: Arguments) -> Arguments:
    host.set_client_attributes({"CLIENT_IDENTIFIER": ""})
    return {}


def _set_context(host: Host, arguments: Arguments) -> Arguments:
    namespace = _context(arguments)
    host.set_context(
        namespace, {text_of(arguments["ATTRIBUTE"]): text_of(arguments["VALUE"])[:4000]}
    )
    return {}


def _clear_context(host: Host, arguments: Arguments) -> Arguments:
    namespace = _context(arguments)
    attribute = text_of(arguments.get("ATTRIBUTE"))
    host.set_context(namespace, {attribute: ""} if attribute else {})
    return {}


def _context(arguments: Arguments) -> str:
    """Return the namespace; the one that needs no CREATE CONTEXT is all there is here."""
    namespace = text_of(arguments["NAMESPACE"])
    if namespace.upper() != CLIENT_CONTEXT:
        raise OracleError(1031, "insufficient privileges")
    return namespace


def _db_version(host: Host, _arguments: Arguments) -> Arguments:
    (version,) = host.query("SELECT ora.base_release()")[0]
    return {"VERSION": version.encode(), "COMPATIBILITY": host.server.compatibility.encode()}


def _sleep(host: Host, arguments: Arguments) -> Arguments:
    seconds = number_of(arguments["SECONDS"])
    if seconds < 0:
        raise OracleError(20000, f"invalid sleep interval: {seconds}")
    host.query("SELECT pg_catalog.pg_sleep(%s)", (seconds,))
    return {}


def _set_nls(host: Host, arguments: Arguments) -> Arguments:
    statement = f"ALTER SESSION SET {text_of(arguments['PARAM'])} = {text_of(arguments['VALUE'])}"
    host.execute(statement, [], [], ExecuteOptions())
    return {}


def _local_transaction_id(host: Host, arguments: Arguments) -> Arguments:
    found = host.transaction_id()
    if found is None and arguments["CREATE_TRANSACTION"] == b"\1":
        # A savepoint begins a transaction; asking for its number gives it one.
        host.savepoint("ora$transaction")
        row = host.query("SELECT ora.transaction_id(pg_catalog.pg_current_xact_id())")[0]
        found = str(row[0])
    return {RESULT: found.encode() if found else None}


def _commit(host: Host, _arguments: Arguments) -> Arguments:
    host.commit()
    return {}


def _rollback(host: Host, _arguments: Arguments) -> Arguments:
    host.rollback()
    return {}


def _text(name: str, *, required: bool = True) -> Parameter:
    return Parameter(name, TEXT, required)


def _ignored(*names: str) -> tuple[Parameter, ...]:
    return tuple(Parameter(name, None) for name in names)


def _out(name: str, data_type: DataType = TEXT) -> Parameter:
    return Parameter(name, data_type, required=True, is_out=True)


_REFRESH = (
    _text("LIST"),
    _text("METHOD", required=False),
    *_ignored("ROLLBACK_SEG", "PUSH_DEFERRED_RPC", "REFRESH_AFTER_ERRORS", "PURGE_OPTION"),
    *_ignored("PARALLELISM", "HEAP_SIZE", "ATOMIC_REFRESH", "NESTED", "OUT_OF_PLACE"),
)
_SECONDS = (Parameter("SECONDS", NUMBER, required=True),)
_STATISTICS_OPTIONS = _ignored(
    "PARTNAME", "ESTIMATE_PERCENT", "BLOCK_SAMPLE", "METHOD_OPT", "DEGREE", "GRANULARITY",
    "CASCADE", "STATTAB", "STATID", "STATOWN", "NO_INVALIDATE", "STATTYPE", "FORCE", "CONTEXT",
    "OPTIONS",
)  # fmt: skip

PROCEDURES: dict[str, Routine] = {
    "DBMS_APPLICATION_INFO.SET_MODULE": Routine(
        (_text("MODULE_NAME"), _text("ACTION_NAME")), _set_module
    ),
    "DBMS_APPLICATION_INFO.SET_ACTION": Routine((_text("ACTION_NAME"),), _set_action),
    "DBMS_APPLICATION_INFO.SET_CLIENT_INFO": Routine((_text("CLIENT_INFO"),), _set_client_info),
    "DBMS_APPLICATION_INFO.READ_MODULE": Routine(
        (_out("MODULE_NAME"), _out("ACTION_NAME")), _read_module
    ),
    "DBMS_APPLICATION_INFO.READ_CLIENT_INFO": Routine((_out("CLIENT_INFO"),), _read_client_info),
    "DBMS_SESSION.SET_IDENTIFIER": Routine((_text("CLIENT_ID"),), _set_identifier),
    "DBMS_SESSION.CLEAR_IDENTIFIER": Routine((), _clear_identifier),
    "DBMS_SESSION.SET_CONTEXT": Routine(
        (
            *(_text("NAMESPACE"), _text("ATTRIBUTE"), _text("VALUE")),
            *_ignored("USERNAME", "CLIENT_ID"),
        ),
        _set_context,
    ),
    "DBMS_SESSION.CLEAR_CONTEXT": Routine(
        (_text("NAMESPACE"), *_ignored("CLIENT_ID"), _text("ATTRIBUTE", required=False)),
        _clear_context,
    ),
    "DBMS_SESSION.CLEAR_ALL_CONTEXT": Routine((_text("NAMESPACE"),), _clear_context),
    "DBMS_SESSION.SLEEP": Routine(_SECONDS, _sleep),
    "DBMS_SESSION.SET_NLS": Routine((_text("PARAM"), _text("VALUE")), _set_nls),
    "DBMS_LOCK.SLEEP": Routine(_SECONDS, _sleep),
    "DBMS_OUTPUT.ENABLE": Routine((Parameter("BUFFER_SIZE", None),), output.enable),
    "DBMS_OUTPUT.DISABLE": Routine((), output.disable),
    "DBMS_OUTPUT.PUT": Routine((_text("A"),), output.put),
    "DBMS_OUTPUT.PUT_LINE": Routine((_text("A"),), output.put_line),
    "DBMS_OUTPUT.NEW_LINE": Routine((), output.new_line),
    "DBMS_OUTPUT.GET_LINE": Routine((_out("LINE"), _out("STATUS", NUMBER)), output.get_line),
    "DBMS_OUTPUT.GET_LINES": Routine((_out("LINES"), _out("NUMLINES", NUMBER)), output.get_lines),
    "DBMS_SQL.RETURN_RESULT": Routine(
        (Parameter("RC", CURSOR, required=True), Parameter("TO_CLIENT", BOOLEAN)),
        cursors.return_result,
    ),
    "DBMS_STATS.GATHER_TABLE_STATS": Routine(
        (_text("OWNNAME"), _text("TABNAME"), *_STATISTICS_OPTIONS), statistics.gather_table
    ),
    "DBMS_STATS.GATHER_SCHEMA_STATS": Routine(
        (_text("OWNNAME"), *_STATISTICS_OPTIONS), statistics.gather_schema
    ),
    "DBMS_STATS.DELETE_TABLE_STATS": Routine(
        (_text("OWNNAME"), _text("TABNAME"), *_STATISTICS_OPTIONS), statistics.delete_table
    ),
    "DBMS_MVIEW.REFRESH": Routine(_REFRESH, snapshots.refresh),
    "DBMS_SNAPSHOT.REFRESH": Routine(_REFRESH, snapshots.refresh),
    "DBMS_TRANSACTION.COMMIT": Routine((), _commit),
    "DBMS_TRANSACTION.ROLLBACK": Routine((), _rollback),
    "DBMS_FLASHBACK.ENABLE_AT_SYSTEM_CHANGE_NUMBER": Routine(
        (Parameter("QUERY_SCN", NUMBER, required=True),), flashback.enable_at_scn
    ),
    "DBMS_FLASHBACK.ENABLE_AT_TIME": Routine(
        (Parameter("QUERY_TIME", TIMESTAMP, required=True),), flashback.enable_at_time
    ),
    "DBMS_FLASHBACK.DISABLE": Routine((), flashback.disable),
    "DBMS_UTILITY.DB_VERSION": Routine((_out("VERSION"), _out("COMPATIBILITY")), _db_version),
    "DBMS_LOGMNR.ADD_LOGFILE": Routine(
        (_text("LOGFILENAME"), Parameter("OPTIONS", NUMBER)), logminer.add_file
    ),
    "DBMS_LOGMNR.REMOVE_LOGFILE": Routine((_text("LOGFILENAME"),), logminer.remove_file),
    "DBMS_LOGMNR.START_LOGMNR": Routine(
        (
            *(Parameter("STARTSCN", NUMBER), Parameter("ENDSCN", NUMBER)),
            *(Parameter("STARTTIME", DATE), Parameter("ENDTIME", DATE)),
            *(Parameter("DICTFILENAME"), Parameter("OPTIONS", NUMBER)),
        ),
        logminer.start,
    ),
    "DBMS_LOGMNR.END_LOGMNR": Routine((), logminer.end),
}
"""Procedures by PACKAGE.NAME."""

FUNCTIONS: dict[str, Routine] = {
    "DBMS_TRANSACTION.LOCAL_TRANSACTION_ID": Routine(
        (Parameter("CREATE_TRANSACTION", BOOLEAN),), _local_transaction_id, returns=TEXT
    ),
}
"""Functions that only a whole right-hand side may call, by PACKAGE.NAME."""
