"""Calls one Python function in an interpreter of its own: `python -m … '{"call": …}'`."""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

EXIT_NOT_FOUND = 2


def main(arguments: Sequence[str]) -> int:
    """Call the function and return the exit code: what it returns where that is a number, else 0.

    Args:
        arguments: One text of JSON with `call`, `args` and `kwargs`.
    """
    call = json.loads(arguments[0])
    module_name, _, function_name = call["call"].partition(":")
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - as `python -m` finds modules of the folder
    try:
        function = getattr(importlib.import_module(module_name), function_name)
    except ModuleNotFoundError as error:
        sys.stderr.write(f"module '{error.name}' is not installed for {sys.executable}\n")
        return EXIT_NOT_FOUND
    except AttributeError:
        sys.stderr.write(f"module '{module_name}' has no function '{function_name}'\n")
        return EXIT_NOT_FOUND
    result = function(*call["args"], **call["kwargs"])
    # A bool is an int in Python, and True would be exit code 1.
    return result if isinstance(result, int) and not isinstance(result, bool) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
