"""The meaning of ORA and DPY codes, as data.

Sources: Oracle Database Error Messages; python-oracledb `errors` for which codes end a session.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class FaultClass(Enum):
    """What kind of trouble a code stands for."""

    CONFIGURATION = "configuration"
    PRIVILEGE = "privilege"
    TRANSIENT = "transient"
    CONNECTION = "connection"
    DATA = "data"
    RESOURCE = "resource"
    POSITION = "position"
    SCHEMA = "schema"
    TERMINAL = "terminal"


@dataclass(frozen=True, slots=True)
class FaultRow:
    """One row of the table; `retry` overrides what the class says about repeating."""

    klass: FaultClass
    message: str
    hint: str = ""
    retry: bool | None = None

    @property
    def retriable(self) -> bool:
        """Whether repeating the whole transaction may help."""
        if self.retry is not None:
            return self.retry
        return self.klass in {FaultClass.TRANSIENT, FaultClass.CONNECTION}

    @property
    def session_dead(self) -> bool:
        """Whether the session has ended with the error."""
        return self.klass is FaultClass.CONNECTION


_CONF, _PRIV = FaultClass.CONFIGURATION, FaultClass.PRIVILEGE
_RETRY, _DEAD = FaultClass.TRANSIENT, FaultClass.CONNECTION
_DATA, _RES = FaultClass.DATA, FaultClass.RESOURCE
_POS, _SCHEMA, _TERM = FaultClass.POSITION, FaultClass.SCHEMA, FaultClass.TERMINAL

_ORA: tuple[tuple[tuple[int, ...], FaultRow], ...] = (
    (
        (1,),
        FaultRow(
            _DATA,
            "duplicate key",
            "check the key properties of the stream, and that no other load writes into the table",
        ),
    ),
    (
        (18, 20),
        FaultRow(
            _RES,
            "the database takes no more sessions",
            "lower the parallelism or ask for more processes",
            retry=True,
        ),
    ),
    (
        # Those that python-oracledb turns into DPY-4011 (its module errors).
        (22, 28, 31, 45, 378, 1012, 1041, 1043, 1092, 3122, 12153, 27146, 28511),
        FaultRow(_DEAD, "the session was ended by the database", "it is safe to run again"),
    ),
    (
        (54, 30006),
        FaultRow(_RETRY, "a lock is held by another session", "run again when it is free"),
    ),
    (
        # ORA-00060 undoes one statement; the transaction stays open until it is rolled back.
        (60, 2049, 2054, 25402, 25408),
        FaultRow(_RETRY, "deadlock or failover: the transaction must be repeated", "run again"),
    ),
    (
        (376, 1115, 1578),
        FaultRow(_TERM, "a data file is offline or damaged", "call the administrator"),
    ),
    (
        (439,),
        FaultRow(
            _CONF,
            "a feature is not in this edition of the database",
            "do without it: no partitions or compression in table_options, another "
            "overwrite_strategy than exchange",
        ),
    ),
    (
        # They end the session as well, but the same call would meet the same defect again.
        (600, 602, 603, 609, 7445),
        FaultRow(_DEAD, "internal error of the database", "see its alert log", retry=False),
    ),
    (
        # A code inside that the table knows is preferred, see `errors.describe`.
        (604,),
        FaultRow(_TERM, "an error inside recursive SQL or a trigger", "call the administrator"),
    ),
    (
        (*range(900, 904), *range(905, 910), 911, 913, *range(917, 932), *range(933, 937), 3048),
        FaultRow(_CONF, "the database does not accept the statement", "please report this"),
    ),
    (
        # A package without EXECUTE is ORA-00904, not ORA-01031: DBMS_FLASHBACK for example.
        (904,),
        FaultRow(
            _SCHEMA,
            "unknown column, or a function without the right to run it",
            "discover again, or ask for EXECUTE",
        ),
    ),
    (
        (910, 972, 1948),
        FaultRow(_CONF, "a length or a name is over Oracle's limit", "shorten it"),
    ),
    ((932, 22848), FaultRow(_CONF, "the types do not fit the operation", "cast or leave it out")),
    (
        (942,),
        FaultRow(
            _PRIV,
            "the table or view does not exist or the user may not see it",
            "grant READ on it, or correct the name and its case",
        ),
    ),
    (
        (1918, 1435),
        FaultRow(
            _CONF,
            "the user or schema does not exist",
            "create it, or correct the name and its case",
        ),
    ),
    (
        (955,),
        FaultRow(_CONF, "the name is taken by another object", "choose another name"),
    ),
    (
        # FAILED_LOGIN_ATTEMPTS is 10 by default (SQL Language Reference, "CREATE PROFILE").
        (1005, 1017),
        FaultRow(
            _CONF,
            "user name or password is wrong",
            "correct user and password; repeating locks the account",
        ),
    ),
    ((28000,), FaultRow(_CONF, "the account is locked", "ask the administrator to unlock it")),
    ((28001, 28002, 28003), FaultRow(_CONF, "the password has expired", "set a new password")),
    ((997, 24816), FaultRow(_CONF, "a LONG or LOB is not allowed in this place", "")),
    # Old versions of a LOB are kept by its own RETENTION or PCTVERSION, not by UNDO_RETENTION.
    ((22922, 22924), FaultRow(_POS, "a large object's version is gone", "run again", retry=True)),
    ((1000,), FaultRow(_RES, "the limit of open cursors is reached", "raise OPEN_CURSORS")),
    ((1001, 1002), FaultRow(_RETRY, "the query cannot be continued", "run again")),
    ((1006, 1008, 1036), FaultRow(_CONF, "a bind does not fit the statement", "please report it")),
    ((1013,), FaultRow(_RETRY, "the call was cancelled", "run again, or allow more time")),
    (
        (1031,),
        FaultRow(_PRIV, "the user lacks a privilege", "ask for the grant that the operation needs"),
    ),
    (
        (1033, 1034, 1035, 1089, 1090, 1109, 12526, 12528, 16456),
        FaultRow(_DEAD, "the database is starting, stopping or restricted", "run again later"),
    ),
    ((1045,), FaultRow(_PRIV, "the user may not log on", "grant CREATE SESSION")),
    (
        (1400, 1407),
        FaultRow(
            _DATA,
            "NULL for a column that is NOT NULL",
            "Oracle stores an empty text as NULL; allow NULL or supply a value",
        ),
    ),
    (
        # A segment gets a new data object number by TRUNCATE or MOVE, so that older ROWIDs end.
        (1410, 8103),
        FaultRow(_SCHEMA, "the table was moved or truncated meanwhile", "run again", retry=True),
    ),
    ((8102,), FaultRow(_TERM, "an index does not match its table", "call the administrator")),
    (
        (1426, 1438, 1455, 1727),
        FaultRow(_DATA, "a number is too large for its column", "widen the column"),
    ),
    (
        (1430, 1439, 1440, 1441, 22858, 22859),
        FaultRow(_CONF, "the column cannot be changed while it holds data", "change it by hand"),
    ),
    ((1404, 1450), FaultRow(_CONF, "the key is too long for an index", "use shorter keys")),
    (
        # ORA-01461: a bind of more than 4,000 bytes for a column that is not a LONG or LOB.
        (1401, 1461, 12899),
        FaultRow(_DATA, "a text is too long for its column", "widen the column"),
    ),
    # The check is one of times, so that a table made a moment ago passes it later.
    ((1466,), FaultRow(_SCHEMA, "the table changed after the snapshot", "run again", retry=True)),
    ((1502,), FaultRow(_TERM, "an index is unusable", "rebuild it")),
    (
        (1536, 1631, 1632, 1650, 1651, 1652, 1653, 1654, 1655, 1658, 1950, 30036),
        FaultRow(_RES, "no room: quota, tablespace or undo is full", "ask for more space"),
    ),
    (
        (1555,),
        FaultRow(_POS, "the snapshot is too old", "run again; smaller chunks or more undo help"),
    ),
    ((1722, 6502), FaultRow(_DATA, "a value is not a number where one is needed", "")),
    (
        (1821, 1830, *range(1839, 1862), 1866, 1867, 1873, 1874, 1878, 1882, 1883),
        FaultRow(_DATA, "a date, time or interval is not one that Oracle can hold", ""),
    ),
    (
        (2266, 2290, 2291, 2292, 2296, 2298, 2299),
        FaultRow(_DATA, "a constraint is violated", "load parents first, or drop the constraint"),
    ),
    ((2289,), FaultRow(_CONF, "the sequence does not exist", "")),
    ((2391,), FaultRow(_RES, "the user has no free session", "lower parallelism", retry=True)),
    (
        # IDLE_TIME counts calls: the probes of expire_time do not reset it.
        (2396, 2397, 2399),
        FaultRow(_DEAD, "the session's time limit is over", "ask for a longer limit"),
    ),
    ((2392, 2393, 2395), FaultRow(_RES, "a CPU or I/O limit of the profile is reached", "")),
    (
        # Whether a COMMIT that was under way took place is not known.
        (3113, 3114, 3135, 12537, 12547, 12570, 12571, 12583, 56600),
        FaultRow(_DEAD, "the connection was lost", "run again; the state is safe"),
    ),
    (
        (3136, 12170, 12535, 12606),
        FaultRow(_RETRY, "the database does not answer in time", "check network and firewall"),
    ),
    ((4020, 4021), FaultRow(_RETRY, "a library lock is held by another session", "run again")),
    (
        (4030, 4031, 4036),
        FaultRow(_RES, "the server has no memory for this", "use smaller batches", retry=True),
    ),
    ((4061, 4065, 4068), FaultRow(_RETRY, "a package's state was discarded", "run again")),
    (
        (4088, 4091, 4098, 6512),
        FaultRow(_DATA, "a trigger or procedure of the schema failed", "see its source"),
    ),
    ((8177,), FaultRow(_RETRY, "the transaction cannot be serialised", "run again")),
    (
        # ORA-30052 is judged by UNDO_RETENTION, although the undo itself may still be there.
        (8180, 8181, 30052, 30053, 30054),
        FaultRow(_POS, "the moment asked for cannot be reached any more", "load in full"),
    ),
    (
        (308, 310, 1284, 1291, 27037),
        FaultRow(_POS, "a redo log file is missing", "load in full; keep archived logs longer"),
    ),
    (
        (1325, 1354),
        FaultRow(_CONF, "the redo logs cannot be mined", "see docs/replication.md"),
    ),
    ((1306, 1307, 1323, 1333), FaultRow(_RETRY, "LogMiner lost its session", "run again")),
    ((8187,), FaultRow(_CONF, "flashback is not possible here", "read without snapshot")),
    ((12081,), FaultRow(_PRIV, "the table is read-only", "")),
    (
        (12154,),
        FaultRow(_CONF, "the connect alias is not known", "correct dsn or tns_admin"),
    ),
    (
        (12162, 12502, 12504, 12505, 12514, 12521),
        FaultRow(_CONF, "the listener does not know the service", "correct service_name or sid"),
    ),
    (
        (12516, 12518, 12519, 12520),
        FaultRow(_RETRY, "the listener has no free handler", "run again"),
    ),
    (
        (12541, 12543, 12545, 12560, 12203),
        FaultRow(_RETRY, "no listener answers", "check host and port"),
    ),
    (
        # Native network encryption is a feature of thick mode only (Python driver guide).
        (12650, 12660),
        FaultRow(_CONF, "the server demands native encryption", "use tcps or driver_mode thick"),
    ),
    # Parallel DML: up to 21c the changed table cannot be read before the commit.
    ((12838, 12839), FaultRow(_CONF, "a table was changed in parallel and not committed", "")),
    (
        (14060, 14265),
        FaultRow(
            _CONF,
            "the type of a partitioning column cannot be changed",
            "build the table again with the wider column",
        ),
    ),
    (
        (14097, 14098, 14118, 14130),
        FaultRow(
            _CONF,
            "table and partition differ in columns, indexes or constraints",
            "make them alike, or set overwrite_strategy to transaction",
        ),
    ),
    ((14400,), FaultRow(_DATA, "no partition takes the row", "add a partition")),
    ((14402,), FaultRow(_DATA, "the row would change partition", "enable row movement")),
    ((14411, 14450, 14452), FaultRow(_RETRY, "another session is changing the table", "")),
    ((16000,), FaultRow(_CONF, "the database is open read-only", "write to the primary")),
    ((24381, 38902), FaultRow(_DATA, "rows of the batch were refused", "")),
    (
        # ORA-26086: enabled triggers; ORA-26065: a CHECK constraint on a LOB column.
        (26002, 26026, 26065, 26086),
        FaultRow(_CONF, "direct path load is not possible here", "set direct_path to never"),
    ),
    (
        (28040,),
        FaultRow(
            _CONF, "driver and server have no logon protocol in common", "use driver_mode thick"
        ),
    ),
    ((28112, 28115, 28132), FaultRow(_PRIV, "a row-level security policy refuses this", "")),
    ((28353, 28365, 28374), FaultRow(_TERM, "the encryption wallet is closed", "open it")),
    (
        (28759, 28791, 28860, 29024),
        FaultRow(_CONF, "TLS failed", "check wallet_location and the server's certificate"),
    ),
    (
        (29275, 12703, 12704, 1756),
        FaultRow(_DATA, "a text is broken in its character set", "repair the row"),
    ),
    # Batches are folded by key before they are merged.
    ((30926,), FaultRow(_DATA, "a batch holds a key more than once", "please report this")),
    ((32795, 32796), FaultRow(_CONF, "an identity column is GENERATED ALWAYS", "")),
    ((38104,), FaultRow(_CONF, "a key column would be updated", "please report this")),
    ((40441, 40478, 40479), FaultRow(_DATA, "a text is not the JSON that is needed", "")),
    ((51801, 51803, 51805, 51813), FaultRow(_DATA, "a vector's shape does not fit", "")),
    ((54013, 54017), FaultRow(_CONF, "a virtual column cannot be written", "leave it out")),
    ((55610, 55622), FaultRow(_SCHEMA, "the table is tracked by an archive", "")),
    (
        (65011, 65040, 65049, 65054, 65090),
        FaultRow(_CONF, "the pluggable database is missing or not open", "use its service"),
    ),
)

_DPY: tuple[tuple[tuple[int, ...], FaultRow], ...] = (
    ((2018, 6002), FaultRow(_CONF, "TLS failed: certificate or wallet", "check the wallet")),
    (
        (3001,),
        FaultRow(_CONF, "thin mode cannot do this", "set driver_mode to thick, or use tcps"),
    ),
    ((3006, 3007, 3018, 3030), FaultRow(_CONF, "thin mode cannot read a type", "leave it out")),
    # DPY-3015: the account has only a 10G password verifier, which thin mode does not know.
    ((3010, 3015), FaultRow(_CONF, "the server or password is too old for thin mode", "")),
    ((3012, 3040), FaultRow(_CONF, "thin mode does not know the character set", "use thick")),
    # Zoned columns are selected as text to avoid it, see `types.reading`.
    ((3022,), FaultRow(_CONF, "thin mode cannot read named time zones", "please report this")),
    ((4000, 4026, 4027), FaultRow(_CONF, "the connect alias is not known", "set tns_admin")),
    ((4001,), FaultRow(_CONF, "no user name or password was given", "set user and password")),
    ((4003, 4004, 4012, 4013, 4014, 4015, 4016, 4042), FaultRow(_DATA, "a number has no form")),
    ((4005,), FaultRow(_RES, "the pool has no free connection", "raise its size", retry=True)),
    ((4007, 4008, 4009, 4010), FaultRow(_CONF, "a bind does not fit", "please report this")),
    ((4011,), FaultRow(_DEAD, "the connection was lost", "run again; the state is safe")),
    ((4017, 4018, 4020), FaultRow(_CONF, "dsn is not a valid connect string", "correct dsn")),
    (
        # The driver breaks the call off and keeps the session; DPY-4011 follows where that fails.
        (4024,),
        FaultRow(_RETRY, "a call took longer than call_timeout_seconds", "raise it, or run again"),
    ),
    ((4033,), FaultRow(_DEAD, "the session was idle for too long", "run again")),
    ((4041, 8000, 8001, 8002), FaultRow(_DATA, "direct path load refuses a value", "")),
    (
        (5000, 5001, 5002, 5003, 5004, 5005, 5006, 5010, 5011, 5012, 5013, 5014, 5015),
        FaultRow(_TERM, "driver and server do not understand each other", "please report this"),
    ),
    ((6000,), FaultRow(_CONF, "the listener refused the connection", "check service and host")),
    (
        (6001, 6003),
        FaultRow(_CONF, "the listener does not know the service", "correct service_name or sid"),
    ),
    ((6005,), FaultRow(_RETRY, "the database cannot be reached", "check host and port")),
    ((6006,), FaultRow(_CONF, "the server's certificate does not match", "check host")),
)


def _rows() -> Iterator[tuple[str, FaultRow]]:
    for numbers, row in _ORA:
        yield from ((f"ORA-{number:05}", row) for number in numbers)
    for numbers, row in _DPY:
        yield from ((f"DPY-{number:04}", row) for number in numbers)


FAULTS: Mapping[str, FaultRow] = dict(_rows())
"""Code -> meaning."""
