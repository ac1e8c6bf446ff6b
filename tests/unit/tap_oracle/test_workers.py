"""Processes that read for the tap."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from oracle_core.errors import OracleError
from oracle_core.termination import Termination
from tap_oracle.blocks import Piece
from tap_oracle.workers import Task, Worker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_oracle.streams import OracleStream


def streams_of_a_tap_that_is_ended() -> Mapping[str, OracleStream]:
    """Install handlers, as the constructor of the tap does; the signal comes while they are."""
    Termination().install()
    os.kill(os.getpid(), signal.SIGTERM)
    return {}


def test_a_worker_that_is_ended_while_it_starts_has_no_traceback(
    capfd: pytest.CaptureFixture[str],
) -> None:
    worker = Worker(streams_of_a_tap_that_is_ended, 1)
    worker.start(Task("S", Piece()))
    with pytest.raises(OracleError, match="SIGTERM"):
        worker.receive()
    worker.stop()
    assert "Traceback" not in capfd.readouterr().err
