"""A wire-compatible stand-in for Oracle Database: the test database and the zero-install demo.

`Standin` starts one in a process of its own:

    with Standin(users={"APP": "app"}) as database:
        connection = database.connect("APP")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oracle_standin.client import Standin, StandinError
    from oracle_standin.faults import Fault

_PLACES = {"Standin": "client", "StandinError": "client", "Fault": "faults"}

__all__ = ["Fault", "Standin", "StandinError"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - what a module holds has no one type
    """Import the client on first use, so that the server does not."""
    if name in __all__:
        return getattr(import_module(f"oracle_standin.{_PLACES[name]}"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
