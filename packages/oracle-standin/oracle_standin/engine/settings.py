"""What a client can set for its session: schema, NLS parameters, time zone, attributes.

Each setting is kept here and in a PostgreSQL setting `ora.<name>`, where SQL functions read it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from oracle_standin.engine import names
from oracle_standin.engine.parameters import DEFAULT_PARAMETERS, setting_name
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from oracle_standin.backend import SessionInfo
    from oracle_standin.engine.server_facts import ServerFacts

CLIENT_CONTEXT = "CLIENTCONTEXT"
_ATTRIBUTES = ("module", "action", "client_info", "client_identifier", "dbop")


class Settings:
    """The settings of one session."""

    def __init__(
        self,
        user: str,
        info: SessionInfo,
        server: ServerFacts,
        apply: Callable[[Mapping[str, str]], None],
    ) -> None:
        """Start with the defaults and `apply` them to the connection, as `user`.

        `server` is the server that is played.
        """
        self._apply = apply
        self._nls = {**DEFAULT_PARAMETERS, "NLS_CALENDAR": server.calendar}
        self.attributes: dict[str, str] = {}
        """MODULE, ACTION and the like, by their names in small letters."""
        self.current_schema = user
        self._context: dict[str, str] = {}
        self.time_zone = info.time_zone or "+00:00"
        apply(
            {
                "role": names.engine_name(user),
                "search_path": _search_path(user),
                **server.settings(),
                "ora.user": user,
                "ora.current_schema": user,
                "ora.session_id": str(info.session_id),
                "ora.serial_number": str(info.serial_number),
                "ora.service_name": info.service_name,
                "ora.program": info.program,
                "ora.machine": info.machine,
                "ora.os_user": info.os_user,
                "ora.proxy_user": info.proxy_user,
                "ora.network_protocol": info.network_protocol,
                "ora.terminal": info.terminal,
                "ora.driver_name": info.driver_name,
                "ora.time_zone": self.time_zone,
                **{setting_name(name): value for name, value in self._nls.items()},
            }
        )

    def nls(self, parameter: str) -> str:
        """Return a session parameter by its Oracle name; "" for one that was never set."""
        return self._nls.get(parameter.upper(), "")

    def set_nls(self, parameter: str, value: str) -> None:
        """Set a session parameter by its Oracle name."""
        self._nls[parameter.upper()] = value
        self._apply({setting_name(parameter): value})

    def set_time_zone(self, text: str) -> None:
        """Set the time zone: an offset such as "+02:00" or a region name."""
        self.time_zone = text
        self._apply({"ora.time_zone": text})

    def set_current_schema(self, name: str) -> None:
        """Set the schema for unqualified names, which must exist."""
        self.current_schema = name
        self._apply({"search_path": _search_path(name), "ora.current_schema": name})

    def act_for(self, user: str, schema: str) -> None:
        """Have the rights of a user and the names of a schema, as a unit with definer's rights."""
        self.current_schema = schema
        self._apply(
            {
                "role": names.engine_name(user),
                "search_path": _search_path(schema),
                "ora.current_schema": schema,
            }
        )

    def set_context(self, namespace: str, values: Mapping[str, str]) -> None:
        """Set attributes of CLIENTCONTEXT, or clear it when there are none.

        Source: PL/SQL Packages and Types Reference, DBMS_SESSION.SET_CONTEXT: without
        CREATE CONTEXT this is the only namespace that a client may set.
        """
        if namespace.upper() != CLIENT_CONTEXT:
            raise OracleError(28267, "Invalid NameSpace Value")
        self._context.update({name.upper(): value for name, value in values.items()})
        if not values:
            self._context.clear()
        self._apply({"ora.client_context": json.dumps(self._context) if self._context else ""})

    def set_client_attributes(self, attributes: Mapping[str, str]) -> None:
        """Set MODULE, ACTION, CLIENT_INFO, CLIENT_IDENTIFIER, DBOP; absent ones keep theirs."""
        known = {name.lower(): value for name, value in attributes.items()}
        chosen = {f"ora.{name}": known[name] for name in _ATTRIBUTES if name in known}
        if chosen:
            self._apply(chosen)
            self.attributes.update({name: known[name] for name in _ATTRIBUTES if name in known})


def _search_path(schema: str) -> str:
    return f'{names.quoted(schema)}, "SYS", pg_catalog, ora'
