"""The OpenAPI document: committed as the application says it, and true of the application."""

from __future__ import annotations

import contextlib
import os
import uuid
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, checks

from docs import openapi
from oracle_scheduler.store import leases, nodes

if TYPE_CHECKING:
    from tests.scheduler_api import Api

pytest_plugins = ["tests.fix_scheduler_api"]

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "5"))
"""Requests per operation, once such as the document allows and once others."""

CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


def test_the_committed_document_is_current() -> None:
    assert openapi.PATH.read_text(encoding="utf-8") == openapi.text(), "make docs"


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_no_request_meets_a_failure(api: Api, mode: GenerationMode) -> None:
    node = str(uuid.uuid4())
    leases.hold(api.store, leases.LEADER, node, 3_600)
    nodes.register(api.store, node, frozenset({"worker"}))
    schema = schemathesis.openapi.from_asgi("/openapi.json", api.client.app)
    labels = set()
    for result in schema.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr] # an error here fails the test
        labels.add(operation.label)

        @settings(
            max_examples=EXAMPLES,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
            database=None,
            derandomize="FUZZ_EXAMPLES" not in os.environ,
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def fuzz(case: Any) -> None:
            case.call_and_validate(
                base_url="http://127.0.0.1:8090",
                headers=api.headers,
                checks=CHECKS,
            )

        with contextlib.suppress(Unsatisfiable):  # nothing can be wrong where nothing is given
            fuzz()
    assert len(labels) >= 17, labels
