"""The real `meltano state` commands on this backend."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

PROJECT = """
version: 1
project_id: 5a3e24e2-7d1d-4f65-9d79-3f4a0a9f1c11
send_anonymous_usage_stats: false
default_environment: dev
environments:
- name: dev
state_backend:
  uri: {uri}
  oracle:
    user: {user}
"""


class Project:
    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment

    def meltano(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(Path(sys.executable).with_name("meltano")), *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def succeed(self, *arguments: str) -> str:
        done = self.meltano(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def project(
    oracle_database: OracleDatabase, fresh_schema: str, uri: str, tmp_path: Path
) -> Project:
    text = PROJECT.format(uri=uri, user=fresh_schema)
    (tmp_path / "meltano.yml").write_text(text, encoding="utf-8")
    environment = {
        **os.environ,
        "MELTANO_STATE_BACKEND_ORACLE_PASSWORD": oracle_database.passwords[fresh_schema],
        "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
        "MELTANO_CLI_DISABLE_VERSION_CHECK": "1",
    }
    return Project(tmp_path, environment)


def test_states_through_meltano(project: Project, tmp_path: Path) -> None:
    first = {"singer_state": {"bookmarks": {"A": {"scn": 1}}}}
    project.succeed("state", "set", "--force", "dev:a-to-b", json.dumps(first))
    assert json.loads(project.succeed("state", "get", "dev:a-to-b")) == first

    addition = {"singer_state": {"bookmarks": {"B": {"scn": 2}}}}
    project.succeed("state", "merge", "dev:a-to-b", json.dumps(addition))
    merged = {"singer_state": {"bookmarks": {"A": {"scn": 1}, "B": {"scn": 2}}}}
    assert json.loads(project.succeed("state", "get", "dev:a-to-b")) == merged

    project.succeed("state", "copy", "--force", "dev:a-to-b", "dev:copy_1")
    project.succeed("state", "move", "--force", "dev:copy_1", "dev:copyx1")
    listed = project.succeed("state", "list", "--pattern", "dev:copy_1")
    assert "copy" not in listed
    assert "dev:copyx1" in project.succeed("state", "list")

    large = {"singer_state": {"text": "x" * 2**20}}
    (tmp_path / "state.json").write_text(json.dumps(large), encoding="utf-8")
    project.succeed("state", "set", "--force", "dev:large", "--input-file", "state.json")
    assert json.loads(project.succeed("state", "get", "dev:large")) == large

    project.succeed("state", "clear", "--force", "dev:large")
    assert project.succeed("state", "get", "dev:large").strip() == "{}"


def test_a_wrong_password_fails_without_showing_it(project: Project) -> None:
    project.environment["MELTANO_STATE_BACKEND_ORACLE_PASSWORD"] = "canary-9127"
    done = project.meltano("--log-level=debug", "state", "list")
    assert done.returncode == 1
    assert "user or password is wrong (ORA-01017)" in done.stdout + done.stderr
    assert "canary-9127" not in done.stdout + done.stderr
