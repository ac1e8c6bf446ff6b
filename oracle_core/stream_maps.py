"""Stream maps of the SDK: entries that match nothing, and the property whose expression failed."""

from __future__ import annotations

import difflib
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from singer_sdk.mapper import SameRecordTransform

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from types import FrameType

    from singer_sdk.mapper import StreamMap

_EVALUATION = {"_eval": "property_name", "_init_functions_and_schema": "prop_key"}
"""Methods of the SDK's `CustomStreamMap` and their variable with the property."""


def unmatched(stream_maps: Mapping[str, Any], streams: Collection[str]) -> Iterator[str]:
    """Yield one line per entry of `stream_maps` that matches no stream.

    Args:
        stream_maps: Value of the setting.
        streams: Names of the streams.
    """
    for key, definition in stream_maps.items():
        source = definition.get("__source__", key) if isinstance(definition, dict) else key
        # `__else__` is a rule for the other streams (SDK, "Stream Maps").
        if key.startswith("__") or any(fnmatchcase(stream, source) for stream in streams):
            continue
        similar = difflib.get_close_matches(source, streams, n=1, cutoff=0.7)
        meant = f"; did you mean '{similar[0]}'?" if similar else ""
        yield f"stream_maps: '{source}' matches no stream{meant}"


def failure_text(failure: BaseException) -> str | None:
    """Return which expression of `stream_maps` failed and why; None for another failure.

    The SDK's error holds the expression alone, and its evaluator may raise any exception. Only the
    frames of the traceback know the stream and the property. The text never contains a value.

    Args:
        failure: What was raised.
    """
    for frame in _frames(failure):
        name = _EVALUATION.get(frame.f_code.co_name)
        alias = getattr(frame.f_locals.get("self"), "stream_alias", None)
        if name is None or alias is None or not frame.f_locals.get(name):
            continue
        # MapExpressionError stands around what the evaluator raised.
        reason = _reason(failure.__cause__ or failure, frame.f_locals.get("record"))
        return f"stream_maps: stream '{alias}', property '{frame.f_locals[name]}': {reason}"
    return None


def _frames(failure: BaseException) -> Iterator[FrameType]:
    """Yield the frames of a traceback, the innermost first."""
    frames = []
    trace = failure.__traceback__
    while trace is not None:
        frames.append(trace.tb_frame)
        trace = trace.tb_next
    yield from reversed(frames)


def _reason(cause: BaseException, record: object) -> str:
    if isinstance(cause, SyntaxError):
        return f"the expression cannot be parsed (column {cause.offset})"
    name = getattr(cause, "name", None)
    # By name: simpleeval, the evaluator, is a dependency of the SDK and not of ours.
    if type(cause).__name__ == "NameNotDefined" and name:
        known = list(record) if isinstance(record, dict) else []
        similar = difflib.get_close_matches(str(name), known, n=1, cutoff=0.6)
        return f"'{name}' is not a property" + (
            f"; did you mean '{similar[0]}'?" if similar else ""
        )
    return f"the expression failed ({type(cause).__name__})"


def changes_nothing(stream_map: StreamMap) -> bool:
    """Return whether a stream map leaves every record as it is."""
    return type(stream_map) is SameRecordTransform and not stream_map.flattening_enabled
