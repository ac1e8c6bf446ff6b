"""The settings and the session for mining, apart from those that read tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oracle_core.connection import ConnectionSource

if TYPE_CHECKING:
    from collections.abc import Mapping

    import oracledb

# They name the place of the tables and would take precedence over the root's service.
_OWN_PLACE = frozenset({"sid", "dsn"})
# They belong to the other user: a token takes precedence over a password, and a password that is
# not the common user's would lock the account after some runs.
_OWN_CREDENTIALS = frozenset(
    {
        *("password", "password_file", "proxy_user"),
        *("access_token", "access_token_file", "access_token_private_key"),
    }
)


def mining_settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the connection settings for mining.

    With `common_user` that is a user of the root container, where the redo of all pluggable
    databases can be mined; without, the same user as everywhere.

    Args:
        config: The tap's settings under their canonical names.
    """
    if not config.get("common_user"):
        return dict(config)
    service_name = config.get("common_service_name")
    own = _OWN_CREDENTIALS | (_OWN_PLACE if service_name else frozenset())
    settings = {name: value for name, value in config.items() if name not in own}
    settings |= {"user": config["common_user"], "password": config.get("common_password")}
    if service_name:
        settings["service_name"] = service_name
    return settings


class MiningConnection:
    """A session for mining, opened on the first call."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        """Keep the settings; nothing is opened yet.

        Args:
            config: The tap's settings under their canonical names.
        """
        self._config = config
        self._source: ConnectionSource | None = None

    def session(self) -> oracledb.Connection:
        """Return the session.

        Raises:
            DatabaseError: If the database cannot be reached.
        """
        if self._source is None:
            self._source = ConnectionSource(mining_settings(self._config), module="tap-oracle")
        return self._source.connection()

    def close(self) -> None:
        """Close the session, if there is one."""
        if self._source is not None:
            self._source.close()
