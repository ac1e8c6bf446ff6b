"""Piggybacks: small requests in front of a call, which have no reply of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_standin.wire.codes import Call, EndToEnd
from oracle_standin.wire.reader import MalformedRequestError, RequestReader, decoded

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class CloseCursors:
    """Forget these cursors."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FreeLobs:
    """Forget these temporary LOBs: locators written one after the other."""

    locators: bytes


@dataclass(frozen=True, slots=True)
class SetSchema:
    """Change the current schema."""

    name: str


@dataclass(frozen=True, slots=True)
class SetAttributes:
    """Change session attributes by name: MODULE, ACTION and so on."""

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SetContext:
    """Set attributes of an application context, or clear it when there are none."""

    namespace: str
    values: Mapping[str, str]


Piggyback = CloseCursors | FreeLobs | SetSchema | SetAttributes | SetContext | None


def read_piggyback(reader: RequestReader, code: int) -> Piggyback:
    """Read a piggyback after its header; None for those without effect here.

    Raises MalformedRequestError for an unknown one, whose end cannot be found.
    """
    match code:
        case Call.CLOSE_CURSORS:
            reader.skip("b")
            return CloseCursors(tuple(reader.unsigned() for _ in range(reader.unsigned())))
        case Call.SET_SCHEMA:
            reader.skip("b")
            return SetSchema(decoded(reader.twice_sized()))
        case Call.SET_END_TO_END:
            return _end_to_end(reader)
        case Call.LOB:
            return _free_lobs(reader)
        case Call.APPLICATION_CONTEXT:
            return _application_context(reader)
        case Call.SESSION_STATE:
            reader.skip("u")
        case Call.PIPELINE_BEGIN:
            reader.skip("ubb")
        case _:
            detail = f"piggyback {code}"
            raise MalformedRequestError(detail)
    return None


def _free_lobs(reader: RequestReader) -> FreeLobs:
    reader.skip("b")
    total = reader.unsigned()
    reader.skip("buuubbbubuuubbububu")
    return FreeLobs(reader.raw(total))


def _end_to_end(reader: RequestReader) -> SetAttributes:
    reader.skip("bb")
    flags = EndToEnd(reader.unsigned())
    lengths: dict[EndToEnd, int] = {}
    for attribute in (EndToEnd.CLIENT_IDENTIFIER, EndToEnd.MODULE, EndToEnd.ACTION):
        reader.skip("b")
        lengths[attribute] = reader.unsigned()
    reader.skip("bubub")
    lengths[EndToEnd.CLIENT_INFO] = reader.unsigned()
    reader.skip("bubub")
    lengths[EndToEnd.DBOP] = reader.unsigned()
    values = {}
    for attribute, length in lengths.items():
        text = decoded(_present(reader)) if length else ""
        if attribute in flags and attribute.name:
            values[attribute.name] = text
    return SetAttributes(values)


def _present(reader: RequestReader) -> bytes:
    """Return the next string; the driver writes empty ones too, with nothing to announce them."""
    while not (content := reader.sized()):
        pass
    return content


def _application_context(reader: RequestReader) -> SetContext:
    reader.skip("bub")
    count = reader.unsigned()
    reader.skip("ub")
    namespace = decoded(reader.sized() or b"")
    values = {}
    for _ in range(count):
        name = decoded(reader.twice_sized())
        values[name] = decoded(reader.twice_sized())
        reader.skip("u")
    return SetContext(namespace, values)
