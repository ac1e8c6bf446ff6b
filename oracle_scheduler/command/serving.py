"""Commands that run things: migrate, serve, run."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from oracle_core.errors import ConfigurationError
from oracle_scheduler.child.command import Meltano
from oracle_scheduler.command.printing import print_result
from oracle_scheduler.command.store_options import (
    PREFIX,
    format_option,
    opened,
    sqlite_path,
    store_options,
)
from oracle_scheduler.hints import hints_of
from oracle_scheduler.jobfile import SUFFIXES, read_pipeline
from oracle_scheduler.jobfile.model import DEFAULT_QUEUE
from oracle_scheduler.notices.channels import Security, SmtpSettings
from oracle_scheduler.service.process import Service
from oracle_scheduler.service.settings import ServiceSettings
from oracle_scheduler.store import definitions, firing, migrations, reading
from oracle_scheduler.store.database import only_service
from oracle_scheduler.store.firing import KEY_LENGTH_MAX, KEY_PATTERN, NewRun, request_key
from oracle_scheduler.store.states import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from oracle_scheduler.store.database import Database

Command = TypeVar("Command", bound="Callable[..., Any]")

_ROLES = ("scheduler", "worker", "api")
_WAIT_SECONDS = 0.5


@click.command()
@store_options
@click.option("--print-sql", is_flag=True, help="Print the DDL for a DBA and change nothing.")
@format_option
def migrate(store_url: str, table_prefix: str, output_format: str, *, print_sql: bool) -> None:
    """Create the tables, or bring them up to date."""
    # The tables need not be there, nor be current: to make them is the purpose.
    with opened(store_url, table_prefix, needs_tables=False) as database:
        if print_sql:
            script = "\n".join(_script(database))
            print_result(output_format, {"sql": script}, script)
            return
        done = [f"{step.number}: {step.title}" for step in migrations.migrate(database)]
    lines = [*done, "the tables are up to date"]
    print_result(output_format, {"migrations": done}, "\n".join(lines))


def _script(database: Database) -> Iterator[str]:
    for migration in migrations.MIGRATIONS:
        yield f"-- {migration.number}: {migration.title}"
        for statement in migrations.statements(database, migration):
            yield f"{statement};\n"
    if database.history is not None:
        yield f"-- {database.history.table_name}"
        yield database.history.script()


def _service_option(
    name: str, default: object, kind: click.ParamType[Any] | type[str], text: str
) -> Callable[[Command], Command]:
    """Return an option that may stand in the environment as well."""
    variable = f"{PREFIX}{name.upper()}"
    option = f"--{name.replace('_', '-')}"
    return click.option(
        option, envvar=variable, default=default, type=kind, show_default=True, help=text
    )


_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
DEFAULT_BIND = "127.0.0.1:8090"


@click.command()
@store_options
@_service_option(
    "jobs_dir",
    None,
    click.Path(exists=True, file_okay=False, path_type=Path),
    "Folder of job files; new and changed ones are read while serving.",
)
@click.option(
    "--only",
    default=",".join(_ROLES),
    show_default=True,
    help="Parts that this process serves, with commas between.",
)
@_service_option("queues", DEFAULT_QUEUE, str, "Queues to take jobs from, with commas between.")
@_service_option(
    "queue_url",
    "memory",
    str,
    "Where hints of ready jobs go: `memory` for this process, `database` for none, `redis://…` for "
    "all processes. Claims stay in the store.",
)
@_service_option("slots", 4, click.IntRange(1), "Jobs that run at the same time in each queue.")
@_service_option(
    "poll_seconds", 1.0, click.FloatRange(0, min_open=True), "Time between two looks at the store."
)
@_service_option(
    "lease_seconds", 30.0, click.FloatRange(1), "How long a claim holds without a heartbeat."
)
@_service_option(
    "max_clock_skew_seconds",
    5.0,
    click.FloatRange(0, min_open=True),
    "Difference to the database's clock above which this process fires nothing.",
)
@_service_option(
    "stop_grace_seconds", 30.0, click.FloatRange(0), "Time from TERM to KILL when a job has to end."
)
@_service_option("log_dir", ".oracle-scheduler", _FOLDER, "Folder of outputs and results.")
@_service_option("meltano", "meltano", str, "Program of Meltano.")
@_service_option("meltano_project", ".", click.Path(file_okay=False), "Folder of the project.")
@_service_option("smtp_host", None, str, "Server that takes e-mail; without it none is sent.")
@_service_option("smtp_port", 587, click.IntRange(1, 65_535), "Its port.")
@_service_option(
    "smtp_security", "starttls", click.Choice([str(kind) for kind in Security]), "Its protection."
)
@_service_option("smtp_user", None, str, "User of the server, where it asks for one.")
@_service_option("smtp_from", "oracle-scheduler@localhost", str, "Sender of e-mail.")
@_service_option(
    "keep_days", 90.0, click.FloatRange(0, min_open=True), "Days for which ended runs are kept."
)
@_service_option("bind", DEFAULT_BIND, str, "Address and port of pages and API.")
@_service_option("tls_certificate", None, _FILE, "Certificate chain of pages and API, PEM.")
@_service_option("tls_key", None, _FILE, "Private key of the certificate, PEM.")
@_service_option(
    "behind_proxy",
    False,  # noqa: FBT003 - the default of an option
    click.BOOL,
    "Whether a proxy with TLS stands in front of pages and API.",
)
@_service_option(
    "allow_adhoc",
    "",
    str,
    "Folders of scripts and modules of functions, with commas between, that requests with a token "
    "of scope admin may schedule.",
)
def serve(store_url: str, table_prefix: str, only: str, **options: Any) -> None:
    """Fire times, run jobs and show pages until SIGTERM or SIGINT."""
    settings = ServiceSettings(
        jobs_dir=options["jobs_dir"],
        spool=options["log_dir"],
        queues=_names(options["queues"]),
        slots=options["slots"],
        poll_seconds=options["poll_seconds"],
        lease_seconds=options["lease_seconds"],
        max_clock_skew_seconds=options["max_clock_skew_seconds"],
        stop_grace_seconds=options["stop_grace_seconds"],
        meltano=Meltano(options["meltano"], options["meltano_project"]),
        smtp=_smtp(options),
        hints=hints_of(options["queue_url"]),
        keep_days=options["keep_days"],
        roles=_roles(only),
    )
    path = sqlite_path(store_url)
    # The lock before the tables are opened: of two services on one file none may write.
    alone = contextlib.nullcontext() if path is None else only_service(path)
    with (
        alone,
        opened(store_url, table_prefix) as database,
        _api(database, settings.roles, options),
    ):
        service = Service(database, settings)
        for number in (signal.SIGTERM, signal.SIGINT):
            # SIGINT as well: KeyboardInterrupt would end the loop between a claim and its process.
            signal.signal(number, lambda *_: service.stop())
        service.run()


def _smtp(options: Mapping[str, Any]) -> SmtpSettings:
    """Return the mail server; its password comes by the environment alone, as any secret."""
    return SmtpSettings(
        host=options["smtp_host"],
        port=options["smtp_port"],
        security=Security(options["smtp_security"]),
        user=options["smtp_user"],
        password=os.environ.get(f"{PREFIX}SMTP_PASSWORD"),
        sender=options["smtp_from"],
    )


def _api(
    database: Database, roles: frozenset[str], options: Mapping[str, Any]
) -> AbstractContextManager[object]:
    """Return pages and API as a context, or an empty one where this process serves none."""
    if "api" not in roles:
        return contextlib.nullcontext()
    # Imported when needed: FastAPI takes half a second, which workers need not spend.
    from oracle_scheduler.api.server import serving  # noqa: PLC0415
    from oracle_scheduler.api.settings import ApiSettings, address  # noqa: PLC0415

    host, port = address(options["bind"])
    settings = ApiSettings(
        host=host,
        port=port,
        certificate=options["tls_certificate"],
        key=options["tls_key"],
        behind_proxy=options["behind_proxy"],
        allow_adhoc=_names(options["allow_adhoc"]),
    )
    return serving(database, settings)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _roles(text: str) -> frozenset[str]:
    roles = frozenset(_names(text))
    if not roles or not roles.issubset(_ROLES):
        message = f"must be of {', '.join(_ROLES)}"
        raise ConfigurationError(message, setting="--only")
    return roles


@click.command()
@click.argument("name_or_file")
@store_options
@click.option("--env", "variables", multiple=True, metavar="NAME=VALUE")
@click.option("--skip", multiple=True, metavar="ID", help="Pass over a job.")
@click.option(
    "--key",
    help="A second run of the pipeline with the same key is not started, by HTTP neither.",
)
@click.option("--wait", is_flag=True, help="Wait for the end; exit code 1 unless it is SUCCESS.")
@click.option("--dry-run", is_flag=True, help="Show what would be started.")
@format_option
@click.pass_context
def run(
    context: click.Context,
    /,
    name_or_file: str,
    store_url: str,
    table_prefix: str,
    output_format: str,
    *,
    wait: bool,
    dry_run: bool,
    **options: Any,
) -> None:
    """Start a run of a pipeline now, or of a job file, which is registered before.

    What exists as a file or ends with .yml, .yaml or .json is a job file, all else a name.
    """
    variables, key = _variables(options["variables"]), _key(options["key"])
    skip = frozenset(options["skip"])
    with opened(store_url, table_prefix) as database:
        name = _name(database, name_or_file, skip, is_dry=dry_run)
        if dry_run:
            print_result(output_format, {"pipeline": name}, f"{name} would be started")
            return
        new = NewRun(request_key(name, key), env=variables, skip=skip)
        run_id, _ = firing.start(database, name, new)
        state = _wait(database, run_id) if wait else None
    text = run_id if state is None else f"{run_id} {state}"
    print_result(output_format, {"run_id": run_id, "state": state}, text)
    if state is not None and state is not State.SUCCESS:
        context.exit(1)


def _name(database: Database, name_or_file: str, skip: frozenset[str], *, is_dry: bool) -> str:
    """Return the name of the pipeline, after registering it where it is given as a file."""
    path = Path(name_or_file)
    # A missing file with the suffix of one is reported as such, not as an unknown pipeline; any
    # other dot may stand in a name.
    if path.suffix.lower() not in SUFFIXES and not path.is_file():
        return name_or_file
    pipeline = read_pipeline(path)
    unknown = sorted(skip - {job.id for job in pipeline.jobs})
    if unknown:
        message = f"no job is called '{unknown[0]}' in {path}"
        raise ConfigurationError(message, setting="--skip")
    if not is_dry:
        definitions.register(database, pipeline, path.read_text(encoding="utf-8"))
    return pipeline.name


def _key(text: str | None) -> str | None:
    if text is None or (len(text) <= KEY_LENGTH_MAX and re.fullmatch(KEY_PATTERN, text)):
        return text
    message = f"must be 1 to {KEY_LENGTH_MAX} printable characters of ASCII without blanks"
    raise ConfigurationError(message, setting="--key")


def _variables(texts: tuple[str, ...]) -> dict[str, str]:
    variables = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not name or not sign:
            message = "must be NAME=VALUE"
            raise ConfigurationError(message, setting="--env")
        variables[name] = value
    return variables


def _wait(database: Database, run_id: str) -> State:
    while not (state := State(reading.run_of(database, run_id)[0].state)).is_final:
        time.sleep(_WAIT_SECONDS)
    return state
