"""Codebooks: one Table Schema file a form, the single source of what a form says."""
