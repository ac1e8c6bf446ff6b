"""Translates queries and DML from Oracle's SQL to PostgreSQL's.

    text -> cursor -> expressions, selects, dml -> nodes -> render, queries, changes, merges -> text

What the parser does not read and the renderer does not write is refused: nothing passes through
unseen.
"""

from __future__ import annotations

from oracle_standin.engine.query.translation import translate, translate_expression

__all__ = ["translate", "translate_expression"]
