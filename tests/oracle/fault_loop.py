"""Loads with one fault at the N-th call to the server, then the next run, then the checks.

The N-th call meets the stand-in's fault switch, ordered just before the call is sent; so every
statement, COMMIT and logon of a load is met once, before or after it took effect.
"""

from __future__ import annotations

import io
import json
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import oracledb

from oracle_core.errors import OracleError
from target_oracle.reader import BulkReader
from target_oracle.run import LoadRun
from target_oracle.settings import TargetSettings
from target_oracle.target import TargetOracle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest
    from oracle_standin import Standin
    from oracle_standin.faults import Fault

Message = dict[str, Any]
NEVER = 1 << 30


class CallCounter:
    """Counts the calls of the driver that reach the server, and orders a fault before one."""

    def __init__(self, standin: Standin) -> None:
        self._standin = standin
        self._fault: Fault | None = None
        self._number = NEVER
        self.count = 0

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Count from now on."""
        calls = [
            (oracledb.Cursor, "execute"),
            (oracledb.Cursor, "executemany"),
            (oracledb.Connection, "commit"),
            (oracledb.Connection, "direct_path_load"),
            (oracledb, "connect"),
        ]
        for owner, name in calls:
            monkeypatch.setattr(owner, name, self._counting(getattr(owner, name)))

    def _counting(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **named: Any) -> Any:
            self.count += 1
            if self.count == self._number and self._fault is not None:
                self._standin.inject(self._fault)
            return call(*arguments, **named)

        return counted

    @contextmanager
    def ordered(self, fault: Fault | None, number: int) -> Iterator[None]:
        """Let the call of a number, counted from here on, meet a fault."""
        self._fault, self._number, self.count = fault, number, 0
        try:
            yield
        finally:
            self._fault, self._number = None, NEVER
            self._standin.clear_faults()


@dataclass
class Pipeline:
    """A source of messages, a target and what an orchestrator keeps: the last STATE."""

    config: dict[str, Any]
    schema: Message
    records: list[Message]
    chunk: int
    read_state: Callable[[], int | None] | None = None
    states: list[int] = field(default_factory=list)

    def messages(self) -> Iterator[Message]:
        """Yield what the tap writes when it starts at the last STATE."""
        start = self.states[-1] if self.states else 0
        if self.read_state is not None:
            start = self.read_state() or 0
        yield self.schema
        for first in range(start, len(self.records), self.chunk):
            yield from self.records[first : first + self.chunk]
            yield {"type": "STATE", "value": {"n": min(len(self.records), first + self.chunk)}}

    def lines(self) -> bytes:
        """Return the messages as the target reads them."""
        return b"".join(json.dumps(message).encode() + b"\n" for message in self.messages())

    def run(self, lines: bytes) -> bool:
        """Run once and return whether the run succeeded; failures must be ones that we report."""
        target = TargetOracle(config=self.config)
        run = LoadRun(
            target.config, TargetSettings.of(target.config), target.mapper, write=self._keep
        )
        try:
            BulkReader(run, max_line_bytes=1 << 20).read(io.BytesIO(lines))
            run.finish()
        except OracleError as error:
            with suppress(OracleError):
                run.fail(error)
            return False
        return True

    def _keep(self, line: bytes) -> None:
        self.states.append(json.loads(line)["n"])
