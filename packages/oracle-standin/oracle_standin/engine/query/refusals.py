"""Refusing what Oracle does and the stand-in does not."""

from __future__ import annotations

from typing import NoReturn

from oracle_standin.protocol import not_in_this_standin


def refuse(what: str, code: int = 3001) -> NoReturn:
    """Raise the error that says that something is not in this stand-in."""
    raise not_in_this_standin(what, code)
