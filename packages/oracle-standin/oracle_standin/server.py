"""The commands `serve` and `bench`: a database, a listener, and one line when both are ready.

Standard output carries that one JSON line and nothing else; the log goes to standard error.
SIGTERM and SIGINT end the process with exit code 0 after everything is stopped.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from oracle_standin import samples
from oracle_standin.bench import wide10
from oracle_standin.bench.database import BenchDatabase
from oracle_standin.engine.database import Database
from oracle_standin.engine.server_facts import CALENDARS, CHARSETS, ServerFacts
from oracle_standin.wire.listener import Listener
from oracle_standin.wire.profiles import EXTENDED_STRING_BYTES, PROFILES, Profile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_log = logging.getLogger(__name__)

_BENCH_SERVICE = "FREEPDB1"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code: 0 done, 1 failed, 2 usage."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(
        stream=sys.stderr,
        level=options.log_level.upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    run = _run_bench if options.command == "bench" else _run
    try:
        _serve(options, run)
    except Exception:  # noqa: BLE001 - the command's last resort: log it and exit with 1
        _log.exception("the stand-in failed")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m oracle_standin", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    _add_serve(commands.add_parser("serve", help="serve a database until a signal ends it"))
    _add_bench(commands.add_parser("bench", help="replay and count rows, to measure a client"))
    for command in commands.choices.values():
        command.add_argument("--host", default="127.0.0.1")
        command.add_argument("--port", type=int, default=0, help="0 takes a free port")
        command.add_argument(
            "--faults", action="store_true", help="let SYSTEM order faults, for tests"
        )
        command.add_argument(
            "--die-with-parent", action="store_true", help="stop when standard input ends"
        )
        command.add_argument(
            "--log-level", choices=("debug", "info", "warning", "error"), default="warning"
        )
    return parser


def _add_bench(bench: argparse.ArgumentParser) -> None:
    bench.add_argument(
        "--rows", type=_positive, default=1_000_000, help="rows that BENCH.WIDE10 seems to have"
    )
    bench.add_argument(
        "--write-microseconds",
        type=float,
        default=0.0,
        help="time that each written row takes, as on a database with CPUs of its own",
    )


def _add_serve(serve: argparse.ArgumentParser) -> None:
    serve.add_argument("--service", default="FREEPDB1", help="service name to listen for")
    serve.add_argument("--profile", choices=sorted(PROFILES), default="23", help="Oracle version")
    serve.add_argument(
        "--max-string-size",
        choices=("standard", "extended"),
        default="standard",
        help="MAX_STRING_SIZE: VARCHAR2 of 4,000 or 32,767 bytes",
    )
    serve.add_argument("--compatible", default="", help="COMPATIBLE, such as 19.0.0")
    serve.add_argument(
        "--charset", choices=sorted(CHARSETS), default="AL32UTF8", help="database character set"
    )
    serve.add_argument(
        "--calendar", choices=CALENDARS, default="GREGORIAN", help="NLS_CALENDAR of the instance"
    )
    serve.add_argument(
        "--compress-rows", action="store_true", help="send repeated values of a column once"
    )
    serve.add_argument(
        "--tls", type=Path, metavar="CERT", help="PEM file of a certificate and its key, for tcps"
    )
    serve.add_argument(
        "--tls-clients",
        type=Path,
        metavar="CA",
        help="PEM file of the authorities whose certificates clients must show",
    )
    serve.add_argument("--data", type=Path, help="folder that keeps the database")
    serve.add_argument(
        "--user",
        action="append",
        default=[],
        type=_user,
        metavar="NAME/PASSWORD",
        help="create a user",
    )
    serve.add_argument(
        "--sample",
        action="append",
        default=[],
        type=_sample,
        metavar="SAMPLE=NAME",
        help=f"load a sample for a user ({', '.join(samples.names())})",
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        message = "expected a number above 0"
        raise argparse.ArgumentTypeError(message)
    return number


def _user(text: str) -> tuple[str, str]:
    name, separator, password = text.partition("/")
    if not name or not separator or not password:
        message = "expected NAME/PASSWORD"
        raise argparse.ArgumentTypeError(message)
    return _folded(name), password


def _sample(text: str) -> tuple[str, str]:
    sample, _, name = text.partition("=")
    if sample not in samples.names() or not name:
        message = f"expected SAMPLE=NAME, SAMPLE being one of {', '.join(samples.names())}"
        raise argparse.ArgumentTypeError(message)
    return sample, _folded(name)


def _folded(name: str) -> str:
    """Return a user name as Oracle stores it: upper case unless it is quoted."""
    if len(name) > 2 and name[0] == name[-1] == '"':
        return name[1:-1]
    return name.upper()


def _serve(
    options: argparse.Namespace, run: Callable[[argparse.Namespace, ExitStack], None]
) -> None:
    with ExitStack() as stack:
        _stop_on_signals()
        if options.die_with_parent:
            threading.Thread(target=_follow_parent, daemon=True).start()
        try:
            run(options, stack)
        except SystemExit:
            _log.info("stopping")


def _run(options: argparse.Namespace, stack: ExitStack) -> None:
    database = Database(options.data, _server_facts(options))
    stack.callback(database.stop)
    database.start()
    profile = _wire_profile(options)
    listener = Listener(
        database,
        profile,
        host=options.host,
        port=options.port,
        service=options.service,
        faults=options.faults,
        tls=options.tls,
        tls_clients=options.tls_clients,
        compress_rows=options.compress_rows,
    )
    # The loader of samples knows nothing of certificates, so it gets a listener of its own.
    with Listener(database, profile, service=options.service) as private:
        _fill(database, private.dsn, dict(options.user), options.sample)
    stack.enter_context(listener)
    _announce(listener)
    threading.Event().wait()


def _server_facts(options: argparse.Namespace) -> ServerFacts:
    return ServerFacts(
        options.profile,
        options.max_string_size == "extended",
        options.charset,
        options.compatible,
        options.calendar,
    )


def _wire_profile(options: argparse.Namespace) -> Profile:
    profile = PROFILES[options.profile]
    if options.max_string_size == "extended":
        return replace(profile, max_string_bytes=EXTENDED_STRING_BYTES)
    return profile


def _run_bench(options: argparse.Namespace, stack: ExitStack) -> None:
    database = Database()
    stack.callback(database.stop)
    database.start()
    database.create_user(wide10.USER, wide10.PASSWORD)
    seconds = options.write_microseconds / 1e6
    backend = BenchDatabase(database, options.rows, seconds_per_write=seconds)
    listener = Listener(
        backend,
        PROFILES["23"],
        host=options.host,
        port=options.port,
        service=_BENCH_SERVICE,
        faults=options.faults,
    )
    stack.callback(_report_cpu, time.process_time())
    stack.enter_context(listener)
    _announce(listener)
    threading.Event().wait()


def _report_cpu(start: float) -> None:
    """Write the CPU seconds of this process since it was ready."""
    line = {"event": "stopped", "cpu_seconds": round(time.process_time() - start, 3)}
    sys.stderr.write(json.dumps(line) + "\n")


def _fill(
    database: Database, dsn: str, passwords: dict[str, str], wanted: list[tuple[str, str]]
) -> None:
    """Create the users that do not exist and load samples for those created now."""
    for _, name in wanted:
        passwords.setdefault(name, name.lower())
    created = [name for name in passwords if database.verifier(name) is None]
    for name in created:
        database.create_user(name, passwords[name])
    for sample, name in wanted:
        if name in created:
            samples.load(sample, dsn, f'"{name}"', passwords[name])
        else:
            _log.info("user %s is there already: sample %s is not loaded again", name, sample)


def _announce(listener: Listener) -> None:
    line = {
        "event": "ready",
        "host": listener.host,
        "port": listener.port,
        "service_name": listener.service_name,
        "dsn": listener.dsn,
        "pid": os.getpid(),
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _stop_on_signals() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)


def _stop(_number: int, _frame: object) -> NoReturn:
    """Unwind the main thread once; further signals must not disturb the cleaning up."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    raise SystemExit(0)


def _follow_parent() -> None:
    """Wait for the end of standard input, whose other end the parent holds open."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
