"""What earlier releases do not know in DDL: IF EXISTS, IF NOT EXISTS, private temporary tables.

19c takes IF for the object's name and stumbles over the next word, each statement in its own way.
Source: SQL Language Reference 19c, the statements' syntax; Error Messages 19c.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.reader import Reader

_ENDS = (933, "SQL command not properly ended")
_OPTION = (922, "missing or invalid option")
_AFTER_CREATE = {
    "TABLE": _OPTION,
    "USER": _OPTION,
    "VIEW": (905, "missing keyword"),
    "INDEX": (969, "missing ON keyword"),
    "SYNONYM": (905, "missing keyword"),
}
_FURTHEST = 8  # CREATE OR REPLACE NO FORCE EDITIONABLE VIEW IF NOT


def check(reader: Reader) -> None:
    """Raise 19c's error for IF [NOT] EXISTS, which 23ai brought."""
    if reader.server.since(23):
        return
    if not reader.server.since(18) and reader.at("CREATE", "PRIVATE"):
        raise OracleError(901, "invalid CREATE command")
    words = [token for ahead in range(_FURTHEST) if (token := reader.peek(ahead)) is not None]
    for noun, word, following in zip(words, words[1:], words[2:], strict=False):
        if word.is_word("IF") and following.is_word("NOT", "EXISTS"):
            creates = words[0].is_word("CREATE")
            code, text = _AFTER_CREATE.get(noun.value, _ENDS) if creates else _ENDS
            raise OracleError(code, text, following.start)
