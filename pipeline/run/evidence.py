"""What there is of each step of the årshjul on a day: forms, locks, analyses, measures, editions
and releases, as they lie in RAW, PROCESSED and REPORTS. What bears a later date is not there yet.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow.parquet as pq

from pipeline import analys
from pipeline.arshjul.standing import Change, Evidence, Released, Wheel, standing
from pipeline.arshjul.steps import Step, steps
from pipeline.crate.record import FILE as CRATE
from pipeline.crate.record import read as read_crate
from pipeline.errors import UppfoljningError
from pipeline.kalender import words
from pipeline.privacy.key import recorded_fingerprint
from pipeline.report import completeness, locks
from pipeline.run import state
from pipeline.run.locks import FORM, Completed
from pipeline.run.locks import completed as forms_of
from pipeline.run.releases import STAGES, frozen
from pipeline.trace.lock import record
from pipeline.workspace import Kommun, Workspace, load_kommun

Row = Mapping[str, Any]
PLAN, SENT, ANSWERS, BALANCE = "handlingsplan", "utskick", "intressenter", "avstamning"
ENDED = ("klar", "avbruten")  # a measure's status


def wheel(
    workspace: Workspace, year: int, day: dt.date, late: bool, edition: dt.date | None = None
) -> Wheel:
    """The wheel of the year measured on a day. `late`: say what is overdue, too. `edition`: the
    day of the internal edition that is being built, else that of the one in REPORTS."""
    kommun = load_kommun(workspace.raw)
    here = _Here(workspace, year, day, kommun, edition or _edition(workspace, year))
    released = _released(workspace, year, day)
    found = tuple(
        standing(step, here.of(step), released, day, late) for step in steps(year, kommun.arshjul)
    )
    meetings = tuple(m for m in kommun.flg if m.datum.year in (year, year + 1))
    return Wheel(kommun.namn, year, day, found, meetings, _changes(workspace, year))


def notes(workspace: Workspace, year: int) -> tuple[str, ...]:
    """How far what the wheel rests on is what lies in RAW, a sentence each where it is not."""
    folder = workspace.processed / str(year)
    if not folder.is_dir():
        return (
            f"filerna för {year} är inte inlästa, så formulären syns inte här. "
            "Gör så här: kör make validate.",
        )
    if not state.fresh_tables(workspace, year, recorded_fingerprint(folder) or ""):
        return (
            "filer eller regler har ändrats sedan de lästes in. Gör så här: kör make validate.",
        )
    built = (workspace.reports / str(year) / "intern" / CRATE).is_file()
    if built and state.fresh_key(workspace, year) is None:
        return ("rapporten är inte byggd av det som finns nu. Gör så här: kör make annual.",)
    return ()


@dataclass(frozen=True)
class _Here:
    """What is looked at: a year of a workspace on a day. `edition`: its internal edition's day."""

    workspace: Workspace
    year: int
    day: dt.date
    kommun: Kommun
    edition: dt.date | None
    _read: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def of(self, step: Step) -> Evidence:
        if step.key in ("t1", "t2", "t3"):
            return self.tertial(step.key.upper())
        if step.key in ("analys", "ledningsgrupp"):
            return self.written(step.key)
        if step.key == "diagram":
            return self.diagrams(step.opens)
        if step.key == "svar":
            return self.answered(step.due)
        if step.key == "host":
            return self.autumn(step.opens)
        ways = {
            "underlag": self.handed_in, "utskick": self.sent, "handlingsplan": self.plan,
            "kvalitetsberattelse": self.story,
        }  # fmt: skip
        return ways[step.key]()

    @property
    def units(self) -> dict[str, str]:
        """Code → name."""
        return {o.value: o.label for o in self.kommun.enheter}

    @property
    def built(self) -> bool:
        """Whether there is an edition by the day."""
        return self.edition is not None and self.edition <= self.day

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table of the year; none where the form is not there."""
        if table not in self._read:
            path = self.workspace.processed / str(self.year) / f"{table}.parquet"
            self._read[table] = pq.read_table(path).to_pylist() if path.is_file() else []
        return self._read[table]

    def kinds(self, table: str) -> list[dict[str, Any]]:
        """`_kalla` and `enhet` of a table's rows, each two once: it may have a million."""
        if f"{table}!" not in self._read:
            path = self.workspace.processed / str(self.year) / f"{table}.parquet"
            there = ["_kalla", "enhet"]
            self._read[f"{table}!"] = (
                pq.read_table(path, columns=there).group_by(there).aggregate([]).to_pylist()
                if path.is_file()
                else []
            )
        return self._read[f"{table}!"]

    def until(self, rows: Iterable[Row], column: str) -> list[Row]:
        """Those that are not dated after the day."""
        return [r for r in rows if r.get(column) is None or r[column] <= self.day]

    def handed_in(self) -> Evidence:
        ours = [r for t in completeness.COUNTED for r in self.kinds(t)]
        there = {r["enhet"] for r in ours} & set(self.units)
        if not ours:
            return Evidence(_NOTHING)
        found = completeness.completeness(self.workspace, self.year)
        attested = [c for c in found if c.holds and c.drawn <= self.day.isoformat()]
        waiting = {c.unit.value for c in found if c not in attested}
        whole = [u for u in self.units if u not in waiting]
        lacking = tuple(
            f"{name}: {'inget inlämnat' if u not in there else 'antalet är inte avstämt'}"
            for u, name in self.units.items()
            if u not in whole
        )
        told = f"{self._of(there)} har lämnat in, {len(whole)} är avstämda."
        days = [dt.date.fromisoformat(c.drawn) for c in attested if c.drawn]
        return self._told(told, whole, lacking, [*ours, *self.rows(BALANCE)], days, bool(there))

    def tertial(self, name: str) -> Evidence:
        held = {
            k.unit: dt.date.fromisoformat(k.date)
            for k in record.heads(self.workspace.raw, self.year)
            if k.tertial == name and dt.date.fromisoformat(k.date) <= self.day
        }
        forms = {
            c.unit: c
            for c in forms_of(self.workspace, self.year)
            if c.tertial == name and (c.date is None or c.date <= self.day)
        }
        good = {u: c.date for u, c in forms.items() if not c.lacks and c.date} | held
        whole = [u for u in self.units if u in good]
        lacking = tuple(
            f"{n}: {_why(forms.get(u))}" for u, n in self.units.items() if u not in good
        )
        rows = [r for r in self.rows(FORM) if r["tertial"] == name and r["ar"] == self.year]
        told = f"{self._of(whole)} har sammanställt, {len(held)} är låsta."
        blocked = "" if any(self.kinds(t) for t in completeness.COUNTED) else _NOTHING
        return self._told(
            told, whole, lacking, rows, good.values(), bool(forms or held), blocked,
            ["protokoll/las/"] * bool(held),
        )  # fmt: skip

    def sent(self) -> Evidence:
        rows = self.until((r for r in self.rows(SENT) if r["enkat"] == ANSWERS), "skickad_den")
        return self._by_unit(rows, "skickad_den", "har skickat ut enkäten", "inget utskick")

    def answered(self, due: dt.date) -> Evidence:
        """Answers come until the last day: before it nobody knows that all are in."""
        rows = self.until(self.rows(ANSWERS), "svarsdatum")
        blocked = "" if rows or self.sent().begun else "Ingen enkät är utskickad."
        found = self._by_unit(rows, "svarsdatum", "har fått svar", "inga svar", blocked)
        return replace(found, done=found.done and self.day >= due)

    def _by_unit(
        self, rows: Sequence[Row], date: str, told: str, lacks: str, blocked: str = ""
    ) -> Evidence:
        there = {r["enhet"] for r in rows}
        whole = [u for u in self.units if u in there]
        lacking = tuple(f"{n}: {lacks}" for u, n in self.units.items() if u not in there)
        days = [r[date] for r in rows if r[date]]
        said = f"{self._of(whole)} {told}."
        return self._told(said, whole, lacking, rows, days, bool(rows), blocked)

    def diagrams(self, opens: dt.date) -> Evidence:
        if self.edition is None or not self.built:
            nothing = not any(self.kinds(t) for t in completeness.COUNTED)
            return Evidence(_NOT_BUILT, blocked=_NOTHING if nothing else "")
        early = self.edition < opens
        told = f"Rapporten är byggd per {words(self.edition)}"
        told += ", innan alla svar kunde vara inne." if early else "."
        return Evidence(told, not early, True, files=("arsrapport.html",))

    def written(self, step: str) -> Evidence:
        """Of analyses: those of the units, or the sector's own."""
        try:
            every = analys.analyses(self.workspace, self.year)
        except UppfoljningError as error:
            return Evidence("En analys går inte att läsa.", begun=True, lacking=_lines(error))
        ours = [a for a in every if (a.enhet == analys.SECTOR) == (step == "ledningsgrupp")]
        done = [a for a in ours if a.skriven and a.datum is not None and a.datum <= self.day]
        files = tuple(sorted({f"{_inside(a.file)}/" for a in done}))
        last = max((a.datum for a in done if a.datum), default=None)
        left = [a for a in ours if a not in done]
        if step == "analys":
            whole = [u for u in self.units if not any(a.enhet == u for a in left)]
            told = (
                f"{self._of(whole)} har skrivit hela analysen ({len(done)} av {len(ours)} avsnitt)."
            )
            lacking = tuple(
                f"{name}: {_unwritten([a.titel for a in left if a.enhet == u])}"
                for u, name in self.units.items()
                if u not in whole
            )
            blocked = "" if self.built else _NOT_BUILT
            return Evidence(
                told, bool(self.units) and not left, bool(done), lacking, files, last, blocked
            )
        decided = any(a.beslut and a.protokoll for a in done)
        units = any(a.skriven for a in every if a.enhet != analys.SECTOR)
        told = f"{len(done)} av {len(ours)} avsnitt är skrivna"
        told += ", med beslut och protokoll." if decided else ", utan beslut och protokoll."
        lacking = tuple(f"återstår: ”{a.titel}”" for a in left)
        lacking += ("återstår: beslut med protokollets nummer",) * (not decided)
        blocked = "" if units else "Ingen enhet har skrivit sin analys."
        return Evidence(told, not left and decided, bool(done), lacking, files, last, blocked)

    def plan(self) -> Evidence:
        rows = self.rows(PLAN)
        ready = [r for r in rows if r["niva"] and r["ansvarig"] and r["prioritet"]]
        told = "Ingen åtgärd är beslutad."
        if rows:
            told = f"{len(ready)} av {len(rows)} åtgärder har nivå, ansvarig roll och prioritet."
        lacking = tuple(f"åtgärd {r['atgard_id']}: {_lacks(r)}" for r in rows if r not in ready)
        done = bool(rows) and len(ready) == len(rows)
        return Evidence(told, done, bool(rows), lacking, _files(rows))

    def autumn(self, opens: dt.date) -> Evidence:
        rows = self.rows(PLAN)
        if not rows:
            return Evidence("Inget är uppföljt.", blocked="Det finns ingen handlingsplan.")
        done = [r for r in rows if _followed(r, self.day)]
        ended = [r for r in done if r["status"] in ENDED]
        told = f"{len(done)} av {len(rows)} åtgärder är uppföljda, {len(ended)} avslutade."
        left = [r["atgard_id"] for r in rows if r not in done]
        lacking = (f"inte uppföljda: {', '.join(left)}",) * bool(left)
        days = [r["genomford"] for r in done if r["genomford"] and r["genomford"] <= self.day]
        begun = bool(done) and self.day >= opens
        last = max(days, default=None)
        return Evidence(told, len(done) == len(rows), begun, lacking, _files(done), last)

    def story(self) -> Evidence:
        held = _released(self.workspace, self.year, self.day).get("kvalitetsberattelse")
        if held is not None:
            return Evidence("Kvalitetsberättelsen är publicerad.", True, True,
                            files=(f"protokoll/utgavor/{held.name}/",), last=held.day)  # fmt: skip
        blocked = "" if self.built else _NOT_BUILT
        return Evidence("Kvalitetsberättelsen är inte publicerad.", blocked=blocked)

    def _of(self, whole: Iterable[str]) -> str:
        return f"{len(list(whole))} av {len(self.units)} enheter"

    def _told(
        self, told: str, whole: Sequence[str], lacking: tuple[str, ...], rows: Iterable[Row],
        days: Iterable[dt.date], begun: bool, blocked: str = "", files: Iterable[str] = (),
    ) -> Evidence:  # fmt: skip
        done = bool(self.units) and len(whole) == len(self.units)
        last = max(days, default=None)
        return Evidence(told, done, begun, lacking, (*_files(rows), *files), last, blocked)


_NOTHING = "Inga rader om insatser är inlämnade."
_NOT_BUILT = "Rapporten är inte byggd."


def _why(form: Completed | None) -> str:
    return form.lacks if form else "ingen sammanställning är inlämnad"


def _unwritten(titles: Sequence[str]) -> str:
    whole = len(titles) == len(analys.SECTIONS)  # a unit's
    return "inget är skrivet" if whole else f"återstår {', '.join(f'”{t}”' for t in titles)}"


def _lacks(measure: Row) -> str:
    named = {"niva": "nivå", "ansvarig": "ansvarig roll", "prioritet": "prioritet"}
    return f"{', '.join(title for column, title in named.items() if not measure[column])} saknas"


def _followed(measure: Row, day: dt.date) -> bool:
    """Whether anybody has told how it went, by the day as far as a day is said."""
    told = bool(measure["uppfoljning"]) or measure["status"] in ENDED
    return told and (measure["genomford"] is None or measure["genomford"] <= day)


def _files(rows: Iterable[Row]) -> tuple[str, ...]:
    return tuple(sorted({r["_kalla"].partition("!")[0] for r in rows}))


def _inside(file: str) -> str:
    """The folder of a file, from RAW/<year>."""
    return "/".join(file.split("/")[1:-1])


def _lines(error: UppfoljningError) -> tuple[str, ...]:
    return tuple(line for line in str(error).splitlines() if line.strip())


def _edition(workspace: Workspace, year: int) -> dt.date | None:
    folder = workspace.reports / str(year) / "intern"
    if not (folder / CRATE).is_file():
        return None
    return dt.date.fromisoformat(read_crate(folder)["per_datum"])


def _released(workspace: Workspace, year: int, day: dt.date) -> dict[str, Released]:
    """Stage → its latest release by the day."""
    found = (Released(f.name, f.stage, f.day, f.by) for f in frozen(workspace.raw, year))
    return {r.stage: r for r in found if r.day <= day and r.stage in STAGES}


def _changes(workspace: Workspace, year: int) -> tuple[Change, ...] | None:
    path = workspace.processed / str(year) / locks.FILE
    if not path.is_file():
        return None
    told = json.loads(path.read_text(encoding="utf-8"))["andringar"]
    return tuple(Change(c["adress"], "; ".join(c["lasta"]), c["andring"]) for c in told)
