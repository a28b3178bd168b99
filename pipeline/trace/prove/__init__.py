"""Proof by mutation: change a raw cell, and only the numbers that list it may change."""
