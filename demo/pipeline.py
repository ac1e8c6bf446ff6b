"""Runs Meltano with a state database of its own, so that a demo or test leaves nothing behind."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT = Path(__file__).resolve().parent.parent
QUIET = {
    "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
    "MELTANO_CLI_DISABLE_VERSION_CHECK": "1",
    "MELTANO_AUTO_INSTALL": "false",
}


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Meltano in this project.

    Args:
        meltano: The executable.
        folder: Where the state database and the logs go.
        environment: Environment variables of the runs, the connection settings among them.
        project: The folder of `meltano.yml`.
    """

    meltano: Path
    folder: Path
    environment: Mapping[str, str]
    project: Path = PROJECT

    def run(self, *plugins: str) -> int:
        """Run `meltano run` with the plugins and return its exit code; show the log on failure."""
        done = self.call("run", *plugins)
        if done.returncode:
            print(done.stdout + done.stderr)
        return done.returncode

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a Meltano command and return what it printed."""
        database = {"MELTANO_DATABASE_URI": f"sqlite:///{self.folder}/meltano.db"}
        return subprocess.run(  # noqa: S603 - our own command line
            [str(self.meltano), *arguments],
            cwd=self.project,
            env={**self.environment, **QUIET, **database},
            capture_output=True,
            text=True,
            check=False,
        )


def state_of(pipeline: Pipeline) -> dict[str, Any]:
    """Return the Singer state that Meltano keeps for the pair in the `demo` environment.

    Raises RuntimeError when Meltano has none.
    """
    done = pipeline.call("state", "get", "demo:tap-oracle-to-target-oracle")
    if done.returncode:
        raise RuntimeError(done.stderr)
    state = cast("dict[str, Any]", json.loads(done.stdout))
    return cast("dict[str, Any]", state.get("singer_state", state))
