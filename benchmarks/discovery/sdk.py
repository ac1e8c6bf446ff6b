"""The discovery that every SQL tap of singer-sdk has, through SQLAlchemy's inspector."""

from __future__ import annotations

import json
import resource
import sys
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from singer_sdk.sql import SQLConnector

from benchmarks.discovery.load import OWNER, PASSWORD

if TYPE_CHECKING:
    from collections.abc import Mapping


class Connector(SQLConnector):
    """The SDK's own connector with an Oracle address."""

    def get_sqlalchemy_url(self, config: Mapping[str, Any]) -> str:
        """Return the address."""
        return str(config["sqlalchemy_url"])


def main(host: str, port: str, service: str) -> None:
    """Discover everything, and say on stderr what it took."""
    sent = 0

    def count(*_: object) -> None:
        nonlocal sent
        sent += 1

    address = f"oracle+oracledb://{OWNER}:{PASSWORD}@{host}:{port}/?service_name={service}"
    connector = Connector({"sqlalchemy_url": address})
    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    entries = connector.discover_catalog_entries()
    json.dumps({"streams": entries}, default=str, indent=2)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    said = {"peak_mib": peak, "statements": sent, "streams": len(entries)}
    sys.stderr.write("\n" + json.dumps(said) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
