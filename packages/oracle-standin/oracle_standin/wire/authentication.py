"""The two logon calls: reading them, and what the second one answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_standin.lexer import Kind, tokens
from oracle_standin.wire.reader import MalformedRequestError, decoded

if TYPE_CHECKING:
    from oracle_standin.backend import SessionInfo
    from oracle_standin.wire.profiles import Profile
    from oracle_standin.wire.reader import RequestReader

_MAX_PAIRS = 1000
_INSTANCE = "FREE"


@dataclass(frozen=True, slots=True)
class LogonRequest:
    """One logon call: the user's exact name and the keys it came with."""

    user: str
    values: dict[str, str]
    contexts: tuple[tuple[str, str, str], ...] = ()
    """Application contexts: namespace, attribute, value."""

    def time_zone(self) -> str:
        """Return the offset or region of the client's ALTER SESSION SET TIME_ZONE, or UTC."""
        statement = self.values.get("AUTH_ALTER_SESSION", "")
        found = tokens(statement.rstrip("\0"))
        for position, token in enumerate(found[:-2]):
            value = found[position + 2]
            if token.is_word("TIME_ZONE") and value.kind is Kind.STRING:
                return value.value
        return "+00:00"


def read_logon(reader: RequestReader) -> LogonRequest:
    """Read phase one or two after the function header."""
    has_user = reader.byte()
    reader.skip("uub")
    count = reader.unsigned()
    reader.skip("bb")
    user = decoded(reader.sized() or b"") if has_user else ""
    if count > _MAX_PAIRS:
        detail = f"{count} logon keys"
        raise MalformedRequestError(detail)
    values = {}
    contexts = []
    for _ in range(count):
        key = reader.text()
        values[key] = reader.text()
        reader.skip("u")
        if key == "AUTH_APPCTX_VALUE":
            contexts.append((values["AUTH_APPCTX_NSPACE"], values["AUTH_APPCTX_ATTR"], values[key]))
    return LogonRequest(folded(user), values, tuple(contexts))


def folded(user: str) -> str:
    """Return a user name as it is stored: exact when it came in quotes, else in upper case."""
    if len(user) > 2 and user[0] == user[-1] == '"':
        return user[1:-1]
    return user.upper()


def logon_parameters(profile: Profile, info: SessionInfo, proof: str) -> list[tuple[str, str, int]]:
    """Return what phase two answers; `proof` is the hex AUTH_SVR_RESPONSE."""
    values = {
        "AUTH_VERSION_STRING": "- stand-in",
        "AUTH_VERSION_NO": str(profile.packed_version),
        "AUTH_VERSION_SQL": "26",
        "AUTH_XACTION_TRAITS": "3",
        "AUTH_VERSION_STATUS": "0",
        "AUTH_CAPABILITY_TABLE": "",
        "AUTH_SESSION_ID": str(info.session_id),
        "AUTH_SERIAL_NUM": str(info.serial_number),
        "AUTH_DB_ID\0": "1",
        "AUTH_USER_ID": "100",
        "AUTH_SC_INSTANCE_NAME": _INSTANCE,
        "AUTH_INSTANCENAME": _INSTANCE,
        "AUTH_SC_DB_DOMAIN": "",
        "AUTH_SC_DBUNIQUE_NAME": _INSTANCE,
        "AUTH_SC_REAL_DBUNIQUE_NAME": _INSTANCE,
        "AUTH_SC_SERVICE_NAME": info.service_name.lower(),
        "AUTH_MAX_OPEN_CURSORS": "300",  # 0 would switch the client's statement cache off
        "AUTH_MAX_IDEN_LENGTH": "128",
        "AUTH_SVR_RESPONSE": proof,
    }
    return [(key, value, 0) for key, value in values.items()]
