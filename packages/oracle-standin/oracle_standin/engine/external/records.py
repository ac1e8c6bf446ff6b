"""Cuts the text of a file into records and their fields.

Source: Utilities, "The ORACLE_LOADER Access Driver", delim_spec and trim_spec; Error Messages,
KUP-04021 and KUP-04026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from oracle_standin.engine.external.parameters import Field, LoaderFormat

Record = list[str | None]


class RejectedRecordError(Exception):
    """A record that does not have the fields that were described."""


def records(content: str, form: LoaderFormat) -> Iterator[str]:
    """Yield the records of a file, without those to skip."""
    parts = content.split(form.record_end)
    if parts[-1] == "":
        parts.pop()
    yield from parts[form.skipped :]


def fields(record: str, form: LoaderFormat, described: Sequence[Field]) -> Record:
    """Return the values of a record's fields; an empty field is NULL.

    Raises RejectedRecordError for missing fields, for one that is too long and for a quotation
    that does not end.
    """
    found: Record = []
    place = 0
    for one in described:
        if place > len(record):
            if not form.missing_are_null:
                raise RejectedRecordError
            found.append(None)
            continue
        value, place = _next(record, place, form)
        if len(value) > one.characters:
            raise RejectedRecordError
        found.append(value or None)
    if form.rejects_empty and not any(found):
        raise RejectedRecordError
    return found


def _next(record: str, start: int, form: LoaderFormat) -> tuple[str, int]:
    """Return the field that begins at a place, and where the next one begins."""
    mark = form.enclosure
    if mark:
        blanks = len(record) - len(record[start:].lstrip(" "))
        opening = max(start, blanks)
        if record.startswith(mark, opening):
            return _enclosed(record, opening + len(mark), form)
    end = record.find(form.field_end, start)
    end = len(record) if end < 0 else end
    value = _trimmed(record[start:end], form, from_left=bool(mark))
    return value, end + len(form.field_end)


def _enclosed(record: str, start: int, form: LoaderFormat) -> tuple[str, int]:
    mark, value = form.enclosure, ""
    while True:
        end = record.find(mark, start)
        if end < 0:
            raise RejectedRecordError
        value += record[start:end]
        start = end + len(mark)
        if not record.startswith(mark, start):  # a doubled mark stands for itself
            break
        value += mark
        start += len(mark)
    rest = record[start:].lstrip(" ")
    after = len(record) - len(rest)
    if rest and not rest.startswith(form.field_end):
        raise RejectedRecordError
    return value, after + len(form.field_end)


def _trimmed(value: str, form: LoaderFormat, *, from_left: bool) -> str:
    """Trim as LDRTRIM does by default: a field that could have been enclosed, from the left."""
    if form.trim in {"LTRIM", "LRTRIM"} or (form.trim == "LDRTRIM" and from_left):
        value = value.lstrip(" ")
    return value.rstrip(" ") if form.trim in {"RTRIM", "LRTRIM"} else value
