"""All of the Singer SDK's tests of a tap; `test_tap_suite.py` runs it with a database.

The suite is made when it is imported, because it has a test for each stream and column, so that
the settings have to be known by then.
"""

from __future__ import annotations

import json
import os

from singer_sdk.testing import get_tap_test_class

from tap_oracle.tap import TapOracle

TestTapOracle = get_tap_test_class(
    TapOracle, config=json.loads(os.environ["TAP_SUITE_CONFIG"]), parse_env_config=False
)
