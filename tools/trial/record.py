"""Record what target-postgres makes of messages: `python -m tools.trial.record PROGRAM FILE...`.

For each `NAME.singer` the tables that target-postgres makes of it are written to `NAME.json`
beside it, which the tests compare target-oracle with.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

from tools.trial.comparison import Tables, plain
from tools.trial.postgres import PostgresServer, postgres_server

_TABLES = (
    "SELECT table_schema, table_name FROM information_schema.tables"
    " WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"
)


def main() -> None:
    """Record each file in a server of its own."""
    parser = argparse.ArgumentParser(prog="record", description=__doc__.splitlines()[0])
    parser.add_argument("program", type=Path, help="the executable target-postgres")
    parser.add_argument("files", nargs="+", type=Path, help="Singer messages, NAME.singer")
    options = parser.parse_args()
    for file in options.files:
        with postgres_server() as server:
            _load(options.program, server, file)
            text = json.dumps(_tables(server), indent=1, ensure_ascii=False, sort_keys=True)
        file.with_suffix(".json").write_text(text + "\n", "utf-8")


def _load(program: Path, server: PostgresServer, file: Path) -> None:
    settings = server.settings(add_record_metadata=False, activate_version=False)
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as config:
        json.dump(settings, config)
        config.flush()
        subprocess.run(  # noqa: S603 - the caller's program
            [program, "--config", config.name], input=file.read_bytes(), check=True
        )


def _tables(server: PostgresServer) -> Tables:
    return {
        row["table_name"]: [
            {name: plain(value) for name, value in found.items()}
            for found in server.rows(f'SELECT * FROM "{row["table_schema"]}"."{row["table_name"]}"')  # noqa: S608
        ]
        for row in server.rows(_TABLES)
    }


if __name__ == "__main__":
    main()
