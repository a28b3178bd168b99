"""The report of a visit (verksamhetsuppföljning): a document a visit, all made by one notebook.
What a cell shows for one of them is marked with it. Here are the visit, its cover and its grades in
short; the figures are in `audit_figures`, findings in `audit_findings`, what came after in
`audit_versions`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.audit.grades import DECIDED, SHAPES
from pipeline.audit.visits import reviewed_from
from pipeline.errors import UsageError
from pipeline.facts import predicate as p
from pipeline.facts import visits as noted
from pipeline.facts.dataset import Dataset, Dimension
from pipeline.facts.fact import Fact
from pipeline.facts.grade import gravest
from pipeline.facts.measure import count
from pipeline.facts.visits import DRAFT, FINAL, Version, Visit
from pipeline.report import author, context
from pipeline.report.blocks import Registry, Runs, display, paragraph, runs
from pipeline.report.swedish import NBSP
from pipeline.report.tables import missing
from pipeline.report.written import lay, tell, text

GRADES, FORM = "bedomning", "granskning"


@dataclass(frozen=True, slots=True)
class Document:
    """The report of one visit, or another document about it. `day`: what it tells as of.
    `sending`: v0 or v1 where it is about to go to the unit, else empty."""

    visit: Visit
    year: int
    day: dt.date
    sending: str = ""

    @property
    def id(self) -> str:
        return self.visit.id

    def data(self, table: str) -> Dataset:
        """A table's rows about this visit."""
        return author.data(table).where(p.to_sql(p.equals("besok_id", self.id)))

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The same as they lie."""
        return noted.rows(context.current().workspace, self.year, table, self.id)

    def count(self, table: str, where: str | None, name: str, title: str) -> Fact:
        """How many of its rows."""
        made: Fact = count(self.data(table), where, name=name, title=title)
        return made

    def version(self, name: str) -> Version | None:
        """The report as it was sent, v0 or v1."""
        return noted.version(context.current().workspace.raw, self.year, self.id, name)


def visits(visit: str = "", sending: str = "") -> Iterator[Document]:
    """The year's visits that have something noted, or only one.
    What is displayed while one of them is at hand belongs to it. Raises UsageError for a visit
    that is not among them."""
    here = context.current()
    found = {v.id: v for v in noted.visits(here.workspace, here.year)}
    if visit and visit not in found:
        raise UsageError(f"Besöket ”{visit}” finns inte (finns: {', '.join(found) or 'inget'}).")
    for name, each in found.items():
        if visit in ("", name):
            with context.part(name):
                yield Document(each, here.year, here.day, sending)


def label(table: str, column: str, value: Any) -> str:
    """An answer in the codebook's words; nothing for none."""
    return "" if value is None else author.data(table).dimension(column).label(value)


def chosen(row: Mapping[str, Any], dimension: Dimension) -> list[str]:
    """The options that a row of the plan has chosen of a list."""
    options = dimension.options or {}
    return [dimension.label(value) for value, column in options.items() if row.get(column)]


def areas() -> dict[str, str]:
    """Code → name of what may be followed up, in the form's order."""
    return {str(c.value): c.label for c in author.data(GRADES).dimensions["omrade"].categories}


def grade_words(otherwise: str) -> dict[str, str]:
    """Grade → how it is told: a shape and its words, never a colour alone. Under "" what is told
    where there is none. The words of one grade are not parted at a line's end before the dash."""
    titles = {str(c.value): c.label for c in author.data(GRADES).dimensions["farg"].categories}
    told = {g: f"{SHAPES[g]}{NBSP}{titles.get(g, g)}" for g in DECIDED}
    return {**told, "": otherwise}


def graded(value: str | None) -> str:
    """One finding's grade as it is told."""
    return grade_words("")[value or ""]


def decided(d: Document, area: str) -> Fact:
    """The gravest grade that people have given some finding of an area."""
    rows = d.data(GRADES).where(p.to_sql(p.equals("omrade", area)))
    counts = [
        count(rows, p.to_sql(p.equals("farg", grade)), name=f"iakttagelser_{area}_{grade}",
              title=f"Iakttagelser, {areas()[area]}, {grade_words('')[grade]}")
        for grade in DECIDED
    ]  # fmt: skip
    words = list(grade_words("Inte bedömt").values())
    return gravest(counts, words, f"bedomning_{area}", f"Bedömning, {areas()[area]}")


def followed(d: Document) -> list[str]:
    """The areas of a visit: those planned, and those with findings."""
    listed = author.data(noted.PLAN).dimensions["omraden"].options or {}
    asked = {str(value) for value, column in listed.items() if d.visit.plan.get(column)}
    asked |= {r["omrade"] for r in d.rows(GRADES)}
    return [area for area in areas() if area in asked]


def show_cover(d: Document) -> None:
    """What the visit was."""
    plan, book = d.visit.plan, author.data(noted.PLAN).dimensions
    seen = plan["besoksdatum"]
    facts = (
        ("Verksamhet", d.visit.unit),
        ("Utförare", plan["utforare"]),
        ("Regi", label(noted.PLAN, "regi", plan["regi"])),
        ("Diarienummer", plan["dnr"]),
        ("Besöksdatum", seen),
        ("Granskad period", period(seen) if seen else ""),
        ("Områden", "; ".join(chosen(plan, book["omraden"]))),
        ("Yrkeskategorier som deltog", "; ".join(chosen(plan, book["yrkeskategorier"]))),
        ("Ansvarig för uppföljningen", label(noted.PLAN, "ansvarig", plan["ansvarig"])),
        ("Förra besöket", plan["forra_besoket"]),
    )
    lay("Om uppföljningen", ("Uppgift", "Om besöket"), [
        ([title], [text(said, "Uppgift saknas")]) for title, said in facts
    ])  # fmt: skip
    show_state(d)


def show_state(d: Document) -> None:
    """Which version this is, as far as the report has come."""
    draft, final = d.version(DRAFT), d.version(FINAL)
    if d.sending == DRAFT:
        tell("Utkast för korrekturläsning: verksamheten kan lämna synpunkter innan rapporten blir "
             "slutlig.", style="note")  # fmt: skip
    elif d.sending == FINAL:
        tell("Slutlig rapport. Vad som ändrats sedan utkastet står under Ändringar.", style="note")
    elif final is not None:
        tell(
            "Den slutliga rapporten beslutades ", *text(final.day), " av ", *text(final.by),
            ". Det är den som gäller. Här står läget därefter.", style="note",
        )  # fmt: skip
    elif draft is not None:
        tell(
            "Ett utkast gick till verksamheten för korrekturläsning ", *text(draft.day),
            ". Rapporten är inte slutlig.", style="note",
        )  # fmt: skip
    else:
        tell("Arbetsversion: inget utkast har gått till verksamheten än.", style="note")


def period(seen: dt.date) -> str:
    """The six months before a visit, in words of days."""
    return f"{reviewed_from(seen)} – {seen}"


def show_overview(d: Document) -> None:
    """The areas and their grades."""
    if author.data(GRADES).missing:
        display(missing("bedömningen"))
        return
    facts: Registry = {}
    rows: list[tuple[Runs, Sequence[Runs]]] = []
    for area in followed(d):
        grade = decided(d, area)
        blue, _, _, red = grade.parents
        every = d.count(
            GRADES, p.to_sql(p.equals("omrade", area)), f"iakttagelser_{area}",
            f"Iakttagelser, {areas()[area]}",
        )  # fmt: skip
        told = (f"{grade}", f"{every}", f"{red}", f"{blue}")
        rows.append(([areas()[area]], [runs(each, facts) for each in told]))
    heads = ("Område", "Bedömning", "Iakttagelser", f"varav {SHAPES['rod']}{NBSP}röda",
             f"varav {SHAPES['bla']}{NBSP}blå")  # fmt: skip
    note = (
        "Bedömningen är den allvarligaste av områdets gröna, gula och röda iakttagelser. Rött "
        "måste åtgärdas, gult är frivilligt att utveckla och grönt uppfyller kraven helt. Blått "
        "ska kommunledningen åtgärda och står bredvid de andra."
    )
    lay("Områdena och deras bedömning", heads, rows, facts, note, right=(2, 3, 4))
    left = d.count(
        GRADES, "beslutad_av IS NULL OR beslutad_datum IS NULL", "iakttagelser_obeslutade",
        "Iakttagelser utan beslut",
    )  # fmt: skip
    if not d.rows(GRADES):
        display(paragraph("Inga iakttagelser är antecknade än.", "note"))
        return
    final = author.word(
        left, "Bedömningen är preliminär.", "Bedömningen är preliminär.", "Bedömningen är beslutad."
    )
    display(paragraph(f"Iakttagelser som inte är beslutade av en roll på en dag: {left}. {final}",
                      "note"))  # fmt: skip
