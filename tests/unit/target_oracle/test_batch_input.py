"""Files of BATCH messages: what is refused, and what is told of a failure."""

from __future__ import annotations

import logging

import pytest

from target_oracle.batch_files import BatchFile
from target_oracle.batch_reader import _record_message
from target_oracle.nesting import MAX_DEPTH, TOO_DEEP
from target_oracle.records import NotDecoded


def nested(levels: int) -> bytes:
    arrays = levels - 1
    return b'{"a":' + b"[" * arrays + b"]" * arrays + b"}"


def test_a_line_for_a_stream_map_has_the_limit_of_all_lines() -> None:
    assert _record_message(nested(MAX_DEPTH), "S")["stream"] == "S"
    for levels in (MAX_DEPTH + 1, 100_000):
        with pytest.raises(NotDecoded, match=TOO_DEEP):
            _record_message(nested(levels), "S")


def test_a_file_that_stays_is_told_without_its_url(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(url: str) -> None:
        what = f"no route to {url}"
        raise OSError(what)

    monkeypatch.setattr("fsspec.core.url_to_fs", refused)
    with caplog.at_level(logging.WARNING):
        BatchFile("sftp://loader:not-shown@host/in/rows.jsonl", is_local=False).delete()
    assert caplog.messages == ["File rows.jsonl is loaded and not deleted (OSError)"]
