"""The process that kernels are forked from (Linux): what every chapter imports is imported once.

`python -m pipeline.run.forkserver FD` serves the driver on the other end of a socket pair. A
request carries a kernel's command, environment and folder, its standard error and a line of its
own. On the line the driver hears {"pid"} and at the end {"code", "why"}, and says which signal the
kernel is to get. Whoever hangs up ends what hangs on it: a line its kernel, the driver all of them
and this process; and the kernels die with this process, whatever kills it. {"validation": true}
says that tables are to be validated too.

Nothing but importing happens before a fork: no thread, no socket of a kernel, no state of a
chapter. A child is the only user of what it changes.
"""

from __future__ import annotations

import builtins
import ctypes
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

# What every kernel imports while it starts, the debugger among it; then what chapters import, and
# what their libraries import only when they are used (`tests/run/test_fork.py`). No kernel
# is forked before all of it is there: each would import the rest for itself.
PRELOADED = (
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "tornado.platform.asyncio",
    "zmq.utils.garbage",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "encodings.utf_8_sig",
    "faulthandler",
    "pdb",
    "sqlite3",
    "pipeline.intake.year",
    "pipeline.report",
    "pipeline.report.analysis",
    "pipeline.report.audit",
    "pipeline.report.audit_figures",
    "pipeline.report.audit_findings",
    "pipeline.report.audit_versions",
    "pipeline.report.freetext",
    "pipeline.report.groups",
    "pipeline.report.instruments",
    "pipeline.report.key_figures",
    "pipeline.report.locks",
    "pipeline.report.runs",
    "pipeline.report.stakeholders",
    "pipeline.report.survey",
    "pipeline.report.tertial",
    "pandas.core.methods.to_dict",
    "pyarrow.dataset",
    "sqlglot.dialects.duckdb",
    "statsmodels.stats.proportion",
)
# For validation alone, and half of the time: loaded beside the first kernel, which cleans.
VALIDATION = ("great_expectations", "pipeline.validation.year")
LARGEST = 1 << 20  # bytes of a request
TICK = 0.5  # seconds between two counts of the kernels' processes
MOST_PROCESSES = 100  # of one kernel; a chapter needs one
SWEEPS = 2000  # rounds of a millisecond before a process that does not die is left
TOO_MANY = "processer"
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


@dataclass(frozen=True, slots=True)
class Asked:
    """What a child is to be."""

    command: Sequence[str]
    environment: Mapping[str, str]
    folder: str
    stderr: int
    server: int


@dataclass(slots=True)
class Kernel:
    """A child, while it lives. `why`: the reason this process ended it for."""

    pid: int
    pidfd: int
    line: socket.socket
    why: str = ""


@dataclass(frozen=True, slots=True)
class Process:
    """A line of the machine's process table."""

    pid: int
    parent: int
    session: int


class House:
    """The kernels that live, and the driver."""

    def __init__(self, driver: socket.socket) -> None:
        self._driver = driver
        self._kernels: dict[int, Kernel] = {}
        self._me = os.getpid()
        self._wanted: Sequence[str] = ()  # to import when the next kernel is under way

    def serve(self) -> Asked:
        """Answer what comes. Returns in a child, with what it is to be, with nothing of this
        process open. Raises EOFError when the driver is gone."""
        counted = time.monotonic()
        while True:
            for fd, kind in self._events():
                if fd == self._driver.fileno():
                    if (asked := self._fork()) is not None:
                        return asked
                elif fd in self._kernels:  # its pidfd: it has ended
                    self._ended(self._kernels.pop(fd))
                else:
                    self._told(fd, kind)
            if self._kernels and time.monotonic() - counted > TICK:
                self._count()
                counted = time.monotonic()

    def end(self) -> None:
        """End every kernel and what it has started."""
        for kernel in self._kernels.values():
            _kill(kernel.pid, signal.SIGKILL)
        for kernel in self._kernels.values():
            os.waitid(os.P_PID, kernel.pid, os.WEXITED | os.WNOWAIT)
            self._ended(kernel)
        self._kernels.clear()

    def _events(self) -> list[tuple[int, int]]:
        poller = select.poll()
        poller.register(self._driver, select.POLLIN)
        for pidfd, kernel in self._kernels.items():
            poller.register(pidfd, select.POLLIN)
            poller.register(kernel.line, select.POLLIN)
        events: list[tuple[int, int]] = []
        while not events:
            events = poller.poll(TICK * 1000 if self._kernels else None)
            if self._kernels and not events:
                self._count()
        return events

    def _fork(self) -> Asked | None:
        """A child for the request that waits. None in the parent."""
        said, fds, _, _ = socket.recv_fds(self._driver, LARGEST, 2)
        if not said:
            raise EOFError
        asked = json.loads(said)
        if "validation" in asked:
            self._wanted = VALIDATION
            return None
        line = socket.socket(fileno=fds[0])
        try:
            pid = os.fork() if _threads() == 1 else -1
        except OSError:
            pid = -1
        if pid == 0:
            for kernel in self._kernels.values():
                os.close(kernel.pidfd)
                kernel.line.close()
            line.close()
            self._driver.close()
            return Asked(asked["cmd"], asked["env"], asked["cwd"], fds[1], self._me)
        os.close(fds[1])
        if pid < 0:
            line.close()  # the driver starts a plain kernel
            return None
        kernel = Kernel(pid, os.pidfd_open(pid), line)
        self._kernels[kernel.pidfd] = kernel
        _say(line, {"pid": pid})
        _load(self._wanted)
        self._wanted = ()
        return None

    def _told(self, fd: int, kind: int) -> None:
        """The driver's word about a kernel: a signal, or that it has hung up."""
        kernel = next((k for k in self._kernels.values() if k.line.fileno() == fd), None)
        if kernel is None:
            return
        said = kernel.line.recv(16) if kind & select.POLLIN else b""
        _kill(kernel.pid, int(said) if said else signal.SIGKILL)

    def _ended(self, kernel: Kernel) -> None:
        self._sweep(kernel)
        _, status = os.waitpid(kernel.pid, 0)
        _say(kernel.line, {"code": os.waitstatus_to_exitcode(status), "why": kernel.why})
        kernel.line.close()
        os.close(kernel.pidfd)

    def _count(self) -> None:
        """End the kernels that have started too many processes, and what has left its kernel."""
        table = list(_processes())
        family = {k.pid: 0 for k in self._kernels.values()}
        parents = {p.pid: p.parent for p in table}
        for process in table:
            at = process.session if process.session in family else process.pid
            while at not in family and at in parents:
                at = parents[at]
            if at in family:
                family[at] += 1
        for kernel in self._kernels.values():
            if family[kernel.pid] > MOST_PROCESSES:
                kernel.why = TOO_MANY
                _kill(kernel.pid, signal.SIGKILL)
        self._sweep(None)

    def _sweep(self, gone: Kernel | None) -> None:
        """End what a kernel that is `gone` has left in its session, and what belongs to none: this
        process inherits those whose parents have ended."""
        alive = {k.pid for k in self._kernels.values()} - ({gone.pid} if gone else set())
        spared = alive | ({gone.pid} if gone else set())
        for _ in range(SWEEPS):
            left = [
                p
                for p in _processes()
                if p.pid not in spared
                and (p.session == getattr(gone, "pid", None) or p.parent == self._me)
                and p.session not in alive
            ]
            if not left:
                return
            for process in left:
                _kill_one(process.pid)
                if process.parent == self._me:
                    os.waitpid(process.pid, os.WNOHANG)
            time.sleep(0.001)


def become(asked: Asked, heard: Sequence[Any], given: Mapping[str, str]) -> None:
    """Run a kernel as `python -m ipykernel_launcher` would. `heard`: the filters of
    warnings that Python starts with; `given`: what imports put into the environment."""
    os.setsid()
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != asked.server:
        return
    os.dup2(asked.stderr, 2)
    os.close(asked.stderr)
    os.environ.clear()
    os.environ.update({**given, **asked.environment}, JPY_PARENT_PID=str(asked.server))
    time.tzset()
    os.chdir(asked.folder)
    sys.path[0] = os.getcwd()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    # What a library silences stays so; what it asks to hear belongs to those that import it.
    warnings.filters = [f for f in warnings.filters if f[0] == "ignore" or f in heard]
    del vars(builtins)["get_ipython"]
    gc.freeze()  # a collection would copy every page of what has been imported
    gc.enable()
    at = asked.command.index("-m")
    # ipykernel reads its parent from the environment when it is imported.
    sys.argv[1:] = [*asked.command[at + 2 :], f"--IPKernelApp.parent_handle={asked.server}"]
    runpy.run_module(asked.command[at + 1], run_name="__main__", alter_sys=True)


def main() -> None:
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    house = House(socket.socket(fileno=int(sys.argv[1])))
    before = {*os.environ}
    gc.disable()
    # pandas asks for it when it is imported, and has other defaults in a terminal.
    vars(builtins)["get_ipython"] = lambda: SimpleNamespace(kernel=True)
    _load(PRELOADED)
    heard = list(warnings.filters)
    given = {k: v for k, v in os.environ.items() if k not in before}
    try:
        asked = house.serve()
    except EOFError:
        house.end()
        return
    del house
    become(asked, heard, given)


def _load(modules: Sequence[str]) -> None:
    for module in modules:
        importlib.import_module(module)
    if modules:
        gc.collect()
        gc.freeze()


def _processes() -> Iterator[Process]:
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    told = file.read().rpartition(b")")[2].split()
            except OSError:
                continue
            yield Process(int(name), int(told[1]), int(told[3]))


def _threads() -> int:
    return len(os.listdir("/proc/self/task"))


def _kill(pid: int, number: int) -> None:
    """To a kernel's group; to itself as long as it has none. It is not reaped: the id is its."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        os.kill(pid, number)


def _kill_one(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _say(line: socket.socket, what: Mapping[str, Any]) -> None:
    with suppress(OSError):  # the driver may have hung up
        line.send(json.dumps(what).encode())


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    main()
