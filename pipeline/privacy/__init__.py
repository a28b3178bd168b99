"""Secrecy on reading: personal identifiers are masked, identities are hashed with a key."""
