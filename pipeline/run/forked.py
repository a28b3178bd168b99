"""The driver's side of the fork server: starting it, asking it for kernels, ending them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from pipeline.workspace import REPO

CHOICE = "UPPFOLJNING_KARNOR"
PLAIN = "vanliga"  # its value: every kernel a process of its own from the start
# For the server alone: Arrow's allocator would start a thread when it is imported.
NO_THREADS = {"JE_ARROW_MALLOC_CONF": "background_thread:false"}


def can_fork() -> bool:
    """Whether kernels are forked: on Linux, unless the user wants plain ones. (On macOS system
    libraries do not survive a fork.)"""
    if sys.platform != "linux" or os.environ.get(CHOICE) == PLAIN:
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


class Forked:
    """A forked kernel, as much of a `subprocess.Popen` as jupyter_client uses."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, line: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.why = ""
        self._line = line
        self._pidfd = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """The exit code, or None as long as it runs."""
        return self._heard(0)

    def wait(self, timeout: float | None = None) -> int | None:
        return self._heard(timeout)

    def send_signal(self, number: int) -> None:
        """To the kernel and its processes. Nothing happens if it has ended."""
        if number == signal.SIGKILL:
            self.kill()
        elif self.returncode is None:
            with suppress(OSError):
                self._line.send(str(int(number)).encode())

    def kill(self) -> None:
        """At once, whatever the server does; it ends what the kernel has started when it sees
        that the line is cut."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            self._over(-signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def _heard(self, timeout: float | None) -> int | None:
        if self.returncode is not None:
            return self.returncode
        self._line.settimeout(timeout)
        try:
            said = self._line.recv(1024)
        except (TimeoutError, BlockingIOError):
            return None
        except OSError:
            said = b""
        # Silence: the server was killed, and the kernel with it.
        told: dict[str, Any] = json.loads(said) if said else {"code": -signal.SIGKILL, "why": ""}
        self.why = told["why"]
        self._over(told["code"])
        return self.returncode

    def _over(self, code: int) -> None:
        self.returncode = code
        self._line.close()
        os.close(self._pidfd)


class ForkServer:
    """A running `pipeline.run.forkserver`, which loads in the background."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._used = False
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, log.open("ab") as told:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "pipeline.run.forkserver", str(theirs.fileno())],
                env={**environment, **NO_THREADS}, cwd=REPO, pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL, stdout=told, stderr=told, start_new_session=True,
            )  # fmt: skip

    def load_validation(self) -> None:
        """What validating tables needs too, beside the next kernel."""
        with suppress(OSError):  # it is gone, and kernels will be plain ones
            self._socket.send(json.dumps({"validation": True}).encode())

    def fork(
        self, command: Sequence[str], environment: Mapping[str, str], folder: str, log: IO[bytes]
    ) -> Forked:
        """A kernel. Waits until the server has loaded. Raises OSError where none can be had."""
        asked = {"cmd": list(command), "env": dict(environment), "cwd": folder}
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            socket.send_fds(
                self._socket, [json.dumps(asked).encode()], [theirs.fileno(), log.fileno()]
            )
        if not (answer := ours.recv(1024)):
            ours.close()
            raise ConnectionError("no kernel was forked")
        self._used = True
        try:
            return Forked(json.loads(answer)["pid"], ours)
        except OSError:
            ours.close()  # dead before it began
            raise

    def close(self) -> None:
        """End the server and every kernel that is left."""
        self._socket.close()
        if not self._used:  # it may be loading still, and has nothing to end
            self._process.kill()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class ForkProvisioner(LocalProvisioner):
    """Kernels from `server`; where it has none to give, a plain one."""

    server: ForkServer

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        folder = str(kwargs.get("cwd") or Path.cwd())
        try:
            if cmd[:2] != [sys.executable, "-m"]:
                raise ConnectionError("not this environment's kernel")
            forked = self.server.fork(cmd, kwargs["env"], folder, kwargs["stderr"])
        except OSError:
            return await super().launch_kernel(cmd, **kwargs)
        self.process: Any = forked
        self.pid, self.cwd = forked.pid, folder
        return self.connection_info

    async def wait(self) -> int | None:
        code: int | None = 0
        if self.process is not None:
            while (code := self.process.poll()) is None:
                await asyncio.sleep(0.005)
            self.process = None
        return code


def provisioner(server: ForkServer, kernel_spec: Any, parent: Any) -> ForkProvisioner:
    made = ForkProvisioner(kernel_id=str(uuid.uuid4()), kernel_spec=kernel_spec, parent=parent)
    made.server = server
    return made
