"""A catalog in a file: what was written is read, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from catalog import cache_file
from catalog.model import Column, Schema, Table, TableKind
from catalog.singer import Streams, singer_catalog, whole
from oracle_core.types import JsonSchemaOptions, parse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ABOUT = {"key": "k", "made_at": 7}


@pytest.fixture
def catalog() -> dict[str, Any]:
    columns = tuple(Column(name, parse("NUMBER(38)"), nullable=True) for name in ("A", 'q"\n😀'))
    tables = tuple(Table("HR", f"T{place}", TableKind.TABLE, columns) for place in range(3))
    made = singer_catalog([Schema("HR", tables)], database=None, options=JsonSchemaOptions())
    return {"version": 1, **made}


def test_what_is_written_is_read_stream_by_stream(tmp_path: Path, catalog: dict[str, Any]) -> None:
    path = tmp_path / "kept"
    asked: list[Mapping[str, Any]] = []
    cache_file.write(path, ABOUT, catalog)
    found = cache_file.read(path, lambda about: not asked.append(about))  # type: ignore[func-returns-value]

    assert found is not None
    assert isinstance(found["streams"], Streams)
    assert whole(found) == whole(catalog)
    assert ABOUT.items() <= asked[0].items()
    assert path.stat().st_mode & 0o077 == 0
    assert [one.name for one in tmp_path.iterdir()] == ["kept"]


def test_what_does_not_hold_is_not_read(tmp_path: Path, catalog: dict[str, Any]) -> None:
    path = tmp_path / "kept"
    cache_file.write(path, ABOUT, catalog)
    assert cache_file.read(path, lambda _: False) is None


@pytest.mark.parametrize("spoilt", ["", "{", "[]\n", '{"format": 2}\n', '{"format": 3}\n{}\n'])
def test_another_file_is_not_read(tmp_path: Path, spoilt: str) -> None:
    path = tmp_path / "kept"
    path.write_text(spoilt, "utf-8")
    assert cache_file.read(path, lambda _: True) is None
    assert cache_file.read(tmp_path / "none", lambda _: True) is None


@pytest.mark.parametrize("missing", ["a line", "a part of the last line"])
def test_a_file_that_was_cut_is_not_read(
    tmp_path: Path, catalog: dict[str, Any], missing: str
) -> None:
    path = tmp_path / "kept"
    cache_file.write(path, ABOUT, catalog)
    whole_file = path.read_bytes()
    length = whole_file.rindex(b"\n", 0, -1) + 1
    path.write_bytes(whole_file[: length if missing == "a line" else length + 20])
    assert cache_file.read(path, lambda _: True) is None


def test_a_folder_that_cannot_be_written(tmp_path: Path, catalog: dict[str, Any]) -> None:
    with pytest.raises(OSError, match="No such file"):
        cache_file.write(tmp_path / "none" / "kept", ABOUT, catalog)
