"""What OpenLineage 2-0-2 asks of a run event and of the facets that the pair sends.

Written from the specification (OpenLineage.json 2-0-2 and the facets' own schemas): required
fields, their types and formats. Fields that are not named here are free there, too.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

TEXT = {"type": "string"}
COUNT = {"type": "integer", "minimum": 0}
MOMENT = {"type": "string", "format": "date-time"}
LIFECYCLE_STATES = ["ALTER", "CREATE", "DROP", "OVERWRITE", "RENAME", "TRUNCATE"]
STATES = ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]


def fields(required: str, **properties: Any) -> dict[str, Any]:
    """Return the schema of an object with required fields, written with blanks between."""
    return {"type": "object", "properties": properties, "required": required.split()}


def facets(**known: Any) -> dict[str, Any]:
    """Return the schema of an object of facets, of which each names its producer and schema."""
    base = fields("_producer _schemaURL", _producer=URI, _schemaURL=URI)
    return {
        "type": "object",
        "additionalProperties": base,
        "properties": {name: {"allOf": [base, schema]} for name, schema in known.items()},
    }


def many(items: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a list."""
    return {"type": "array", "items": items}


URI = {"type": "string", "format": "uri"}
JOB_ID = fields("namespace name", namespace=TEXT, name=TEXT)
RUN_ID = fields("runId", runId={"type": "string", "format": "uuid"})
PARENT = fields("run job", run=RUN_ID, job=JOB_ID, root=fields("run job", run=RUN_ID, job=JOB_ID))
SCHEMA = fields("", fields=many(fields("name", name=TEXT, type=TEXT)))
TRANSFORMATION = fields("type", type={"enum": ["DIRECT", "INDIRECT"]}, subtype=TEXT)
SOURCE = fields(
    "namespace name field",
    namespace=TEXT,
    name=TEXT,
    field=TEXT,
    transformations=many(TRANSFORMATION),
)
LINEAGE = fields(
    "fields",
    fields={
        "type": "object",
        "additionalProperties": fields("inputFields", inputFields=many(SOURCE)),
    },
)
STATISTICS = fields("", rowCount=COUNT, size=COUNT, fileCount=COUNT)


def dataset(name: str, statistics: str) -> dict[str, Any]:
    """Return the schema of an input or output."""
    facets_of_data = facets(
        schema=SCHEMA,
        columnLineage=LINEAGE,
        lifecycleStateChange=fields(
            "lifecycleStateChange", lifecycleStateChange={"enum": LIFECYCLE_STATES}
        ),
    )
    figures = {name: facets(**{statistics: STATISTICS})}
    return fields("namespace name", namespace=TEXT, name=TEXT, facets=facets_of_data, **figures)


RUN_EVENT = fields(
    "eventTime producer schemaURL run job",
    eventType={"enum": STATES},
    eventTime=MOMENT,
    producer=URI,
    schemaURL={"type": "string", "pattern": r"/2-0-\d+/OpenLineage\.json#/\$defs/RunEvent$"},
    run={
        "allOf": [
            RUN_ID,
            fields(
                "",
                facets=facets(
                    parent=PARENT,
                    nominalTime=fields(
                        "nominalStartTime", nominalStartTime=MOMENT, nominalEndTime=MOMENT
                    ),
                    processing_engine=fields("version", version=TEXT, name=TEXT),
                    errorMessage=fields(
                        "message programmingLanguage", message=TEXT, programmingLanguage=TEXT
                    ),
                ),
            ),
        ]
    },
    job={
        "allOf": [
            JOB_ID,
            fields(
                "",
                facets=facets(
                    jobType=fields(
                        "processingType integration",
                        processingType={"enum": ["BATCH", "STREAMING", "SERVICE"]},
                        integration=TEXT,
                    )
                ),
            ),
        ]
    },
    inputs=many(dataset("inputFacets", "inputStatistics")),
    outputs=many(dataset("outputFacets", "outputStatistics")),
)

_FORMATS = FormatChecker(())


@_FORMATS.checks("uuid", raises=ValueError)
def _is_uuid(value: object) -> bool:
    return str(uuid.UUID(str(value))) == value


@_FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    return dt.datetime.fromisoformat(str(value)).tzinfo is not None


@_FORMATS.checks("uri")
def _is_uri(value: object) -> bool:
    return re.match(r"[a-z][a-z0-9+.-]*://[^\s/]+", str(value)) is not None


_VALIDATOR = Draft202012Validator(RUN_EVENT, format_checker=_FORMATS)


def problems(event: dict[str, Any]) -> list[str]:
    """Return what is wrong with an event; empty where it is as the specification asks."""
    return [f"{error.json_path}: {error.message}" for error in _VALIDATOR.iter_errors(event)]


def problems_of_runs(events: list[dict[str, Any]]) -> list[str]:
    """Return what is wrong with the events of whole runs: one START and one end each, and forms."""
    found = [problem for event in events for problem in problems(event)]
    for run in {event["run"]["runId"] for event in events}:
        states = [event["eventType"] for event in events if event["run"]["runId"] == run]
        if (
            states.count("START") != 1
            or sum(s in {"COMPLETE", "ABORT", "FAIL"} for s in states) != 1
        ):
            found.append(f"run {run}: {states}")
    return found
