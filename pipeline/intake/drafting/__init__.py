"""Drafting codebooks: from what a survey tool exports to a form that can be compiled at once."""
