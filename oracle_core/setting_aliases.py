"""Names that older taps and targets have for our settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

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
