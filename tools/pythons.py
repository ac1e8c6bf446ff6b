"""Print the Python interpreters of this machine that the project supports, one per line.

`make test-pythons` runs the tests on each. Looked at are PATH, the folders where systems install
Python, and pyenv; of each minor version the newest is taken.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

SUPPORTED = ("3.11", "3.12", "3.13", "3.14")

_ABOUT = "import sys; print(*sys.version_info[:3], sys.executable)"


def main() -> None:
    """Print the interpreters, oldest first."""
    for executable in interpreters().values():
        print(executable)


def interpreters() -> dict[str, Path]:
    """Return the newest interpreter per supported minor version, oldest version first."""
    newest: dict[str, tuple[tuple[int, ...], Path]] = {}
    for candidate in _candidates():
        about = _about(candidate)
        if about is None:
            continue
        version, executable = about
        minor = f"{version[0]}.{version[1]}"
        if minor not in newest or version > newest[minor][0]:
            newest[minor] = (version, executable)
    return {minor: newest[minor][1] for minor in SUPPORTED if minor in newest}


def _candidates() -> list[Path]:
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    folders += [Path("/usr/bin"), Path("/usr/local/bin")]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    folders += sorted(pyenv.glob("versions/*/bin"))
    named = (folder / f"python{minor}" for folder in folders for minor in SUPPORTED)
    return list(dict.fromkeys(executable for executable in named if executable.exists()))


def _about(candidate: Path) -> tuple[tuple[int, ...], Path] | None:
    # A pyenv shim exists also where no version that it stands for is active; it then fails.
    done = subprocess.run(  # noqa: S603 - the executables found above
        [candidate, "-c", _ABOUT], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        return None
    *version, executable = done.stdout.rstrip("\n").split(" ", 3)
    return tuple(int(part) for part in version), Path(executable)


if __name__ == "__main__":
    main()
