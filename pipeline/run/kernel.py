"""How kernels are reached and what becomes of what they print.

A kernel on TCP is open to every user of the machine (ipykernel warns about it); a Unix socket in
a folder of ours is not. What a kernel writes on its standard error is for programmers: it goes
to a log, never to the analyst's terminal.
"""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import Any

from jupyter_client.localinterfaces import localhost
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.paths import jupyter_runtime_dir
from traitlets import default

LOG_VARIABLE = "UPPFOLJNING_KERNEL_LOG"
SOCKET_NAME = 103  # bytes that the name of a Unix socket may have on every POSIX system
FILE_NAME = len("/0123456789abcdef-1")


class LocalKernelManager(AsyncKernelManager):
    """jupyter_client's manager on Unix sockets; TCP on loopback where there are none, or where
    the temporary folder's name is too long for one."""

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

    async def _async_launch_kernel(self, kernel_cmd: list[str], **kw: Any) -> None:
        with Path(os.environ.get(LOG_VARIABLE, os.devnull)).open("ab") as log:
            await super()._async_launch_kernel(kernel_cmd, stderr=log, **kw)
