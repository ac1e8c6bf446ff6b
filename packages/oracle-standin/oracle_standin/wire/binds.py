"""Bind declarations and bind rows of a request.

Outside PL/SQL, binds whose buffer is larger than a string may be come after all others in a row.
Targets of RETURNING ... INTO are declared but have no value in the rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.backend import Bind, CountedRows
from oracle_standin.codecs import oson_to_json
from oracle_standin.lexer import Outline, StatementKind
from oracle_standin.protocol import (
    BindValue,
    CharsetForm,
    OracleError,
    TypeCode,
    not_in_this_standin,
)
from oracle_standin.wire.codes import Message
from oracle_standin.wire.encoding import MAX_SHORT_LENGTH
from oracle_standin.wire.files import file_value
from oracle_standin.wire.reader import MalformedRequestError, RequestReader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.wire.declarations import Declaration
    from oracle_standin.wire.stores import Stores

_LOCATED_TYPES = frozenset({TypeCode.CLOB, TypeCode.BLOB, TypeCode.BFILE})
_WHOLE_TYPES = frozenset({TypeCode.JSON, TypeCode.VECTOR})
_DECODED_TYPES = _LOCATED_TYPES | _WHOLE_TYPES | {TypeCode.BOOLEAN, TypeCode.CURSOR}
_TEXT_TYPES = frozenset({TypeCode.VARCHAR, TypeCode.CHAR, TypeCode.LONG})
_LENGTH_TYPES = _TEXT_TYPES | {TypeCode.RAW, TypeCode.LONG_RAW}
_ROWID_BYTES = 5267
"""The size the driver declares for a ROWID, which it sends as text but in its place."""
_REFUSED_TYPES = {
    TypeCode.OBJECT: "an object bind",
}


def declared_binds(declarations: Sequence[Declaration], outline: Outline) -> tuple[Bind, ...]:
    """Return the binds of a statement, named by its placeholders.

    Raises OracleError 1008 when there are fewer than placeholders, 1036 when there are more, and
    3001 for types that the stand-in does not take.
    """
    if len(declarations) < len(outline.binds):
        raise OracleError(1008, "not all variables bound")
    if len(declarations) > len(outline.binds):
        raise OracleError(1036, "unrecognized bind variable passed to the bind call")
    return tuple(
        Bind(
            name=name,
            type_code=_type_code(declaration.type_number),
            charset_form=_form(declaration),
            size_bytes=declaration.size_bytes,
            is_return=outline.is_return(position),
            is_array=declaration.is_array,
            max_elements=declaration.max_elements,
        )
        for position, (name, declaration) in enumerate(
            zip(outline.binds, declarations, strict=True)
        )
    )


def _type_code(number: int) -> TypeCode:
    try:
        type_code = TypeCode(number)
    except ValueError:
        raise OracleError(3115, "unsupported network datatype or representation") from None
    if type_code in _REFUSED_TYPES:
        refusal = not_in_this_standin(_REFUSED_TYPES[type_code])
        raise refusal
    return type_code


def _form(declaration: Declaration) -> CharsetForm:
    """Return the character set form; the driver gives none for ROWIDs, which it sends as text."""
    if declaration.charset_form == CharsetForm.NATIONAL:
        return CharsetForm.NATIONAL
    is_text = declaration.type_number in _TEXT_TYPES
    return CharsetForm.DATABASE if is_text or declaration.charset_form else CharsetForm.NONE


class BindRowReader:
    """Reads the bind rows of one statement."""

    def __init__(self, binds: Sequence[Bind], outline: Outline, stores: Stores) -> None:
        """Work out the order of values in a row and whether they need no conversion."""
        self._binds = binds
        self._stores = stores
        is_plsql = outline.kind is StatementKind.PLSQL
        self._order = _wire_order(binds, stores.max_string_bytes, is_plsql=is_plsql)
        self._is_plain = all(_is_plain(binds[position]) for position in self._order)

    def read(self, reader: RequestReader, count: int) -> list[list[BindValue]]:
        """Return `count` rows with a value for each bind, None for return binds."""
        if not self._order:
            return [[None] * len(self._binds) for _ in range(count)]
        rows: list[list[BindValue]] = []
        while len(rows) < count:
            if self._is_plain:
                self._read_buffered(reader, rows, count)
            if len(rows) < count:
                rows.append(self._read_row(reader))
        return rows

    def _read_buffered(
        self, reader: RequestReader, rows: list[list[BindValue]], count: int
    ) -> None:
        """Read plain rows that lie completely in the buffer.

        Stops in front of a row that does not, or that has a value in chunks; `_read_row` waits.
        """
        buffer, position, order = reader.buffer, reader.position, self._order
        size = len(buffer)
        empty: list[BindValue] = [None] * len(self._binds)
        try:
            while len(rows) < count:
                reader.position = position
                if buffer[position] != Message.ROW_DATA:
                    return
                position += 1
                row = empty.copy()
                for index in order:
                    length = buffer[position]
                    position += 1
                    if length:
                        if length > MAX_SHORT_LENGTH:
                            return
                        end = position + length
                        row[index] = buffer[position:end]
                        position = end
                if position > size:
                    return
                rows.append(row)
            reader.position = position
        except IndexError:  # the row goes on in the next packet
            return

    def count(self, reader: RequestReader, count: int) -> CountedRows:
        """Read past `count` rows, keeping the first; as exact as `read` and much quicker."""
        first = self.read(reader, 1)[0]
        done = 1
        while done < count:
            if self._is_plain:
                done += self._pass_buffered(reader, count - done)
            if done < count:
                self.read(reader, 1)
                done += 1
        return CountedRows(count, first)

    def _pass_buffered(self, reader: RequestReader, most: int) -> int:
        """Pass plain rows that lie completely in the buffer, and return their number."""
        buffer, position, columns = reader.buffer, reader.position, self._order
        size = len(buffer)
        done = 0
        try:
            while done < most and buffer[position] == Message.ROW_DATA:
                position += 1
                for _ in columns:
                    length = buffer[position]
                    if length > MAX_SHORT_LENGTH:
                        return done
                    position += length + 1
                if position > size:
                    return done
                reader.position = position
                done += 1
        except IndexError:  # the row goes on in the next packet
            return done
        return done

    def _read_row(self, reader: RequestReader) -> list[BindValue]:
        if reader.byte() != Message.ROW_DATA:
            detail = f"no bind row before position {reader.position}"
            raise MalformedRequestError(detail)
        row: list[BindValue] = [None] * len(self._binds)
        for index in self._order:
            bind = self._binds[index]
            if bind.is_array:
                count = reader.unsigned()
                row[index] = [self._value(reader, bind) for _ in range(count)]
            else:
                row[index] = self._value(reader, bind)
        return row

    def _value(self, reader: RequestReader, bind: Bind) -> bytes | None:
        if bind.type_code in _LOCATED_TYPES:
            locator = reader.twice_sized()
            return self._located(locator, bind) if locator else None
        if bind.type_code in _WHOLE_TYPES:
            # The content follows the locator of a LOB that does not exist.
            image = reader.sized() if reader.twice_sized() else None
            is_document = image is not None and bind.type_code is TypeCode.JSON
            return oson_to_json(image or b"") if is_document else image
        if bind.type_code is TypeCode.CURSOR:
            # One byte says that there is a number; NULL and a cursor without one send 0.
            return self._stores.cursors.bound(reader.unsigned()) if reader.unsigned() else None
        return _sized_value(reader, bind)

    def _located(self, locator: bytes, bind: Bind) -> bytes:
        if bind.type_code is TypeCode.BFILE:
            return file_value(locator)
        return self._stores.lobs.find(locator).value()


def _sized_value(reader: RequestReader, bind: Bind) -> bytes | None:
    value = reader.sized()
    if value is None:
        return None
    if bind.type_code is TypeCode.BOOLEAN:
        return b"\x01" if value[-1] == 1 else b"\x00"
    if bind.type_code in _TEXT_TYPES and bind.charset_form is CharsetForm.NATIONAL:
        return value.decode("utf-16-be", "replace").encode()
    return value


def _is_plain(bind: Bind) -> bool:
    """Return whether the value on the wire is the value of the seam."""
    return not (
        bind.is_array
        or bind.type_code in _DECODED_TYPES
        or bind.charset_form is CharsetForm.NATIONAL
    )


def _comes_late(bind: Bind, max_string_bytes: int) -> bool:
    """Return whether a value is too long for a string and therefore sent after all others."""
    if bind.size_bytes <= max_string_bytes or bind.is_array:
        return False
    is_rowid = bind.type_code is TypeCode.VARCHAR and bind.size_bytes == _ROWID_BYTES
    return bind.type_code in _LENGTH_TYPES and not is_rowid


def _wire_order(binds: Sequence[Bind], max_string_bytes: int, *, is_plsql: bool) -> list[int]:
    """Return the positions of the binds that have values, in the order of the row."""
    positions = [position for position, bind in enumerate(binds) if not bind.is_return]
    if is_plsql:
        return positions
    late = [position for position in positions if _comes_late(binds[position], max_string_bytes)]
    return [position for position in positions if position not in late] + late
