"""The server's life: start, stop, watchdog, template, cache."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from oracle_standin.engine import cache, postgres, template
from oracle_standin.engine.database import Database

pytestmark = pytest.mark.standin


def _alive(process_id: int) -> bool:
    status = Path(f"/proc/{process_id}/stat")
    # A zombie is dead: only its parent, gone by then, could have collected it.
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def _wait_until_dead(process_id: int, seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while _alive(process_id):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_the_server_listens_on_its_private_socket_alone(engine_database: Database) -> None:
    assert engine_database.scalar("SELECT current_setting('listen_addresses')") == ""
    folder = Path(engine_database.scalar("SELECT current_setting('unix_socket_directories')"))
    assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("server_encoding", "UTF8"),
        ("TimeZone", "UTC"),
        ("wal_level", "logical"),
        ("synchronous_commit", "on"),
        ("fsync", "off"),
    ],
)
def test_settings(engine_database: Database, setting: str, value: str) -> None:
    assert engine_database.scalar("SELECT current_setting(%s)", (setting,)) == value


def test_text_sorts_by_code_point(owner: psycopg.Connection[tuple[object, ...]]) -> None:
    rows = owner.execute("SELECT c FROM unnest(ARRAY['b','B','a','ä','Z']) AS t (c) ORDER BY c")
    assert [row[0] for row in rows] == ["B", "Z", "a", "b", "ä"]


def test_stop_leaves_nothing_behind() -> None:
    database = Database()
    database.start()
    folder = Path(database.scalar("SELECT current_setting('unix_socket_directories')"))
    process_id = _postmaster(folder)
    assert _alive(process_id)
    database.stop()
    assert not _alive(process_id)
    assert not folder.exists()
    database.stop()


def _postmaster(run_folder: Path, data: Path | None = None) -> int:
    return int(((data or run_folder / "data") / "postmaster.pid").read_text().split()[0])


def test_a_data_folder_keeps_its_data(open_folder: Path) -> None:
    with (
        Database(data_dir=open_folder / "kept") as first,
        closing(first.owner_connection()) as owner,
    ):
        owner.execute("CREATE TABLE ora.kept AS SELECT 42 AS answer")
    with Database(data_dir=open_folder / "kept") as second:
        assert second.scalar("SELECT answer FROM ora.kept") == 42
    (open_folder / "kept" / "standin-version").write_text("template-of-old")
    third = Database(data_dir=open_folder / "kept")
    with pytest.raises(postgres.PostgresError, match="another version"):
        third.start()


_CHILD = """
import sys, time
from oracle_standin.engine.database import Database
database = Database()
database.start()
print(database.scalar("SELECT current_setting('unix_socket_directories')"), flush=True)
time.sleep(60)
"""


def test_the_server_dies_with_its_killed_parent() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _CHILD], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        folder = Path(parent.stdout.readline().strip())
        process_id = _postmaster(folder)
        assert _alive(process_id)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        assert _wait_until_dead(process_id)
    deadline = time.monotonic() + 10
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not folder.exists()


def test_several_may_build_a_cache_entry_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORACLE_STANDIN_CACHE", str(tmp_path))
    target = cache.folder("entry")
    built: list[int] = []

    def build(number: int) -> None:
        with cache.building(target) as folder:
            if folder is not None:
                time.sleep(0.05)
                (folder / "content").write_text(str(number))
                built.append(number)

    threads = [threading.Thread(target=build, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(built) == 1
    assert (target / "content").read_text() == str(built[0])


def test_a_failed_build_leaves_no_cache_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORACLE_STANDIN_CACHE", str(tmp_path))
    target = cache.folder("entry")
    with pytest.raises(RuntimeError), cache.building(target):
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == [".entry.lock"]


def test_pruning_keeps_the_newest_and_what_is_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORACLE_STANDIN_CACHE", str(tmp_path))
    for age, name in enumerate(("template-a", "template-b", "template-c")):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    with cache.in_use(tmp_path / "template-c"):
        os.utime(tmp_path / "template-c", (1, 1))
        cache.prune("template-", keep=1)
        assert sorted(p.name for p in tmp_path.glob("template-*")) == ["template-a", "template-c"]
    cache.prune("template-", keep=1)
    assert len(list(tmp_path.glob("template-*"))) == 1


def test_a_template_that_was_pruned_meanwhile_is_built_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[Path] = []

    def build(folder: Path) -> None:
        (folder / "data").mkdir()
        built.append(folder)

    in_use = cache.in_use

    def pruned_first(target: Path) -> contextlib.AbstractContextManager[None]:
        if len(built) == 1:  # another process was quicker
            shutil.rmtree(target)
            built.append(target)
        return in_use(target)

    monkeypatch.setenv("ORACLE_STANDIN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(template, "_build", build)
    monkeypatch.setattr(cache, "in_use", pruned_first)
    monkeypatch.setattr(postgres, "give_to_server", lambda _: None)
    template.copy_to(tmp_path / "copy")
    assert (tmp_path / "copy").is_dir()
    assert len(built) == 3


def test_a_fault_in_a_script_names_the_script(engine_database: Database, tmp_path: Path) -> None:
    script = tmp_path / "99_fault.sql"
    script.write_text("SELECT 1;\nSELECT nothing_like_this;\n")
    with (
        closing(engine_database.owner_connection()) as connection,
        pytest.raises(postgres.PostgresError, match=r"99_fault\.sql, line 2"),
    ):
        template._run_script(connection, script)


def test_the_core_tables_hold_the_built_in_users(engine_database: Database) -> None:
    assert engine_database.verifier("SYSTEM") is not None
    assert engine_database.verifier("SYS") is None
    assert engine_database.verifier("NOBODY") is None
    assert engine_database.scalar("SELECT ora.has_privilege('SYSTEM', 'CREATE ANY TABLE')")


def test_long_role_chains_end(engine_database: Database) -> None:
    roles = engine_database.scalar("SELECT count(*) FROM ora.granted_roles('SYSTEM')")
    assert roles == 3  # DBA and the two catalog roles


def test_errors_of_functions_carry_their_code(
    owner: psycopg.Connection[tuple[object, ...]],
) -> None:
    with pytest.raises(psycopg.Error, match="ORA-00942: no such thing"):
        owner.execute("SELECT ora.raise_error(942, 'no such thing')")
