"""How kernels are reached and what becomes of what they print.

A kernel on TCP is open to every user of the machine (ipykernel warns about it); a Unix socket in
a folder of ours is not. What a kernel writes on its standard error is for programmers: it goes
to a log, never to the analyst's terminal.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from traitlets import default

LOG_VARIABLE = "UPPFOLJNING_KERNEL_LOG"


class LocalKernelManager(AsyncKernelManager):
    """jupyter_client's manager on Unix sockets; TCP on loopback where there are none."""

    @default("transport")
    def _transport_default(self) -> str:
        return "tcp" if os.name == "nt" else "ipc"

    async def _async_launch_kernel(self, kernel_cmd: list[str], **kw: Any) -> None:
        with Path(os.environ.get(LOG_VARIABLE, os.devnull)).open("ab") as log:
            await super()._async_launch_kernel(kernel_cmd, stderr=log, **kw)
