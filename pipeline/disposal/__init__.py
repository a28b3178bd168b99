"""Rows destroyed under a recorded decision: which, how, and what the record says afterwards."""
