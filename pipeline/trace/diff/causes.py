"""Why a fact changed, narrowed to what touches it: suppression, definition, raw cells, files,
parameters, code, parents."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.facts.dataset import codebooks
from pipeline.trace.diff.parameters import Setting, form_of, unified
from pipeline.trace.diff.rows import Rows
from pipeline.trace.diff.sides import Record, Side, year_of
from pipeline.trace.lineage import STAFF
from pipeline.workspace import SETTINGS

PLAIN = ("ok", "saknas", "tom")  # every other status is disclosure control's
SECRECY = "sekretess"
COUNTED = ("rader", "celler")  # the balance: every form and rule touches it
PARTS = {
    "kind": "slag", "dataset": "tabell", "where": "villkor", "of": "nämnare", "column": "kolumn",
    "distinct": "räknas per", "q": "kvantil", "period": "period", "scope": "klass",
    "op": "räknesätt", "function": "mått", "part": "del", "confidence": "konfidensgrad",
    "value": "värde", "why": "skäl", "words": "ordval", "rule": "regel", "decimals": "decimaler",
    "source": "källa",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cause:
    """`kind`: cells, file, definition, code, parameter, suppression, parent or unknown."""

    kind: str
    text: str
    detail: Mapping[str, Any] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        return {"kind": self.kind, "text": self.text, **self.detail}


def parts_changed(old: Record, new: Record) -> list[tuple[str, Any, Any]]:
    """(part, old, new) of two definitions; parents aside: they have changes of their own."""
    a, b = json.loads(old["definition"]), json.loads(new["definition"])
    keys = [k for k in dict.fromkeys([*PARTS, *a, *b]) if k != "parents"]
    made = [(k, a.get(k), b.get(k)) for k in keys if a.get(k) != b.get(k)]
    count = len(a.get("parents", ())), len(b.get("parents", ()))
    return made + ([("parents", *count)] if count[0] != count[1] else [])


@dataclass(slots=True)
class Causes:
    """What differs between two editions, asked fact by fact. `gone`: raw files that differ and
    cannot be compared. `staff`: (file, source) of sheets that no row is shown of."""

    a: Side
    b: Side
    settings: list[Setting]
    rows: Rows
    gone: list[str]
    staff: frozenset[tuple[str, str]] = frozenset()

    def of(self, old: Record | None, new: Record | None) -> tuple[Cause, ...]:
        """Every cause found; never none for a fact that differs."""
        found = [*self._suppression(old, new), *self._definition(old, new)]
        other_year = self.a.year != self.b.year
        if other_year:
            found += self._year(old, new)
        else:
            found += [*self._cells(old, new), *self._files(old, new)]
        found += self._decisions(old, new)
        defined = any(c.kind == "definition" for c in found)
        # Between years every number has other rows under it: other code is told beside that.
        if not found or defined or other_year or old is None or new is None:
            found += self._code(old, new)
        found += self._parents(old, new)
        return tuple(found) or (self._unknown(),)

    def _year(self, old: Record | None, new: Record | None) -> Iterator[Cause]:
        """The year, for what is measured in one: not for a constant."""
        if old is not None and new is not None and old["period"] == new["period"]:
            return
        setting = next(s for s in self.settings if s.name == "year")
        yield Cause("parameter", setting.text(), setting.record())

    def _suppression(self, old: Record | None, new: Record | None) -> Iterator[Cause]:
        if old is None or new is None or old["status"] == new["status"]:
            return
        statuses = old["status"], new["status"]
        if any(s not in PLAIN for s in statuses):
            yield Cause(
                "suppression", f"röjandekontroll: {statuses[0]} → {statuses[1]}",
                {"old": statuses[0], "new": statuses[1]},
            )  # fmt: skip

    def _definition(self, old: Record | None, new: Record | None) -> Iterator[Cause]:
        if old is None or new is None or not (parts := parts_changed(old, new)):
            return
        told = "; ".join(f"{PARTS.get(k, k)}: {_said(x)} → {_said(y)}" for k, x, y in parts)
        detail = [{"part": k, "old": x, "new": y} for k, x, y in parts]
        yield Cause("definition", f"definitionen har ändrats: {told}", {"parts": detail})

    def _cells(self, old: Record | None, new: Record | None) -> Iterator[Cause]:
        record = new or old
        assert record is not None
        found = self.rows.touching(record)
        told = [(c, via) for c, via in found.cells if (c.file, c.source) not in self.staff]
        kept = {c.file for c, _ in found.cells if (c.file, c.source) in self.staff}
        for file in sorted(kept):
            yield Cause("cells", f"källceller i {file} har ändrats. {STAFF}", {"withheld": STAFF})
        if not told:
            return
        cells = [{**c.record(), "via": via} for c, via in told]
        first, via = told[0]
        more = f" och {len(cells) - 1} till" if len(cells) > 1 else ""
        more += f" ({via})" if via else ""
        text = f"källcell: {first.address()}: {_raw(first.old)} → {_raw(first.new)}{more}"
        yield Cause("cells", text, {"cells": cells, "rows": found.rows})

    def _files(self, old: Record | None, new: Record | None) -> Iterator[Cause]:
        """Raw files under the fact that differ and cannot be compared."""
        record = new or old
        assert record is not None
        definition = json.loads(record["definition"])
        if "dataset" not in definition:
            return
        year = self.b.year + (0 if definition["kind"] == "cited" else definition["period"])
        table = definition["dataset"]
        books = codebooks(self.b.raw)
        brought = {k.resource for k in books[table].foreign_keys} if table in books else set()
        for name in self.gone:
            of = year_of(name)
            known = {
                entry["table"]
                for side in (self.a, self.b)
                for kalla, entry in side.sources(of or side.year).items()
                if name.endswith(f"/{entry['file']}") or name == entry["file"]
            }
            if (of in (0, year) and (table in known or table not in books or not known)) or (
                of <= year and known & brought
            ):
                digest = self.a.inputs.get(name)
                lost = digest is not None and self.a.raw_file(name) is None
                text = f"{name}: filen har ändrats (sha256 {(digest or 'saknas')[:12]}…)"
                text += ", den gamla finns inte kvar" if lost else ""
                detail = {"file": name, "old": digest, "new": self.b.inputs.get(name)}
                yield Cause("file", text, detail)

    def _decisions(self, old: Record | None, new: Record | None) -> Iterator[Cause]:
        record = new or old
        assert record is not None
        definition = json.loads(record["definition"])
        for setting in self.settings:
            if self._decides(setting, record, definition) or (
                self._hides(setting) and self._may_be_hidden(old, new)
            ):
                yield Cause("parameter", setting.text(), setting.record())

    def _hides(self, setting: Setting) -> bool:
        """Whether a decision is about how small numbers are protected."""
        if setting.name not in SETTINGS or setting.keys is None:
            return False
        return any(k.partition(".")[0] == SECRECY for k in setting.keys)

    def _may_be_hidden(self, old: Record | None, new: Record | None) -> bool:
        """Hidden before or after; or there in one public edition only, where classes merge."""
        if any(r is not None and r["status"] not in PLAIN for r in (old, new)):
            return True
        edition = str(self.b.manifest.get("edition", "")).casefold()
        return (old is None or new is None) and "publik" in edition

    def _decides(self, setting: Setting, record: Record, definition: Record) -> bool:
        """Whether a decision of the municipality reaches a fact of this table and columns."""
        table = str(definition.get("dataset", ""))
        books = codebooks(self.b.raw)
        book = books.get(table)
        if form := form_of(setting.name):
            lookups = {k.resource for k in book.foreign_keys} if book else set()
            return form == table or form in lookups or table in COUNTED
        if setting.name not in SETTINGS or not table:
            return False
        if setting.keys is None:
            return True
        read = {
            f
            for c in json.loads(record["reads"])
            for f in self.rows.fields(c.split(".", 1)[1], table)
        }
        lists = {
            f.catalogue.removeprefix("kommun:")
            for name, b in books.items()
            if name == table or (book and name in {k.resource for k in book.foreign_keys})
            for f in b.fields
            if f.catalogue and f.name in read
        }
        keys = {k.partition(".")[0] for k in setting.keys}
        if "kommuner" in keys and book is not None and book.kind == "comparator":
            return True
        return "hoppa_over" in keys or bool(lists & keys)

    def _code(self, old: Record | None, new: Record | None) -> Iterator[Cause]:
        """The cells that show the fact, where their code differs."""
        cells_a, cells_b = _made_in(self.a, old), _made_in(self.b, new)
        for place in dict.fromkeys([*cells_a, *cells_b]):
            x = cells_a.get(place) or _known(self.a, place)
            y = cells_b.get(place) or _known(self.b, place)
            if x == y:
                continue
            texts = (self.a.cell_source(*place) or "", self.b.cell_source(*place) or "")
            diff = unified(*texts, f"{place[0]}#{place[1]}") if any(texts) else ""
            how = "är ny" if x is None else "finns inte längre" if y is None else "har ändrats"
            yield Cause(
                "code", f"koden {how}: {place[0]}, cell {place[1]}",
                {"notebook": place[0], "cell_id": place[1], "old": x, "new": y, "diff": diff},
            )  # fmt: skip

    def _parents(self, old: Record | None, new: Record | None) -> Iterator[Cause]:
        """Parents that changed, with their own causes."""
        if old is None or new is None:
            return
        ids = [json.loads(r["parents"]) for r in (old, new)]
        if len(ids[0]) != len(ids[1]):
            return
        for x, y in zip(*ids, strict=True):
            p, q = self.a.facts.get(x), self.b.facts.get(y)
            if p is None or q is None:
                continue
            if x == y and all(p[k] == q[k] for k in ("value", "n", "numerator", "status")):
                continue
            causes = [c.record() for c in self.of(p, q)]
            first = causes[0]["text"] if causes else ""
            yield Cause(
                "parent", f"bygger på {q['title']}, som har ändrats ({first})",
                {"fact": y, "name": q["name"], "causes": causes},
            )  # fmt: skip

    def _unknown(self) -> Cause:
        """What is left: the program itself where it is another, else nothing that can be seen."""
        other = "; ".join(s.text() for s in self.settings if s.name != "code")
        more = f". Annat som skiljer: {other}" if other else ""
        if any(s.name == "code" for s in self.settings):
            same = "underlag, definition och kapitel är desamma"
            return Cause("code", f"programmets egen kod har ändrats: {same}{more}")
        text = "orsaken syns inte i utgåvorna: samma underlag, definition och kod"
        known = all(s.manifest.get("code") for s in (self.a, self.b))
        end = "" if known else ". Programmets egen kod kan ha ändrats"
        return Cause("unknown", f"{text}{more}{end}.")


def _made_in(side: Side, record: Record | None) -> dict[tuple[str, str], str]:
    rows = side.occurrences.get(record["id"], ()) if record else ()
    return {(r["notebook"], r["cell_id"]): r["source_sha256"] for r in rows}


def _known(side: Side, place: tuple[str, str]) -> str | None:
    """The hash of a cell's code by any number that it shows."""
    for rows in side.occurrences.values():
        for r in rows:
            if (r["notebook"], r["cell_id"]) == place:
                return str(r["source_sha256"])
    return None


def _raw(value: Any) -> str:
    """What stands in a cell; texts in quotation marks."""
    return f"”{_said(value)}”" if isinstance(value, str) and value else _said(value)


def _said(value: Any) -> str:
    if value is None or value == "":
        return "tomt"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 160 else text[:159] + "…"
