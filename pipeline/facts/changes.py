"""What differs between two ledgers that were shown: number by number."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PARTS = ("value", "n", "numerator", "denominator")
ORDER = ("andrade", "nya", "borta")
Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One number. `before` and `after` are rows of the two ledgers; None: it was not, or is no
    longer, there."""

    before: Entry | None
    after: Entry | None

    @property
    def state(self) -> str:
        return "nya" if self.before is None else "borta" if self.after is None else "andrade"

    @property
    def fact(self) -> Entry:
        found = self.after if self.after is not None else self.before
        assert found is not None
        return found


def changes(before: Sequence[Entry], after: Sequence[Entry]) -> tuple[Change, ...]:
    """What differs between two ledgers: by the fact's id, else by name, classes and year (a
    definition may be what was wrong). Labels alone are no difference."""
    old = {e["id"]: e for e in before}
    new = {e["id"]: e for e in after}
    named = {_name(e): e for e in before if e["id"] not in new}
    found = []
    matched = set(old.keys() & new.keys())
    for entry in after:
        was = old.get(entry["id"]) or named.get(_name(entry))
        if was is not None:
            matched.add(was["id"])
        if was is None or _says(was) != _says(entry) or was["id"] != entry["id"]:
            found.append(Change(was, entry))
    found += [Change(e, None) for e in before if e["id"] not in matched]
    return tuple(sorted(found, key=lambda c: (ORDER.index(c.state), _name(c.fact))))


def _name(entry: Entry) -> tuple[str, str, str]:
    scope = json.dumps(entry["scope"], sort_keys=True, ensure_ascii=False)
    return entry["name"], scope, str(entry["period"])


def _says(entry: Entry) -> tuple[Any, ...]:
    return (*(entry[p] for p in PARTS), entry["hidden"])
