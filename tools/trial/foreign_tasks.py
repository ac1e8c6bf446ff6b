"""Tasks with plugins of others, which Meltano installs from the registry, each on its own.

They are run as programs; nothing of them is read or kept.
"""

from __future__ import annotations

import csv
import json
import subprocess
from contextlib import closing
from importlib import resources
from typing import TYPE_CHECKING, Any

import singer_sdk.testing

from tools.trial.comparison import differences, oracle_rows, plain
from tools.trial.desk import Desk, expect
from tools.trial.postgres import KINDS
from tools.trial.project import SCRIPTS, Project, own_plugin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_REQUIREMENTS = {
    "tap-csv-folder": "tap-csv-folder==0.0.1a1",
    "tap-postgres": "meltanolabs-tap-postgres==0.10.0",
    "target-postgres": "meltanolabs-target-postgres==0.8.1",
}
_NOT_FOR_BOTH = {
    "encoded_string_data",  # holds a NUL, which PostgreSQL refuses
    "invalid_schema",
    "record_before_schema",
    "record_missing_key_property",
    "record_missing_required_property",
    "schema_no_properties",
}
"""Sample files of the SDK that one of the targets or both must refuse."""


def _foreign_plugin(name: str, config: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "namespace": name.replace("-", "_"),
        "pip_url": _REQUIREMENTS[name],
        "executable": name,
        "config": config,
        **more,
    }


def _project(desk: Desk) -> Project:
    """Return the project with ours and the others' plugins, which it shares between tasks."""
    folder = desk.folder / "foreign"
    folder.mkdir(exist_ok=True)
    return Project(folder, desk.meltano)


def _executable(desk: Desk, kind: str, name: str) -> Path:
    return desk.folder / "foreign/.meltano" / kind / name / "venv/bin" / name


def install(desk: Desk) -> str:
    """Have Meltano install the plugins of others."""
    project = _project(desk)
    files = desk.folder / "csv"
    files.mkdir()
    reading = {"capabilities": ["catalog", "discover", "state"]}
    copies = {"add_record_metadata": False, "activate_version": False}
    project.write_plugins(
        extractors=[
            _foreign_plugin(
                "tap-postgres",
                desk.postgres.settings(filter_schemas=["public"]),
                select=["public-kinds.*", "public-no_key.*"],
                **reading,
            ),
            _foreign_plugin(
                "tap-csv-folder",
                {"path": str(files), "filesystem": "local", "read_mode": "one_stream_per_file"},
                capabilities=["state"],  # this tap cannot take back the catalog that it writes
            ),
            {
                **own_plugin("tap-oracle", desk.source()),
                "select": ["HR-JOBS.*", "HR-JOB_HISTORY.*", "HR-DEPARTMENTS.*"],
            },
        ],
        loaders=[
            own_plugin("target-oracle", desk.target()),
            _foreign_plugin(
                "target-postgres", desk.postgres.settings(default_target_schema="copy", **copies)
            ),
        ],
    )
    project.run("install", "extractor", "tap-postgres", "tap-csv-folder")
    project.run("install", "loader", "target-postgres")
    return ", ".join(_REQUIREMENTS.values())


def from_csv(desk: Desk) -> str:
    """Load files that a tap for CSV reads: every column is text, names have spaces."""
    rows = [[f"{n}", f"Müller, {n}" if n % 2 else "", f"{n}.50", "two\nlines"] for n in range(500)]
    with (desk.folder / "csv/orders.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["order id", "Customer", "total", "note"], *rows])
    _project(desk).run("run", "tap-csv-folder", "target-oracle")
    with closing(desk.connect("HR_COPY")) as connection, connection.cursor() as cursor:
        cursor.execute('SELECT "ORDER ID", "CUSTOMER", "TOTAL", "NOTE" FROM orders')
        found = [[value or "" for value in row] for row in cursor]
    expect(sorted(found) == sorted(rows), "orders.csv differs")
    return f"{len(found)} rows of text"


def from_postgres(desk: Desk) -> str:
    """Load what tap-postgres reads, and compare it with what target-postgres makes of it."""
    desk.postgres.execute(*KINDS)
    for target in ("target-oracle", "target-postgres"):
        _project(desk).run("run", "tap-postgres", target)
    values = _compare(desk, "copy", {"kinds": "KINDS", "no_key": "NO_KEY"}, user="HR_COPY")
    return f"{values} values as target-postgres has them"


def into_postgres(desk: Desk) -> str:
    """Load tables of Oracle with target-postgres, and compare them with their source."""
    _project(desk).run("run", "tap-oracle", "target-postgres")
    names = ("JOBS", "JOB_HISTORY", "DEPARTMENTS")
    values = _compare(desk, "copy", {name: name for name in names}, user="HR")
    return f"{values} values as Oracle has them"


def samples_of_the_sdk(desk: Desk) -> str:
    """Load the SDK's own sample files with both targets, and compare the tables."""
    samples = resources.files(singer_sdk.testing) / "target_test_streams"
    lines = "".join(
        file.read_text("utf-8").rstrip("\n") + "\n"
        for file in sorted(samples.iterdir(), key=lambda each: each.name)
        if file.name.endswith(".singer") and file.name.removesuffix(".singer") not in _NOT_FOR_BOTH
    )
    load_twice(desk, "sdk", lines)
    tables = [row["table_name"] for row in desk.postgres.rows(_TABLES.format("sdk"))]
    values = _compare(desk, "sdk", {name: name.upper() for name in tables}, user="HR_COPY")
    return f"{len(tables)} tables, {values} values as target-postgres has them"


_TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = '{}'"


def load_twice(desk: Desk, schema: str, lines: str) -> None:
    """Load messages with target-postgres into a schema, and with target-oracle."""
    copies = {"add_record_metadata": False, "activate_version": False}
    programs: list[tuple[Path, dict[str, Any]]] = [
        (
            _executable(desk, "loaders", "target-postgres"),
            desk.postgres.settings(default_target_schema=schema, **copies),
        ),
        (SCRIPTS / "target-oracle", desk.target()),
    ]
    for program, settings in programs:
        config = desk.folder / f"{program.name}.json"
        config.write_text(json.dumps(settings), "utf-8")
        done = subprocess.run(  # noqa: S603 - our own command line
            [program, "--config", config], input=lines.encode(), capture_output=True, check=False
        )
        expect(done.returncode == 0, f"{program.name}: {done.stderr.decode()[-1000:]}")


def _compare(desk: Desk, schema: str, tables: dict[str, str], *, user: str) -> int:
    """Compare tables of PostgreSQL with those of an Oracle user; return the number of values."""
    values = 0
    with closing(desk.connect(user)) as connection:
        for name, oracle_name in tables.items():
            rows = [
                {column: plain(value) for column, value in row.items()}
                for row in desk.postgres.rows(f'SELECT * FROM "{schema}"."{name}"')  # noqa: S608
            ]
            different = list(differences(rows, oracle_rows(connection, oracle_name)))
            expect(not different, f"{name}: {_first(different)}")
            values += sum(map(len, rows))
    return values


def _first(texts: Iterable[str], most: int = 5) -> str:
    return "; ".join(list(texts)[:most])


FOREIGN_TASKS: tuple[tuple[str, Callable[[Desk], str]], ...] = (
    ("foreign plugins from the registry", install),
    ("foreign: tap-csv-folder into target-oracle", from_csv),
    ("foreign: tap-postgres into target-oracle", from_postgres),
    ("foreign: tap-oracle into target-postgres", into_postgres),
    ("foreign: the SDK's samples with both targets", samples_of_the_sdk),
)
