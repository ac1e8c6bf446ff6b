"""A catalog kept in a file, used while it is young and the dictionary has not changed."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalog import cache_file
from catalog.rights import session_rights
from catalog.synonyms import resolve, scope_of
from oracle_core import dictionary
from oracle_core.errors import ConfigurationError
from oracle_core.settings import SECRET_SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import oracledb

    from catalog.model import Synonym
    from catalog.name_filter import NameFilter
    from oracle_core.dictionary_rows import SnapshotRow

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
        state = _state(connection, names, through_synonyms=through_synonyms)
        snapshot = hashlib.sha256(repr(state.facts).encode()).hexdigest()
        found = cache_file.read(self.path, lambda about: self._holds(about, snapshot))
        if found is not None:
            return found
        catalog = make()
        if all(_is_settled(row) for row in state.rows):
            self._write(catalog, snapshot)
        return catalog

    def _holds(self, about: Mapping[str, Any], snapshot: str) -> bool:
        """Tell whether what is kept is young enough and made from the same."""
        made_at = about.get("made_at")
        return (
            about.get("key") == self.key
            and about.get("snapshot") == snapshot
            and isinstance(made_at, int)
            and 0 <= time.time() - made_at < self.ttl_seconds
        )

    def _write(self, catalog: Catalog, snapshot: str) -> None:
        about = {"key": self.key, "made_at": int(time.time()), "snapshot": snapshot}
        try:
            cache_file.write(self.path, about, catalog)
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
