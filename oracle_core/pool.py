"""The pool of a process: the sessions that a program needs beside its first one.

The first session of a run is opened alone (`connection.connect`): it proves the settings and says
what is wrong with them. Sessions for locks, history and parallel work come from one pool of the
driver per process and database user, opened by need and given back; `pool_min` of them are opened
ahead. What every session starts with is set by the pool's callback, once per session.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import oracledb

from oracle_core.connect_parameters import call_timeout_ms, connect_parameters
from oracle_core.connection import ConnectionSource, engine_over, set_driver_mode
from oracle_core.credentials import load_provider, password_of, rotated_password
from oracle_core.errors import describe
from oracle_core.pool_settings import PoolSettings
from oracle_core.session_setup import as_stored, name_run, session_statement
from oracle_core.settings import register_secrets
from oracle_core.tunnel import through_tunnel

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import sqlalchemy

_EXHAUSTED = "DPY-4005"
_lock = threading.RLock()


@dataclass(frozen=True, slots=True)
class PoolUsage:
    """What the pools of a process were used for since its start.

    Attributes:
        acquired: How often a session was taken.
        waits: How often all sessions were in use and one had to be waited for.
        wait_seconds: Time until sessions were there, opening them included.
        opened_max: Most sessions that were open at a time.
        busy_max: Most sessions that were in use at a time.
        replaced: Sessions that came back dead and were dropped.
    """

    acquired: int = 0
    waits: int = 0
    wait_seconds: float = 0.0
    opened_max: int = 0
    busy_max: int = 0
    replaced: int = 0


_usage = PoolUsage()
_pools: dict[Hashable, SessionPool] = {}


def usage() -> PoolUsage:
    """Return what the pools of this process were used for."""
    return _usage


def pool_of(config: Mapping[str, Any]) -> SessionPool:
    """Return the pool of this process for a database user; nothing is opened yet.

    Args:
        config: Settings under their canonical names.

    Raises:
        ConfigurationError: If the settings are wrong.
    """
    parameters = connect_parameters(config)
    parameters["ssh_tunnel"] = config.get("ssh_tunnel")
    # By repr, because the object of ssh_tunnel cannot be hashed.
    key = tuple(sorted((name, repr(value)) for name, value in parameters.items()))
    with _lock:
        if key not in _pools:
            _pools[key] = SessionPool(config)
        return _pools[key]


def pooled_source(
    config: Mapping[str, Any], *, module: str, setup: Sequence[str] = ()
) -> ConnectionSource:
    """Return a source whose session comes from the pool of this process.

    Args:
        config: Settings under their canonical names.
        module: Shown in V$SESSION.MODULE.
        setup: Further statements that the session starts with.

    Raises:
        ConfigurationError: If the settings are wrong.
    """
    pool = pool_of(config)
    return ConnectionSource(
        config,
        module=module,
        setup=setup,
        opener=lambda: pool.acquire(module=module, setup=setup),
        closer=pool.release,
    )


def pooled_engine(
    config: Mapping[str, Any], *, module: str, call_seconds: float = 0
) -> sqlalchemy.Engine:
    """Return an engine over sessions of the pool, whose errors hide bound values.

    Args:
        config: Settings under their canonical names.
        module: Shown in V$SESSION.MODULE.
        call_seconds: Limit of a round trip where `call_timeout_seconds` sets no shorter one.

    Raises:
        ConfigurationError: If the settings are wrong.
    """
    pool = pool_of(config)
    return engine_over(lambda: pool.acquire(module=module, call_seconds=call_seconds))


class SessionPool:
    """A pool of the driver, made with the first session and closed with the last one."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        """Check the settings; nothing is opened yet.

        Raises:
            ConfigurationError: If the settings are wrong.
        """
        connect_parameters(config)
        self._config = config
        self._settings = PoolSettings.of(config)
        self._password: str | None = None
        self._pool: oracledb.ConnectionPool | None = None
        self._address: tuple[object, object] | None = None

    def acquire(
        self, *, module: str, setup: Sequence[str] = (), call_seconds: float = 0
    ) -> oracledb.Connection:
        """Return a session; it is opened when none is free.

        Args:
            module: Shown in V$SESSION.MODULE, at most 64 bytes.
            setup: Further statements to begin with.
            call_seconds: Limit of a round trip where `call_timeout_seconds` sets no shorter one.

        Raises:
            ConfigurationError: If the settings are wrong.
            TimeoutError: If the server does not answer.
            oracledb.Error: If the database refuses, or all sessions stay in use.
        """
        began = time.monotonic()
        with _lock:
            pool = self._open()
        # Asked before: afterwards `busy` counts this session too.
        is_full = pool.busy >= pool.max
        connection = self._take(pool)
        self._note(time.monotonic() - began, waited=is_full)
        try:
            connection.outputtypehandler = as_stored
            connection.module = module
            connection.action = "connect"
            name_run(connection)
            limits = call_timeout_ms(self._config), round(call_seconds * 1000)
            connection.call_timeout = min(filter(None, limits), default=0)
            with connection.cursor() as cursor:
                for statement in setup:
                    cursor.execute(statement)
        except BaseException:
            with suppress(oracledb.Error):
                # Not close(): a session that is set up in part must not be handed to anybody else.
                pool.drop(connection)
            raise
        return connection

    def release(self, connection: oracledb.Connection) -> None:
        """Give a session back; an open transaction is rolled back, a dead session dropped.

        The pool closes when no session is in use any more.
        """
        # Asked before: a closed connection no longer tells.
        is_dead = not connection.is_healthy()
        with suppress(oracledb.Error):
            connection.close()
        if is_dead:
            _count(replaced=_usage.replaced + 1)
        self.close_idle()

    def close_idle(self) -> None:
        """Close the pool when none of its sessions is in use."""
        with _lock:
            pool = self._pool
            if pool is None or pool.busy:
                return
            self._pool = None
        with suppress(oracledb.Error):
            pool.close(force=True)

    def _open(self) -> oracledb.ConnectionPool:
        parameters = through_tunnel(self._config, connect_parameters(self._config))
        address = (parameters.get("host"), parameters.get("port"))
        # A tunnel that was lost and opened again ends at another port of this machine.
        if self._pool is None or address != self._address:
            self._address = address
            register_secrets(self._config)
            set_driver_mode(self._config)
            load_provider(self._config.get("dsn"))
            if "access_token" not in parameters and (password := password_of(self._config)):
                parameters["password"] = self._password = password
            self._pool = oracledb.create_pool(
                **parameters,
                min=self._settings.min,
                max=self._settings.max,
                increment=1,
                # The default, POOL_GETMODE_WAIT, waits without a limit.
                getmode=oracledb.POOL_GETMODE_TIMEDWAIT,
                wait_timeout=max(1, round(self._settings.timeout_seconds * 1000)),
                session_callback=_set_up,
            )
        return self._pool

    def _take(self, pool: oracledb.ConnectionPool) -> oracledb.Connection:
        """Return a session; a password that has changed since is tried once more."""
        try:
            return self._take_once(pool)
        except oracledb.DatabaseError as error:
            if rotated_password(self._config, self._password, error) is None:
                raise
            with _lock:
                # The driver's pool keeps the password that it was made with, so that a new one is
                # needed.
                if self._pool is pool:
                    self._pool = None
                renewed = self._open()
            return self._take_once(renewed)

    def _take_once(self, pool: oracledb.ConnectionPool) -> oracledb.Connection:
        try:
            return pool.acquire()
        except oracledb.DatabaseError as error:
            # To the driver a server that stays silent is a pool in which no session becomes free.
            if describe(error).code == _EXHAUSTED and pool.opened == 0:
                msg = f"no answer within {self._settings.timeout_seconds:g} seconds"
                raise TimeoutError(msg) from error
            raise

    def _note(self, seconds: float, *, waited: bool) -> None:
        pool = self._pool
        if pool is None:
            return
        _count(
            acquired=_usage.acquired + 1,
            waits=_usage.waits + waited,
            wait_seconds=_usage.wait_seconds + seconds,
            opened_max=max(_usage.opened_max, pool.opened),
            busy_max=max(_usage.busy_max, pool.busy),
        )


def _count(**changes: Any) -> None:
    global _usage  # noqa: PLW0603 - counted per process, as the pools are
    with _lock:
        _usage = replace(_usage, **changes)


def _set_up(connection: oracledb.Connection, _requested_tag: str | None) -> None:
    """Fix the parameters of a new session; the pool calls it once per session."""
    with connection.cursor() as cursor:
        cursor.execute(session_statement())
