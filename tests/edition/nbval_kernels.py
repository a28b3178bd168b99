"""A plugin of pytest: nbval's kernels come from where an edition's do, so that what all notebooks
import is imported once (`pipeline/run/forked.py`)."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import nbval.kernel
import pytest
from jupyter_client.manager import KernelManager

from pipeline.run.execute import kernels_of
from pipeline.run.forked import provisioner
from pipeline.run.kernel import Kernels
from pipeline.workspace import Workspace


def pytest_configure(config: pytest.Config) -> None:
    stack = ExitStack()
    config.add_cleanup(stack.close)
    kernels = stack.enter_context(kernels_of(Workspace.from_environment()))
    kernels.warm()
    nbval.kernel.KernelManager = _manager(kernels)


def _manager(kernels: Kernels) -> type[KernelManager]:
    class Manager(KernelManager):
        async def _async_pre_start_kernel(self, **given: Any) -> Any:
            if kernels.server is not None:
                self.provisioner = provisioner(kernels.server, self.kernel_spec, self)
            return await super()._async_pre_start_kernel(**given)

    return Manager
