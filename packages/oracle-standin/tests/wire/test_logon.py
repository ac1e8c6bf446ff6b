from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import oracledb
import pytest

from oracle_standin.protocol import OracleError
from oracle_standin.verifier import Challenge, make_verifier
from oracle_standin.wire.listener import Listener
from oracle_standin.wire.profiles import PROFILES

if TYPE_CHECKING:
    from tests.wire.conftest import Connect
    from tests.wire.fix_backend import FakeBackend


def test_logon_tells_version_service_and_session(
    connection: oracledb.Connection, backend: FakeBackend
) -> None:
    assert connection.thin
    assert connection.service_name == "freepdb1"
    assert connection.instance_name == "FREE"
    info = backend.sessions[0].info
    assert connection.session_id == info.session_id
    assert info.driver_name.startswith("python-oracledb")
    assert info.machine
    assert info.time_zone[0] in "+-"
    assert connection.max_identifier_length == 128


def test_the_profile_decides_the_version(connection: oracledb.Connection) -> None:
    assert connection.version in {"23.9.0.25.7", "19.3.0.0.0"}


def test_logon_without_fast_authentication(backend: FakeBackend) -> None:
    profile = replace(PROFILES["23"], fast_authentication=False)
    with (
        Listener(backend, profile, host="127.0.0.1", port=0, service="FREEPDB1") as listener,
        closing(oracledb.connect(user="scott", password="tiger", dsn=listener.dsn)) as connection,
        connection.cursor() as cursor,
    ):
        assert cursor.execute("select 1 from dual").fetchall() == [(1,)]


@pytest.mark.parametrize(("user", "password"), [("scott", "Tiger"), ("nobody", "tiger")])
def test_a_wrong_password_and_an_unknown_user_look_the_same(
    connect: Connect, backend: FakeBackend, user: str, password: str
) -> None:
    with pytest.raises(oracledb.DatabaseError, match="ORA-01017"):
        connect(user=user, password=password)
    assert not backend.sessions


def test_user_names_are_upper_case_unless_quoted(connect: Connect, backend: FakeBackend) -> None:
    backend.users["mixed Case"] = make_verifier("pass word é")
    connect(user='"mixed Case"', password="pass word é").close()
    with pytest.raises(oracledb.DatabaseError, match="ORA-01017"):
        connect(user="mixed Case", password="pass word é")


def test_a_session_that_the_engine_refuses(connect: Connect) -> None:
    with pytest.raises(oracledb.DatabaseError, match="ORA-28000"):
        connect(user="locked")


def test_an_unknown_service_is_refused(listener: Listener, connect: Connect) -> None:
    with pytest.raises(oracledb.DatabaseError, match="ORA-12514"):
        connect(dsn=f"127.0.0.1:{listener.port}/NOSUCH")


def test_a_sid_is_accepted_or_refused(listener: Listener, connect: Connect) -> None:
    connect(dsn=oracledb.makedsn("127.0.0.1", listener.port, sid="FREE")).close()
    with pytest.raises(oracledb.DatabaseError, match="ORA-12505"):
        connect(dsn=oracledb.makedsn("127.0.0.1", listener.port, sid="ORCL"))


def test_a_long_descriptor_comes_in_a_packet_of_its_own(
    listener: Listener, connect: Connect
) -> None:
    descriptor = (
        f"(DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST=127.0.0.1)(PORT={listener.port}))"
        f"(CONNECT_DATA=(SERVICE_NAME=freepdb1)(CONNECTION_ID_PREFIX={'x' * 300})))"
    )
    connect(dsn=descriptor).close()


def test_a_user_connects_through_another(connect: Connect, backend: FakeBackend) -> None:
    connect(user="scott[hr]").close()
    assert backend.sessions[0].current_schema == "HR"
    assert backend.sessions[0].info.proxy_user == "SCOTT"
    with pytest.raises(oracledb.DatabaseError, match="ORA-01017"):
        connect(user="scott[hr]", password="wrong")


def test_every_session_is_closed(connect: Connect, backend: FakeBackend) -> None:
    connect().close()
    assert backend.closed.wait(60)
    assert backend.sessions[0].closed


def test_a_verifier_does_not_show_its_secrets() -> None:
    verifier = make_verifier("tiger")
    assert verifier.matches(b"tiger")
    assert not verifier.matches(b"lion")
    assert verifier.hash.hex() not in repr(verifier)
    assert verifier != make_verifier("tiger")
    assert str(verifier.hash) not in repr(verifier)


@pytest.mark.parametrize(
    ("session_key", "password"), [("", ""), ("zz", "00"), ("00" * 32, "00" * 8), ("00" * 32, "")]
)
def test_nonsense_in_the_answer_is_a_wrong_password(session_key: str, password: str) -> None:
    with pytest.raises(OracleError, match="ORA-01017"):
        Challenge(make_verifier("tiger")).verify(session_key, password)
