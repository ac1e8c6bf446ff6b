"""Translates a session's statements, remembering the results until DDL changes what names mean."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle_standin.engine import query
from oracle_standin.engine.contract import TranslationContext
from oracle_standin.engine.server_facts import ServerFacts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from oracle_standin.backend import Bind
    from oracle_standin.engine.contract import Translation
    from oracle_standin.engine.resolver import NameResolver
    from oracle_standin.protocol import CharsetForm, TypeCode

    _Key = tuple[str, str, bool, tuple[tuple[TypeCode, CharsetForm, bool], ...]]

_KEPT = 500


class Translations:
    """The translator as one session sees it."""

    def __init__(
        self,
        user: str,
        current_schema: Callable[[], str],
        resolver: NameResolver,
        server: ServerFacts,
    ) -> None:
        """Translate for `user`, resolving names with `resolver`, as the played server."""
        self._server = server
        self._user = user
        self._current_schema = current_schema
        self._resolver = resolver
        self._known: dict[_Key, Translation] = {}
        self._session_scn: int | None = None

    def forget(self) -> None:
        """Drop what is remembered."""
        self._known.clear()

    def move(self, scn: int | None) -> None:
        """Let the session's reads be of an SCN, or of now with None."""
        self._session_scn = scn
        self.forget()

    def statement(
        self, text: str, binds: Sequence[Bind], *, procedural: bool = False
    ) -> Translation:
        """Return the translation of a query or DML statement with binds of these types.

        A `procedural` one evaluates an expression of PL/SQL, which knows BOOLEAN in any release.
        """
        types = tuple((bind.type_code, bind.charset_form, bind.is_return) for bind in binds)
        key = (text, self._current_schema(), procedural, types)
        found = self._known.get(key)
        if found is None:
            self._resolver.met_temporary = False
            context = self._context(binds)
            found = query.translate(
                text, replace(context, server=ServerFacts()) if procedural else context
            )
            if len(self._known) >= _KEPT:
                self._known.clear()
            # A temporary table made in a transaction goes with it: it is looked for each time.
            if not self._resolver.met_temporary:
                self._known[key] = found
        return found

    def query(self, text: str) -> Translation:
        """Return the translation of a query without binds."""
        return query.translate(text, self._context(()))

    def expression(self, text: str) -> str:
        """Return the translation of a scalar expression or condition."""
        return query.translate_expression(text, self._context(()))

    def _context(self, binds: Sequence[Bind]) -> TranslationContext:
        schema = self._current_schema()
        return TranslationContext(
            self._user, schema, self._resolver, binds, self._server, self._session_scn
        )
