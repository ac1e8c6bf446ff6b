"""Starts the plugins as forks of a process that has imported them already.

Importing singer-sdk and the driver takes more than half a second of CPU, and the suite runs the
plugins hundreds of times. A fork has its own memory, streams, signals and exit code, as a process
that was started by a shell has. What depends on the start itself (`PYTHON…` variables, settings in
the environment, signals during the imports) needs a new interpreter: `fix_plugins` sees to that.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, closing
from importlib.metadata import entry_points
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

REQUEST_BYTES = 1 << 20
"""The longest command line in JSON."""

VARYING = frozenset({"PYTEST_CURRENT_TEST"})
"""Variables that pytest sets for every test and no plugin reads."""


def environment() -> dict[str, str]:
    """Return the variables that a fork has to share with the process that launches it."""
    return {name: value for name, value in os.environ.items() if name not in VARYING}


class Launcher:
    """The tests' end of a launching process."""

    def __init__(self) -> None:
        """Start the process; it imports both plugins before it takes the first request."""
        self.environment: Mapping[str, str] = environment()
        self._socket, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with closing(other):
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.launcher", str(other.fileno())],
                pass_fds=[other.fileno()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=Path(__file__).resolve().parents[1],
            )

    def run(
        self, command: Sequence[str], stdin: bytes | None, timeout_seconds: float
    ) -> tuple[int, bytes, bytes]:
        """Run a plugin to its end; return its exit code, standard output and standard error.

        Raises:
            subprocess.TimeoutExpired: If it ran longer than allowed; it is killed.
        """
        reply, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with closing(reply):
            with ExitStack() as theirs:
                theirs.enter_context(other)
                streams = _Streams(theirs, stdin)
                request = json.dumps({"command": list(command), "folder": str(Path.cwd())})
                descriptors = [*streams.theirs, other.fileno()]
                socket.send_fds(self._socket, [request.encode()], descriptors)
            reply.settimeout(timeout_seconds)
            pid = int(reply.recv(20))
            try:
                code = int(reply.recv(20))
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(list(command), timeout_seconds) from None
            return code, *streams.output()

    def close(self) -> None:
        """End the process, which has no request left."""
        self._socket.close()
        self._process.communicate(timeout=60)


class _Streams:
    """The three pipes of a program, fed and read by threads."""

    def __init__(self, theirs: ExitStack, stdin: bytes | None) -> None:
        """Make the pipes; the program's ends are closed with `theirs`."""
        self._read: list[bytes] = [b"", b""]
        self._threads: list[threading.Thread] = []
        self.theirs = [self._input(theirs, stdin)]
        for number in range(len(self._read)):
            reader, writer = os.pipe()
            theirs.callback(os.close, writer)
            self.theirs.append(writer)
            self._start(self._keep, number, os.fdopen(reader, "rb"))

    def output(self) -> tuple[bytes, bytes]:
        """Return what the program wrote, once all that hold its streams have ended."""
        for thread in self._threads:
            thread.join()
        return self._read[0], self._read[1]

    def _input(self, theirs: ExitStack, stdin: bytes | None) -> int:
        if stdin is None:
            nothing = os.open(os.devnull, os.O_RDONLY)
            theirs.callback(os.close, nothing)
            return nothing
        reader, writer = os.pipe()
        theirs.callback(os.close, reader)
        self._start(_feed, os.fdopen(writer, "wb"), stdin)
        return reader

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _keep(self, number: int, pipe: IO[bytes]) -> None:
        with pipe:
            self._read[number] = pipe.read()


def _feed(pipe: IO[bytes], data: bytes) -> None:
    try:
        with pipe:
            pipe.write(data)
    except BrokenPipeError:
        # A program may end before it has read everything; subprocess.run ignores that too.
        return


def serve(requests: socket.socket) -> None:
    """Fork a program per request until the tests close their end.

    Returns in each forked program, with `sys.argv` set.
    """
    # Attendants end unobserved; without this each would stay as a zombie.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        request, descriptors, _, _ = socket.recv_fds(requests, REQUEST_BYTES, 4)
        if not request:
            sys.exit(0)
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            requests.close()
            _attend(json.loads(request), descriptors)
            return
        for descriptor in descriptors:
            os.close(descriptor)


def _attend(request: Mapping[str, object], descriptors: Sequence[int]) -> None:
    """Report the program's process id and exit code; returns in the program alone."""
    reply = socket.socket(fileno=descriptors[3])
    program = os.fork()
    if program == 0:
        reply.close()
        for number, descriptor in enumerate(descriptors[:3]):
            os.dup2(descriptor, number)
            os.close(descriptor)
        os.chdir(str(request["folder"]))
        command = request["command"]
        assert isinstance(command, list)
        sys.argv[:] = command
        return
    # The program alone may hold its streams: whoever reads them waits for their end.
    for descriptor in descriptors[:3]:
        os.close(descriptor)
    reply.send(str(program).encode())
    _, status = os.waitpid(program, 0)
    reply.send(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def main() -> object:
    """Import the plugins, serve, and be the plugin that was asked for."""
    scripts = entry_points(group="console_scripts")
    for name in ("tap-oracle", "target-oracle"):
        importlib.import_module(scripts[name].module)
    serve(socket.socket(fileno=int(sys.argv[1])))
    # Loading makes the SDK's command, which sets up the plugin's logging: once per program. The
    # call is that of the scripts that pip writes for entry points.
    return scripts[Path(sys.argv[0]).name].load()()


if __name__ == "__main__":
    sys.exit(main())  # type: ignore[arg-type]
