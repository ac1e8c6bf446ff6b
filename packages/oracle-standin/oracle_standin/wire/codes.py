"""The numbers of the protocol: packets, messages, calls and option bits."""

from __future__ import annotations

from enum import IntEnum, IntFlag


class PacketType(IntEnum):
    """Byte 4 of a packet's header."""

    CONNECT = 1
    ACCEPT = 2
    REFUSE = 4
    DATA = 6
    MARKER = 12


class DataFlag(IntFlag):
    """The two bytes in front of a data packet's content."""

    NONE = 0
    END_OF_FILE = 0x0040
    END_OF_REQUEST = 0x0800
    END_OF_RESPONSE = 0x2000


class Marker(IntEnum):
    """The third byte of a marker packet."""

    BREAK = 1
    RESET = 2
    INTERRUPT = 3


class Message(IntEnum):
    """The first byte of a message."""

    PROTOCOL = 1
    DATA_TYPES = 2
    FUNCTION = 3
    ERROR = 4
    ROW_HEADER = 6
    ROW_DATA = 7
    PARAMETER = 8
    STATUS = 9
    IO_VECTOR = 11
    LOB_DATA = 14
    DESCRIBE = 16
    PIGGYBACK = 17
    FLUSH_OUT_BINDS = 19
    BIT_VECTOR = 21
    SERVER_PIGGYBACK = 23
    ONE_WAY_FUNCTION = 26
    IMPLICIT_RESULTS = 27
    END_OF_RESPONSE = 29
    TOKEN = 33
    FAST_AUTHENTICATION = 34


class Call(IntEnum):
    """Function codes of calls and piggybacks."""

    REEXECUTE = 4
    FETCH = 5
    LOGOFF = 9
    COMMIT = 14
    ROLLBACK = 15
    REEXECUTE_AND_FETCH = 78
    EXECUTE = 94
    LOB = 96
    CLOSE_CURSORS = 105
    AUTHENTICATE_TWO = 115
    AUTHENTICATE_ONE = 118
    DIRECT_PATH_PREPARE = 128
    DIRECT_PATH_LOAD = 129
    DIRECT_PATH_OPERATION = 130
    SET_END_TO_END = 135
    PING = 147
    SET_SCHEMA = 152
    APPLICATION_CONTEXT = 154
    SESSION_STATE = 176
    PIPELINE_BEGIN = 199
    PIPELINE_END = 200


class ExecuteOption(IntFlag):
    """Option bits of an execute call."""

    PARSE = 0x01
    BIND = 0x08
    DEFINE = 0x10
    EXECUTE = 0x20
    FETCH = 0x40
    COMMIT = 0x100
    DESCRIBE = 0x20000
    BATCH_ERRORS = 0x80000


class ExecuteFlag(IntFlag):
    """Bits of the tenth number of an execute call."""

    SCROLLABLE = 0x2
    ROW_COUNTS = 0x4000


class LobOperation(IntEnum):
    """What a LOB call asks for."""

    GET_LENGTH = 0x1
    READ = 0x2
    TRIM = 0x20
    WRITE = 0x40
    FILE_OPEN = 0x100
    FILE_CLOSE = 0x200
    FILE_IS_OPEN = 0x400
    FILE_EXISTS = 0x800
    CREATE_TEMPORARY = 0x110
    FREE_TEMPORARY = 0x111
    GET_CHUNK_SIZE = 0x4000
    OPEN = 0x8000
    CLOSE = 0x10000
    IS_OPEN = 0x11000


class EndToEnd(IntFlag):
    """Which session attributes an end-to-end piggyback changes."""

    ACTION = 0x10
    MODULE = 0x8
    CLIENT_IDENTIFIER = 0x1
    CLIENT_INFO = 0x100
    DBOP = 0x200
