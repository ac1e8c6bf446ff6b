from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import oracledb
import pytest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from oracle_standin.wire.listener import Listener


def run(listener: Listener, work: Callable[[oracledb.AsyncConnection], Awaitable[Any]]) -> Any:
    """Run a coroutine with a connection of the driver's asynchronous half."""

    async def connected() -> Any:
        async with oracledb.connect_async(
            user="scott", password="tiger", dsn=listener.dsn
        ) as connection:
            return await asyncio.wait_for(work(connection), 20)

    return asyncio.run(connected())


def test_queries_and_array_dml(listener: Listener) -> None:
    async def work(connection: oracledb.AsyncConnection) -> tuple[int, int, str]:
        with connection.cursor() as cursor:
            await cursor.execute("select * from gen(5000)")
            rows = await cursor.fetchall()
            await cursor.executemany("insert into t values (:1, :2)", [(1, "z")] * 2000)
            await cursor.execute("select * from lobs")
            lob = (await cursor.fetchone())[1]
            return len(rows), cursor.rowcount, await lob.read()

    counts = run(listener, work)
    assert (counts[0], counts[2]) == (5000, "short")


def test_a_call_timeout(listener: Listener) -> None:
    async def work(connection: oracledb.AsyncConnection) -> Any:
        connection.call_timeout = 200
        with pytest.raises(oracledb.DatabaseError, match="DPY-4024"):
            await connection.fetchone("select sleep(20) from dual")
        connection.call_timeout = 0
        return await connection.fetchone("select 1 from dual")

    assert run(listener, work) == (1,)


def test_a_pipeline(listener: Listener) -> None:
    async def work(connection: oracledb.AsyncConnection) -> list[Any]:
        pipeline = oracledb.create_pipeline()
        pipeline.add_fetchall("select 1 from dual")
        pipeline.add_execute("select * from nosuch")
        pipeline.add_executemany("insert into t values (:1, :2)", [(1, "x" * 2000)] * 100)
        pipeline.add_commit()
        pipeline.add_fetchall("select * from gen(300)")
        results = await connection.run_pipeline(pipeline, continue_on_error=True)
        return list(results)

    results = run(listener, work)
    assert results[0].rows == [(1,)]
    assert "ORA-00942" in str(results[1].error)
    assert results[2].error is None
    assert len(results[4].rows) == 300
