"""A target with a schema of its own, fed with lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oracle_standin.testing import OracleDatabase

    from tests.fix_plugins import Finished, Plugin


ZONED = 'YYYY-MM-DD"T"HH24:MI:SS.FF9TZH:TZM'


def schema_line(
    properties: dict[str, Any], keys: tuple[str, ...] = ("ID",), stream: str = "HR-T"
) -> str:
    schema = {"type": "object", "properties": properties}
    message = {"type": "SCHEMA", "stream": stream, "schema": schema, "key_properties": list(keys)}
    return json.dumps(message)


def record_line(record: str | dict[str, Any], stream: str = "HR-T", **more: Any) -> str:
    text = record if isinstance(record, str) else json.dumps(record, ensure_ascii=False)
    ending = "".join(f",{json.dumps(key)}:{json.dumps(value)}" for key, value in more.items())
    return f'{{"type":"RECORD","stream":{json.dumps(stream)},"record":{text}{ending}}}'


def state_line(value: Any) -> str:
    return json.dumps({"type": "STATE", "value": value})


ID = {"ID": {"type": ["integer"], "x-sql-datatype": "NUMBER(18)"}}


class Loader:
    """Runs the target into one schema and reads what is there."""

    def __init__(self, target: Plugin, database: OracleDatabase, user: str) -> None:
        self.target = target
        self.database = database
        self.user = user

    def load(self, *lines: str, code: int = 0, **settings: Any) -> Finished:
        config = self.database.config(self.user, **settings)
        done = self.target.run(config, stdin="".join(line + "\n" for line in lines).encode())
        assert done.code == code, done.stderr
        return done

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.database.rows(self.user, query)

    def execute(self, *statements: str) -> None:
        with self.database.connect(self.user) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            connection.commit()

    def error(self, *lines: str, **settings: Any) -> str:
        done = self.load(*lines, code=1, **settings)
        assert len(done.errors()) == 1, done.stderr
        assert "Traceback" not in done.stderr
        assert self.database.passwords[self.user] not in done.stderr
        return done.errors()[0]
