"""A catalog cached in a file, valid until its age limit or a change in the dictionary."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalog import cache_file
from catalog.rights import session_rights
from catalog.synonyms import resolve, scope_of
from oracle_core import dictionary
from oracle_core.connection_settings import SECRET_SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import oracledb

    from catalog.model import Synonym
    from catalog.name_filter import NameFilter
    from oracle_core.dictionary_rows import SnapshotRow

_LOGGER = logging.getLogger(__name__)

_SETTLED_SECONDS = 2
"""LAST_DDL_TIME has a resolution of one second: DDL in the same second would be missed."""

Catalog = dict[str, Any]


def fingerprint(config: Mapping[str, Any]) -> str:
    """Return a digest of the settings, without the secret ones.

    Args:
        config: Settings that determine the content of the catalog.
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
        path: The file.
        key: Fingerprint of the settings; a catalog of other settings is not used.
        ttl_seconds: Maximum age of a catalog.
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
        """Return the cached catalog if it is still valid, otherwise build and cache a new one.

        A valid cache costs two statements: the rights of the session and the newest DDL. With
        synonyms, the chains are followed too. A file that cannot be written is logged as a
        warning, because the catalog itself is good.

        Args:
            connection: An open session.
            names: Filter of schemas and tables.
            make: Builds a catalog.
            through_synonyms: Whether the catalog describes the tables behind synonyms.
        """
        # Before the catalog is built: DDL in the meantime makes the file invalid for the next run.
        state = _state(connection, names, through_synonyms=through_synonyms)
        snapshot = hashlib.sha256(repr(state.facts).encode()).hexdigest()
        cached = cache_file.read(self.path, lambda about: self._is_valid(about, snapshot))
        if cached is not None:
            return cached
        catalog = make()
        if all(_is_settled(row) for row in state.rows):
            self._write(catalog, snapshot)
        return catalog

    def _is_valid(self, about: Mapping[str, Any], snapshot: str) -> bool:
        """Return whether the cached catalog is young enough and of the same state."""
        made_at = about.get("made_at")
        return (
            about.get("key") == self.key
            and about.get("snapshot") == snapshot
            and isinstance(made_at, int)
            # A file from the future means that the clock was set back: its age is unknown.
            and 0 <= time.time() - made_at < self.ttl_seconds
        )

    def _write(self, catalog: Catalog, snapshot: str) -> None:
        about = {"key": self.key, "made_at": int(time.time()), "snapshot": snapshot}
        try:
            cache_file.write(self.path, about, catalog)
        except OSError as error:
            _LOGGER.warning(
                "catalog_cache_path: the catalog is not cached, because %s cannot be written (%s)",
                self.path,
                error.strerror,
            )


@dataclass(frozen=True, slots=True)
class _State:
    """State of the database that a catalog depends on; equal facts give equal catalogs."""

    facts: tuple[object, ...]
    rows: tuple[SnapshotRow, ...]


def _state(connection: oracledb.Connection, names: NameFilter, *, through_synonyms: bool) -> _State:
    rights = session_rights(connection)
    scopes = [rights.scope(names)]
    synonyms: tuple[Synonym, ...] = ()
    if through_synonyms:
        resolved = resolve(connection, names, rights)
        synonyms = resolved.synonyms
        scopes.append(scope_of(resolved.places, rights.wide_family))
    rows = tuple(row for scope in scopes for row in dictionary.snapshot(connection, scope))
    facts = (
        [(int(row.objects), str(row.last_ddl_time)) for row in rows],
        # A grant on a table is DDL on it; roles and system privileges leave no trace there.
        sorted(rights.granted),
        sorted(rights.schema_privileges),
        # A synonym may come to be for another table without DDL on either of them.
        synonyms,
    )
    return _State(facts, rows)


def _is_settled(row: SnapshotRow) -> bool:
    ddl_at = row.last_ddl_time
    return ddl_at is None or (row.now - ddl_at).total_seconds() > _SETTLED_SECONDS
