"""Locked tertials: what a completed form locks, and which cells have changed since."""
