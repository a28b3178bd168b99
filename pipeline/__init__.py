"""Uppföljning: reproducible yearly reports for Swedish social care."""

import os

__version__ = "0.1.0"

# openpyxl writes other bytes where lxml is installed: its own writer is the one that is everywhere.
os.environ.setdefault("OPENPYXL_LXML", "False")
