"""Job files: what a pipeline runs, when, and what happens when it fails.

| name | module |
| --- | --- |
| `Pipeline`, `Job`, `Schedule`, `Retry` | `model` |
| `read_pipeline`, `SUFFIXES`, `JobFileError` | `reader` |
| `ordered`, `critical_path` | `graph` |
"""

from __future__ import annotations

from oracle_scheduler.jobfile.errors import JobFileError, Problem
from oracle_scheduler.jobfile.graph import critical_path, ordered
from oracle_scheduler.jobfile.model import (
    CatchUp,
    Job,
    JobKind,
    Overlap,
    Pipeline,
    Retry,
    Schedule,
    TriggerRule,
)
from oracle_scheduler.jobfile.reader import SUFFIXES, pipeline_of, read_pipeline, stored_pipeline

__all__ = [
    "SUFFIXES",
    "CatchUp",
    "Job",
    "JobFileError",
    "JobKind",
    "Overlap",
    "Pipeline",
    "Problem",
    "Retry",
    "Schedule",
    "TriggerRule",
    "critical_path",
    "ordered",
    "pipeline_of",
    "read_pipeline",
    "stored_pipeline",
]
