"""Uppföljning: reproducible yearly reports for Swedish social care."""

import os
import sys
import time
from typing import Any, Dict  # noqa: UP035  an old Python reads this, to say that it is too old

__version__ = "0.1.0"

# Before any other module of ours was read: what is older is what this process has loaded. The
# operating system's own time of a process's start may be off by seconds where a clock was set.
STARTED = time.time_ns()

# openpyxl writes other bytes where lxml is installed: its own writer is the one that is everywhere.
os.environ.setdefault("OPENPYXL_LXML", "False")

# jsonschema, which nbformat imports, has this library build a grammar of web addresses, a second in
# every process; without it jsonschema checks no address of ours either: none has that format.
_modules: Dict[str, Any] = sys.modules  # noqa: UP006
_modules.setdefault("rfc3987_syntax", None)
