"""Who may do what over HTTP, and what is refused before anything is done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from oracle_core.errors import ConfigurationError
from oracle_scheduler.api.access import COOKIE, Access
from oracle_scheduler.api.settings import ApiSettings, address, check_exposure
from oracle_scheduler.store import tokens
from oracle_scheduler.store.tokens import Scope
from tests.scheduler_api import Api, api_of

if TYPE_CHECKING:
    from oracle_scheduler.store.database import Database

pytest_plugins = ["tests.fix_scheduler_api"]

ORIGIN = {"Origin": "http://127.0.0.1:8090"}
SCRIPT = {"job_id": "x", "interval": 60, "script_path": "/bin/true"}
FUNCTION = {"job_id": "x", "interval": 60, "job_type": "python"}


@pytest.mark.parametrize(
    ("bind", "expected"),
    [("127.0.0.1:8090", ("127.0.0.1", 8090)), ("[::1]:0", ("::1", 0)), ("host:80", ("host", 80))],
)
def test_addresses(bind: str, expected: tuple[str, int]) -> None:
    assert address(bind) == expected


@pytest.mark.parametrize("bind", ["8090", ":8090", "localhost", "localhost:x", "h:65536", ""])
def test_wrong_addresses(bind: str) -> None:
    with pytest.raises(ConfigurationError, match="bind: must be HOST:PORT"):
        address(bind)


PEM = Path("x.pem")
EVERYWHERE = "0.0.0.0"  # noqa: S104 - it is what has to be refused


@pytest.mark.parametrize(
    ("settings", "has_tokens", "problem"),
    [
        (ApiSettings(), False, None),
        (ApiSettings(host="localhost"), False, None),
        (ApiSettings(host=EVERYWHERE), False, "has no token"),
        (ApiSettings(host=EVERYWHERE), True, "without TLS"),
        (ApiSettings(host="::"), True, "without TLS"),
        (ApiSettings(host=EVERYWHERE, behind_proxy=True), True, None),
        (ApiSettings(host=EVERYWHERE, certificate=PEM, key=PEM), True, None),
        (ApiSettings(behind_proxy=True), False, "has no token"),
        (ApiSettings(certificate=PEM), True, "belong together"),
    ],
)
def test_what_is_reached_from_elsewhere_needs_tokens_and_tls(
    settings: ApiSettings, has_tokens: bool, problem: str | None
) -> None:
    if problem is None:
        check_exposure(settings, has_tokens=has_tokens)
        return
    with pytest.raises(ConfigurationError, match=problem):
        check_exposure(settings, has_tokens=has_tokens)


def test_each_scope_does_what_it_says(sqlite_store: Database) -> None:
    body = {**FUNCTION, "module": "checks", "function": "run"}
    for scope, allowed in ((Scope.READ, 1), (Scope.OPERATE, 2), (Scope.ADMIN, 3)):
        with api_of(sqlite_store, scope=scope, allow_adhoc=("checks",)) as api:
            statuses = [
                api.client.request(method, path, headers=api.headers, json=json).status_code
                for method, path, json in (
                    ("GET", "/api/jobs", None),
                    ("POST", "/api/jobs/night/pause", None),
                    ("POST", "/api/schedule-job", body),
                )
            ]
        assert [status < 400 for status in statuses] == [True] * allowed + [False] * (3 - allowed)
        assert set(statuses) <= {200, 201, 403}
        tokens.revoke(sqlite_store, "test")


def test_requests_without_a_token(sqlite_store: Database) -> None:
    with api_of(sqlite_store, scope=None) as api:
        api.get("/api/jobs")
        api.post("/api/jobs/night/pause")
        api.post("/api/schedule-job", 403, json=SCRIPT)
        # Another name for this machine may be one that a page of somebody else made up.
        api.get("/api/jobs", 403, headers={"Host": "rebound.example.com"})
    with api_of(sqlite_store) as api:
        for path in ("/api/jobs", "/api/runs", "/status", "/metrics"):
            answer = api.client.get(path)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert api.client.get("/health").status_code == 503
        api.get("/api/jobs", 401, headers={"Authorization": "Bearer wrong"})
    tokens.revoke(sqlite_store, "test")
    with api_of(sqlite_store, scope=None, behind_proxy=True) as api:
        api.get("/api/jobs", 401)


def test_a_revoked_token_works_for_five_seconds_at_most(sqlite_store: Database) -> None:
    moment = 0.0
    access = Access(sqlite_store, ApiSettings(), clock=lambda: moment)
    secret = tokens.create(sqlite_store, "a", Scope.READ)
    assert access.scope(secret) is Scope.READ
    tokens.revoke(sqlite_store, "a")
    tokens.create(sqlite_store, "b", Scope.READ)
    moment = 4.9
    assert access.scope(secret) is Scope.READ
    moment = 5.1
    assert access.scope(secret) is None
    assert access.scope(None) is None


def test_a_page_of_another_origin_changes_nothing(api: Api) -> None:
    for origin in ("http://evil.example.com", "null", "http://[", "http://127.0.0.1:9999"):
        api.post("/api/jobs/night/pause", 403, headers={"Origin": origin})
    api.post("/api/jobs/night/pause", headers=ORIGIN)
    secret = api.headers.pop("Authorization").removeprefix("Bearer ")
    api.client.cookies.set(COOKIE, secret)
    api.post("/api/jobs/night/pause", 403)
    api.post("/api/jobs/night/pause", headers=ORIGIN)


def test_log_in_and_out(api: Api) -> None:
    secret = api.headers["Authorization"].removeprefix("Bearer ")
    browser = {"Accept": "text/html", **ORIGIN}
    answer = api.client.get("/", headers=browser, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    wrong = api.client.post("/login", data={"token": "wrong"}, headers=browser)
    assert wrong.status_code == 403 and "The token is not known" in wrong.text
    foreign = {**browser, "Origin": "http://evil.example.com"}
    assert api.client.post("/login", data={"token": secret}, headers=foreign).status_code == 403
    answer = api.client.post(
        "/login", data={"token": secret}, headers=browser, follow_redirects=False
    )
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and "Secure" not in cookie
    assert "night" in api.client.get("/", headers=browser).text
    api.client.post("/logout", headers=browser)
    assert "Log in" in api.client.get("/", headers=browser).text


def test_the_cookie_is_for_tls_alone_where_there_is_tls(sqlite_store: Database) -> None:
    with api_of(sqlite_store, behind_proxy=True) as api:
        secret = api.headers["Authorization"].removeprefix("Bearer ")
        answer = api.client.post(
            "/login", data={"token": secret}, headers=ORIGIN, follow_redirects=False
        )
        assert "Secure" in answer.headers["set-cookie"]
        assert answer.headers["strict-transport-security"]


def test_every_answer_has_the_headers(api: Api) -> None:
    for path in ("/", "/login", "/api/jobs", "/api/jobs/none", "/static/htmx.min.js", "/nothing"):
        headers = api.client.get(path, headers=api.headers).headers
        assert headers["content-security-policy"].startswith("default-src 'self'; ")
        assert headers["x-content-type-options"] == "nosniff"


def test_bodies_are_limited(sqlite_store: Database) -> None:
    with api_of(sqlite_store, body_bytes_max=1_000) as api:
        path = "/api/pipelines/night/run"
        api.post(path, 413, content=b" " * 1_001)
        api.post(path, 413, content=iter([b" " * 600, b" " * 600]))
        api.post(path, 202, content=b"{}", headers={"Content-Type": "application/json"})


def test_one_client_cannot_ask_without_end(sqlite_store: Database) -> None:
    with api_of(sqlite_store, requests_burst=5, requests_per_second=0.001) as api:
        statuses = [api.client.get("/login").status_code for _ in range(7)]
        assert statuses == [200] * 5 + [429] * 2
        assert api.client.get("/login").headers["retry-after"] == "1"


def test_new_commands_are_those_that_are_listed(api: Api, tmp_path: Path) -> None:
    (tmp_path / "scripts" / "link").symlink_to("/bin")
    scripts = f"{tmp_path}/scripts"
    bad_scripts = ("/bin/true", f"{scripts}/../x", f"{scripts}/link/true", f"{scripts}x/y", "a.sh")
    bad: list[dict[str, Any]] = [SCRIPT | {"script_path": path} for path in bad_scripts]
    bad += [
        FUNCTION | {"module": module, "function": "run"} for module in ("os", "checksum", "check")
    ]
    for body in bad:
        assert "allow_adhoc" in api.post("/api/schedule-job", 403, json=body)["detail"]
    commands = ("/bin/true", "bash -c x", "/bin/bash -c x", f"echo {scripts}/a", "'", "${HOME}/a")
    jobs: list[dict[str, Any]] = [{"id": "a", "command": command} for command in commands]
    jobs += [{"id": "a", "type": "python", "call": "os:system", "args": ["id"]}]
    for job in jobs:
        body = {"application_name": "new", "jobs": [job]}
        assert "allow_adhoc" in api.post("/submit", 403, json=body)["detail"]
    for key in ("shell", "env_variables", "pre_checks", "notify"):
        job = {"id": "a", "command": f"{scripts}/a", key: True}
        api.post("/submit", 422, json={"application_name": "new", "jobs": [job]})
        api.post("/submit", 422, json={"application_name": "night", key: {}})
    assert [row["name"] for row in api.get("/api/jobs")] == ["night"]


def test_a_single_function_can_be_listed(sqlite_store: Database) -> None:
    with api_of(sqlite_store, allow_adhoc=("checks:run",)) as api:
        body = FUNCTION | {"module": "checks"}
        api.post("/api/schedule-job", 403, json=body | {"function": "other"})
        api.post("/api/schedule-job", 201, json=body | {"function": "run"})


@pytest.mark.parametrize("name", ["BASH_ENV", "LD_PRELOAD", "PATH", "PYTHONSTARTUP"])
def test_only_variables_that_the_pipeline_names_can_be_set(api: Api, name: str) -> None:
    body = {"env": {name: "$(id)"}}
    answer = api.post("/api/pipelines/night/run", 422, json=body)
    assert answer["detail"] == f"'{name}' is not among the env_variables of the pipeline"


@pytest.mark.parametrize(
    "change",
    [
        {"args": ["a\0b"]},
        {"args": ["\ud800"]},
        {"args": [[[]]]},
        {"interval": 0.5},
        {"cron": "* * * * *"},
        {"interval": None},
        {"interval": None, "cron": "0 0 31 2 *x"},
        {"interval": None, "run_date": "9999-12-31T23:59:59-12:00"},
        {"timezone": "Mars/Olympus"},
        {"timeout": 0},
        {"job_id": "../x"},
        {"job_id": ""},
        {"module": "os"},
        {"unknown": 1},
    ],
)
def test_what_cannot_be_scheduled(api: Api, tmp_path: Path, change: dict[str, Any]) -> None:
    body = SCRIPT | {"script_path": f"{tmp_path}/scripts/a"} | change
    # Not by the client's own encoder, which refuses half of a surrogate pair itself.
    answer = api.post("/api/schedule-job", 422, content=json.dumps(body))
    assert answer["status"] == 422


def test_deep_values_are_refused(api: Api) -> None:
    value: Any = 1
    for _ in range(40):
        value = [value]
    body = FUNCTION | {"module": "checks", "function": "run", "args": [value]}
    assert "nested" in api.post("/api/schedule-job", 422, json=body)["detail"]
    content = b'{"job_id": ' + b"[" * 200_000
    assert api.post("/api/schedule-job", 422, content=content)["status"] == 422


def test_a_store_that_does_not_answer(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(111, "Connection refused")

    api.get("/api/jobs")
    monkeypatch.setattr(type(api.store), "perform", refuse)
    answer = api.client.get("/api/jobs", headers=api.headers)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    health = api.client.get("/health")
    assert health.status_code == 503
    assert "does not answer" in health.json()["reason"]
