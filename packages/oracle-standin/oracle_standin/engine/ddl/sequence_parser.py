"""Reads the options of CREATE SEQUENCE, ALTER SEQUENCE and identity columns.

Source: SQL Language Reference, CREATE SEQUENCE.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from oracle_standin.engine.ddl.model import SequenceOptions
from oracle_standin.protocol import not_in_this_standin

if TYPE_CHECKING:
    from oracle_standin.engine.reader import Reader

_NUMBERS = {
    ("INCREMENT", "BY"): "increment",
    ("MAXVALUE",): "max_value",
    ("MINVALUE",): "min_value",
    ("CACHE",): "cache",
}
_FLAGS = {
    "CYCLE": ("cycle", True),
    "NOCYCLE": ("cycle", False),
    "NOCACHE": ("cache", 0),
    "ORDER": ("ordered", True),
    "NOORDER": ("ordered", False),
    "KEEP": ("keep", True),
    "NOKEEP": ("keep", False),
    "SESSION": ("session", True),
    "GLOBAL": ("session", False),
    "NOSCALE": ("restart", None),
    "NOEXTEND": ("restart", None),
    "NOSHARD": ("restart", None),
    "RESTART": ("restart", True),
}


def parse_sequence_options(reader: Reader, *, bracketed: bool = False) -> SequenceOptions:
    """Consume options in any order; with `bracketed`, those in parentheses or none.

    Raises OracleError 1780 and others for what is no number; SCALE and SHARD are refused.
    """
    if bracketed and not reader.accept_operator("("):
        return SequenceOptions()
    options = SequenceOptions()
    while (changed := _parse_option(reader, options)) is not None:
        options = changed
    if bracketed:
        reader.expect_close()
    return options


def _parse_option(reader: Reader, options: SequenceOptions) -> SequenceOptions | None:
    if reader.accept("START", "WITH"):
        if reader.accept("LIMIT", "VALUE"):
            return replace(options, start_limit_value=True)
        return replace(options, start=reader.integer())
    for words, field in _NUMBERS.items():
        if reader.accept(*words):
            changes: dict[str, Any] = {field: reader.integer()}
            return replace(options, **changes)
    if word := reader.accept_any("NOMAXVALUE", "NOMINVALUE"):
        return replace(options, no_limits=options.no_limits | {word[2:]})
    if reader.at_any({"SCALE", "SHARD"}):
        raise not_in_this_standin(what="a scalable or sharded sequence")
    if word := reader.accept_any(*_FLAGS):
        field, value = _FLAGS[word]
        changes = {} if value is None else {field: value}
        return replace(options, **changes)
    return None
