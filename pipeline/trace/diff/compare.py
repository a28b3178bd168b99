"""Facts of two editions matched: new, gone, changed, unchanged; and what each change comes from.

The same definition is the same fact (its period is relative to the edition's year). A fact whose
definition changed is met again by name, classes and relative period.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.facts.dataset import codebooks
from pipeline.intake.mapping import load_mappings, mapped
from pipeline.trace.diff.causes import Cause, Causes, parts_changed
from pipeline.trace.diff.cells import CellChange, LaidOut, file_changes
from pipeline.trace.diff.parameters import Receipt, Setting, between, receipts
from pipeline.trace.diff.rows import Rows, primary_keys
from pipeline.trace.diff.screening import Screen
from pipeline.trace.diff.sides import Record, Side, changed_files
from pipeline.trace.lineage import STAFF

STATES = ("ny", "borta", "ändrad", "oförändrad")
NUMBERS = ("value", "n", "numerator", "denominator", "status", "unit")


@dataclass(frozen=True, slots=True)
class Change:
    """A fact in the two editions; `old` or `new` is None where it is not there. `shown_*`: its
    value as readers meet it."""

    state: str  # one of STATES
    old: Record | None
    new: Record | None
    shown_old: tuple[str, ...] = ()
    shown_new: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()

    @property
    def fact(self) -> Record:
        found = self.new or self.old
        assert found is not None
        return found

    def record(self) -> dict[str, Any]:
        numbers = ("id", "period", *NUMBERS)
        return {
            "state": self.state, "name": self.fact["name"], "title": self.fact["title"],
            "scope": json.loads(self.fact["scope"]), "kind": self.fact["kind"],
            "old": self.old and {k: self.old[k] for k in numbers} | {"shown": self.shown_old},
            "new": self.new and {k: self.new[k] for k in numbers} | {"shown": self.shown_new},
            "causes": [c.record() for c in self.causes],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Diff:
    """Two editions compared. `cells`: those that differ, none of what staff have answered.
    `notes`: what could not be looked into or is not shown, in Swedish."""

    a: Side
    b: Side
    changes: tuple[Change, ...]
    settings: tuple[Setting, ...]
    receipts: tuple[Receipt, ...]
    cells: tuple[CellChange, ...]
    notes: tuple[str, ...]

    def counts(self) -> dict[str, int]:
        found = Counter(c.state for c in self.changes)
        return {state: found[state] for state in STATES}

    def in_state(self, state: str) -> list[Change]:
        return [c for c in self.changes if c.state == state]

    def record(self) -> dict[str, Any]:
        """What `--json` prints; unchanged facts by id only."""
        told = [c.record() for c in self.changes if c.state != "oförändrad"]
        return {
            "a": _told(self.a), "b": _told(self.b), "counts": self.counts(), "changes": told,
            "unchanged": [c.fact["id"] for c in self.in_state("oförändrad")],
            "parameters": [s.record() for s in self.settings],
            "files": [
                {"file": r.file, "state": r.state, "old": r.old, "new": r.new}
                for r in self.receipts
            ],
            "raw_cells": [c.record() for c in self.cells], "notes": list(self.notes),
        }  # fmt: skip


def _laid_out(side: Side) -> LaidOut:
    """A sheet's tables by the mapping files as they are now."""
    mappings = load_mappings(side.raw / "formular", codebooks(side.raw))
    return lambda raw: mapped(raw, mappings)


def compare(a: Side, b: Side) -> Diff:
    """What differs. Give sides with tables (`sides.with_tables`) for causes down to the cell."""
    settings = between(a, b)
    notes: list[str] = []
    files = changed_files(a, b) if a.year == b.year else []
    gone = [n for n in files if any(n in s.inputs and s.raw_file(n) is None for s in (a, b))]
    screens = Screen(a), Screen(b)
    shown = screens[0].value, screens[1].value
    laid_out = _laid_out(a), _laid_out(b)
    sheets = [
        sheet
        for name in files
        if name not in gone
        for sheet in file_changes(
            name, a.raw_file(name), b.raw_file(name), primary_keys(a, b, name), shown, laid_out
        )
    ]
    staff = frozenset(
        (s.file, s.source) for s in sheets if any(x.staff(s.file, s.source) for x in screens)
    )
    for file in sorted({s.file for s in sheets if s.cells and (s.file, s.source) in staff}):
        notes.append(f"{file}: celler har ändrats. {STAFF}")
    for name in gone:
        notes.append(_gone(name, a, b))
    if sheets and (a.tables is None or b.tables is None):
        notes.append(
            "Tabellerna för den ena utgåvan går inte att göra om: de ändrade cellerna visas, men "
            "inte vilket tal de hör till."
        )
    causes = Causes(a, b, settings, Rows(a, b, tuple(sheets)), gone, staff)
    found = [_change(old, new, a, b, causes) for old, new in _matched(a, b)]
    order = {state: i for i, state in enumerate(STATES)}
    found.sort(key=lambda c: (order[c.state], c.fact["name"], c.fact["scope"], c.fact["period"]))
    open_to_all = (s for s in sheets if (s.file, s.source) not in staff)
    cells = [c for s in open_to_all for each in s.cells.values() for c in each]
    return Diff(
        a, b, tuple(found), tuple(settings), tuple(receipts(a.manifest, b.manifest)),
        tuple(cells), tuple(notes),
    )  # fmt: skip


def _change(old: Record | None, new: Record | None, a: Side, b: Side, causes: Causes) -> Change:
    shown_old, shown_new = _shown(a, old), _shown(b, new)
    if old is None or new is None:
        state = "ny" if old is None else "borta"
    elif (
        (old["id"] != new["id"] and parts_changed(old, new))
        or any(old[k] != new[k] for k in NUMBERS)
        or (shown_old and shown_new and shown_old != shown_new)
    ):
        state = "ändrad"
    else:
        state = "oförändrad"
    told = () if state == "oförändrad" else causes.of(old, new)
    return Change(state, old, new, shown_old, shown_new, told)


def _shown(side: Side, record: Record | None) -> tuple[str, ...]:
    if record is None:
        return ()
    rows = side.occurrences.get(record["id"], ())
    return tuple(sorted({r["text"] for r in rows if r["part"] == "value"}))


def _matched(a: Side, b: Side) -> Iterable[tuple[Record | None, Record | None]]:
    both = a.facts.keys() & b.facts.keys()
    yield from ((a.facts[k], b.facts[k]) for k in sorted(both))
    rest_a = [r for k, r in a.facts.items() if k not in both]
    rest_b = [r for k, r in b.facts.items() if k not in both]
    named_a, named_b = _alone(rest_a, _name(a.year)), _alone(rest_b, _name(b.year))
    for name, record in named_a.items():
        if name in named_b:
            yield record, named_b[name]
    paired = named_a.keys() & named_b.keys()
    yield from ((r, None) for r in rest_a if _name(a.year)(r) not in paired)
    yield from ((None, r) for r in rest_b if _name(b.year)(r) not in paired)


def _name(year: int) -> Callable[[Record], tuple[str, str, str]]:
    def name(record: Record) -> tuple[str, str, str]:
        period = re.sub(r"\d{4}", lambda m: f"{int(m[0]) - year:+d}", record["period"])
        return record["name"], record["scope"], period

    return name


def _alone(
    records: list[Record], name: Callable[[Record], tuple[str, str, str]]
) -> Mapping[tuple[str, str, str], Record]:
    """Records by name, of those that share it with no other."""
    counts = Counter(map(name, records))
    return {name(r): r for r in records if counts[name(r)] == 1}


def _gone(name: str, a: Side, b: Side) -> str:
    old, new = a.inputs.get(name), b.inputs.get(name)
    if old is not None and a.raw_file(name) is None:
        return f"{name}: filen har ändrats (sha256 {old[:12]}…), den gamla finns inte kvar."
    return f"{name}: filen har ändrats efter den nya utgåvan (sha256 {(new or '')[:12]}…)."


def _told(side: Side) -> dict[str, Any]:
    m = side.manifest
    return {k: m.get(k) for k in ("kommun", "year", "edition", "per_datum", "program")}
