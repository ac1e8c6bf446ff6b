"""The folder where prepared server files are kept between runs.

`ORACLE_STANDIN_CACHE` names it; else it is `/var/cache/oracle_standin` for root, whose home other
accounts cannot read, and `oracle_standin` under the XDG cache folder for everybody else.
Entries are built beside their final place and moved there in one step, under a lock, so several
processes may start at once.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def root() -> Path:
    """Return the cache folder, made when it is missing."""
    named = os.environ.get("ORACLE_STANDIN_CACHE")
    if named:
        folder_path = Path(named)
    elif os.geteuid() == 0:
        folder_path = Path("/var/cache/oracle_standin")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
        folder_path = Path(base).expanduser() / "oracle_standin"
    folder_path.mkdir(mode=0o755, parents=True, exist_ok=True)
    return folder_path


def folder(key: str) -> Path:
    """Return the place of an entry, which may not exist yet."""
    return root() / key


@contextlib.contextmanager
def building(target: Path) -> Iterator[Path | None]:
    """Give an empty folder to build the entry in, or None when the entry exists.

    The folder becomes the entry when the block ends well and is removed when it does not.
    """
    if target.exists():
        yield None
        return
    with _locked(target, exclusive=True):
        if target.exists():
            yield None
            return
        new = Path(tempfile.mkdtemp(prefix="building-", dir=target.parent))
        new.chmod(0o755)
        try:
            yield new
            new.rename(target)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise


@contextlib.contextmanager
def in_use(target: Path) -> Iterator[None]:
    """Keep an entry from being pruned while the block runs, and mark it as used now."""
    with _locked(target, exclusive=False):
        with contextlib.suppress(OSError):  # marking is a courtesy; a read-only cache will do
            os.utime(target)
        yield


def prune(prefix: str, keep: int) -> None:
    """Remove all but the `keep` most recently used entries whose names start with `prefix`."""
    entries = [path for path in root().glob(f"{prefix}*") if path.is_dir()]
    entries.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for entry in entries[keep:]:
        with contextlib.suppress(BlockingIOError), _locked(entry, exclusive=True, wait=False):
            shutil.rmtree(entry, ignore_errors=True)


@contextlib.contextmanager
def _locked(target: Path, *, exclusive: bool, wait: bool = True) -> Iterator[None]:
    operation = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
    with target.with_name(f".{target.name}.lock").open("a") as lock:
        fcntl.flock(lock, operation if wait else operation | fcntl.LOCK_NB)
        yield
