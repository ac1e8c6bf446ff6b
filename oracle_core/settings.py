"""The settings of a connection, declared once for the tap, the target and the catalog.

Names that older taps and targets use are accepted as aliases.
"""

from __future__ import annotations

import difflib
import json
import logging
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import jsonschema
from singer_sdk import typing as th
from singer_sdk.configuration._dict_config import parse_environment_config

from oracle_core import redact
from oracle_core.connection_check import check_connection
from oracle_core.errors import ConfigurationError
from oracle_core.pool_settings import POOL_SETTINGS
from oracle_core.tunnel_settings import TUNNEL_SECRETS, TUNNEL_SETTING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LOGGER = logging.getLogger(__name__)

DEFAULT_PORT = 1521
DEFAULT_CONNECT_TIMEOUT_SECONDS = 20
DEFAULT_EXPIRE_TIME_MINUTES = 2
"""Below the 350 seconds after which a network load balancer of AWS drops a quiet connection."""

TLS_PROTOCOL = "tcps"

CONNECTION_SETTINGS: list[th.Property[Any]] = [
    th.Property(
        "host",
        th.StringType(nullable=True),
        title="Host",
        description="Name or address of the database server.",
    ),
    th.Property(
        "port",
        th.IntegerType(nullable=True, minimum=1, maximum=65_535),
        default=DEFAULT_PORT,
        title="Port",
        description="Port of the listener.",
    ),
    th.Property(
        "user",
        th.StringType(nullable=True),
        title="User",
        description=(
            "Database user; `app[owner]` connects as `owner` through the proxy user `app`."
        ),
    ),
    th.Property(
        "password",
        th.StringType(nullable=True),
        secret=True,
        title="Password",
        description="Password of the user.",
    ),
    th.Property(
        "password_file",
        th.StringType(nullable=True),
        title="Password file",
        description=(
            "File whose first line is the password, instead of `password`. It is read at each "
            "log-on, and once more when a log-on is refused (ORA-01017, ORA-28001)."
        ),
    ),
    th.Property(
        "service_name",
        th.StringType(nullable=True),
        title="Service name",
        description="Service to connect to, for example FREEPDB1. One of service_name, sid, dsn.",
    ),
    th.Property(
        "sid",
        th.StringType(nullable=True),
        title="SID",
        description="System identifier, for databases that are not reached by a service name.",
    ),
    th.Property(
        "dsn",
        th.StringType(nullable=True),
        title="Connect string",
        description=(
            "Easy connect text (`host:port/service`), a descriptor (`(DESCRIPTION=…)`) or an "
            "alias of tnsnames.ora; instead of host, port and service. Never with credentials."
        ),
    ),
    th.Property(
        "tns_admin",
        th.StringType(nullable=True),
        title="TNS directory",
        description="Directory of tnsnames.ora; default: the environment variable TNS_ADMIN.",
    ),
    th.Property(
        "wallet_location",
        th.StringType(nullable=True),
        title="Wallet directory",
        description="Directory of ewallet.pem (thin mode) or cwallet.sso (thick mode).",
    ),
    th.Property(
        "wallet_password",
        th.StringType(nullable=True),
        secret=True,
        title="Wallet password",
        description="Password of ewallet.pem.",
    ),
    th.Property(
        "proxy_user",
        th.StringType(nullable=True),
        title="Proxied user",
        description="User whose rights are used after `user` has logged on as its proxy.",
    ),
    th.Property(
        "access_token",
        th.StringType(nullable=True),
        secret=True,
        title="Access token",
        description=(
            "OAuth 2.0 token, or OCI IAM database token together with access_token_private_key, "
            "instead of user and password; needs the protocol tcps."
        ),
    ),
    th.Property(
        "access_token_file",
        th.StringType(nullable=True),
        title="File of the access token",
        description=(
            "File whose first line is the token, read again for each session and when the token "
            "has expired; oci_db_key.pem beside it is the key of an OCI IAM token."
        ),
    ),
    th.Property(
        "access_token_private_key",
        th.StringType(nullable=True),
        secret=True,
        title="Private key of the access token",
        description=(
            "Private key (PEM) of an OCI IAM database token: the file oci_db_key.pem beside the "
            "token."
        ),
    ),
    th.Property(
        "driver_mode",
        th.StringType(nullable=True),
        default="thin",
        allowed_values=["thin", "thick"],
        title="Driver mode",
        description=(
            "thin needs nothing installed; thick needs Oracle Instant Client and is for servers "
            "that demand native encryption or hold old password verifiers."
        ),
    ),
    th.Property(
        "protocol",
        th.StringType(nullable=True),
        default="tcp",
        allowed_values=["tcp", TLS_PROTOCOL],
        title="Protocol",
        description="tcps encrypts with TLS and checks the server's certificate and name.",
    ),
    th.Property(
        "connect_timeout_seconds",
        th.NumberType(nullable=True, minimum=0),
        default=DEFAULT_CONNECT_TIMEOUT_SECONDS,
        title="Connect timeout (seconds)",
        description="How long one attempt to log on may take, the handshake included.",
    ),
    th.Property(
        "call_timeout_seconds",
        th.NumberType(nullable=True, minimum=0),
        default=0,
        title="Call timeout (seconds)",
        description="How long one round trip may take; 0 for no limit.",
    ),
    th.Property(
        "expire_time_minutes",
        th.IntegerType(nullable=True, minimum=0),
        default=DEFAULT_EXPIRE_TIME_MINUTES,
        title="Keep-alive (minutes)",
        description=(
            "Interval of probes that keep firewalls and address translation from dropping a quiet "
            "connection; 0 for none."
        ),
    ),
    *POOL_SETTINGS,
    TUNNEL_SETTING,
]

SECRET_SETTINGS = frozenset(setting.name for setting in CONNECTION_SETTINGS if setting.secret)

ALIASES: Mapping[str, str] = {
    "hostname": "host",
    "username": "user",
    "pass": "password",
    "service": "service_name",
    "database": "service_name",
    "dbname": "service_name",
    "driver_name": "driver_mode",
    "drivername": "driver_mode",
    "ora_python_driver_type": "driver_mode",
    "thick_mode": "driver_mode",
    "cursor_array_size": "array_size_rows",
    "target_schema": "default_target_schema",
    "batch_size": "batch_size_rows",
    "identifier_case": "identifier_style",
}
"""Name in an older tap or target -> name here."""

_DRIVER_MODES = {"cx": "thick", "thick": "thick", "thin": "thin", True: "thick", False: "thin"}


def validated(
    config: Mapping[str, Any], schema: Mapping[str, Any], *, connects: bool = True
) -> dict[str, Any]:
    """Return the settings as the product uses them.

    Aliases are resolved, secrets registered for redaction, defaults filled in (null stands for
    the default) and every setting checked. The tap, the target and the catalog all start here.

    Args:
        config: Settings as the user gave them.
        schema: JSON Schema of the settings, as `PropertiesList.to_dict` returns it.
        connects: Whether the settings must name a database and a way to log on.

    Returns:
        A new dictionary with canonical names. Settings that the schema does not know are kept.

    Raises:
        ConfigurationError: If a setting is missing or wrong; the text never contains its value.
    """
    declared = schema["properties"]
    register_secrets(config, schema)
    redact.install()
    settings, notices = resolve_aliases(config)
    for notice in notices:
        _LOGGER.info("%s", notice)
    for name in settings.keys() - declared.keys():
        # A configuration may be shared by several commands; only a likely typo is worth a line.
        for similar in difflib.get_close_matches(name, declared, n=1, cutoff=0.85):
            _LOGGER.warning("setting '%s' is not known; did you mean '%s'?", name, similar)
    for name, setting in declared.items():
        if "default" in setting and settings.get(name) is None:
            settings[name] = setting["default"]
    check_settings(settings, schema)
    if connects:
        check_connection(settings)
    return settings


def register_secrets(config: Mapping[str, Any], schema: Mapping[str, Any] | None = None) -> None:
    """Register the values of secret settings for redaction, and passwords inside of addresses.

    Args:
        config: Settings as the user gave them.
        schema: Declares further secret settings beside those of the connection.
    """
    declared = schema["properties"] if schema else {}
    names = SECRET_SETTINGS | {name for name, setting in declared.items() if setting.get("secret")}
    older = {alias for alias, canonical in ALIASES.items() if canonical in names}
    # `common_password` is the password of all schemas in an older target.
    secret = names | older | {"common_password"}
    redact.register(str(config[name]) for name in secret if config.get(name))
    tunnel = config.get("ssh_tunnel")
    if isinstance(tunnel, dict):
        redact.register(str(tunnel[name]) for name in TUNNEL_SECRETS if tunnel.get(name))
    redact.register(redact.secrets_in(dict(config)))


def resolve_aliases(config: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the settings under their canonical names.

    Where both names are given, the canonical one wins. A port given as text becomes a number,
    because older variants declare it as text.

    Args:
        config: Settings as the user gave them.

    Returns:
        The settings, and one line to be logged per alias used.
    """
    resolved: dict[str, Any] = {}
    notices: list[str] = []
    for name, value in config.items():
        canonical = ALIASES.get(name)
        if canonical is None:
            resolved[name] = value
            continue
        notices.append(f"setting '{name}' is called '{canonical}' here")
        if config.get(canonical) is None and resolved.get(canonical) is None:
            resolved[canonical] = _converted(name, canonical, value)
    port = resolved.get("port")
    if isinstance(port, str) and port.strip().isascii() and port.strip().isdigit():
        resolved["port"] = int(port)
    return resolved, notices


def _converted(alias: str, canonical: str, value: object) -> object:
    if canonical == "identifier_style":
        return "oracle" if value == "upper" else value
    if canonical != "driver_mode":
        return value
    if alias in {"driver_name", "drivername"}:
        # SQLAlchemy names the library there, which says nothing about the mode.
        return "thin"
    return _DRIVER_MODES.get(value, value) if isinstance(value, (str, bool)) else value


def from_environment(schema: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Return the settings in environment variables and in a file `.env`, as the SDK reads them.

    Args:
        schema: JSON Schema of the settings.
        prefix: Prefix of the variables' names.

    Raises:
        ConfigurationError: If a variable does not fit the type of its setting; names the first.
    """
    try:
        return parse_environment_config(dict(schema), prefix)
    except ValueError:
        # The SDK's error does not name the variable; each setting by itself shows which one it is.
        for name, declared in schema["properties"].items():
            try:
                parse_environment_config({"properties": {name: declared}}, prefix)
            except ValueError as error:
                msg = "does not fit the type of the setting"
                raise ConfigurationError(msg, setting=f"{prefix}{name.upper()}") from error
        raise


def check_settings(config: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Check settings against their declaration, without repeating a value in any text.

    Args:
        config: Settings under their canonical names.
        schema: JSON Schema of the settings, as `PropertiesList.to_dict` returns it.

    Raises:
        ConfigurationError: If a setting is wrong; names the first.
    """
    validator = jsonschema.Draft202012Validator(schema)
    for error in sorted(validator.iter_errors(config), key=lambda error: list(error.path)):
        names = takewhile(lambda part: isinstance(part, str), error.path)
        setting = ".".join(str(name) for name in names) or None
        # Not error.message, which repeats the value.
        raise ConfigurationError(_rule(error.validator, error.validator_value), setting=setting)


def listed(value: object) -> tuple[str, ...]:
    """Return the value of a list setting: a list, text with commas, or nothing.

    Args:
        value: Value of the setting; JSON text of a list is accepted too, as Meltano passes it.
    """
    if value is None:
        return ()
    parts: object = value
    if isinstance(value, str):
        parts = _json_list(value) if value.lstrip().startswith("[") else value.split(",")
    names = (str(part).strip() for part in parts) if isinstance(parts, (list, tuple)) else ()
    return tuple(name for name in names if name)


def _json_list(text: str) -> list[Any]:
    try:
        content = json.loads(text)
    except ValueError:
        return text.split(",")
    return content if isinstance(content, list) else [text]


def _rule(validator: object, value: object) -> str:
    """Return what a setting must be, from the rule that it breaks."""
    texts = {
        "type": "must be of type {}",
        "enum": "must be one of {}",
        "minimum": "must be at least {}",
        "maximum": "must be at most {}",
        "required": "these settings are required: {}",
        "format": "must be a {}",
    }
    if validator == "anyOf" and isinstance(value, list):
        types = list(_types(value))
        return f"must be of type {' or '.join(types)}" if types else "is not valid"
    if isinstance(value, list):
        value = ", ".join(str(item) for item in value if item not in {None, "null"})
    return texts.get(str(validator), "is not valid").format(value)


def _types(alternatives: list[Any]) -> Iterator[str]:
    for alternative in alternatives:
        types = alternative.get("type", ())
        yield from [types] if isinstance(types, str) else types
