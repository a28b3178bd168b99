"""Disclosure control: which numbers an edition may show, and what its attacker can conclude."""
