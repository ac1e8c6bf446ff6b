"""The lines that a stream writes."""

from __future__ import annotations

import pytest

from tests.unit.tap_oracle.messages import Lines


@pytest.fixture
def lines(capsysbinary: pytest.CaptureFixture[bytes]) -> Lines:
    return Lines(capsysbinary.readouterr)
