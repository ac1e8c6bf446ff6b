"""BATCH messages: which files they may name, and how these are opened and deleted.

The stream chooses the files, so that a stream could have any file of the host loaded into a table.
Only files below `batch_roots` are opened, judged by their canonical path.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import msgspec

from oracle_core.errors import ConfigurationError
from target_oracle.errors import LoadError
from target_oracle.records import NotDecoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

JSONL, PARQUET, ARROW = "jsonl", "parquet", "arrow"
_COMPRESSIONS = {
    JSONL: frozenset({"gzip", "none"}),
    # Parquet and Arrow files say themselves how they are compressed.
    PARQUET: frozenset({"snappy", "gzip", "zstd", "lz4", "brotli", "none"}),
    ARROW: frozenset({"lz4", "zstd", "none"}),
}
_SETTING = "batch_roots"
_LOGGER = logging.getLogger("target-oracle")


@dataclass(frozen=True, slots=True)
class BatchMessage:
    """A BATCH message: one encoding, and the URLs of its files in order."""

    stream: str
    format: str
    compression: str
    manifest: tuple[str, ...]


class _Encoding(msgspec.Struct):
    format: str
    compression: str | None = None


class _Message(msgspec.Struct):
    stream: str
    encoding: _Encoding
    manifest: list[str]


_DECODER = msgspec.json.Decoder(_Message)


def batch_message(line: bytes) -> BatchMessage:
    """Return the BATCH message of a line.

    Raises:
        NotDecoded: If a part is missing, or the encoding is not one that is read here.
    """
    try:
        message = _DECODER.decode(line)
    except msgspec.ValidationError:
        what = "BATCH without a stream, an encoding or a manifest"
        raise NotDecoded(what) from None
    known = _COMPRESSIONS.get(message.encoding.format)
    if known is None:
        what = f"BATCH encoding; the target reads {', '.join(_COMPRESSIONS)}"
        raise NotDecoded(what)
    compression = message.encoding.compression or "none"
    if compression not in known:
        what = f"BATCH compression of {message.encoding.format}; one of {', '.join(sorted(known))}"
        raise NotDecoded(what)
    return BatchMessage(
        message.stream, message.encoding.format, compression, tuple(message.manifest)
    )


@dataclass(frozen=True, slots=True)
class BatchFile:
    """A file that may be read: a canonical local path, or a URL that fsspec opens."""

    location: str
    is_local: bool

    @property
    def name(self) -> str:
        """The last part of the location, for messages."""
        return self.location.rpartition("/")[2]

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Open the file for reading.

        Raises:
            LoadError: If it cannot be opened.
        """
        try:
            if self.is_local:
                # The path is canonical; a link that has come in between is not followed.
                descriptor = os.open(self.location, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
                file: Any = os.fdopen(descriptor, "rb")
            else:
                import fsspec  # noqa: PLC0415 - a tenth of a second that only BATCH needs

                file = fsspec.open(self.location, "rb").open()
        except (ImportError, ValueError, OSError) as error:
            # The type alone: the text of the error may repeat a URL with its user and password.
            what = f"the file {self.name} of a BATCH cannot be read ({type(error).__name__})"
            raise LoadError(what) from None
        with file:
            yield file

    def delete(self) -> None:
        """Delete the file; a failure is a warning, since its rows are committed."""
        try:
            if self.is_local:
                Path(self.location).unlink(missing_ok=True)
            else:
                import fsspec  # noqa: PLC0415 - see `open`

                system, path = fsspec.core.url_to_fs(self.location)
                system.rm_file(path)
        except (ImportError, ValueError, OSError) as error:
            # The type alone, as in `open`.
            _LOGGER.warning(
                "File %s is loaded and not deleted (%s)", self.name, type(error).__name__
            )


class BatchRoots:
    """The folders that BATCH files may lie in."""

    def __init__(self, roots: Sequence[str]) -> None:
        """Read the setting `batch_roots`.

        Raises:
            ConfigurationError: If a root is empty or its URL has a part that no folder has.
        """
        self._folders: list[str] = []
        self._urls: list[tuple[str, str, tuple[str, ...]]] = []
        for root in roots:
            path = _local_path(root)
            if path is not None:
                if not path:
                    what = "a root is empty; name a folder or its URL"
                    raise ConfigurationError(what, setting=_SETTING)
                # Resolved as the files are, or a root that is a link itself would match none.
                self._folders.append(os.path.realpath(path))
                continue
            parts = _url_parts(root)
            if parts is None or not parts[1]:
                what = "a root is not the URL of a folder, for example s3://bucket/batches"
                raise ConfigurationError(what, setting=_SETTING)
            self._urls.append(parts)

    def file(self, url: str) -> BatchFile:
        """Return the file of a manifest's URL.

        Raises:
            LoadError: If it lies in none of the roots; the message does not repeat the URL.
        """
        path = _local_path(url)
        # realpath raises ValueError for a null byte.
        if path is not None and "\0" not in path:
            canonical = os.path.realpath(path)
            if any(_lies_in(canonical, folder) for folder in self._folders):
                return BatchFile(canonical, is_local=True)
        elif path is None and (parts := _url_parts(url)) is not None:
            scheme, host, folders = parts
            for root_scheme, root_host, root in self._urls:
                is_below = folders[: len(root)] == root and len(folders) > len(root)
                if (scheme, host) == (root_scheme, root_host) and is_below:
                    return BatchFile(url, is_local=False)
        what = (
            "a BATCH names a file outside batch_roots; add its folder to batch_roots, or set "
            "batch_config in the tap to a folder listed there"
        )
        raise LoadError(what)


def _local_path(url: str) -> str | None:
    """Return the path of a file:// URL or a plain path, None for a URL elsewhere."""
    if "://" not in url:
        return url
    parts = urlsplit(url)
    # An empty host and localhost are this machine (RFC 8089, section 2); any other is not.
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return unquote(parts.path)
    return None


def _url_parts(url: str) -> tuple[str, str, tuple[str, ...]] | None:
    """Return scheme, host and path of a URL, None for one that could mean another place.

    `::` chains file systems (fsspec), a fragment, a query or dots in the path may lead elsewhere.
    """
    parts = urlsplit(url)
    folders = tuple(part for part in parts.path.split("/") if part)
    # Dots are sought in decoded parts: `%2e%2e` is `..` for whatever decodes the URL later.
    decoded = {unquote(part) for part in folders}
    if "::" in url or parts.query or parts.fragment or decoded & {".", ".."}:
        return None
    return (parts.scheme, parts.netloc, folders) if parts.scheme != "file" else None


def _lies_in(path: str, folder: str) -> bool:
    # Not a comparison of beginnings: /data2/x does not lie in /data.
    return os.path.commonpath([path, folder]) == folder and path != folder


class LoadedFiles:
    """Files whose rows have come, in their order, to be deleted when these are committed."""

    def __init__(self, *, is_on: bool) -> None:
        """Keep files only where `batch_delete_files` says so."""
        self._is_on = is_on
        self._files: deque[tuple[int, BatchFile]] = deque()

    def add(self, last_row: int, file: BatchFile) -> None:
        """Note a file whose last row has number `last_row`."""
        if self._is_on:
            self._files.append((last_row, file))

    def delete_before(self, uncommitted: int) -> None:
        """Delete the files all of whose rows come before number `uncommitted`."""
        while self._files and self._files[0][0] < uncommitted:
            self._files.popleft()[1].delete()
