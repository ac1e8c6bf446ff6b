"""Sessions with the database: opened when needed, opened again when lost."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import oracledb

from meltano_state_oracle.errors import report
from meltano_state_oracle.settings import connect_parameters, password_of

if TYPE_CHECKING:
    from collections.abc import Mapping

MODULE = "meltano-state"


class Sessions:
    """Opens sessions and keeps those that nobody uses for the next one who asks."""

    def __init__(self, uri: str, settings: Mapping[str, Any]) -> None:
        """Check the settings; nothing is opened yet.

        Raises:
            OracleStateError: If the settings name no database.
        """
        self._parameters = connect_parameters(uri, settings)
        self._settings = settings
        self._idle: list[oracledb.Connection] = []

    def take(self) -> oracledb.Connection:
        """Return a session that nobody else uses.

        Raises:
            OracleStateError: If the database cannot be reached or refuses the user.
        """
        while self._idle:
            connection = self._idle.pop()
            # It makes no round trip, which `ping` would for each action; a loss that it does not
            # see is repeated by the manager.
            if connection.is_healthy():
                return connection
            _close(connection)
        return self._open()

    def put_back(self, connection: oracledb.Connection) -> None:
        """Keep a session for later; what it has not committed is rolled back."""
        try:
            connection.rollback()
        except oracledb.Error:
            _close(connection)
            return
        self._idle.append(connection)

    def close(self) -> None:
        """End every session that is not in use."""
        while self._idle:
            _close(self._idle.pop())

    def _open(self) -> oracledb.Connection:
        # Before the first connection of this process: after one in thin mode it is DPY-2019.
        if self._settings.get("driver_mode") == "thick" and oracledb.is_thin_mode():
            oracledb.init_oracle_client(config_dir=self._settings.get("tns_admin"))
        parameters = dict(self._parameters)
        # Read at each log-on, so that a password that was changed needs no restart.
        if password := password_of(self._settings):
            parameters["password"] = password
        elif self._settings.get("driver_mode") == "thick":
            # External authentication exists in thick mode only (python-oracledb, "Connecting Using
            # External Authentication").
            parameters["externalauth"] = True
        try:
            connection = oracledb.connect(**parameters)
        except oracledb.Error as error:
            raise report(error, "connect to the state's database") from None
        connection.module = MODULE
        connection.call_timeout = int(self._settings.get("call_timeout_seconds") or 0) * 1000
        return connection


def _close(connection: oracledb.Connection) -> None:
    # A session that has died already cannot be closed, and need not be.
    with suppress(oracledb.Error):
        connection.close()
