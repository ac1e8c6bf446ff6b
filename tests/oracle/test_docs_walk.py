"""The commands of the documents do what the documents say, on the stand-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from oracle_standin import Standin

from docs.generate import PROJECT
from docs.walk import USERS, reader_environment, steps, walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.oracle, pytest.mark.standin]

QUICKSTART = (PROJECT / "docs/quickstart.md").read_text("utf-8")


@pytest.fixture(scope="module")
def standin() -> Iterator[Standin]:
    """Return a database with the users that the pages name."""
    with Standin(users=USERS, samples={"hr": "HR"}) as database:
        yield database


@pytest.fixture
def folder(standin: Standin, tmp_path: Path) -> Path:
    """Return a folder with what a reader has after the quickstart, and two descriptions."""
    files = [step for step in steps(QUICKSTART) if step.kind == "json" and step.file]
    text = "\n".join(
        line for step in files for line in (f"```json title={step.file}", *step.lines, "```")
    )
    describe = "oracle-catalog generate --config tap.json --kind description"
    text += f"\n```bash\n{describe} > yesterday.json\ncp yesterday.json today.json\n```"
    walk(text, tmp_path, reader_environment(), standin.port)
    return tmp_path


def test_the_quickstart_shows_what_happens(standin: Standin, tmp_path: Path) -> None:
    walked = walk(QUICKSTART, tmp_path, reader_environment(), standin.port)
    assert walked == QUICKSTART, "python -m docs.walk docs/quickstart.md --write"


@pytest.mark.parametrize("page", ["README.md", "docs/catalog.md"])
def test_the_commands_of_a_page_succeed(page: str, standin: Standin, folder: Path) -> None:
    text = (PROJECT / page).read_text("utf-8")
    assert any(step.kind == "bash" for step in steps(text))
    environment = {
        **reader_environment(),
        "ORACLE_CATALOG_HOST": standin.host,
        "ORACLE_CATALOG_PORT": str(standin.port),
        "ORACLE_CATALOG_SERVICE_NAME": standin.service_name,
        "ORACLE_CATALOG_USER": "HR",
        "ORACLE_CATALOG_PASSWORD": USERS["HR"],
    }
    walk(text, folder, environment, standin.port)
