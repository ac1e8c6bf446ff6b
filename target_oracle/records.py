"""Decodes the RECORD lines of one stream: a run at once by a typed decoder, or line by line."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec

from target_oracle.nesting import TOO_DEEP, is_too_deep, may_be_too_deep
from target_oracle.properties import Property, ValueKind
from target_oracle.rows import Row, Rows, flat_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

NULL = msgspec.Raw(b"null")
_LARGEST_EXPONENT = 1000  # a number of a thousand digits fits no Oracle type

_PYTHON_TYPES: dict[ValueKind, Any] = {
    ValueKind.INTEGER: int,
    ValueKind.NUMBER: Decimal,
    ValueKind.STRING: str,
    ValueKind.BOOLEAN: bool,
    ValueKind.JSON: msgspec.Raw,
    ValueKind.ANY: msgspec.Raw,
}


_RAW_KINDS = (ValueKind.JSON, ValueKind.ANY)

_RECORD_OF = attrgetter("record")
_TIME_EXTRACTED_OF = attrgetter("time_extracted")
_VERSION_OF = attrgetter("version")


class NotDecoded(ValueError):  # noqa: N818 - a verdict on one line, turned into an error with its place
    """A record does not match its SCHEMA; the text names property and types, never the value."""


class NotARecord(NotDecoded):
    """A line is not a RECORD at all: the input is broken, not a row of it."""


class KeyMissing(NotDecoded):
    """A record has no value for a key property."""


class RecordDecoder:
    """Turns RECORD lines of one stream into rows, checking types, nulls and required properties.

    Numbers keep every digit. Properties that the SCHEMA does not list are left out. Of a repeated
    property the last value counts. An integer may be written 1.0 or 1e3 (JSON Schema, section
    6.1.1); a number may be written as a text of digits.
    """

    def __init__(
        self, stream: str, properties: Sequence[Property], *, is_lenient: bool = False
    ) -> None:
        """Build the decoders of a stream.

        Args:
            stream: The stream.
            properties: Its properties.
            is_lenient: Whether a value of another JSON type passes as it is; the column then takes
                it exactly or refuses it.
        """
        self.stream = stream
        self.properties = tuple(properties)
        record = _record_type(self.properties)
        self._run = msgspec.json.Decoder(_envelope(stream, record)) if record else None
        self._records = msgspec.json.Decoder(record) if record else None
        self._names = frozenset(prop.name for prop in self.properties)
        self._loose = msgspec.json.Decoder(_loose_envelope(stream))
        self._never_null = tuple(
            position
            for position, prop in enumerate(self.properties)
            if prop.kind in _RAW_KINDS and not prop.nullable
        )
        self._fields = tuple(
            _field_decoder(prop, is_lenient=is_lenient) for prop in self.properties
        )

    def decode_run(self, lines: bytes, count: int) -> Rows | None:
        """Return the rows of `count` whole lines, or None where each needs a closer look."""
        messages = _decoded_lines(self._run, lines, count)
        if messages is None:
            return None
        columns = self._columns(map(_RECORD_OF, messages))
        return self._without_null(
            [*columns, list(map(_TIME_EXTRACTED_OF, messages)), list(map(_VERSION_OF, messages))]
        )

    def decode_records(self, lines: bytes, count: int) -> Rows | None:
        """Return the rows of `count` lines that are records without a message around them.

        Returns:
            None where each line needs a closer look.
        """
        records = _decoded_lines(self._records, lines, count)
        if records is None:
            return None
        return self._without_null([*self._columns(records), [None] * count, [None] * count])

    def _columns(self, records: Iterable[msgspec.Struct]) -> list[list[Any]]:
        values = list(chain.from_iterable(map(msgspec.structs.astuple, records)))
        return flat_columns(values, len(self.properties))

    def _without_null(self, columns: list[list[Any]]) -> Rows | None:
        """Return the rows, None where one has a null that the SCHEMA does not allow.

        A field of type Raw takes null, so that the typed decoder does not see it.
        """
        if any(NULL in columns[position] for position in self._never_null):
            return None
        return Rows(columns)

    def unknown_properties(self, line: bytes) -> list[str]:
        """Return the properties of a record that the SCHEMA does not list."""
        try:
            record = self._loose.decode(line).record
        except (msgspec.MsgspecError, RecursionError):
            return []
        return [name for name in record if name not in self._names]

    def decode_line(self, line: bytes) -> Row:
        """Return the row of one line.

        Raises:
            NotDecoded: when the record does not match the SCHEMA.
        """
        what = "not a RECORD of one stream with a record object"
        message = _decoded(self._loose, line, what)
        return (*self._values(message.record), message.time_extracted, message.version)

    def decode_record(self, line: bytes) -> Row:
        """Return the row of a record without a message around it.

        Raises:
            NotDecoded: If the record does not match the SCHEMA.
        """
        record = _decoded(_LOOSE_RECORD, line, "not an object")
        return (*self._values(record), None, None)

    def _values(self, record: Mapping[str, msgspec.Raw]) -> list[Any]:
        return [
            decode(record.get(prop.name))
            for prop, decode in zip(self.properties, self._fields, strict=True)
        ]

    def read_property(self, position: int, raw: msgspec.Raw | None) -> Any:  # noqa: ANN401 - any value
        """Return the value of one property from its JSON, None where the record lacks it.

        Raises:
            NotDecoded: If the SCHEMA does not allow it.
        """
        return self._fields[position](raw)


def _decoded_lines(
    decoder: msgspec.json.Decoder[Any] | None, lines: bytes, count: int
) -> list[Any] | None:
    """Return what a typed decoder makes of `count` lines, None where it refuses one."""
    if decoder is None:
        return None
    if may_be_too_deep(lines, count) and any(map(is_too_deep, lines.splitlines())):
        return None
    try:
        decoded = decoder.decode_lines(lines)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    # `decode_lines` passes over blank lines, after which rows and line numbers would not match.
    return decoded if len(decoded) == count else None


def _record_type(properties: Sequence[Property]) -> Any:  # noqa: ANN401 - a type made at run time
    """Return the Struct of a record, or None for names that cannot be fields of a Struct."""
    # msgspec does not rename a field to a name with a quote, a backslash or a control character.
    if any(re.search(r'["\\\x00-\x1f]', prop.name) for prop in properties):
        return None
    fields: list[Any] = []
    for position, prop in enumerate(properties):
        python_type = _PYTHON_TYPES[prop.kind]
        if prop.nullable and python_type is not msgspec.Raw:
            python_type |= None
        if prop.required:
            # A field has to be a Python identifier, which a property such as `A#` is not.
            fields.append((f"c{position}", python_type))
        else:
            default = NULL if python_type is msgspec.Raw else None
            fields.append((f"c{position}", python_type, default))
    return msgspec.defstruct(
        "Record",
        fields,
        rename={f"c{position}": prop.name for position, prop in enumerate(properties)},
        # msgspec wants fields without a default first, unless all are given by keyword.
        kw_only=True,
        gc=False,
    )


def _envelope(stream: str, record: Any) -> Any:  # noqa: ANN401 - types made at run time
    return msgspec.defstruct(
        "RecordMessage",
        [
            # Literals, so that a line of another type or stream is refused here and read alone.
            ("type", Literal["RECORD"]),
            ("stream", Literal[stream]),
            ("record", record),
            ("time_extracted", str | None, None),
            ("version", int | None, None),
        ],
        gc=False,
    )


def _loose_envelope(stream: str) -> Any:  # noqa: ANN401 - types made at run time
    return _envelope(stream, dict[str, msgspec.Raw])


def _decoded(decoder: msgspec.json.Decoder[Any], line: bytes, wrong_form: str) -> Any:  # noqa: ANN401 - what the decoder makes
    if is_too_deep(line):
        raise NotARecord(TOO_DEEP)
    try:
        return decoder.decode(line)
    except msgspec.ValidationError:
        raise NotARecord(wrong_form) from None
    except msgspec.DecodeError:
        what = "not valid JSON"
        raise NotARecord(what) from None
    except RecursionError:
        raise NotARecord(TOO_DEEP) from None


_LOOSE_RECORD = msgspec.json.Decoder(dict[str, msgspec.Raw])


def _field_decoder(prop: Property, *, is_lenient: bool) -> Callable[[msgspec.Raw | None], Any]:
    """Return the function that reads one property of a record that a typed decoder refused."""
    read = _READERS[prop.kind]
    empty = NULL if prop.kind in _RAW_KINDS else None

    def decode(raw: msgspec.Raw | None) -> Any:  # noqa: ANN401 - whatever the property holds
        if raw is None:
            if prop.is_key:
                what = f"key property '{prop.name}' is missing"
                raise KeyMissing(what)
            if prop.required:
                what = f"required property '{prop.name}' is missing"
                raise NotDecoded(what)
            return empty
        if raw == NULL:
            if prop.is_key:
                what = f"key property '{prop.name}' is null"
                raise KeyMissing(what)
            if not prop.nullable:
                what = f"property '{prop.name}' is null, which the SCHEMA does not allow"
                raise NotDecoded(what)
            return empty
        try:
            return read(raw)
        except (msgspec.MsgspecError, ValueError, ArithmeticError):
            if is_lenient:
                return _ANYTHING.decode(raw)
            what = f"property '{prop.name}' does not hold a value of type {prop.kind.value}"
            raise NotDecoded(what) from None

    return decode


_ANYTHING = msgspec.json.Decoder(float_hook=Decimal)
_INTEGER = msgspec.json.Decoder(int)
_NUMBER = msgspec.json.Decoder(Decimal)
_STRING = msgspec.json.Decoder(str)
_BOOLEAN = msgspec.json.Decoder(bool)


def _read_integer(raw: msgspec.Raw) -> int:
    try:
        return _INTEGER.decode(raw)
    except msgspec.ValidationError:
        # Decimal reads a text of digits too, but an integer in quotes is a string.
        if bytes(raw).startswith(b'"'):
            raise
    number = _NUMBER.decode(raw)
    # The exponent first: int() of 1e1000000000 would build all its digits.
    if number.adjusted() > _LARGEST_EXPONENT or number != number.to_integral_value():
        what = "not an integer"
        raise ValueError(what)
    return int(number)


_READERS: dict[ValueKind, Callable[[msgspec.Raw], Any]] = {
    ValueKind.INTEGER: _read_integer,
    ValueKind.NUMBER: _NUMBER.decode,
    ValueKind.STRING: _STRING.decode,
    ValueKind.BOOLEAN: _BOOLEAN.decode,
    # A Raw keeps the bytes of the whole message alive; a copy has its own.
    ValueKind.JSON: msgspec.Raw.copy,
    ValueKind.ANY: msgspec.Raw.copy,
}


class Refusals(Protocol):
    """Takes lines whose records are refused."""

    def take_refused(self, stream: str, line: bytes, reason: str) -> bool:
        """Keep a line; return False where it is to end the run."""


def decode_or_refuse(
    refusals: Refusals, decoder: RecordDecoder, decode: Callable[[bytes], Row], line: bytes
) -> Row | None:
    """Return the row of a line, None where its record is refused and kept.

    Raises:
        NotDecoded: If the line is to end the run.
    """
    try:
        return decode(line)
    except NotARecord:
        raise
    except NotDecoded as verdict:
        if not refusals.take_refused(decoder.stream, line, str(verdict)):
            raise
        return None


def json_texts(values: Sequence[msgspec.Raw]) -> list[str | None]:
    """Return a column of JSON values as their text; null is NULL."""
    return [None if raw == NULL else bytes(raw).decode() for raw in values]


def plain_texts(values: Sequence[msgspec.Raw]) -> list[str | None]:
    """Return a column of values of any type: strings as their text, the rest as JSON text."""
    return [_plain_text(bytes(raw)) for raw in values]


def _plain_text(data: bytes) -> str | None:
    if data == b"null":
        return None
    return _STRING.decode(data) if data.startswith(b'"') else data.decode()
