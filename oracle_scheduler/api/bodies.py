"""The bodies of requests and answers."""

# Annotations are read at run time by pydantic, so that they are no texts here.

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    NaiveDatetime,
    model_validator,
)

DEPTH_MAX = 20
YEARS = range(1970, 9_000)
"""Years of a `run_date`: far from both ends of what a moment can be in some time zone."""

DEFAULT_TIMEOUT_SECONDS = 300.0


def _check_plain(value: Any, depth: int = 0) -> Any:  # noqa: ANN401 - any value of JSON
    """Return a value of JSON that fits into a job file and into the arguments of a process."""
    if depth > DEPTH_MAX:
        message = f"is nested deeper than {DEPTH_MAX} levels"
        raise ValueError(message)
    # A process cannot be given either: exec ends an argument at U+0000, and half of a pair of
    # surrogates has no bytes. Deep values would end the stack of the reader of job files.
    if isinstance(value, str) and ("\0" in value or not value.isascii()):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            message = "holds half of a surrogate pair"
            raise ValueError(message) from error
        if "\0" in value:
            message = "holds U+0000"
            raise ValueError(message)
    if isinstance(value, dict):
        for key, item in value.items():
            _check_plain(key, depth + 1)
            _check_plain(item, depth + 1)
    if isinstance(value, list):
        for item in value:
            _check_plain(item, depth + 1)
    return value


def _check_year(moment: dt.datetime) -> dt.datetime:
    if moment.year not in YEARS:
        message = f"must be of the years {YEARS.start} to {YEARS.stop - 1}"
        raise ValueError(message)
    return moment


Plain = Annotated[Any, AfterValidator(_check_plain)]
Text = Annotated[str, Field(max_length=4_000), AfterValidator(_check_plain)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)]
Variables = Annotated[dict[Name, Text], Field(max_length=100)]
# 366 days.
Seconds = Annotated[float, Field(gt=0, le=31_622_400)]
Moment = Annotated[AwareDatetime | NaiveDatetime, AfterValidator(_check_year)]


class Body(BaseModel):
    """A body of a request; a key that is not known is refused."""

    # Python's json reads Infinity and NaN, which are not JSON; a comparison with NaN refuses
    # nothing.
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class ScheduleJob(Body):
    """A script or a function, and when it runs."""

    job_id: Name
    job_type: Literal["bash", "python"] = "bash"
    run_date: Moment | None = None
    cron: Annotated[Text, Field(max_length=200)] | None = None
    interval: Annotated[float, Field(ge=1, le=315_360_000, description="Seconds.")] | None = None
    timezone: Annotated[Text, Field(max_length=100)] = "UTC"
    script_path: Text | None = None
    module: Text | None = None
    function: Text | None = None
    args: Annotated[list[Plain], Field(max_length=1_000)] = []
    kwargs: dict[str, Plain] = {}
    timeout: Seconds = DEFAULT_TIMEOUT_SECONDS

    @model_validator(mode="after")
    def _check(self) -> "ScheduleJob":
        times = [time for time in (self.run_date, self.cron, self.interval) if time is not None]
        if len(times) != 1:
            message = "needs one of run_date, cron, interval"
            raise ValueError(message)
        if self.job_type == "bash":
            if not self.script_path or self.module or self.function or self.kwargs:
                message = "a job of type bash needs script_path, and neither module nor kwargs"
                raise ValueError(message)
            if not all(isinstance(argument, str | int | float) for argument in self.args):
                message = "args of a job of type bash are texts and numbers"
                raise ValueError(message)
        elif not self.module or not self.function or self.script_path:
            message = "a job of type python needs module and function, and no script_path"
            raise ValueError(message)
        return self


class SubmittedJob(Body):
    """A job of a submitted pipeline, as in a job file."""

    id: Name
    description: Text = ""
    type: Literal["bash", "python"] = "bash"
    command: Text | None = None
    call: Text | None = None
    args: Annotated[list[Plain], Field(max_length=1_000)] | None = None
    kwargs: dict[str, Plain] | None = None
    timeout: Seconds | None = None
    dependencies: Annotated[list[Name], Field(max_length=1_000)] = []
    max_retries: Annotated[int, Field(ge=0, le=1_000)] = 0
    retry_delay: Annotated[float, Field(ge=0, le=86_400)] = 30.0


class StartRun(Body):
    """How a run differs from the other runs of its pipeline."""

    env: Annotated[
        Variables, Field(description="Values for variables that the pipeline's file names.")
    ] = {}
    skip: Annotated[list[Name], Field(max_length=1_000)] = []


class Submission(StartRun):
    """A pipeline to run now: a known one by its name, or a new one with its jobs."""

    application_name: Name
    description: Text = ""
    default_timeout: Seconds = 10_800
    parallel: bool = False
    max_workers: Annotated[int, Field(ge=1, le=1_000)] = 1
    jobs: Annotated[list[SubmittedJob], Field(min_length=1, max_length=1_000)] | None = None


class Backfill(Body):
    """Which past times of a pipeline are run: `from` itself is one of them, `to` is not."""

    since: Annotated[Moment, Field(alias="from")]
    until: Annotated[Moment, Field(alias="to")]
    dry_run: bool = False


class ResumeRun(Body):
    """Which jobs of a run are started again."""

    failed_only: bool = False


class Answer(BaseModel):
    """A body of an answer, made of what the store returns."""

    model_config = ConfigDict(from_attributes=True)


class Problem(Answer):
    """What is wrong (RFC 9457)."""

    type: str
    status: int
    title: str
    detail: str | None = None


class Health(Answer):
    """Whether the service does its work."""

    status: Literal["ok", "failing"]
    reason: str | None = None


class Scheduled(Answer):
    """A job that was scheduled."""

    job_id: str
    next_time: dt.datetime | None


class Changed(Answer):
    """What was changed."""

    id: str
    status: str


class Started(Answer):
    """A run; `is_new` is false where the key had a run already."""

    run_id: str
    is_new: bool


class Backfilled(Answer):
    """The times of a backfill, and the runs that were made for those that had none."""

    times: list[dt.datetime]
    run_ids: list[str]


class Run(Answer):
    """One run."""

    run_id: str
    pipeline: str
    state: str
    scheduled_for: dt.datetime | None
    created_at: dt.datetime
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    reason: str | None
    missed_count: int


class Task(Answer):
    """One job of a run."""

    job_id: str
    state: str
    attempts: int
    node_id: str | None
    exit_code: int | None
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    reason: str | None


class RunDetail(Answer):
    """One run with its jobs."""

    run: Run
    jobs: list[Task]


class Output(Answer):
    """What a job wrote behind a position; `next` is the position to ask from then."""

    attempt: int
    text: str
    next: int
    is_complete: bool


class Job(Answer):
    """One pipeline: from a job file, or scheduled by request."""

    name: str
    is_paused: bool
    source: str | None
    next_time: dt.datetime | None


class JobDetail(Job):
    """One pipeline with its schedule, jobs and newest runs."""

    description: str
    schedule: str
    next_times: list[dt.datetime]
    jobs: list[str]
    runs: list[Run]


class PipelineFigures(Answer):
    """How one pipeline stands."""

    name: str
    is_paused: bool
    state: str | None
    last_success: dt.datetime | None
    last_seconds: float | None
    next_time: dt.datetime | None
    missed: int


class Status(Answer):
    """How the service stands."""

    now: dt.datetime
    leader: str | None
    nodes: dict[str, int]
    runs: dict[str, int]
    active_jobs: dict[str, int]
    waiting_seconds: float
    pipelines: list[PipelineFigures]
