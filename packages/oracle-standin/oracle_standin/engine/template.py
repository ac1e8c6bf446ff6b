"""The prepared data folder that every new database starts as a copy of.

Building one takes about a second (initdb and all of `sql/*.sql`), copying it a tenth. Templates
are kept in the cache under a key made of the server's version and the content of the SQL files.
"""

from __future__ import annotations

import hashlib
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from oracle_standin.engine import cache, postgres

_SQL_FOLDER = Path(__file__).parent / "sql"
_LAYOUT = 5  # to be raised when the template changes in a way that the SQL files do not show
_FIRST_DATABASE = "postgres"
_KEPT_TEMPLATES = 6
SEARCH_PATH = '"SYS", pg_catalog, ora'


def key() -> str:
    """Return the name of the template that fits this version of the stand-in."""
    digest = hashlib.sha256(f"{_LAYOUT} {postgres.package_version()}".encode())
    for script in _scripts():
        digest.update(script.name.encode())
        digest.update(script.read_bytes())
    return f"template-{digest.hexdigest()[:20]}"


def copy_to(data: Path) -> None:
    """Put a copy of the template in the new folder `data`, building the template if need be."""
    template = cache.folder(key())
    # Another version of the stand-in may prune the template before it is in use: build it again.
    while not _copied(template, data):
        with cache.building(template) as folder:
            if folder is not None:
                _build(folder)
                cache.prune("template-", _KEPT_TEMPLATES)
    data.chmod(0o700)
    postgres.give_to_server(data)


def _copied(template: Path, data: Path) -> bool:
    with cache.in_use(template):
        if not template.exists():
            return False
        shutil.copytree(template / "data", data)
        return True


def _scripts() -> list[Path]:
    return sorted(_SQL_FOLDER.glob("*.sql"))


def _build(folder: Path) -> None:
    postgres.give_to_server(folder)
    data = folder / "data"
    postgres.initialize(data)
    run_folder = postgres.private_folder()
    server = postgres.Postgres(data, run_folder)
    try:
        server.start(_FIRST_DATABASE)
        _bootstrap(server)
    finally:
        server.stop()
        shutil.rmtree(run_folder)


def _bootstrap(server: postgres.Postgres) -> None:
    name = sql.Identifier(postgres.DATABASE)
    with closing(server.connect(_FIRST_DATABASE)) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        # SQL scripts see names as sessions do, so that what they define binds to the same things.
        connection.execute(
            sql.SQL("ALTER DATABASE {} SET search_path = " + SEARCH_PATH).format(name)
        )
    for script in _scripts():
        with closing(server.connect()) as connection:
            _run_script(connection, script)
    _drop_others(server)


def _drop_others(server: postgres.Postgres) -> None:
    """Drop the databases that nobody uses: they are three quarters of the files to copy."""
    with closing(server.connect()) as connection:
        connection.execute("UPDATE pg_catalog.pg_database SET datistemplate = false")
        for name in (_FIRST_DATABASE, "template1", "template0"):
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def _run_script(connection: psycopg.Connection[tuple[Any, ...]], script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    try:
        connection.execute(text.encode())
    except psycopg.Error as error:
        message = f"{script.name}{_line(text, error)}: {error}"
        raise postgres.PostgresError(message) from error


def _line(text: str, error: psycopg.Error) -> str:
    position = error.diag.statement_position
    if position is None:
        return ""
    return f", line {text.count(chr(10), 0, int(position)) + 1}"
