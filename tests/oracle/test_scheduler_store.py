"""The scheduler's store: each time one run, each job one claim, whoever dies."""

from __future__ import annotations

import datetime as dt
import itertools
import threading
import uuid
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from oracle_core.errors import ConfigurationError, OracleError
from oracle_core.retry import Backoff
from oracle_scheduler.jobfile import Pipeline, pipeline_of
from oracle_scheduler.store import (
    claims,
    database,
    definitions,
    endings,
    firing,
    leases,
    migrations,
)
from oracle_scheduler.store.claims import Claim, Claimant
from oracle_scheduler.store.database import Database
from oracle_scheduler.store.endings import Ending
from oracle_scheduler.store.firing import NewRun
from oracle_scheduler.store.states import State

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.oracle
pytest_plugins = ["tests.oracle.fix_scheduler"]

NODE = str(uuid.uuid4())
WORKER = Claimant(NODE, lease_seconds=60)


def job_file(jobs: str, **top: str) -> str:
    lines = [f"{name}: {value}" for name, value in {"application_name": "night", **top}.items()]
    return "\n".join([*lines, "jobs:", jobs])


CHAIN = """\
- {id: load, command: load}
- {id: check, command: check, dependencies: [load]}
- {id: report, command: report, dependencies: [check], trigger_rule: all_done}
"""
EACH_MINUTE = "{interval: 60s}"


def register(store: Database, text: str) -> Pipeline:
    pipeline = pipeline_of(text, "night.yml")
    definitions.register(store, pipeline, text)
    claims.set_slots(store, "default", 10)
    return pipeline


def rows(store: Database, table: sa.Table, *columns: str) -> list[tuple[Any, ...]]:
    query = sa.select(*(table.c[name] for name in columns)).order_by(*table.primary_key.columns)
    with store.transaction() as connection:
        return [tuple(row) for row in connection.execute(query)]


def states(store: Database) -> dict[str, str]:
    return dict(rows(store, store.tables.task, "job_id", "state"))


def run_states(store: Database) -> list[str]:
    return [row[0] for row in rows(store, store.tables.run, "state")]


def take(store: Database) -> Claim | None:
    return claims.claim(store, "default", WORKER, str(uuid.uuid4()))


def taken(store: Database) -> Claim:
    claim = take(store)
    assert claim is not None
    return claim


def set_next_time(store: Database, moment: dt.datetime) -> None:
    with store.transaction() as connection:
        connection.execute(sa.update(store.tables.trigger).values(next_time=moment))


def minutes_ago(store: Database, minutes: float) -> dt.datetime:
    with store.transaction() as connection:
        now = store.now(connection)
    return (now - dt.timedelta(minutes=minutes)).replace(microsecond=0)


def at_once(count: int, action: Callable[[], object]) -> list[object]:
    """Return what an action gave in threads that begin together."""
    results: list[object] = []
    gate = threading.Barrier(count)

    def act() -> None:
        gate.wait()
        results.append(action())

    threads = [threading.Thread(target=act) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == count, "a thread failed"
    return results


def test_migrations_are_repeatable_and_printed(store: Database) -> None:
    assert migrations.migrate(store) == []
    assert migrations.applied(store) == migrations.MIGRATIONS[-1].number
    with store.transaction() as connection:
        connection.execute(sa.delete(store.tables.version))
    assert len(migrations.migrate(store)) == len(migrations.MIGRATIONS), "one that was broken off"
    whole = [text for step in migrations.MIGRATIONS for text in migrations.statements(store, step)]
    assert len(whole) == len(set(whole)), "each object is created once"
    ddl = list(migrations.statements(store, migrations.MIGRATIONS[0]))
    assert sum(statement.startswith("CREATE TABLE") for statement in ddl) == 10


def test_a_time_becomes_one_run_for_many_who_fire_it(store: Database) -> None:
    register(store, job_file(CHAIN, schedule=EACH_MINUTE))
    set_next_time(store, minutes_ago(store, 0.5))
    made = at_once(4, lambda: firing.fire(store, "night"))
    assert sorted(len(run_ids) for run_ids in made) == [0, 0, 0, 1]  # type: ignore[arg-type]
    assert run_states(store) == [State.QUEUED]
    assert states(store) == {
        "load": State.QUEUED,
        "check": State.WAITING,
        "report": State.WAITING,
    }


def test_times_that_passed_are_one_run_and_one_missed_row(store: Database) -> None:
    register(store, job_file(CHAIN, schedule=EACH_MINUTE, catch_up="latest"))
    set_next_time(store, minutes_ago(store, 5.5))
    assert len(firing.fire(store, "night")) == 1
    found = rows(store, store.tables.run, "state", "missed_count")
    assert sorted(found) == [(State.MISSED, 5), (State.QUEUED, 0)]
    ((next_time,),) = rows(store, store.tables.trigger, "next_time")
    assert next_time > minutes_ago(store, 0)


def test_a_paused_pipeline_does_not_fire_and_goes_on_where_it_stood(store: Database) -> None:
    register(store, job_file(CHAIN, schedule=EACH_MINUTE))
    set_next_time(store, minutes_ago(store, 0.5))
    definitions.set_paused(store, "night", is_paused=True)
    assert firing.fire(store, "night") == ()
    definitions.set_paused(store, "night", is_paused=False)
    assert len(firing.fire(store, "night")) == 1


def test_a_reload_keeps_the_next_time_and_the_pause(store: Database) -> None:
    register(store, job_file(CHAIN, schedule=EACH_MINUTE))
    definitions.set_paused(store, "night", is_paused=True)
    before = rows(store, store.tables.trigger, "next_time", "version")
    register(store, job_file(CHAIN, schedule=EACH_MINUTE, description="other"))
    assert rows(store, store.tables.trigger, "next_time", "version") == before
    assert rows(store, store.tables.pipeline, "is_paused") == [(1,)]


def test_a_changed_schedule_counts_from_now(store: Database) -> None:
    register(store, job_file(CHAIN, schedule=EACH_MINUTE))
    set_next_time(store, minutes_ago(store, 600))
    register(store, job_file(CHAIN, schedule="{interval: 2h}"))
    ((next_time,),) = rows(store, store.tables.trigger, "next_time")
    assert next_time > minutes_ago(store, -110)


def test_an_unknown_pipeline_is_named(store: Database) -> None:
    with pytest.raises(ConfigurationError, match="no pipeline is called 'day'"):
        firing.fire(store, "day")


def test_the_same_key_gives_the_same_run(store: Database) -> None:
    register(store, job_file(CHAIN))
    first = firing.start(store, "night", NewRun("request 7"))
    second = firing.start(store, "night", NewRun("request 7"))
    assert (first[1], second[1]) == (True, False)
    assert first[0] == second[0]


def test_a_job_is_claimed_by_one_of_many(store: Database) -> None:
    register(store, job_file("- {id: load, command: load}"))
    firing.start(store, "night", NewRun("one"))
    made = at_once(4, lambda: take(store))
    assert sum(claim is not None for claim in made) == 1
    assert run_states(store) == [State.RUNNING]


def test_a_repeated_claim_finds_what_it_has_taken(store: Database) -> None:
    register(store, job_file("- {id: load, command: load}\n- {id: more, command: more}"))
    firing.start(store, "night", NewRun("one"))
    token = str(uuid.uuid4())
    first = claims.claim(store, "default", WORKER, token)
    second = claims.claim(store, "default", WORKER, token)
    assert first is not None and second is not None
    assert (first.job.id, first.attempt) == (second.job.id, second.attempt) == ("load", 1)


def test_a_chain_runs_to_its_end(store: Database) -> None:
    register(store, job_file(CHAIN))
    firing.start(store, "night", NewRun("one"))
    order = []
    while (claim := take(store)) is not None:
        order.append(claim.job.id)
        assert endings.finish(store, claim.token, Ending(State.SUCCESS, 0))
    assert order == ["load", "check", "report"]
    assert run_states(store) == [State.SUCCESS]


def test_a_failure_skips_what_needs_success_and_fails_the_run(store: Database) -> None:
    register(store, job_file(CHAIN))
    firing.start(store, "night", NewRun("one"))
    endings.finish(store, taken(store).token, Ending(State.FAILED, 3, "exit code 3"))
    assert states(store) == {
        "load": State.FAILED,
        "check": State.SKIPPED,
        "report": State.QUEUED,
    }
    endings.finish(store, taken(store).token, Ending(State.SUCCESS, 0))
    assert run_states(store) == [State.FAILED]


def test_a_skipped_job_counts_as_done(store: Database) -> None:
    register(store, job_file(CHAIN))
    firing.start(store, "night", NewRun("one", skip=frozenset({"load"})))
    assert taken(store).job.id == "check"


def test_retries_wait_and_end(store: Database) -> None:
    job = "- {id: load, command: load, max_retries: 1, retry_delay: 0, retry_on_exit_codes: [1]}"
    register(store, job_file(job))
    firing.start(store, "night", NewRun("one"))
    endings.finish(store, taken(store).token, Ending(State.FAILED, 1))
    assert states(store) == {"load": State.RETRYING}
    second = taken(store)
    assert second.attempt == 2
    endings.finish(store, second.token, Ending(State.FAILED, 1))
    assert run_states(store) == [State.FAILED]
    assert rows(store, store.tables.attempt, "attempt", "state") == [
        (1, State.FAILED),
        (2, State.FAILED),
    ]


def test_slots_and_workers_of_a_run_limit_what_runs(store: Database) -> None:
    jobs = "\n".join(f"- {{id: job{number}, command: run}}" for number in range(4))
    register(store, job_file(jobs, parallel="true", max_workers="3"))
    firing.start(store, "night", NewRun("one"))
    claims.set_slots(store, "default", 2)
    assert [take(store) is not None for _ in range(3)] == [True, True, False]
    claims.set_slots(store, "default", 10)
    assert [take(store) is not None for _ in range(2)] == [True, False]


def test_two_runs_of_one_meltano_job_do_not_meet(store: Database) -> None:
    job = "- {id: load, type: meltano, environment: prod, run: hr}"
    register(store, job_file(job, max_active_runs="2"))
    firing.start(store, "night", NewRun("one"))
    firing.start(store, "night", NewRun("two"))
    first = taken(store)
    assert take(store) is None
    endings.finish(store, first.token, Ending(State.SUCCESS, 0))
    assert taken(store).run_id != first.run_id


def needs_oracle(store: Database) -> None:
    if store.is_sqlite:
        pytest.skip("SQLite lets one transaction at a time write")


def test_two_jobs_of_one_meltano_state_do_not_meet_in_two_queues(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_oracle(store)
    for queue in ("default", "other"):
        job = f"- {{id: load, type: meltano, environment: prod, run: hr, queue: {queue}}}"
        text = job_file(job, application_name=queue)
        definitions.register(store, pipeline_of(text, queue), text)
        claims.set_slots(store, queue, 10)
        firing.start(store, queue, NewRun(queue))
    gate, choose, calls = threading.Barrier(2), claims._choose, itertools.count()

    def both_choose(*arguments: Any) -> object:
        chosen = choose(*arguments)
        if next(calls) < 2:  # not the one that is repeated
            gate.wait()
        return chosen

    monkeypatch.setattr(claims, "_choose", both_choose)
    queues = iter(("default", "other"))
    results = at_once(2, lambda: claims.claim(store, next(queues), WORKER, str(uuid.uuid4())))
    assert sum(result is not None for result in results) == 1


def test_two_processes_that_start_first_do_not_fail(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_oracle(store)
    gate, find = threading.Barrier(2), store.find_and_lock

    def both_look(*arguments: Any) -> object:
        row = find(*arguments)
        if row is None:
            gate.wait()
        return row

    monkeypatch.setattr(store, "find_and_lock", both_look)
    at_once(2, lambda: claims.set_slots(store, "first", 3))
    assert rows(store, store.tables.queue, "name", "slots") == [("first", 3)]


def test_a_lock_of_a_process_that_was_stopped_is_not_waited_for_without_end(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_oracle(store)
    register(store, job_file(CHAIN))
    firing.start(store, "night", NewRun("one"))
    monkeypatch.setattr(database, "_LOCK_SECONDS", 0)
    queue = store.tables.queue
    with store.transaction() as connection:
        store.lock_row(connection, queue, queue.c.name == "default")
        with pytest.raises(OracleError, match=r"ORA-(00054|30006)"):
            take(Database(store.engine, backoff=Backoff(attempts=1)))
    assert take(store) is not None


@pytest.mark.parametrize(
    ("overlap", "expected"),
    [
        ("queue", [State.RUNNING, State.WAITING]),
        ("skip", [State.RUNNING, State.SKIPPED]),
        ("cancel", [State.CANCELLED, State.QUEUED]),
    ],
)
def test_overlapping_runs(store: Database, overlap: str, expected: list[str]) -> None:
    register(store, job_file(CHAIN, overlap=overlap))
    firing.start(store, "night", NewRun("one"))
    claim = taken(store)
    firing.start(store, "night", NewRun("two"))
    assert run_states(store) == expected
    counts = endings.finish(store, claim.token, Ending(State.FAILED, 1))
    assert counts is (overlap != "cancel"), "a cancelled claim has lost its token"


def test_a_waiting_run_begins_when_the_one_before_has_ended(store: Database) -> None:
    register(store, job_file("- {id: load, command: load}"))
    firing.start(store, "night", NewRun("one"))
    firing.start(store, "night", NewRun("two"))
    assert run_states(store) == [State.QUEUED, State.WAITING]
    endings.finish(store, taken(store).token, Ending(State.SUCCESS, 0))
    assert run_states(store) == [State.SUCCESS, State.QUEUED]


def expire(store: Database) -> None:
    past = minutes_ago(store, 10)
    with store.transaction() as connection:
        connection.execute(sa.update(store.tables.task).values(lease_until=past))


def test_an_expired_claim_is_interrupted_and_its_token_worthless(store: Database) -> None:
    register(store, job_file("- {id: load, command: load}"))
    firing.start(store, "night", NewRun("one"))
    claim = taken(store)
    assert endings.reap(store) == 0
    expire(store)
    assert endings.reap(store) == 1
    assert run_states(store) == [State.FAILED]
    assert states(store) == {"load": State.INTERRUPTED}
    assert not claims.extend(store, claim.token, 60)
    assert not endings.finish(store, claim.token, Ending(State.SUCCESS, 0))


def test_a_meltano_job_is_started_again_after_an_interruption(store: Database) -> None:
    register(store, job_file("- {id: load, type: meltano, run: hr}"))
    firing.start(store, "night", NewRun("one"))
    taken(store)
    expire(store)
    endings.reap(store)
    again = taken(store)
    assert (again.attempt, again.was_killed) == (2, True)


def test_an_end_reported_twice_counts_once(store: Database) -> None:
    register(store, job_file("- {id: load, command: load}"))
    firing.start(store, "night", NewRun("one"))
    claim = taken(store)
    assert endings.finish(store, claim.token, Ending(State.SUCCESS, 0))
    assert endings.finish(store, claim.token, Ending(State.SUCCESS, 0))
    assert run_states(store) == [State.SUCCESS]


def test_one_leads_and_another_follows_when_it_goes(store: Database) -> None:
    first, second = str(uuid.uuid4()), str(uuid.uuid4())
    assert leases.hold(store, leases.LEADER, first, 60)
    assert not leases.hold(store, leases.LEADER, second, 60)
    assert leases.hold(store, leases.LEADER, first, 60)
    leases.release(store, leases.LEADER, first)
    assert leases.hold(store, leases.LEADER, second, 60)
    assert not leases.hold(store, leases.LEADER, first, 60)
