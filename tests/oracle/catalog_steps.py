"""What tests of the catalog have in common."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from click.testing import CliRunner, Result

from catalog.command.main import main
from catalog.introspect import take_inventory
from catalog.name_filter import NameFilter
from catalog.table_assembly import Depth

if TYPE_CHECKING:
    from collections.abc import Mapping

    from oracle_standin.testing import OracleDatabase

    from catalog.model import Inventory, Table

WHOLE = Depth(details=True, synonyms=True)


def read_whole(database: OracleDatabase, user: str | None, *schemas: str) -> Inventory:
    """Return everything that a user, or the administrator, finds in schemas."""
    with closing(database.connect(user)) as connection:
        return take_inventory(connection, NameFilter(schemas), WHOLE)


def by_name(found: Inventory) -> dict[str, Table]:
    """Return the tables of one schema by their names."""
    return {table.name: table for table in found.tables}


def environment(settings: Mapping[str, object]) -> dict[str, str]:
    """Return settings as the environment variables of `oracle-catalog`."""
    return {f"ORACLE_CATALOG_{name.upper()}": str(value) for name, value in settings.items()}


def command(*arguments: str, **variables: str) -> Result:
    """Run `oracle-catalog`."""
    return CliRunner().invoke(main, arguments, env=variables)
