"""Fails a test whose code sends a statement that `docs/statements/` does not list."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from docs.statement_catalogue import Catalogue, read_catalogue
from tests.recording import sitecustomize

if TYPE_CHECKING:
    from collections.abc import Iterator

REGISTER = "add an entry to the file of its package in docs/statements/, then run make docs"


class SentStatements:
    """The file that this session's processes append to, read as far as it was checked."""

    def __init__(self, path: Path) -> None:
        """Keep the path and read the catalogue."""
        self.path = path
        self.catalogue: Catalogue = read_catalogue()
        self._offset = 0

    def unlisted(self) -> list[str]:
        """Return the statements recorded since the last call that the catalogue does not list."""
        if self.path.stat().st_size == self._offset:
            return []
        with self.path.open(encoding="utf-8") as file:
            file.seek(self._offset)
            statements = {str(json.loads(line)) for line in file}
            self._offset = file.tell()
        return sorted(text for text in statements if self.catalogue.entry_of(text) is None)


@pytest.fixture(scope="session")
def sent_statements(tmp_path_factory: pytest.TempPathFactory) -> SentStatements:
    """Record the statements of this process and of those that it starts."""
    path = tmp_path_factory.mktemp("statements") / "sent.jsonl"
    path.touch()
    folder = str(Path(sitecustomize.__file__).parent)
    os.environ[sitecustomize.VARIABLE] = str(path)
    os.environ["PYTHONPATH"] = os.pathsep.join(
        [folder, *filter(None, [os.environ.get("PYTHONPATH")])]
    )
    sitecustomize.Recorder(path).install()
    return SentStatements(path)


@pytest.fixture(autouse=True)
def _only_listed_statements(sent_statements: SentStatements) -> Iterator[None]:
    """Fail a test that sends an unlisted statement."""
    yield
    if unlisted := sent_statements.unlisted():
        lines = "\n  ".join(unlisted)
        pytest.fail(f"statements that docs/statements.md does not list; {REGISTER}:\n  {lines}")
