"""DDL: text -> steps run as the engine's owner.

Each family has a module with a recursive-descent parser over the tokens of `oracle_standin.lexer`.
The session has committed before and commits after.
"""

from __future__ import annotations

from oracle_standin.engine.ddl.dispatch import run

__all__ = ["run"]
