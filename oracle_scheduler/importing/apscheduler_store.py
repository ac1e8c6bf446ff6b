"""The jobs of an APScheduler store as job files.

Its rows are pickles, and to load one runs what it names. Here only the classes of triggers, times
and zones are loaded, and those of APScheduler as plain state; everything else is refused.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import pickle
import re
import zoneinfo
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from oracle_core.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NUMBER = re.compile(r"(?<![\w/])[0-6](?!\w)")
_ALLOWED = {
    ("datetime", name): getattr(dt, name) for name in ("datetime", "timedelta", "timezone", "date")
}


class _State:
    """Stands for any object of APScheduler, and keeps its state."""

    state: Mapping[str, Any] = MappingProxyType({})

    def __setstate__(self, state: Any) -> None:  # noqa: ANN401 - as pickle has it
        # Objects with slots have a pair: their dictionary, and what the slots hold.
        parts = state if isinstance(state, tuple) else (state,)
        self.state = {name: value for part in parts if part for name, value in part.items()}


class _Zone(dt.tzinfo):
    """Stands for a zone of zoneinfo or pytz, which both are pickled with their name."""

    def __init__(self, *arguments: object) -> None:
        names = [text for text in arguments if isinstance(text, str)]
        self.zone = zoneinfo.ZoneInfo(names[0] if names else "UTC")

    def utcoffset(self, moment: dt.datetime | None) -> dt.timedelta | None:
        """Return the offset at a moment."""
        return None if moment is None else moment.replace(tzinfo=self.zone).utcoffset()


def _attribute(owner: type[_Zone], name: str) -> type[_Zone]:
    """Return the class for its `_unpickle`, by which ZoneInfo makes a zone of its name."""
    del name
    return owner


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - as its base says
        if (module, name) in _ALLOWED:
            return _ALLOWED[module, name]
        package = module.partition(".")[0]
        if package == "apscheduler":
            return type(name, (_State,), {})
        if package in {"pytz", "zoneinfo"}:
            return _Zone
        # ZoneInfo pickles itself as getattr(ZoneInfo, "_unpickle"); no other attribute is given.
        if (module, name) == ("builtins", "getattr"):
            return _attribute
        message = f"holds {module}.{name}, which is not loaded"
        raise pickle.UnpicklingError(message)


@dataclass(frozen=True, slots=True)
class ImportedJob:
    """A job as a job file, or the reason why it is none."""

    name: str
    text: str | None
    reason: str = ""


def jobs(url: str, table: str) -> list[ImportedJob]:
    """Return the jobs of a store.

    Args:
        url: SQLAlchemy URL of the store's database.
        table: Name of its table.

    Raises:
        ConfigurationError: If the table cannot be read.
    """
    query: sa.Select[str, bytes] = sa.select(
        sa.column("id"), sa.column("job_state", sa.LargeBinary)
    )
    try:
        engine = sa.create_engine(url, hide_parameters=True)
        with engine.connect() as connection:
            rows = connection.execute(query.select_from(sa.table(table))).all()
    except (sa.exc.SQLAlchemyError, ImportError) as error:
        message = f"the table {table} cannot be read ({type(error).__name__})"
        raise ConfigurationError(message, setting="--url") from error
    engine.dispose()
    return [_imported(str(row.id), bytes(row.job_state)) for row in rows]


def _imported(name: str, pickled: bytes) -> ImportedJob:
    try:
        state = _Unpickler(io.BytesIO(pickled)).load()
        document = {
            "application_name": name,
            "description": str(state.get("name") or ""),
            "schedule": _schedule(state["trigger"]),
            # What `coalesce` means there: one run for all times that passed, or one for each.
            "catch_up": "latest" if state.get("coalesce", True) else "all",
            "max_active_runs": max(1, int(state.get("max_instances") or 1)),
            "jobs": [_job(name, state)],
        }
        return ImportedJob(name, json.dumps(document, indent=1))
    except (pickle.UnpicklingError, ValueError, KeyError, TypeError, AttributeError) as error:
        return ImportedJob(name, None, f"{type(error).__name__}: {error}")


def _job(name: str, state: Mapping[str, Any]) -> dict[str, object]:
    job: dict[str, object] = {"id": name, "type": "python", "call": str(state["func"])}
    if state.get("args"):
        job["args"] = list(state["args"])
    if state.get("kwargs"):
        job["kwargs"] = dict(state["kwargs"])
    return job


def _schedule(trigger: _State) -> dict[str, object]:
    state, kind = trigger.state, type(trigger).__name__
    if kind == "DateTrigger":
        return {"date": state["run_date"].isoformat()}
    zone = _zone_name(state.get("timezone"))
    if kind == "IntervalTrigger":
        return {"interval": state["interval"].total_seconds(), "timezone": zone}
    if kind != "CronTrigger":
        message = f"a trigger of type {kind} has no equal here"
        raise ValueError(message)
    return {"cron": _cron(state["fields"]), "timezone": zone}


def _zone_name(zone: object) -> str:
    return zone.zone.key if isinstance(zone, _Zone) else "UTC"


def _cron(fields: list[_State]) -> str:
    texts = {field.state["name"]: _expression(field) for field in fields}
    for name, usual in (("year", "*"), ("week", "*"), ("second", "0")):
        if texts.get(name, usual) not in {usual, "*"} or texts.get(name) == "*" != usual:
            message = f"cron here has no '{name}' ({texts[name]})"
            raise ValueError(message)
    # APScheduler counts Monday as 0, cron counts Sunday as 0.
    weekday = _NUMBER.sub(lambda match: _WEEKDAYS[int(match[0])], texts.get("day_of_week", "*"))
    order = [texts.get(name, "*") for name in ("minute", "hour", "day", "month")]
    return " ".join([*order, weekday])


def _expression(field: _State) -> str:
    return ",".join(_part(part) for part in field.state["expressions"])


def _part(part: _State) -> str:
    state, kind = part.state, type(part).__name__
    step = f"/{state['step']}" if state.get("step") else ""
    first, last = state.get("first"), state.get("last")
    if kind == "AllExpression":
        return f"*{step}"
    if kind == "WeekdayRangeExpression":
        first, last = (None if day is None else _WEEKDAYS[day] for day in (first, last))
    elif kind == "MonthRangeExpression":
        pass
    elif kind != "RangeExpression":
        message = f"an expression of type {kind} has no equal here"
        raise ValueError(message)
    return str(first) if last is None or first == last else f"{first}-{last}{step}"
