"""Uppföljning: reproducible yearly reports for Swedish social care."""
