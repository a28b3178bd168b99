"""Uppföljning: reproducible yearly reports for Swedish social care."""

__version__ = "0.1.0"
