"""Whether the hosts of the service may share a Meltano project."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oracle_scheduler.child.command import Meltano
    from oracle_scheduler.store.database import Database

_VARIABLE = "MELTANO_DATABASE_URI"
_SEEN = dt.timedelta(minutes=2)
_LINE = re.compile(rf"^\s*(?:export\s+)?{_VARIABLE}\s*=\s*['\"]?([^'\"\s]+)", re.MULTILINE)


def refusal(database: Database, meltano: Meltano, env: Mapping[str, str]) -> str | None:
    """Return why a Meltano job does not start; None where nothing speaks against it.

    Meltano keeps state and its guard against parallel runs in the system database. Where that is
    a SQLite file of each host, a job that moves to another host loads everything again in silence.

    Args:
        database: The store, which knows the workers.
        meltano: Where the project is.
        env: Environment of the job.
    """
    uri = system_database(Path(meltano.project), env)
    if not uri.startswith("sqlite"):
        return None
    hosts = worker_hosts(database)
    if len(hosts) < 2:
        return None
    return (
        f"workers run on {', '.join(hosts)}, and Meltano's system database is a SQLite file of "
        f"each: a job would load everything again on another host. Set {_VARIABLE} to a database "
        "that all of them reach, or give Meltano jobs a queue that one host serves"
    )


def system_database(project: Path, env: Mapping[str, str]) -> str:
    """Return the URI of Meltano's system database, in the order in which Meltano looks for it."""
    if uri := env.get(_VARIABLE):
        return uri
    dotenv, settings = project / ".env", project / "meltano.yml"
    # Meltano reads the project's .env as environment, which wins over meltano.yml.
    if dotenv.is_file() and (match := _LINE.search(dotenv.read_text(encoding="utf-8"))):
        return match[1]
    if settings.is_file():
        document = yaml.safe_load(settings.read_text(encoding="utf-8")) or {}
        if isinstance(document, dict) and document.get("database_uri"):
            return str(document["database_uri"])
    # Meltano's default, a file of each host.
    return "sqlite:///.meltano/meltano.db"


def worker_hosts(database: Database) -> list[str]:
    """Return the hosts on which workers were seen within two minutes."""

    def work(connection: sa.Connection) -> list[str]:
        node = database.tables.node
        since = database.later_in_sql(-_SEEN)
        query = sa.select(node.c.host).where(node.c.seen_at > since, node.c.roles.like("%worker%"))
        return sorted(set(connection.execute(query).scalars()))

    return database.perform(work)
