"""What has to hold before and after a command; the names are Executioner's."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def failed_check(checks: Sequence[Mapping[str, str]], folder: str | None) -> str | None:
    """Return what does not hold, for a person; None where everything does.

    Args:
        checks: Each with `name` and its parameter.
        folder: Folder that paths are relative to; None for the working folder.
    """
    for check in checks:
        problem = _problem(check, Path(folder or "."))
        if problem is not None:
            return f"{check['name']}: {problem}"
    return None


def _problem(check: Mapping[str, str], folder: Path) -> str | None:
    if check["name"] == "check_file_exists":
        # Executioner's own sample names a folder.
        return None if (folder / check["path"]).exists() else f"{check['path']} is not there"
    signs = [b"ORA-", b"SP2-"] if check["name"] == "check_no_ora_or_sp2_errors" else [b"ORA-"]
    files = [Path(name) for name in sorted(glob.glob(str(folder / check["log_file"])))]  # noqa: PTH207 - a pattern
    if not files:
        return f"{check['log_file']} is not there"
    for file in files:
        try:
            # As bytes: a log of another character set has no text, and the signs are ASCII.
            with file.open("rb") as lines:
                for number, line in enumerate(lines, 1):
                    if any(sign in line for sign in signs):
                        return f"{file}:{number} has an error"
        except OSError as error:
            return f"{file} cannot be read ({error.strerror})"
    return None
