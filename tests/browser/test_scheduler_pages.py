"""The scheduler's pages in a real browser, light and dark; with scripts they renew themselves."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from oracle_scheduler.api.server import serving
from oracle_scheduler.api.settings import ApiSettings
from oracle_scheduler.store import claims, endings, firing, leases, nodes, outputs
from oracle_scheduler.store.claims import Claimant
from oracle_scheduler.store.endings import Ending
from oracle_scheduler.store.firing import NewRun
from oracle_scheduler.store.outputs import Output
from oracle_scheduler.store.states import State
from tests.browser.chromium import document, screenshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from oracle_scheduler.store.database import Database

pytestmark = pytest.mark.browser
pytest_plugins = ["tests.fix_scheduler_api"]

PAGE = {"light": (0xFF, 0xFF, 0xFF), "dark": (0x14, 0x17, 0x1A)}
GOOD = {"light": (0x2F, 0x7D, 0x4F), "dark": (0x5F, 0xB7, 0x83)}


@pytest.fixture
def url(sqlite_store: Database) -> Iterator[str]:
    """Return the address of pages with twenty runs, of which each took a moment."""
    node = str(uuid.uuid4())
    leases.hold(sqlite_store, leases.LEADER, node, 3_600)
    nodes.register(sqlite_store, node, {"scheduler", "worker"})
    claims.set_slots(sqlite_store, "default", 10)
    for number in range(20):
        firing.start(sqlite_store, "night", NewRun(str(number)))
        for _ in range(3):
            token = str(uuid.uuid4())
            assert claims.claim(sqlite_store, "default", Claimant(node, 60), token)
            endings.finish(sqlite_store, token, Ending(State.SUCCESS, 0))
    with serving(sqlite_store, ApiSettings(port=0)) as address:
        yield address


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("path", "least"),
    [("/", 500), ("/history", 20_000), ("/pipelines/night", 5_000), ("/nodes", 50)],
)
def test_pages_are_drawn(url: str, tmp_path: Path, theme: str, path: str, least: int) -> None:
    rows = screenshot(f"{url}{path}", tmp_path / "page.png", theme)
    assert rows[-3][:3] == bytes(PAGE[theme])
    drawn = b"".join(rows)
    assert drawn.count(bytes(GOOD[theme])) > least


def test_a_page_fetches_itself_again(
    url: str, sqlite_store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: Counter[str] = Counter()
    perform = type(sqlite_store).perform

    def counting(self: Database, work: object) -> object:
        asked["transactions"] += 1
        return perform(self, work)  # type: ignore[arg-type] # passed on

    monkeypatch.setattr(type(sqlite_store), "perform", counting)
    screenshot(f"{url}/nodes", tmp_path / "page.png", "light")
    # Two transactions per page, one of which is about tokens now and then; six seconds pass.
    assert asked["transactions"] >= 5


def write(store: Database, token: str, text: str) -> None:
    outputs.store_output(store, token, Output(0, text, "", len(text), is_complete=False))


def running(store: Database) -> tuple[str, str]:
    """Return the id of a run whose first job runs and writes, and its token."""
    run_id, _ = firing.start(store, "night", NewRun("live"))
    token = str(uuid.uuid4())
    claim = claims.claim(store, "default", Claimant("node", 3_600), token)
    assert claim is not None
    write(store, token, "first line\n")
    return f"/runs/{run_id}?job={claim.job.id}", token


def test_output_grows_on_an_open_page(
    url: str, sqlite_store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, token = running(sqlite_store)
    output_of = outputs.output_of

    def and_then_more(database: Database, run_id: str, job_id: str) -> Output:
        output = output_of(database, run_id, job_id)
        write(sqlite_store, token, "first line\nsecond line\n")
        return output

    monkeypatch.setattr(outputs, "output_of", and_then_more)
    text = document(f"{url}{path}", tmp_path)
    assert "first line\nsecond line\n" in text


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_run_is_drawn_with_its_output(
    url: str, sqlite_store: Database, tmp_path: Path, theme: str
) -> None:
    path, _ = running(sqlite_store)
    rows = screenshot(f"{url}{path}", tmp_path / "run.png", theme)
    assert rows[-3][:3] == bytes(PAGE[theme])
