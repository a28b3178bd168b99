"""Environment variables of the processes that we start: nothing of the user's own Python set-up
reaches into the locked environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

# PYTHONDONTWRITEBYTECODE: without bytecode every start costs three seconds more.
# PIP_REQUIRE_VIRTUALENV, PIP_USER: they forbid or contradict installing where we install.
UNWANTED = (
    "PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "__PYVENV_LAUNCHER__",
    "PIP_REQUIRE_VIRTUALENV", "PIP_USER", "PIP_TARGET", "PIP_PREFIX",
)  # fmt: skip


def tool_variables(env: Mapping[str, str] = os.environ) -> dict[str, str]:
    """For the tools that make the environment."""
    kept = {k: v for k, v in env.items() if k not in UNWANTED}
    return {**kept, "PYTHONUTF8": "1", "PYTHONNOUSERSITE": "1"}


def child_variables(
    python: Path, root: Path, env: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """For what runs inside the environment: its commands come first on PATH, and `pipeline` can
    be imported from any folder (a notebook's kernel starts in its own)."""
    made = {**tool_variables(env), "PYTHONPATH": str(root)}
    made["PATH"] = os.pathsep.join([str(python.parent), env.get("PATH", os.defpath)])
    if (python.parent.parent / "pyvenv.cfg").is_file():
        made["VIRTUAL_ENV"] = str(python.parent.parent)
    return made
