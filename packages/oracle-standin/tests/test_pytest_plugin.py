"""The pytest plugin, in test runs of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.standin

PROJECT = Path(__file__).parents[1]
PLUGIN = "oracle_standin.pytest_plugin"


def run(folder: Path, test: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one test file in a folder that has no settings of ours."""
    (folder / "test_it.py").write_text(test, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", PLUGIN, "-p", "no:cacheprovider", *arguments],
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_test_gets_a_database_and_a_connection_with_an_empty_schema(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
import pytest

@pytest.mark.parametrize("turn", [1, 2])
def test_orders(oracle_connection, turn):
    cursor = oracle_connection.cursor()
    cursor.execute("CREATE TABLE orders (id NUMBER(9) PRIMARY KEY)")
    cursor.execute("INSERT INTO orders VALUES (:1)", [turn])
    assert cursor.execute("SELECT id FROM orders").fetchall() == [(turn,)]
    oracle_connection.rollback()

def test_nothing_is_left(oracle_standin):
    with oracle_standin.connect("SYSTEM") as connection:
        query = "SELECT COUNT(*) FROM all_users WHERE username LIKE 'TEST@_%' ESCAPE '@'"
        assert connection.cursor().execute(query).fetchone() == (0,)
""",
    )
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout


def test_the_profile_is_a_setting(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        "def test_version(oracle_standin):\n"
        '    with oracle_standin.connect("SYSTEM") as connection:\n'
        '        assert connection.version.startswith("19.")\n',
        "-o",
        "oracle_standin_profile=19",
    )
    assert done.returncode == 0, done.stdout


def test_who_does_not_use_it_does_not_pay(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        "import sys\n\ndef test_modules():\n"
        "    heavy = {'oracledb', 'psycopg', 'sqlglot', 'oracle_standin.client'}\n"
        "    assert not heavy & set(sys.modules)\n",
    )
    assert done.returncode == 0, done.stdout


def test_installing_it_changes_nobodys_test_run() -> None:
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "entry-points" not in declared["project"]
