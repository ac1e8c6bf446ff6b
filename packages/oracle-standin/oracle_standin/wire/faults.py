"""Making ordered faults happen to the sessions of a listener."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from oracle_standin.faults import Action, Fault, control_text, parse
from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oracle_standin.wire.packets import PacketStream

_ADMINISTRATOR = "SYSTEM"
_LOOK_SECONDS = 0.05
_CANCELLED = OracleError(1013, "User requested cancel of current operation.")


class DroppedError(Exception):
    """The connection is to be closed, after some last bytes that do not end the answer."""

    def __init__(self, content: bytes = b"") -> None:
        """Keep the last bytes."""
        super().__init__("dropped by an ordered fault")
        self.content = content


@dataclass(slots=True)
class _Order:
    fault: Fault
    left: int
    skip: int = 0


@dataclass(slots=True)
class FaultOrders:
    """The faults in force, shared by all sessions; `is_allowed` is the switch `--faults`."""

    is_allowed: bool = False
    _orders: list[_Order] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def control(self, text: str, user: str) -> None:
        """Do what a control statement says; raises OracleError 1031, 2248 or 3001."""
        if not self.is_allowed:
            refusal = not_in_this_standin("a fault without --faults")
            raise refusal
        if user != _ADMINISTRATOR:
            raise OracleError(1031, "insufficient privileges")
        if text.strip().lower() == "off":
            with self._lock:
                self._orders.clear()
            return
        fault = parse(text)
        with self._lock:
            self._orders.append(_Order(fault, fault.times or -1, fault.skip))

    def matching(self, statement: str) -> Iterator[Fault]:
        """Yield the faults in force that a statement meets, without using them up."""
        with self._lock:
            faults = [order.fault for order in self._orders]
        yield from (fault for fault in faults if fault.matches(statement))

    def use(self, fault: Fault) -> bool:
        """Use a fault up once; returns whether it was in force: neither skipped nor used up."""
        with self._lock:
            for order in self._orders:
                if order.fault is fault:
                    if order.skip:
                        order.skip -= 1
                        return False
                    order.left -= 1
                    if order.left == 0:
                        self._orders.remove(order)
                    return True
        return False


class SessionFaults:
    """The faults as one session meets them."""

    def __init__(self, orders: FaultOrders, stream: PacketStream) -> None:
        """Start with no rows counted; `user` is set at logon."""
        self._orders = orders
        self._stream = stream
        self._rows: dict[Fault, int] = {}
        self.user = ""

    def control(self, statement: str) -> bool:
        """Return whether a statement was for us, after doing what it says."""
        text = control_text(statement)
        if text is None:
            return False
        self._orders.control(text, self.user)
        return True

    def before(self, statement: str, rows: int = 0) -> None:
        """Let happen what comes before a call that sends so many bind rows.

        Raises OracleError for a failure and DroppedError for a lost connection.
        """
        for fault in self._met(statement):
            if fault.after_rows is not None:
                self._count(fault, rows)
            elif fault.after_bytes is not None:
                if self._orders.use(fault):
                    self._stream.bytes_left = fault.after_bytes
            elif not fault.after:
                self._stop(fault)

    def after(self, statement: str) -> None:
        """Let happen what comes between a call and its answer."""
        for fault in self._met(statement):
            if fault.after and fault.after_rows is None and fault.after_bytes is None:
                self._stop(fault)

    def rows_left(self, statement: str, wanted: int) -> int | None:
        """Return how many of the wanted rows may be fetched before a drop; None for no drop.

        Raises OracleError when a failure is due instead.
        """
        for fault in self._met(statement):
            if fault.after_rows is not None:
                left = fault.after_rows - self._rows.get(fault, 0)
                if wanted > left and self._orders.use(fault):
                    if fault.action == Action.FAIL.value:
                        raise OracleError(fault.code, fault.message)
                    return left
        return None

    def fetched(self, statement: str, rows: int) -> None:
        """Count rows that were fetched."""
        for fault in self._met(statement):
            if fault.after_rows is not None:
                self._rows[fault] = self._rows.get(fault, 0) + rows

    def end_when_idle(self, idle_seconds: float) -> None:
        """Raise OracleError 2396 for a session that was idle for longer than was ordered."""
        for fault in self._met(""):
            long_enough = fault.action == Action.IDLE.value and idle_seconds >= fault.seconds
            if long_enough and self._orders.use(fault):
                raise OracleError(2396, "exceeded maximum idle time, please connect again")

    def _met(self, statement: str) -> Iterator[Fault]:
        if self._orders.is_allowed and self.user != _ADMINISTRATOR:
            yield from self._orders.matching(statement)

    def _count(self, fault: Fault, rows: int) -> None:
        counted = self._rows.get(fault, 0) + rows
        self._rows[fault] = counted
        if rows and counted > (fault.after_rows or 0):
            self._stop(fault)

    def _stop(self, fault: Fault) -> None:
        if fault.action == Action.IDLE.value or not self._orders.use(fault):
            return
        match Action(fault.action):
            case Action.FAIL:
                raise OracleError(fault.code, fault.message)
            case Action.DROP:
                raise DroppedError
            case Action.HANG:
                self._hang(fault.seconds)
            case Action.SLOW:
                self._stream.bytes_per_second = fault.bytes_per_second
            case Action.IDLE:
                pass  # see end_when_idle

    def _hang(self, seconds: float) -> None:
        """Wait; raises OracleError 1013 when the client breaks off."""
        end = time.monotonic() + seconds
        while not seconds or time.monotonic() < end:
            if self._stream.break_waiting():
                raise _CANCELLED
            time.sleep(_LOOK_SECONDS)
