"""What wire, codecs and engine share: type numbers, errors and the form of values.

Values pass between wire and engine in **Oracle's internal format**, as `bytes` without a length,
None for NULL:

| type code | bytes |
| --- | --- |
| VARCHAR, CHAR, LONG | the text in UTF-8 for both character set forms (the wire converts) |
| NUMBER, BINARY_INTEGER | Oracle NUMBER: exponent byte and base-100 digits |
| DATE | 7 bytes |
| TIMESTAMP, TIMESTAMP_LTZ | 11 bytes, 7 when the fraction is zero; LTZ in the session's zone |
| TIMESTAMP_TZ | 13 bytes: the instant in UTC, then hour + 20 and minute + 60 of the offset |
| BINARY_DOUBLE, BINARY_FLOAT | 8 or 4 bytes, sign bit flipped (negative: all bits) |
| INTERVAL_DS, INTERVAL_YM | 11 or 5 bytes |
| RAW, LONG_RAW | the bytes |
| ROWID, UROWID | the 18 characters in ASCII |
| BOOLEAN | 0x01 or 0x00 |
| CLOB, BLOB | the whole content, UTF-8 for CLOB and NCLOB; an empty LOB is b"", which is not NULL |
| BFILE | names of directory and file, each in UTF-8 after its length in 2 bytes |
| CURSOR | the number of one of the session's `open_cursors` |
| OBJECT | of XMLTYPE: the text of the document in UTF-8; of others: the image |
| JSON | the document as JSON text in UTF-8 |
| VECTOR | the vector's image, as `codecs.vectors` describes it |
"""

from __future__ import annotations

from enum import IntEnum

Value = bytes | None
BindValue = bytes | list[bytes | None] | None
Row = tuple[Value, ...]


class TypeCode(IntEnum):
    """Oracle's data type numbers as they travel in describe and bind metadata."""

    VARCHAR = 1
    NUMBER = 2
    BINARY_INTEGER = 3
    LONG = 8
    ROWID = 11
    DATE = 12
    RAW = 23
    LONG_RAW = 24
    CHAR = 96
    BINARY_FLOAT = 100
    BINARY_DOUBLE = 101
    CURSOR = 102
    OBJECT = 109
    CLOB = 112
    BLOB = 113
    BFILE = 114
    JSON = 119
    VECTOR = 127
    TIMESTAMP = 180
    TIMESTAMP_TZ = 181
    INTERVAL_YM = 182
    INTERVAL_DS = 183
    UROWID = 208
    TIMESTAMP_LTZ = 231
    BOOLEAN = 252


class CharsetForm(IntEnum):
    """Which character set a text value belongs to."""

    NONE = 0
    DATABASE = 1
    NATIONAL = 2


class OracleError(Exception):
    """An error as the client sees it.

    Args:
        code: The ORA number, 942 for ORA-00942.
        message: The text after "ORA-00942: ", which may continue with further "ORA-" lines.
        offset: Character offset of the fault in the statement, 0 when unknown.
    """

    def __init__(self, code: int, message: str, offset: int = 0) -> None:
        """Keep the parts; `str()` gives the whole line."""
        super().__init__(f"ORA-{code:05d}: {message}")
        self.code = code
        self.message = message
        self.offset = offset


def not_in_this_standin(what: str, code: int = 3001) -> OracleError:
    """Return the refusal for something that Oracle does and the stand-in does not."""
    return OracleError(code, f"unimplemented feature: {what} is not in this stand-in")


class ClientGoneError(Exception):
    """The client closed its connection while the engine was working for it."""
