"""The Singer SDK's own tests of a tap, every one of them, on the `hr` sample."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.fix_plugins import TIMEOUT_SECONDS

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

SUITE = Path(__file__).with_name("tap_suite.py")
STREAMS = 7
TESTS_OF_THE_TAP = 4
TESTS_OF_A_STREAM = 6


@pytest.mark.oracle
@pytest.mark.parametrize(
    "settings",
    [{}, {"use_singer_decimal": True, "naive_timezone": "Europe/Berlin"}],
    ids=["defaults", "options"],
)
def test_the_suite_passes_with_no_test_left_out(
    settings: dict[str, Any], oracle_database: OracleDatabase, hr_schema: str
) -> None:
    config = oracle_database.config(hr_schema, filter_schemas=[hr_schema], **settings)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", str(SUITE), "-q", "-p", "no:cacheprovider"],
        env={**os.environ, "TAP_SUITE_CONFIG": json.dumps(config)},
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_SECONDS,
    )
    summary = done.stdout.splitlines()[-1]

    assert done.returncode == 0, done.stdout[-8000:]
    passed = re.search(r"(\d+) passed", summary)
    assert passed is not None
    assert int(passed[1]) > TESTS_OF_THE_TAP + STREAMS * TESTS_OF_A_STREAM
    assert not re.search(r"skipped|deselected|xfailed|failed|error", summary), summary
