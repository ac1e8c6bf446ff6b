"""The driver's own test suite against a fresh stand-in: `make driver-tests`.

The suite comes unedited from the source package of the driver that is installed here. Its
expected values (describe data, error codes, conversions) were measured by the driver's makers on
Oracle, so every test that passes says that the stand-in answers as Oracle does there.

Exit 1 when a test outside `expected.toml` fails or when fewer than 80 % of the tests that ran
passed. A test that skips itself counts neither way.
"""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
import tarfile
import tomllib
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from oracle_standin import Standin
from tests.driver import schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BUILD = ROOT / "build" / "driver"
REQUIRED_RATE = 0.80
TEST_SECONDS = 60

MODULES = (
    "data_types/test_1000_cursor.py",
    "data_types/test_1100_date.py",
    "data_types/test_1200_types.py",
    "data_types/test_1300_interval_ds.py",
    "data_types/test_1400_interval_ym.py",
    "data_types/test_1500_lobs.py",
    "data_types/test_1600_longs.py",
    "data_types/test_1700_nchar.py",
    "data_types/test_1800_number.py",
    "data_types/test_2000_char.py",
    "data_types/test_2100_timestamp.py",
    "data_types/test_2200_timestamp_ltz.py",
    "data_types/test_2300_timestamp_tz.py",
    "data_types/test_2400_boolean.py",
    "data_types/test_2700_vector.py",
    "data_types/test_2900_binary_vector.py",
    "data_types/test_3000_sparse_vector.py",
    "data_types/test_3400_rowid.py",
    "cursor/test_1000_execute.py",
    "cursor/test_1200_executemany.py",
    "cursor/test_1400_callproc.py",
    "cursor/test_1800_other.py",
    "cursor/test_2000_var.py",
    "cursor/test_2100_arrayvar.py",
    "cursor/test_2200_dml_returning.py",
    "cursor/test_2400_sql_parser.py",
    "cursor/test_2500_type_changes.py",
    "dataframe/test_1000_fetch.py",
    "dataframe/test_1200_ingestion.py",
    "dataframe/test_1600_requested_schema.py",
    "connection/test_1000_basic.py",
    "connection/test_2000_direct_path_load.py",
    "hooks/test_1000_outputtypehandler.py",
    "pool/test_1000_pool.py",
    "misc/test_1100_error.py",
)


@dataclass(frozen=True)
class Result:
    """How one test ended: passed, failed or skipped, with its message where it failed."""

    module: str
    name: str
    outcome: str
    message: str

    @property
    def test(self) -> str:
        """The name by which `expected.toml` knows the test: parameters do not count."""
        return f"{self.module}::{self.name.partition('[')[0]}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the suite, print the figures and return the exit code."""
    parser = argparse.ArgumentParser(description="The driver's tests against a fresh stand-in")
    parser.add_argument("-k", dest="keyword", default="", help="run only matching tests")
    parser.add_argument("-v", dest="verbose", action="store_true", help="show each failure")
    parser.add_argument("modules", nargs="*", help="modules instead of all of the list")
    options = parser.parse_args(arguments)
    suite = fetch_suite()
    report = BUILD / "report.xml"
    report.unlink(missing_ok=True)
    selection = [name for name in MODULES if _selected(name, options.modules)]
    run_suite(suite, selection, options.keyword, report)
    results = list(read_results(report))
    partial = bool(options.modules or options.keyword)
    return summarise(results, read_reasons(), verbose=options.verbose, partial=partial)


def _selected(module: str, wanted: Sequence[str]) -> bool:
    return not wanted or any(part in module for part in wanted)


def fetch_suite() -> Path:
    """Return the folder of the suite, fetched and unpacked once for each version."""
    name = f"oracledb-{version('oracledb')}"
    suite = BUILD / name / "tests"
    if not suite.is_dir():
        BUILD.mkdir(parents=True, exist_ok=True)
        requirement = name.replace("-", "==")
        options = ("--no-binary", "oracledb", "--no-deps", "--quiet", "--dest", str(BUILD))
        subprocess.run([sys.executable, "-m", "pip", "download", *options, requirement], check=True)
        with tarfile.open(BUILD / f"{name}.tar.gz") as archive:
            archive.extractall(BUILD, filter="data")
    return suite


def run_suite(suite: Path, modules: Sequence[str], keyword: str, report: Path) -> None:
    """Run modules of the suite in a process of their own against a stand-in made for it."""
    password, proxy_password = (f"pw-{secrets.token_hex(8)}" for _ in range(2))
    with Standin() as standin:
        with standin.connect("SYSTEM") as admin:
            schema.create_users(admin, password, proxy_password)
        with standin.connect(schema.MAIN_USER, password) as connection:
            for line in schema.create_objects(connection):
                print(f"not created: {line}")
        environment = {
            **os.environ,
            "PYO_TEST_MAIN_USER": schema.MAIN_USER.lower(),
            "PYO_TEST_MAIN_PASSWORD": password,
            "PYO_TEST_PROXY_USER": schema.PROXY_USER.lower(),
            "PYO_TEST_PROXY_PASSWORD": proxy_password,
            "PYO_TEST_ADMIN_USER": "SYSTEM",
            "PYO_TEST_ADMIN_PASSWORD": "oracle",
            "PYO_TEST_CONNECT_STRING": standin.dsn,
        }
        settings = BUILD / "pytest.ini"
        settings.write_text("[pytest]\njunit_family = xunit1\n")
        options = ("-q", "--tb=short", "-p", "no:cacheprovider", "--import-mode=importlib")
        chosen = ("-k", keyword) if keyword else ()
        with (BUILD / "pytest.log").open("w") as log:
            subprocess.run(
                [
                    *(sys.executable, "-m", "pytest", "-c", str(settings), *options, *chosen),
                    *(f"--rootdir={suite}", f"--junitxml={report}", f"--timeout={TEST_SECONDS}"),
                    *(str(suite / module) for module in modules),
                ],
                cwd=suite,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            )


def read_results(report: Path) -> Iterator[Result]:
    """Read pytest's report; an error while setting a test up counts as its failure."""
    for case in ET.parse(report).getroot().iter("testcase"):
        module = case.get("file") or case.get("classname", "").replace(".", "/") + ".py"
        outcome, message = "passed", ""
        for child in case:
            if child.tag in {"failure", "error"}:
                outcome, message = "failed", child.get("message", "")
            elif child.tag == "skipped" and outcome == "passed":
                outcome, message = "skipped", child.get("message", "")
        yield Result(module, case.get("name", ""), outcome, message)


def read_reasons() -> dict[str, str]:
    """Return the reason of each test that is expected to fail."""
    groups = tomllib.loads((HERE / "expected.toml").read_text())["group"]
    return {test: group["reason"] for group in groups for test in group["tests"]}


def summarise(
    results: Sequence[Result], reasons: dict[str, str], *, verbose: bool, partial: bool
) -> int:
    """Print the figures and the failing tests with their reasons; return the exit code."""
    modules = list(dict.fromkeys(result.module for result in results))
    for module in modules:
        _print_counts(module, [result for result in results if result.module == module])
    total = _print_counts("in all", results)
    failed = {result.test: result.message for result in results if result.outcome == "failed"}
    _print_failures(failed, reasons, verbose=verbose)
    unexpected = sorted(set(failed) - set(reasons))
    ran = total["passed"] + total["failed"]
    rate = total["passed"] / ran if ran else 0.0
    print(f"{total['passed']} of {ran} passed: {rate:.1%}; required: {REQUIRED_RATE:.0%}")
    if not partial:
        for test in sorted(set(reasons) - set(failed)):
            print(f"passes though expected to fail: {test}")
    for test in unexpected:
        print(f"UNEXPECTED FAILURE {test}")
    return int(bool(unexpected) or rate < REQUIRED_RATE)


def _print_counts(title: str, results: Sequence[Result]) -> Counter[str]:
    counts = Counter(result.outcome for result in results)
    figures = "  ".join(f"{counts[key]:4} {key}" for key in ("passed", "failed", "skipped"))
    print(f"{title:44} {figures}")
    return counts


def _print_failures(failed: dict[str, str], reasons: dict[str, str], *, verbose: bool) -> None:
    for test, message in sorted(failed.items()):
        if verbose or test not in reasons:
            print(f"{test}: {' '.join(message.split())[:300]}")
        if test in reasons:
            print(f"expected: {test}: {reasons[test]}")


if __name__ == "__main__":
    sys.exit(main())
