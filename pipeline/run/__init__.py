"""Executing notebooks, and the order of a year."""
