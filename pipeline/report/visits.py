"""The year's visits side by side (verksamhetsuppföljning): what was planned and made, the matrix
of grades, what is red and blue and how far it has come, and what the files that were read show.

The routine's point 9: an account to kommunstyrelsen and ledningsgruppen. Counts are of visits and
findings, which protect nobody, and stand in both editions; what people wrote, and what the files of
the kunder drawn show, stand in the internal one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.audit.grades import BLUE, DECIDED, RED, SHAPES
from pipeline.facts import predicate as p
from pipeline.facts.dataset import Dataset
from pipeline.facts.fact import Fact
from pipeline.facts.grade import gravest
from pipeline.facts.measure import count
from pipeline.facts.visits import PLAN
from pipeline.forms.codebook import slug
from pipeline.kalender import MONTHS
from pipeline.report import author
from pipeline.report.audit import GRADES, areas, grade_words
from pipeline.report.blocks import Registry, display, runs
from pipeline.report.context import current
from pipeline.report.swedish import NBSP
from pipeline.report.tables import missing
from pipeline.report.written import Row, lay, text

ACROSS = 4  # visits beside each other in one matrix: more cannot be read on a printed page
UNGRADED = "–"
SHORT: Mapping[str, str] = {"gron": "Grön", "gul": "Gul", "rod": "Röd", "bla": "Blå"}
NO_VISITS, NO_FINDINGS = "uppföljningsplan", "bedömningar från årets besök"


@dataclass(frozen=True, slots=True)
class Seen:
    """A visit with findings. `label`: what was visited, told apart by month where that was twice in
    the year; `place`: its code."""

    id: str
    place: str
    label: str
    day: dt.date | None

    @property
    def key(self) -> str:
        """The part of a fact's name that is this visit's."""
        return slug(self.id)


def nothing_found() -> bool:
    """Whether no finding has been handed in, which is then said."""
    if author.data(GRADES).missing:
        display(missing(NO_FINDINGS))
        return True
    return False


def planned() -> Dataset | None:
    """The year's plan; None, and said to be missing, where there is none."""
    found = author.data(PLAN)
    if found.missing:
        display(missing(NO_VISITS))
        return None
    return found


def show_visits() -> None:
    """The year's visits: how many, and which."""
    show_count()
    if current().edition == "intern":
        _list_visits()


def show_count() -> None:
    """How many visits were planned, made and cancelled."""
    plan = planned()
    if plan is None:
        return
    every = count(plan, name="besok", title="Besök i årets uppföljningsplan")
    made = count(plan, "status = 'genomfort'", name="besok_genomforda", title="Genomförda besök")
    off = count(plan, "status = 'installt'", name="besok_installda", title="Inställda besök")
    bought = count(
        plan, "status = 'genomfort' AND regi = 'extern'", name="besok_externa",
        title="Genomförda besök hos externa utförare",
    )  # fmt: skip
    author.say(
        f"Planerade besök: {every}. Genomförda: {made}, varav {bought} hos externa utförare. "
        f"Inställda: {off}."
    )


def _list_visits() -> None:
    plan = author.data(PLAN)
    if plan.missing:
        return
    heads = ("Verksamhet", "Besök", "Utförare", "Diarienummer", "Läge", "Rapporten beslutad")
    lay(f"Årets besök, {current().year}", heads, [
        ([plan.dimension("enhet").label(r["enhet"])], [
            text(r["besoksdatum"]), text(r["utforare"], "Kommunen"), text(r["dnr"]),
            [plan.dimension("status").label(r["status"]) if r["status"] else UNGRADED],
            text(r["rapport_beslutad"]),
        ])
        for r in sorted(rows_of(PLAN), key=by_day)
    ])  # fmt: skip


def show_matrix() -> None:
    """Area × unit: the gravest grade of each, in a word and a shape, never by colour alone."""
    found = seen()
    if not found:
        display(missing(NO_FINDINGS))
        return
    graded = [a for a in areas() if any(r["omrade"] == a for r in rows_of(GRADES))]
    for first in range(0, len(found), ACROSS):
        some = found[first : first + ACROSS]
        facts: Registry = {}
        rows: list[Row] = [
            ([areas()[a]], [runs(f"{grade(v, a)}", facts) for v in some]) for a in graded
        ]
        rows.append((["Blå iakttagelser"], [runs(f"{_of(v, BLUE)}", facts) for v in some]))
        heads = ("Område", *(v.label for v in some))
        lay("Områdenas bedömning per verksamhet: " + ", ".join(v.label for v in some), heads, rows,
            facts, _key() if first + ACROSS >= len(found) else "")  # fmt: skip


def _key() -> str:
    words = "; ".join(t for t in grade_words("").values() if t)
    return (
        f"{words}. Varje ruta har områdets allvarligaste bedömning. Ett streck: området har inga "
        "iakttagelser. Blått står bredvid de andra och räknas för sig."
    )


def grade(visit: Seen, area: str) -> Fact:
    """The gravest grade of an area at a visit, in a shape and a word."""
    words = [f"{SHAPES[g]}{NBSP}{SHORT[g]}" for g in DECIDED]
    counts = [_of(visit, colour, area) for colour in DECIDED]
    return gravest(
        counts, [*words, UNGRADED], f"matris_{area}_{visit.key}",
        f"Bedömning, {areas()[area]}, {visit.label}",
    )  # fmt: skip


def _of(visit: Seen, colour: str, area: str = "", year: int | None = None) -> Fact:
    """How many findings of a visit have a colour."""
    rows = author.data(GRADES, year)
    where = p.both(p.equals("besok_id", visit.id), p.equals("farg", colour))
    name, title = f"{colour}_{visit.key}", f"{SHORT[colour]} iakttagelser, {visit.label}"
    if area:
        where = p.both(where, p.equals("omrade", area))
        name, title = f"{colour}_{area}_{visit.key}", f"{title}, {areas()[area]}"
    made: Fact = count(rows, p.to_sql(where), name=name, title=title)
    return made


def show_findings() -> None:
    """All findings by colour, against the year before."""
    if nothing_found():
        return
    here, rows = current().year, author.data(GRADES)
    known = [author.data(GRADES, y) for y in (here - 1, here)]
    tables = [count(d, by="farg", name="iakttagelser", title="Iakttagelser") for d in known]
    titles = {str(c.value): c.label for c in rows.dimensions["farg"].categories}
    author.grid(
        "Iakttagelser efter bedömning",
        ["Bedömning", *(str(y) for y in (here - 1, here))],
        {f"{SHAPES[g]}{NBSP}{titles[g]}": [t[g] for t in tables] for g in reversed(DECIDED)},
        "Olika verksamheter besöks olika år: antalen säger vad besöken fann, inte om kvaliteten "
        "har ändrats.",
    )  # fmt: skip


def show_change() -> None:
    """The places that have been visited before: what was red and yellow then and now."""
    if nothing_found() or planned() is None:
        return
    facts: Registry = {}
    rows: list[Row] = []
    for visit in seen():
        earlier = _before(visit)
        if earlier is None:
            continue
        year, old = earlier
        cells = []
        for colour in (RED, "gul"):
            then, now = _of(old, colour, year=year), _of(visit, colour)
            change = author.word(now - then, "Fler", "Färre", "Lika många")
            cells += [f"{then}", f"{now}", f"{change}"]
        rows.append(([visit.label], [runs(c, facts) for c in cells]))
    if not rows:
        author.say("Ingen av de besökta verksamheterna har ett tidigare besök att jämföra med.")
        return
    red, yellow = (f"{SHAPES[c]}{NBSP}{SHORT[c]}" for c in (RED, "gul"))
    heads = ("Verksamhet", f"{red} förra besöket", f"{red} nu", "Ändring",
             f"{yellow} förra besöket", f"{yellow} nu", "Ändring")  # fmt: skip
    lay("Jämfört med förra besöket", heads, rows, facts, right=(1, 2, 4, 5))


def _before(visit: Seen) -> tuple[int, Seen] | None:
    """The visit to the same place before this one, in an earlier year."""
    for year in sorted((y for y in author.years(GRADES) if y < current().year), reverse=True):
        same = [v for v in seen(year) if v.place == visit.place]
        if same:
            return year, same[-1]
    return None


def seen(year: int | None = None) -> list[Seen]:
    """The visits of a year that have findings, in the order of their days."""
    plan = author.data(PLAN, year)
    graded = {r["besok_id"] for r in rows_of(GRADES, year)}
    rows = sorted((r for r in rows_of(PLAN, year) if r["besok_id"] in graded), key=by_day)
    many = [r["enhet"] for r in rows]
    made = []
    for r in rows:
        label = plan.dimension("enhet").label(r["enhet"])
        if many.count(r["enhet"]) > 1 and r["besoksdatum"]:
            label = f"{label} ({MONTHS[r['besoksdatum'].month - 1]})"
        made.append(Seen(r["besok_id"], r["enhet"], label, r["besoksdatum"]))
    return made


def rows_of(table: str, year: int | None = None) -> Sequence[Mapping[str, Any]]:
    found = author.data(table, year).table
    return [] if found is None else found.to_pylist()


def by_day(row: Mapping[str, Any]) -> tuple[dt.date, str]:
    return row["besoksdatum"] or dt.date.max, row["besok_id"]
