"""What codes mean, and that no report repeats what the server said about values."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Any

import oracledb
import pytest
import sqlalchemy.exc

from oracle_core.errors import (
    ConfigurationError,
    DatabaseError,
    DataError,
    FaultClass,
    describe,
)
from oracle_core.fault_table import FAULTS


@dataclass
class Details:
    message: str
    full_code: str = ""
    isrecoverable: bool = False
    is_session_dead: bool = False


def driver_error(message: str, **flags: Any) -> oracledb.Error:
    return oracledb.DatabaseError(Details(message, message.partition(":")[0], **flags))


@pytest.mark.parametrize(
    ("message", "klass", "retriable", "dead"),
    [
        ("ORA-00942: table or view does not exist", FaultClass.PRIVILEGE, False, False),
        ("ORA-01017: invalid credential", FaultClass.CONFIGURATION, False, False),
        ("ORA-28000: The account is locked.", FaultClass.CONFIGURATION, False, False),
        ("ORA-00060: deadlock detected", FaultClass.TRANSIENT, True, False),
        ("ORA-01555: snapshot too old", FaultClass.POSITION, False, False),
        ("ORA-12899: value too large", FaultClass.DATA, False, False),
        ("ORA-01653: unable to extend", FaultClass.RESOURCE, False, False),
        ("ORA-00028: your session has been killed", FaultClass.CONNECTION, True, True),
        ("ORA-00600: internal error", FaultClass.CONNECTION, False, True),
        ("DPY-4024: call timeout of 100 ms exceeded", FaultClass.TRANSIENT, True, False),
        ("DPY-4011: the database closed the connection", FaultClass.CONNECTION, True, True),
        ("ORA-77777: nobody knows", FaultClass.TERMINAL, False, False),
    ],
)
def test_meaning(message: str, klass: FaultClass, retriable: bool, dead: bool) -> None:
    fault = describe(driver_error(message), where="stream HR-JOBS")
    assert fault.code == message.partition(":")[0]
    assert (fault.klass, fault.retriable, fault.session_dead) == (klass, retriable, dead)
    assert fault.report.startswith("stream HR-JOBS: ")
    assert fault.code in fault.report


@pytest.mark.parametrize(
    "message",
    [
        "ORA-00001: unique constraint (HR.PK) violated\nORA-03301: values (ID:canary) exist",
        'ORA-01722: unable to convert string value containing "canary" to a number: NAME',
        "DPY-4018: invalid value for enumerated parameter in user/canary@host",
        "ORA-20001: canary\nORA-06512: at line 1",
        'ORA-12899: value too large for column "HR"."T"."C" (actual: 9): canary',
        "ORA-77777: canary",
        "canary",
        "ORA-01438: value canary greater than specified precision (2, 0) for column C",
    ],
)
def test_values_never_reach_a_report(message: str) -> None:
    fault = describe(driver_error(message))
    assert "canary" not in repr(fault)
    assert "canary" not in fault.report


@pytest.mark.parametrize(
    ("message", "names"),
    [
        ("ORA-00001: unique constraint (HR.EMP_PK) violated on table HR.EMP", ("HR.EMP_PK",)),
        ('ORA-01400: cannot insert NULL into ("HR"."T"."C")', ("HR.T.C",)),
        ('ORA-00942: table or view "HR"."T" does not exist', ("HR.T",)),
        ('ORA-00904: "NOPE": invalid identifier', ("NOPE",)),
        ("ORA-02291: integrity constraint (HR.FK) violated - parent key not found", ("HR.FK",)),
        ("ORA-00942: table or view does not exist", ()),
    ],
)
def test_names_of_objects_reach_the_report(message: str, names: tuple[str, ...]) -> None:
    fault = describe(driver_error(message))
    assert fault.object_names == names
    assert all(name in fault.report for name in names)


def test_the_inner_error_says_more() -> None:
    lost = describe(driver_error("DPY-4011: closed\nORA-02396: exceeded maximum idle time"))
    assert lost.code == "ORA-02396"
    assert lost.session_dead
    refused = describe(driver_error("DPY-6005: cannot connect.\nDPY-6001: Service x unknown"))
    assert refused.code == "DPY-6001"


def test_help_lines_do_not_count() -> None:
    text = "ORA-77777: x\nHelp: https://docs.oracle.com/error-help/db/ORA-00942/"
    assert describe(driver_error(text)).code == "ORA-77777"


def test_flags_of_the_driver_count() -> None:
    fault = describe(driver_error("ORA-77777: x", isrecoverable=True, is_session_dead=True))
    assert fault.retriable
    assert fault.session_dead


def test_wrapped_errors_are_found() -> None:
    inner = driver_error("ORA-00942: x")
    wrapped = sqlalchemy.exc.DatabaseError("SELECT canary", {"a": "canary"}, inner)
    assert describe(wrapped).code == "ORA-00942"
    outer = RuntimeError("canary")
    outer.__cause__ = inner
    assert describe(outer).code == "ORA-00942"


def test_other_exceptions() -> None:
    assert describe(ValueError("canary")).code == "ValueError"
    assert "canary" not in describe(ValueError("canary")).report
    assert "refused" in describe(ConnectionRefusedError(111, "Connection refused")).report.lower()
    assert describe(socket.gaierror(-2, "canary")).report.endswith("(gaierror); check host")
    assert describe(DataError("a number")).klass is FaultClass.DATA
    fault = describe(driver_error("ORA-00942: x"))
    assert describe(DatabaseError(fault)) is fault


def test_real_driver_errors() -> None:
    with pytest.raises(oracledb.Error) as caught:
        oracledb.connect(user="u", password="p", host="127.0.0.1", port=1, service_name="s")
    fault = describe(caught.value)
    assert fault.code == "DPY-6005"
    assert fault.retriable
    with pytest.raises(oracledb.Error) as caught:
        oracledb.connect(user="u", dsn="127.0.0.1:1/s")
    assert describe(caught.value).code == "DPY-4001"


def test_exit_codes() -> None:
    error = ConfigurationError("must be set", setting="host")
    assert str(error) == "host: must be set"
    assert error.exit_code == 2
    assert DatabaseError(describe(driver_error("ORA-00942: x"))).exit_code == 1


@pytest.mark.parametrize("code", FAULTS)
def test_rows_say_something(code: str) -> None:
    row = FAULTS[code]
    assert row.message
    assert "\n" not in row.message + row.hint
