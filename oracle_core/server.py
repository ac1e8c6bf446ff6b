"""What a database can: release, parameters, character sets and rights, read once per session.

Everything that depends on the database asks `Server`. Two round trips read it, with the rights
of any user: parameters that only V$PARAMETER shows are derived where it is not readable.
"""

from __future__ import annotations

import functools
import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import oracledb

from oracle_core.errors import describe
from oracle_core.identifiers import MAX_BYTES, MAX_BYTES_BEFORE_12_2

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_LOGGER = logging.getLogger(__name__)

StringSize = Literal["STANDARD", "EXTENDED"]
Release = tuple[int, int]

# Dynamic SQL: a name that is out of reach fails in its own handler, not when the block is compiled.
_ROLE = "SELECT SYS_CONTEXT('USERENV', 'DATABASE_ROLE') FROM dual"
_BLOCK = """BEGIN
  BEGIN
    EXECUTE IMMEDIATE 'BEGIN DBMS_UTILITY.DB_VERSION(:1, :2); END;'
      USING OUT :release, OUT :compatible;
  EXCEPTION WHEN OTHERS THEN NULL;
  END;
  BEGIN
    EXECUTE IMMEDIATE 'SELECT MAX(DECODE(p.name, ''compatible'', p.value)),
      MAX(DECODE(p.name, ''max_string_size'', p.value)),
      MAX(DECODE(p.name, ''sql92_security'', p.value)) FROM v$parameter p
      WHERE p.name IN (''compatible'', ''max_string_size'', ''sql92_security'')'
      INTO :parameter, :string_size, :sql92_security;
  EXCEPTION WHEN OTHERS THEN NULL;
  END;
  BEGIN
    EXECUTE IMMEDIATE 'SELECT SYS_CONTEXT(''USERENV'', ''CLOUD_SERVICE'') FROM dual'
      INTO :cloud_service;
  EXCEPTION WHEN OTHERS THEN NULL;
  END;
END;"""
"""Facts that may be out of reach, each on its own: a missing EXECUTE right on DBMS_UTILITY, no
READ on V$PARAMETER, a release whose USERENV has no CLOUD_SERVICE (ORA-02003)."""

_BLOCK_BINDS = (
    "release", "compatible", "parameter", "string_size", "sql92_security", "cloud_service",
)  # fmt: skip

_FACTS = """SELECT 'NLS' AS kind, d.parameter AS name, d.value AS value
  FROM nls_database_parameters d WHERE d.parameter IN ('NLS_CHARACTERSET', 'NLS_NCHAR_CHARACTERSET')
UNION ALL SELECT 'NLS', s.parameter, s.value
  FROM nls_session_parameters s WHERE s.parameter = 'NLS_CALENDAR'
UNION ALL SELECT 'CONTEXT', 'CURRENT_SCHEMA', SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') FROM dual
UNION ALL SELECT 'CONTEXT', 'CON_NAME', SYS_CONTEXT('USERENV', 'CON_NAME') FROM dual
UNION ALL SELECT 'CONTEXT', 'EDITION', SYS_CONTEXT('USERENV', 'CURRENT_EDITION_NAME') FROM dual
UNION ALL SELECT 'CONTEXT', 'LONGEST TEXT', TO_CHAR(LENGTH(RPAD('x', 4001, 'x'))) FROM dual
UNION ALL SELECT 'RIGHT', p.privilege, NULL FROM session_privs p"""

STATEMENTS = (_BLOCK, _FACTS)
"""Both statements, for the catalogue of what the product sends."""

_UNICODE = frozenset({"AL32UTF8", "UTF8", "AL24UTFFSS", "UTFE"})
_CODECS: Mapping[str, str] = {
    "US7ASCII": "ascii",
    "WE8ISO8859P1": "iso8859-1",
    "WE8ISO8859P15": "iso8859-15",
    "EE8ISO8859P2": "iso8859-2",
    "CL8ISO8859P5": "iso8859-5",
    "AR8ISO8859P6": "iso8859-6",
    "EL8ISO8859P7": "iso8859-7",
    "IW8ISO8859P8": "iso8859-8",
    "WE8ISO8859P9": "iso8859-9",
    "NE8ISO8859P10": "iso8859-10",
    "BLT8ISO8859P13": "iso8859-13",
    "EE8MSWIN1250": "cp1250",
    "CL8MSWIN1251": "cp1251",
    "WE8MSWIN1252": "cp1252",
    "EL8MSWIN1253": "cp1253",
    "TR8MSWIN1254": "cp1254",
    "IW8MSWIN1255": "cp1255",
    "AR8MSWIN1256": "cp1256",
    "BLT8MSWIN1257": "cp1257",
    "WE8PC850": "cp850",
    "US8PC437": "cp437",
    "EE8PC852": "cp852",
    "CL8KOI8R": "koi8-r",
    "TH8TISASCII": "tis-620",
    "JA16SJISTILDE": "cp932",
    "JA16EUC": "euc-jp",
    "KO16MSWIN949": "cp949",
    "ZHS16GBK": "gbk",
    "ZHT16MSWIN950": "cp950",
}
"""Character set of Oracle -> codec of Python (Globalization Support Guide, appendix A)."""

_BITS = re.compile(r"[A-Z]+(\d+)")
STANDARD_TEXT_BYTES = 4_000
"""The longest VARCHAR2 with MAX_STRING_SIZE=STANDARD."""

_INDEX_ENTRY_BYTES = 6_398
"""Longest key of an index in blocks of 8 KB (ORA-01450)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Facts about a database, as one session sees it.

    Attributes:
        release: Major and minor number of the software, for example (12, 2), (19, 3), (23, 6).
        compatible: COMPATIBLE likewise: newer features are off (ORA-00406).
        max_string_size: Whether VARCHAR2 ends at 4,000 or 32,767 bytes.
        charset: Character set of CHAR, VARCHAR2 and CLOB.
        national_charset: Character set of NCHAR, NVARCHAR2 and NCLOB.
        sql92_security: Whether UPDATE and DELETE with WHERE need SELECT (Database Reference,
            SQL92_SECURITY: the default since 12.2).
        calendar: NLS_CALENDAR of the session.
        schema: Current schema.
        container: Name of the container; None before multitenant or where there is none.
        edition: Name of the session's edition.
        is_autonomous: Whether this is an Autonomous Database.
        rights: System privileges that are enabled.
    """

    release: Release = (19, 3)
    compatible: Release = (19, 0)
    max_string_size: StringSize = "STANDARD"
    charset: str = "AL32UTF8"
    national_charset: str = "AL16UTF16"
    sql92_security: bool = True
    calendar: str = "GREGORIAN"
    schema: str = ""
    container: str | None = None
    edition: str | None = None
    is_autonomous: bool = False
    rights: frozenset[str] = frozenset()

    @property
    def features(self) -> Release:
        """The release whose features are on."""
        # 23ai may run with COMPATIBLE 19.0.0, and then refuses its own types (ORA-00406).
        return min(self.release, self.compatible)

    @property
    def name_bytes(self) -> int:
        """Bytes of the longest name (Database Object Naming Rules; ORA-00972)."""
        return MAX_BYTES if self.features >= (12, 2) else MAX_BYTES_BEFORE_12_2

    @property
    def key_bytes(self) -> int:
        """Bytes that the columns of a key may have in all (ORA-01450)."""
        return _INDEX_ENTRY_BYTES

    @property
    def is_unicode(self) -> bool:
        """Whether every character can be stored in CHAR, VARCHAR2 and CLOB."""
        return self.charset in _UNICODE

    @property
    def codec(self) -> str | None:
        """Python's codec for the character set; None for Unicode or where Python has none."""
        return None if self.is_unicode else _CODECS.get(self.charset)

    @property
    def bytes_per_character(self) -> int:
        """Bytes that a character takes at most in CHAR, VARCHAR2 and CLOB."""
        if self.charset == "UTF8":
            return 6  # two surrogates of three bytes each: CESU-8
        if is_single_byte(self.charset):
            return 1
        return 4

    def has_features_of(self, release: int) -> bool:
        """Return whether the features of a release are on, given by its major number."""
        return release <= self.features[0]

    @property
    def is_extended(self) -> bool:
        """Whether VARCHAR2 and RAW may have 32,767 bytes."""
        return self.max_string_size == "EXTENDED"


def is_single_byte(charset: str | None) -> bool:
    """Return whether every character of a character set is one byte.

    The number in a name is the bits of a character: WE8MSWIN1252, US7ASCII, JA16SJIS.
    """
    match = _BITS.match(charset or "")
    return match is not None and charset not in _UNICODE and int(match[1]) <= 8


def read_server(connection: oracledb.Connection) -> Server:
    """Return what the database of a session can.

    Raises:
        oracledb.Error: If the session has died or the dictionary cannot be read.
    """
    block = _run_block(connection)
    with connection.cursor() as cursor:
        cursor.prefetchrows = cursor.arraysize = 300  # all rows with the first round trip
        rows = cursor.execute(_FACTS).fetchall()
    return server_of(str(connection.version), block, rows)


def release_of(connection: oracledb.Connection) -> Release:
    """Return the release of the software, which the driver knows from the logon."""
    return _release(str(connection.version))


def is_physical_standby(connection: oracledb.Connection) -> bool:
    """Return whether this is a copy that applies the redo of another database, open for reading.

    Its V$TRANSACTION does not show what is open at the primary (SQL Language Reference,
    "SYS_CONTEXT", DATABASE_ROLE).
    """
    with connection.cursor() as cursor:
        row = cursor.execute(_ROLE).fetchone()
    return row is not None and row[0] == "PHYSICAL STANDBY"


def string_size_of(longest_text: int) -> StringSize:
    """Return MAX_STRING_SIZE, given how long RPAD makes a text.

    With STANDARD, RPAD ends at 4,000 bytes (SQL Language Reference, "RPAD"), so that nobody needs
    READ on V$PARAMETER.
    """
    return "EXTENDED" if longest_text > STANDARD_TEXT_BYTES else "STANDARD"


def _run_block(connection: oracledb.Connection) -> dict[str, str | None]:
    with connection.cursor() as cursor:
        variables = {name: cursor.var(str) for name in _BLOCK_BINDS}
        try:
            cursor.execute(_BLOCK, variables)
        except oracledb.DatabaseError as error:
            if describe(error).session_dead:
                raise
            _LOGGER.debug("Parameters of the database are not readable", exc_info=error)
            return {}
        return {name: variable.getvalue() for name, variable in variables.items()}


def server_of(
    version: str, block: Mapping[str, str | None], rows: Iterable[tuple[Any, ...]]
) -> Server:
    """Return a server from what its statements returned.

    Args:
        version: The version as the driver has it from the logon.
        block: Values of the block; None or missing where one is not readable.
        rows: Kind, name and value of each fact.
    """
    facts = list(rows)
    values = {name: value for kind, name, value in facts if kind != "RIGHT"}
    release = _release(version)
    compatible = block.get("compatible") or block.get("parameter")
    longest = int(values.get("LONGEST TEXT") or 0)
    size = block.get("string_size") or string_size_of(longest)
    return Server(
        release=release,
        compatible=_release(compatible) if compatible else release,
        max_string_size="EXTENDED" if size == "EXTENDED" else "STANDARD",
        charset=values.get("NLS_CHARACTERSET") or "AL32UTF8",
        national_charset=values.get("NLS_NCHAR_CHARACTERSET") or "AL16UTF16",
        sql92_security=block.get("sql92_security") != "FALSE",
        calendar=values.get("NLS_CALENDAR") or "GREGORIAN",
        schema=values.get("CURRENT_SCHEMA") or "",
        container=values.get("CON_NAME"),
        edition=values.get("EDITION"),
        # OLTP, DWCS and the like on Autonomous Database, NULL elsewhere.
        is_autonomous=bool(block.get("cloud_service")),
        rights=frozenset(name for kind, name, _ in facts if kind == "RIGHT"),
    )


@functools.lru_cache(maxsize=100)
def _release(version: str) -> Release:
    major, _, rest = version.partition(".")
    return int(major), int(rest.partition(".")[0] or 0)
