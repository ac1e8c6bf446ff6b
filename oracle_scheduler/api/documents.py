"""What the OpenAPI document says beside the bodies."""

from __future__ import annotations

from typing import Any

from oracle_scheduler.api.bodies import Problem
from oracle_scheduler.api.problems import MEDIA_TYPE

TITLE = "oracle-scheduler"
_TEXTS = {
    400: "The body is not JSON.",
    401: "A token is needed.",
    403: "The token's scope, or allow_adhoc, does not include this.",
    404: "No pipeline, run or job has this name.",
    409: "The state of the pipeline or run does not allow this.",
    413: "The body is too large.",
    422: "The request is not valid.",
    429: "Too many requests; see Retry-After.",
    503: "The store does not answer; see Retry-After.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the responses that an operation has beside its good one."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": _TEXTS[status], "content": content}
        for status in sorted({400, 401, 403, 413, 422, 429, 503, *statuses})
    }


def with_problem(document: dict[str, Any]) -> dict[str, Any]:
    """Return an OpenAPI document that holds the schema of problems, and none of FastAPI's own."""
    schemas = document["components"]["schemas"]
    schemas["Problem"] = Problem.model_json_schema()
    # Answers to wrong requests are problems (RFC 9457) as all others.
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    return document
