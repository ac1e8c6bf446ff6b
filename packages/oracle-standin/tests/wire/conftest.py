"""A listener over the fake database, and connections of the real driver to it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import oracledb
import pytest

from oracle_standin.wire.listener import Listener
from oracle_standin.wire.profiles import PROFILES
from tests.wire.fix_backend import FakeBackend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Connect = Callable[..., oracledb.Connection]


_SCOTT = {"user": "scott", "password": "tiger"}


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend()


@pytest.fixture(params=["23", "19"])
def listener(request: pytest.FixtureRequest, backend: FakeBackend) -> Iterator[Listener]:
    profile = PROFILES[request.param]
    with Listener(backend, profile, host="127.0.0.1", port=0, service="FREEPDB1") as server:
        yield server


@pytest.fixture
def connect(listener: Listener) -> Connect:
    def connect(**more: Any) -> oracledb.Connection:
        return oracledb.connect(**{**_SCOTT, "dsn": listener.dsn, **more})

    return connect


@pytest.fixture
def connection(connect: Connect) -> Iterator[oracledb.Connection]:
    with closing(connect()) as opened:
        yield opened


@pytest.fixture
def cursor(connection: oracledb.Connection) -> Iterator[oracledb.Cursor]:
    with connection.cursor() as opened:
        yield opened
