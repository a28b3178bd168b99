"""How kernels are reached and what becomes of what they print.

A kernel on TCP is open to every user of the machine (ipykernel warns about it); a Unix socket in
a folder of ours is not. What a kernel writes on its standard error is for programmers: it goes
to a log, never to the analyst's terminal. Where the platform can, a kernel is forked from a process
that has imported what the chapters import (`run/forked.py`); its outputs are those of a plain one.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from jupyter_client.localinterfaces import localhost
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.paths import jupyter_runtime_dir
from traitlets import default

from pipeline import reads
from pipeline.run.forked import Forked, ForkServer, provisioner

LOG_VARIABLE = "UPPFOLJNING_KERNEL_LOG"
SOCKET_NAME = 103  # bytes that the name of a Unix socket may have on every POSIX system
FILE_NAME = len("/0123456789abcdef-1")
LISTENS = "__import__('pipeline.reads').reads.start()"  # before a notebook's first cell
Process = subprocess.Popen[bytes] | Forked


class LocalKernelManager(AsyncKernelManager):
    """jupyter_client's manager on Unix sockets; TCP on loopback where there are none, or where
    the temporary folder's name is too long for one. A class of its own for each kernel."""

    kernels: ClassVar[Kernels]
    process: ClassVar[Process | None] = None
    notes: ClassVar[Path | None] = None  # where the kernel writes down what it has looked at

    @default("transport")
    def _transport_default(self) -> str:
        fits = len(os.fsencode(jupyter_runtime_dir())) + FILE_NAME <= SOCKET_NAME
        return "ipc" if os.name == "posix" and fits else "tcp"

    @default("ip")
    def _ip_default(self) -> str:
        # The library's own default is one name for all kernels of a folder: kernels started side
        # by side would answer each other's clients.
        if self.transport == "tcp":
            return str(localhost())
        return str(Path(jupyter_runtime_dir()) / uuid.uuid4().hex[:16])

    async def _async_pre_start_kernel(self, **kw: Any) -> tuple[list[str], dict[str, Any]]:
        if self.kernels.server is not None:
            self.provisioner = provisioner(self.kernels.server, self.kernel_spec, self)
        return await super()._async_pre_start_kernel(**kw)

    async def _async_launch_kernel(self, kernel_cmd: list[str], **kw: Any) -> None:
        if self.notes is not None:
            kernel_cmd = [*kernel_cmd, f"--IPKernelApp.exec_lines={LISTENS}"]
            kw["env"] = {**kw.get("env", os.environ), reads.VARIABLE: str(self.notes)}
        with Path(os.environ.get(LOG_VARIABLE, os.devnull)).open("ab") as log:
            await super()._async_launch_kernel(kernel_cmd, stderr=log, **kw)
        process: Process = getattr(self.provisioner, "process")  # noqa: B009
        type(self).process = process
        self.kernels.add(process)


class Kernels:
    """The kernels of a run: where they come from, and the end of them all."""

    def __init__(self, server: Callable[[], ForkServer | None] = lambda: None) -> None:
        self._start = server
        self._processes: list[Process] = []
        self._lock = threading.Lock()
        self._over = self._validates = False
        self.server: ForkServer | None = None

    def warm(self, *, validation: bool = False) -> None:
        """Begin to load what kernels are forked from, if it has not been begun. `validation`: some
        of them will validate tables, which takes a library that no chapter needs."""
        with self._lock:
            if self._over:
                return
            if self.server is None:
                self.server = self._start()
            if self.server is not None and validation and not self._validates:
                self.server.load_validation()
                self._validates = True

    def manager(self, notes: Path | None = None) -> type[LocalKernelManager]:
        """A manager for one kernel, which remembers its process."""
        own = {"kernels": self, "process": None, "notes": notes}
        return type("KernelManager", (LocalKernelManager,), own)

    def add(self, process: Process) -> None:
        """A kernel that has started; ended at once if the run is over."""
        with self._lock:
            self._processes.append(process)
            if self._over:
                _kill(process)

    def end(self) -> None:
        """End every kernel, and start none from now on."""
        with self._lock:
            self._over = True
            for process in self._processes:
                _kill(process)
        if self.server is not None:
            self.server.close()


def _kill(process: Process) -> None:
    """A kernel and what it has started, in the session that it leads."""
    if process.poll() is not None:
        return
    if isinstance(process, Forked) or os.name != "posix":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
