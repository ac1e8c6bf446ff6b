"""From what a user configured to the settings that the tap, the target and the catalog use."""

from __future__ import annotations

import difflib
import json
import logging
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import jsonschema
from singer_sdk.configuration._dict_config import parse_environment_config

from oracle_core import redact
from oracle_core.connection_check import check_connection
from oracle_core.connection_settings import SECRET_SETTINGS
from oracle_core.errors import ConfigurationError
from oracle_core.setting_aliases import ALIASES, resolve_aliases
from oracle_core.tunnel_settings import TUNNEL_SECRETS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LOGGER = logging.getLogger(__name__)


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


def from_environment(schema: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Return the settings in environment variables and in a file `.env`, as the SDK reads them.

    Args:
        schema: JSON Schema of the settings.
        prefix: Prefix of the variables' names.

    Raises:
        ConfigurationError: If a variable does not fit the type of its setting; names the first.
    """
    try:
        return _parsed(schema, prefix)
    except ValueError:
        # The SDK's error does not name the variable; each setting by itself shows which one it is.
        for name, declared in schema["properties"].items():
            try:
                _parsed({"properties": {name: declared}}, prefix)
            except ValueError as error:
                msg = "does not fit the type of the setting"
                raise ConfigurationError(msg, setting=f"{prefix}{name.upper()}") from error
        raise


def _parsed(schema: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Return the settings of the environment, numbers with fractions included.

    The SDK (0.54) converts integers and leaves `number` a text, which validation refuses.
    """
    values = parse_environment_config(dict(schema), prefix)
    for name, value in values.items():
        if isinstance(value, str) and "number" in schema["properties"][name].get("type", ()):
            values[name] = float(value)
    return values


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
