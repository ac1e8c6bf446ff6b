"""A catalog kept in a file, used while it is young and the dictionary has not changed."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.rights import session_rights
from catalog.synonyms import resolve, scope_of
from oracle_core import dictionary
from oracle_core.errors import ConfigurationError
from oracle_core.settings import SECRET_SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import oracledb

    from catalog.model import Synonym
    from catalog.names import NameFilter
    from oracle_core.dictionary_rows import SnapshotRow

FORMAT = 2
_SETTLED_SECONDS = 2
"""LAST_DDL_TIME counts seconds: DDL in the second of the reading could go unseen."""

Catalog = dict[str, Any]


def fingerprint(config: Mapping[str, Any]) -> str:
    """Return a text that is the same for the same settings; no secret goes into it.

    Args:
        config: the settings that decide what the catalog holds.
    """
    settings = {
        name: value
        for name, value in config.items()
        if name not in SECRET_SETTINGS and not name.startswith("catalog_cache_")
    }
    text = json.dumps(settings, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class CatalogCache:
    """One file with one catalog.

    Attributes:
        path: the file.
        key: what the settings come to; a catalog made with others is not used.
        ttl_seconds: how long a catalog is used at most.
    """

    path: Path
    key: str
    ttl_seconds: float

    def catalog(
        self,
        connection: oracledb.Connection,
        names: NameFilter,
        make: Callable[[], Catalog],
        *,
        through_synonyms: bool = False,
    ) -> Catalog:
        """Return the kept catalog if it still holds, else a new one, which is kept.

        Two statements where the kept one holds: the rights of the session and the newest DDL. With
        synonyms these are followed too, and what they lead to is asked for.

        Args:
            connection: an open session.
            names: which schemas and tables are meant.
            make: makes a catalog.
            through_synonyms: whether the catalog holds what synonyms are for.

        Raises:
            ConfigurationError: the file cannot be written.
        """
        kept = self._read()
        state = _state(connection, names, through_synonyms=through_synonyms)
        snapshot = hashlib.sha256(repr(state.facts).encode()).hexdigest()
        if kept is not None and kept.get("snapshot") == snapshot:
            found = kept.get("catalog")
            if isinstance(found, dict):
                return found
        catalog = make()
        if all(_is_settled(row) for row in state.rows):
            self._write({"snapshot": snapshot, "catalog": catalog})
        return catalog

    def _read(self) -> dict[str, Any] | None:
        """Return what is kept, None where it is too old, made otherwise or not readable."""
        try:
            content = json.loads(self.path.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            return None
        made_at = content.get("made_at")
        if content.get("key") != self.key or not isinstance(made_at, int):
            return None
        return content if 0 <= time.time() - made_at < self.ttl_seconds else None

    def _write(self, content: dict[str, Any]) -> None:
        """Replace the file as a whole; only its owner may read it."""
        whole = {"format": FORMAT, "key": self.key, "made_at": int(time.time()), **content}
        try:
            handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(whole, file, ensure_ascii=False)
                Path(name).replace(self.path)
            except BaseException:
                with suppress(OSError):
                    Path(name).unlink()
                raise
        except OSError as error:
            msg = f"cannot be written ({error.strerror})"
            raise ConfigurationError(msg, setting="catalog_cache_path") from error


@dataclass(frozen=True, slots=True)
class _State:
    """What a catalog depends on in the database; equal facts make equal catalogs."""

    facts: tuple[object, ...]
    rows: tuple[SnapshotRow, ...]


def _state(connection: oracledb.Connection, names: NameFilter, *, through_synonyms: bool) -> _State:
    rights = session_rights(connection)
    scopes = [names.scope(rights.family(names))]
    synonyms: tuple[Synonym, ...] = ()
    if through_synonyms:
        resolved = resolve(connection, names)
        synonyms = resolved.synonyms
        scopes.append(scope_of(resolved.places))
    rows = tuple(row for scope in scopes for row in dictionary.snapshot(connection, scope))
    facts = (
        [(int(row.objects), str(row.last_ddl_time)) for row in rows],
        sorted(rights.granted),
        sorted(rights.schema_privileges),
        synonyms,
    )
    return _State(facts, rows)


def _is_settled(row: SnapshotRow) -> bool:
    ddl_at = row.last_ddl_time
    return ddl_at is None or (row.now - ddl_at).total_seconds() > _SETTLED_SECONDS
