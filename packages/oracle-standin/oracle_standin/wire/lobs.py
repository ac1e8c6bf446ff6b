"""LOB values that the client holds locators of, and the calls on them.

A locator is 40 bytes: its length, flags (byte 4 kind, byte 6 UTF-16, byte 7 temporary) and, from
byte 16 on, the number of the value in this session. Character LOBs travel as UTF-16, big-endian,
and their sizes and offsets count UTF-16 units.

A locator fetched from a row reads the value as it was fetched. Values live as long as the session;
when they pass `_MAX_KEPT_BYTES` the oldest fetched ones are dropped (ORA-22922 for a later read).
"""

from __future__ import annotations

from dataclasses import dataclass

from oracle_standin.protocol import CharsetForm, OracleError, TypeCode, not_in_this_standin
from oracle_standin.wire.codes import LobOperation, Message
from oracle_standin.wire.encoding import NULL, sized, unsigned
from oracle_standin.wire.profiles import UTF8_CHARSET, UTF16_CHARSET
from oracle_standin.wire.reader import MalformedRequestError, RequestReader

LOCATOR_BYTES = 40
CHUNK_BYTES = 8132

_MAX_KEPT_BYTES = 512 * 1024 * 1024
_NUMBER_AT = slice(16, 24)
_HAS_AMOUNT = frozenset(
    {
        LobOperation.GET_LENGTH,
        LobOperation.READ,
        LobOperation.TRIM,
        LobOperation.GET_CHUNK_SIZE,
        LobOperation.OPEN,
    }
)
_WRITES = frozenset({LobOperation.TRIM, LobOperation.WRITE})


@dataclass(slots=True)
class Lob:
    """One value. `content` is UTF-16 for characters once `is_wide`, else UTF-8 or binary."""

    content: bytes | bytearray
    type_code: TypeCode
    charset_form: CharsetForm
    is_temporary: bool
    is_wide: bool = False
    is_open: bool = False

    @property
    def unit_bytes(self) -> int:
        """Return how many bytes an offset or amount counts."""
        return 2 if self.type_code is TypeCode.CLOB else 1

    def widen(self) -> None:
        """Turn UTF-8 into the UTF-16 that calls work on."""
        if self.type_code is TypeCode.CLOB and not self.is_wide:
            self.content = bytes(self.content).decode().encode("utf-16-be", "surrogatepass")
            self.is_wide = True

    def length(self) -> int:
        """Return the size in bytes or UTF-16 units."""
        if self.type_code is TypeCode.CLOB and not self.is_wide and self.content.isascii():
            return len(self.content)
        self.widen()
        return len(self.content) // self.unit_bytes

    def value(self) -> bytes:
        """Return the content as it crosses the seam: UTF-8 for characters."""
        plain = bytes(self.content)
        if self.is_wide:
            return plain.decode("utf-16-be", "surrogatepass").encode("utf-8", "replace")
        return plain

    def read(self, offset: int, amount: int) -> bytes:
        """Return `amount` units from the 1-based `offset`, as they travel."""
        self.widen()
        start = (max(offset, 1) - 1) * self.unit_bytes
        return bytes(self.content[start : start + amount * self.unit_bytes])

    def write(self, offset: int, data: bytes) -> None:
        """Overwrite from the 1-based `offset`; a gap is filled with spaces or zeros."""
        self.widen()
        if not isinstance(self.content, bytearray):
            self.content = bytearray(self.content)
        start = (max(offset, 1) - 1) * self.unit_bytes
        filler = b"\x00 " if self.type_code is TypeCode.CLOB else b"\x00"
        while len(self.content) < start:
            self.content += filler
        self.content[start : start + len(data)] = data

    def open(self) -> None:
        """Note that it is open; raises OracleError 22293 when it is already."""
        if self.is_open:
            raise OracleError(22293, "LOB already opened in the same transaction")
        self.is_open = True

    def close(self) -> None:
        """End what `open` began; raises OracleError 22289 when it is not open."""
        if not self.is_open:
            raise OracleError(22289, "cannot perform operation on an unopened file or LOB")
        self.is_open = False

    def trim(self, length: int) -> None:
        """Shorten to `length` units; raises OracleError 22926 when it is shorter already."""
        self.widen()
        if length * self.unit_bytes > len(self.content):
            raise OracleError(
                22926, "specified trim length is greater than current LOB value's length"
            )
        self.content = self.content[: length * self.unit_bytes]


@dataclass(frozen=True, slots=True)
class LobRequest:
    """One LOB call; for CREATE_TEMPORARY the offsets are character set form and type."""

    operation: LobOperation
    locator: bytes
    offset: int
    second_offset: int
    amount: int
    data: bytes


def read_lob_request(reader: RequestReader) -> LobRequest:
    """Read a LOB call after the function header."""
    has_locator, length = reader.byte(), reader.unsigned()
    reader.skip("buuubbb")
    operation = _operation(reader.unsigned())
    reader.skip("bb")
    offset, second_offset = reader.unsigned(), reader.unsigned()
    has_amount = reader.byte()
    reader.raw(6)
    locator = reader.raw(length) if has_locator else b""
    if operation is LobOperation.CREATE_TEMPORARY:
        reader.skip("u")
    data = b""
    if operation is LobOperation.WRITE:
        if reader.byte() != Message.LOB_DATA:
            detail = "LOB write without data"
            raise MalformedRequestError(detail)
        data = reader.sized() or b""
    amount = reader.unsigned() if has_amount else 0
    return LobRequest(operation, locator, offset, second_offset, amount, data)


def _operation(code: int) -> LobOperation:
    try:
        return LobOperation(code)
    except ValueError:
        refusal = not_in_this_standin(f"LOB operation {code:#x}")
        raise refusal from None


class LobStore:
    """The LOB values of one session."""

    def __init__(self) -> None:
        """Start empty."""
        self._lobs: dict[int, Lob] = {}
        self._kept_bytes = 0
        self._last = 0

    def locator(self, content: bytes, type_code: TypeCode, form: CharsetForm) -> bytes:
        """Keep a value and return the column value the client reads: sizes and locator."""
        lob = Lob(content, type_code, form, is_temporary=False)
        locator = self._add(lob)
        length, chunk = unsigned(lob.length()), unsigned(CHUNK_BYTES)
        return b"".join((unsigned(LOCATOR_BYTES), length, chunk, sized(locator)))

    def _add(self, lob: Lob) -> bytes:
        self._last += 1
        self._lobs[self._last] = lob
        self._kept_bytes += len(lob.content)
        if self._kept_bytes > _MAX_KEPT_BYTES:
            self._drop_oldest()
        locator = bytearray(LOCATOR_BYTES)
        locator[0:2] = (LOCATOR_BYTES - 2).to_bytes(2, "big")
        locator[3] = 4
        locator[4] = 1 if lob.type_code is TypeCode.BLOB else 2
        locator[5] = 8
        locator[6] = 0 if lob.type_code is TypeCode.BLOB else 0x80
        locator[7] = 1 if lob.is_temporary else 0
        locator[_NUMBER_AT] = self._last.to_bytes(8, "big")
        return bytes(locator)

    def _drop_oldest(self) -> None:
        for number, lob in list(self._lobs.items())[:-1]:
            if self._kept_bytes <= _MAX_KEPT_BYTES // 2:
                return
            if not lob.is_temporary:
                self._kept_bytes -= len(lob.content)
                del self._lobs[number]

    def find(self, locator: bytes) -> Lob:
        """Return the value of a locator; raises OracleError 22922 when it is gone."""
        lob = self._lobs.get(int.from_bytes(locator[_NUMBER_AT], "big"))
        if lob is None:
            raise OracleError(22922, "nonexistent LOB value")
        return lob

    def free(self, locators: bytes) -> None:
        """Forget the values of some locators written one after the other."""
        for start in range(0, len(locators), LOCATOR_BYTES):
            number = int.from_bytes(locators[start : start + LOCATOR_BYTES][_NUMBER_AT], "big")
            lob = self._lobs.pop(number, None)
            if lob is not None:
                self._kept_bytes -= len(lob.content)

    def run(self, request: LobRequest) -> bytes:
        """Do a LOB call and return the messages before the end of the call."""
        if request.operation is LobOperation.CREATE_TEMPORARY:
            return self._create(request)
        if request.operation is LobOperation.FREE_TEMPORARY:
            self.free(request.locator)
            return bytes((Message.PARAMETER,)) + request.locator
        lob = self.find(request.locator)
        if request.operation in _WRITES and not lob.is_temporary:
            refusal = not_in_this_standin("writing through the locator of a stored LOB")
            raise refusal
        prefix, amount = _run_on(lob, request)
        parts = [prefix, bytes((Message.PARAMETER,)), request.locator]
        if request.operation in _HAS_AMOUNT:
            parts.append(unsigned(amount))
        if request.operation is LobOperation.IS_OPEN:
            parts.append(bytes((lob.is_open,)))
        return b"".join(parts)

    def _create(self, request: LobRequest) -> bytes:
        is_binary = request.second_offset == TypeCode.BLOB
        type_code = TypeCode.BLOB if is_binary else TypeCode.CLOB
        national = request.offset == CharsetForm.NATIONAL
        form = CharsetForm.NATIONAL if national else CharsetForm.DATABASE
        lob = Lob(bytearray(), type_code, form, is_temporary=True, is_wide=not is_binary)
        charset = unsigned(UTF16_CHARSET if national else UTF8_CHARSET)
        return b"".join((bytes((Message.PARAMETER,)), self._add(lob), charset, NULL))


def _run_on(lob: Lob, request: LobRequest) -> tuple[bytes, int]:
    """Do a call on a known value; return the data message, if any, and the amount to answer."""
    match request.operation:
        case LobOperation.READ:
            data = lob.read(request.offset, request.amount)
            message = bytes((Message.LOB_DATA,)) + sized(data) if data else b""
            return message, len(data) // lob.unit_bytes
        case LobOperation.WRITE:
            lob.write(request.offset, request.data)
        case LobOperation.TRIM:
            lob.trim(request.amount)
        case LobOperation.OPEN:
            lob.open()
        case LobOperation.CLOSE:
            lob.close()
        case LobOperation.GET_LENGTH:
            return b"", lob.length()
        case LobOperation.GET_CHUNK_SIZE:
            return b"", CHUNK_BYTES
        case _:
            pass
    return b"", request.amount
