"""One process with what kernels import, for all the runs that a process of the tests makes itself:
each of them would load it anew, which takes five seconds of a processor. What is true of such
kernels, and that they end with their run, is shown by tests/run/test_fork.py."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from pipeline.run import execute
from pipeline.run.forked import ForkServer

_HOME = tempfile.TemporaryDirectory(prefix="uppfoljning-prov-", ignore_cleanup_errors=True)
_FOLDERS = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR")
_begun: list[_Lasting] = []


class _Lasting(ForkServer):
    """It ends with the process that began it: a run that is over leaves it to the next."""

    def close(self) -> None:
        pass


def _lasting(environment: Mapping[str, str], log: Path) -> _Lasting:
    """Of the first run's variables: those of a kernel, its workspace and folders among them, come
    with the request for it."""
    if not _begun or _begun[-1]._process.poll() is not None:
        own = {**environment, **dict.fromkeys(_FOLDERS, _HOME.name)}
        _begun.append(_Lasting(own, Path(_HOME.name) / "karnor.log"))
    return _begun[-1]


@pytest.fixture(scope="module")
def lasting_kernels() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(execute, "ForkServer", _lasting)
        yield
