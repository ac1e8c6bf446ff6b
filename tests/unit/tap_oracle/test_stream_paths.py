"""The bulk path and the path record by record write equal bytes."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.tap_oracle.fake_database import FakeSession, FakeTap, catalog_of
from tests.unit.tap_oracle.messages import TYPES, Lines, records, rows

if TYPE_CHECKING:
    from collections.abc import Callable


def both_paths(
    lines: Callable[[], Any], monkeypatch: pytest.MonkeyPatch, **arguments: Any
) -> tuple[bytes, bytes]:
    """Return the RECORD lines of the bulk path and of the path record by record."""
    outputs = []
    for reason in (None, "a test says so"):
        tap = FakeTap(FakeSession(rows(7)), **arguments)
        (stream,) = tap.oracle_streams
        monkeypatch.setattr(type(stream), "reason_for_single_records", reason)
        moment = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
        monkeypatch.setattr("tap_oracle.streams.base.dt", FixedClock(moment))
        tap.run_pipeline()
        monkeypatch.undo()
        outputs.append(
            b"".join(line for line in lines().out.splitlines(True) if b'"type":"RECORD"' in line)
        )
    return outputs[0], outputs[1]


class FixedClock:
    """The datetime module with a clock that stands still."""

    UTC = dt.UTC

    def __init__(self, moment: dt.datetime) -> None:
        self.datetime = self
        self._moment = moment

    def now(self, zone: dt.tzinfo) -> dt.datetime:
        return self._moment.astimezone(zone)


@pytest.mark.parametrize(
    "config", [{}, {"use_singer_decimal": True}, {"emit_activate_version_messages": True}]
)
def test_both_paths_give_equal_bytes(
    config: dict[str, Any],
    capsysbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bulk, single = both_paths(
        capsysbinary.readouterr, monkeypatch, catalog=catalog_of(TYPES), config=config
    )

    assert bulk.count(b"\n") == 7
    assert len(bulk.splitlines()) == 7
    if "emit_activate_version_messages" in config:
        bulk, single = (without_version(text) for text in (bulk, single))
    assert bulk == single


def without_version(text: bytes) -> bytes:
    """The version is the second in which each of the two taps was made."""
    head, _, rest = text.partition(b'"version":')
    del head
    return rest[:0] + text.replace(b'"version":' + rest[:10], b'"version":0')


def test_stream_maps_take_the_path_record_by_record(
    lines: Lines, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    maps = {"HR-T": {"__alias__": "people", "ID": "ID", "double": "int(ID) * 2", "__else__": None}}
    FakeTap(
        FakeSession(rows(2)), catalog=catalog_of(TYPES), config={"stream_maps": maps}
    ).run_pipeline()

    messages = lines()
    assert records(messages) == [{"ID": 0, "double": 0}, {"ID": 1, "double": 2}]
    assert {message["stream"] for message in messages if "stream" in message} == {"people"}
    assert "record by record, because a stream map changes it" in caplog.text
