"""Ask a database what only a live Oracle answers, and print the answers as Markdown.

`make live-check` runs it against the database that TEST_ORACLE_DSN, TEST_ORACLE_ADMIN_USER and
TEST_ORACLE_ADMIN_PASSWORD name, else against the stand-in. It creates and drops users: never use a
production database. The report holds no names and no data and can be pasted into an issue.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import oracledb
from oracle_standin import Standin
from oracle_standin.testing import OracleDatabase

from tools.live_check import binds, describing, plans, rights, sessions
from tools.live_check.probe import Bench, Probe, codes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from oracle_core.server import Server

PROBES = (
    Probe("U1", "MERGE of texts in USING, by declared size", binds.merged_texts),
    Probe("L1", "Order of LOB and text binds (ORA-24816)", binds.bind_order),
    Probe("U2", "Columns described as JSON", describing.json_flags),
    Probe("U3", "Newer dictionary columns (ORA-00904)", describing.newer_columns),
    Probe("U4", "Row limits beside a LONG column (ORA-00997)", describing.limited_long),
    Probe("U5", "MERGE into LONG columns", binds.merged_long),
    Probe("U6", "XML, JSON and vectors in USING", binds.merged_expressions),
    Probe("U7", "Local time zone values as text", describing.zoned_texts),
    Probe("U8", "MERGE of many columns (ORA-01792)", binds.merged_columns),
    Probe("C2", "Plans of MERGE and INCREMENTAL by type of key", plans.plans_by_key),
    Probe("C8", "Users with few rights", rights.users_with_few_rights),
    Probe("L2", "Seconds of discovery", sessions.dictionary_seconds),
    Probe("L4", "A session that rests", sessions.idle_session),
    Probe("L5", "DDL beside an open transaction (ORA-00054)", sessions.waiting_ddl),
    Probe("L6", "Temporary LOBs of a load", binds.temporary_lobs),
)
_QUICK = ("tests/oracle/test_types_roundtrip.py",)
_SUITE = ("tests/oracle", "tests/contract")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report and return the exit code: 1 when a test of the pair failed."""
    parser = argparse.ArgumentParser(prog="live-check", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--suite", choices=("whole", "quick", "none"), default="quick", help="tests to run first"
    )
    parser.add_argument("--idle", type=float, default=5, help="seconds that a session rests")
    options = parser.parse_args(arguments)
    if dsn := os.environ.get("TEST_ORACLE_DSN"):
        database = OracleDatabase(
            dsn,
            os.environ["TEST_ORACLE_ADMIN_USER"],
            os.environ["TEST_ORACLE_ADMIN_PASSWORD"],
            is_standin=False,
        )
        return _report(database, options.suite, options.idle)
    with Standin() as standin:
        database = OracleDatabase(standin.dsn, "SYSTEM", "oracle", is_standin=True)
        return _report(database, options.suite, options.idle)


def _report(database: OracleDatabase, suite: str, idle_seconds: float) -> int:
    bench = Bench(database, database.create_user("L"), database.create_user("L"), idle_seconds)
    try:
        kind = "the stand-in (this answers no question about Oracle)"
        print(f"# Live check of {kind if database.is_standin else 'a database'}\n")
        for line in _about(sessions.server_of(bench)):
            print(line)
        code = _run_suite(suite, database)
        for probe in PROBES:
            print(f"\n## {probe.number} {probe.title}\n\n| Tried | Outcome |\n| --- | --- |")
            for line in _answers(probe, bench):
                print(line, flush=True)
    finally:
        for user in (bench.user, bench.other):
            database.drop_user(user)
    return code


def _about(server: Server) -> Iterator[str]:
    mode = "thin" if oracledb.is_thin_mode() else "thick"
    facts = {
        "release": ".".join(map(str, server.release)),
        "COMPATIBLE": ".".join(map(str, server.compatible)),
        "MAX_STRING_SIZE": server.max_string_size,
        "character set": server.charset,
        "national character set": server.national_charset,
        "SQL92_SECURITY": server.sql92_security,
        "NLS_CALENDAR": server.calendar,
        "Autonomous Database": server.is_autonomous,
        "python-oracledb": f"{oracledb.__version__}, {mode}",
        "Python": platform.python_version(),
    }
    yield "| Fact | Value |"
    yield "| --- | --- |"
    for name, value in facts.items():
        yield f"| {name} | {value} |"


def _answers(probe: Probe, bench: Bench) -> Iterator[str]:
    try:
        for tried, result in probe.answers(bench):
            yield f"| {tried} | {result.replace('|', '/')} |"
    except oracledb.Error as error:
        yield f"| the probe itself | {codes_of(error)} |"


def _run_suite(suite: str, database: OracleDatabase) -> int:
    """Run tests of the pair and print how many passed and which failed."""
    if suite == "none":
        return 0
    paths = _QUICK if suite == "quick" else _SUITE
    connection = {
        "TEST_ORACLE_DSN": database.dsn,
        "TEST_ORACLE_ADMIN_USER": database.admin_user,
        "TEST_ORACLE_ADMIN_PASSWORD": database.admin_password,
    }
    done = subprocess.run(  # noqa: S603 - our own tests
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--no-header",
            "--tb=no",
            *paths,
        ],
        env={**os.environ, **connection},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    print(f"\n## Tests of the pair ({', '.join(paths)})\n")
    for line in lines:
        if name := re.match(r"(?:FAILED|ERROR) (\S+)", line):
            print(f"- failed: `{name[1]}`")
    print(f"\n{lines[-1] if lines else 'pytest said nothing'}")
    return min(done.returncode, 1)


if __name__ == "__main__":
    sys.exit(main())
