"""Run the commands of a page as a reader would: `python -m docs.walk docs/quickstart.md [--write]`.

A fenced block `json title=FILE` or `python title=FILE` is written to that file. The lines of a
block `console` that begin with `$ ` are run by bash in the same folder, one after the other; what
follows is the output that they must have; `> ` continues a command. `...` stands for any lines;
times, ids and durations may differ. A block `bash` is run too and must succeed; a block `shell` is
only shown. With `--write` the page gets the output
that the commands have now.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from oracle_standin import Standin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

USERS = {"HR": "hr", "HR_COPY": "copy"}
PORT = 1521
"""The port that the pages name; the stand-in of a walk has another one."""

_FENCE = re.compile(r"^```(\w*) *(?:title=(\S+))?$")
_VOLATILE = (
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?"), "<time>"),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"\b\d+(\.\d+)? ?(ms|s|seconds|rows/s)\b"), "<duration>"),
    (re.compile(r'("(?:duration_ms|scn|bytes|start_scn)": )\d+'), r"\1<number>"),
)


class WalkError(Exception):
    """A command of a page failed or has another output than the page says."""


@dataclass
class Step:
    """A fenced block: its kind, its file, its lines and where it begins."""

    kind: str
    file: str | None
    start: int
    lines: list[str] = field(default_factory=list)

    def commands(self) -> Iterator[tuple[str, list[str]]]:
        """Yield each command of a console block with the output after it."""
        command, output = "", list[str]()
        for line in self.lines:
            if line.startswith("$ "):
                if command:
                    yield command, output
                command, output = line.removeprefix("$ "), []
            elif line.startswith("> ") and not output:
                command += f"\n{line.removeprefix('> ')}"
            else:
                output.append(line)
        if command:
            yield command, output


def steps(text: str) -> list[Step]:
    """Return the fenced blocks of a page."""
    blocks: list[Step] = []
    is_inside = False
    for number, line in enumerate(text.splitlines()):
        if is_inside and line == "```":
            is_inside = False
        elif is_inside:
            blocks[-1].lines.append(line)
        elif fence := _FENCE.match(line):
            is_inside = True
            blocks.append(Step(fence[1], fence[2], number))
    return blocks


def walk(text: str, folder: Path, environment: Mapping[str, str], port: int) -> str:
    """Run a page and return it with the output that its commands have now.

    Raises:
        WalkError: If a command fails.
    """
    written: list[str] = []
    lines = text.splitlines()
    position = 0
    for step in steps(text):
        end = step.start + 1 + len(step.lines)
        body = step.lines
        if step.file:
            content = "\n".join(step.lines) + "\n"
            (folder / step.file).write_text(content.replace(str(PORT), str(port)), "utf-8")
        elif step.kind == "bash":
            _run("\n".join(step.lines), folder, environment, port)
        elif step.kind == "console":
            body = []
            for command, expected in step.commands():
                output = _run(command, folder, environment, port)
                shown = expected if agrees(expected, output) else output
                body += ["$ " + command.replace("\n", "\n> "), *shown]
        written += [*lines[position : step.start + 1], *body]
        position = end
    return "\n".join([*written, *lines[position:]]) + "\n"


def _run(command: str, folder: Path, environment: Mapping[str, str], port: int) -> list[str]:
    done = subprocess.run(  # noqa: S603 - the commands of our own documents
        ["bash", "-c", f"set -o pipefail\n{command}"],  # noqa: S607
        cwd=folder,
        env={**environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        logs = "".join(path.read_text("utf-8") for path in sorted(folder.glob("*.log")))
        message = f"$ {command}\nexit code {done.returncode}\n{done.stdout}{done.stderr}{logs}"
        raise WalkError(message)
    return done.stdout.replace(str(port), str(PORT)).rstrip("\n").splitlines()


def agrees(expected: Sequence[str], output: Sequence[str]) -> bool:
    """Return whether an output is the expected one, but for times and what `...` stands for."""
    pattern = ""
    for line in expected:
        is_gap = line.strip() == "..."
        pattern += r"(?:.*\n)*" if is_gap else re.escape(_settled(line)) + r"\n"
    return re.fullmatch(pattern, "".join(f"{_settled(line)}\n" for line in output)) is not None


def _settled(line: str) -> str:
    for volatile, name in _VOLATILE:
        line = volatile.sub(name, line)
    return line.rstrip()


def reader_environment() -> dict[str, str]:
    """Return the environment of a reader who has the project installed and activated."""
    scripts = Path(sys.executable).parent
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "PATH": f"{scripts}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Walk pages against a stand-in of their own and return the exit code."""
    parser = argparse.ArgumentParser(prog="docs.walk", description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true", help="write the output into the pages")
    options = parser.parse_args(arguments)
    is_stale = False
    for page in options.pages:
        text = page.read_text("utf-8")
        with (
            tempfile.TemporaryDirectory() as folder,
            Standin(users=USERS, samples={"hr": "HR"}) as database,
        ):
            walked = walk(text, Path(folder), reader_environment(), database.port)
        if walked != text:
            is_stale = True
            print(f"{page} is stale: python -m docs.walk {page} --write", file=sys.stderr)
        if options.write:
            page.write_text(walked, "utf-8")
    return int(is_stale and not options.write)


if __name__ == "__main__":
    sys.exit(main())
