"""Rows, and the messages of a stream as they were written."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


NAIVE = dt.datetime(2024, 2, 29, 13, 14, 15, 123456)  # noqa: DTZ001

TYPES = {"ID": "NUMBER(9)", "AMOUNT": "NUMBER", "AT": "TIMESTAMP(6)", "R": "RAW(9)", "T": "CLOB"}


def rows(count: int) -> list[tuple[Any, ...]]:
    return [
        (
            Decimal(number),
            Decimal(f"{number}.10"),
            NAIVE + dt.timedelta(seconds=number),
            bytes([number]),
            f"é {number}",
        )
        for number in range(count)
    ]


class Lines:
    """What a tap wrote to stdout."""

    def __init__(self, captured: Callable[[], Any]) -> None:
        self._captured = captured

    def __call__(self) -> list[dict[str, Any]]:
        return [json.loads(line, parse_float=Decimal) for line in self._captured().out.splitlines()]


def kinds(messages: list[dict[str, Any]]) -> list[str]:
    return [message["type"] for message in messages]


def states(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [message["value"] for message in messages if message["type"] == "STATE"]


def records(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [message["record"] for message in messages if message["type"] == "RECORD"]
