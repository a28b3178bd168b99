"""What was counted and heard at a visit: documentation by criterion, interviews, deviations,
routines, documents; and the shares that an area's grade is proposed from.

The kunder that were drawn are all examined: their answers are a census and get no interval. What
does not apply to a kund is no answer: it leaves the denominator and is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline.audit.grades import DEVIATIONS, DOCUMENTED, INVOLVEMENT, ROUTINES
from pipeline.facts import predicate as p
from pipeline.facts.dataset import Dataset
from pipeline.facts.derive import largest
from pipeline.facts.fact import Fact
from pipeline.facts.measure import count, ratio, share, total
from pipeline.facts.table import FactTable, Joined
from pipeline.forms.codebook import slug
from pipeline.report import author
from pipeline.report.audit import FORM, Document, followed, label
from pipeline.report.blocks import Registry, Run, Runs, display, quoted, runs
from pipeline.report.tables import missing
from pipeline.report.written import lay, tell, text

INTERVIEWS, WRITTEN, ASKED, REPORTED = "intervjuer", "rutiner", "dokument", "avvikelsegranskning"
YES, ANSWERED = "svar = 'ja'", "svar IS NOT NULL"
LAWS = ("sol", "lss", "hsl")
STEPS = (
    ("utredda", "Utredda"),
    ("atgardade", "Åtgärdade"),
    ("aterkopplade", "Återkopplade"),
)  # fmt: skip  of what was reported


def show_review(d: Document) -> None:
    """The files that were read, criterion by criterion, law by law."""
    if not d.rows(FORM):
        _nothing(d, tuple(DOCUMENTED), "granskning av dokumentation")
        return
    kunder: Fact = count(
        d.data(FORM), distinct="kund_nr", name="granskade_kunder",
        title="Kunder vars dokumentation är granskad",
    )  # fmt: skip
    again = d.count(FORM, "andra_granskare IS NOT NULL", "granskade_av_flera",
                    "Kriterier som en andra granskare har läst")  # fmt: skip
    author.say(
        f"Dokumentationen är granskad för {kunder} kunder. Av svaren om kriterierna har {again} "
        "kontrollerats av en andra granskare."
    )
    for law in LAWS:
        _law(d, law)


def _law(d: Document, law: str) -> None:
    """One law's criteria."""
    rows = d.data(FORM).where(p.to_sql(p.equals("lagrum", law)))
    name = f"dokumentation_{law}"
    asked: FactTable = count(rows, by="kriterium", name=f"{name}_rader", title="Granskat")
    asked = asked.shown()
    if asked.missing or not asked.classes[0]:
        return
    author.heading(label(FORM, "lagrum", law), 4)
    keys = asked.classes[0]

    def column(where: str, name_: str, head: str) -> FactTable:
        made: FactTable = count(rows, where, by="kriterium", name=f"{name}_{name_}", title=head)
        return made.only(*keys).headed(head)

    met: FactTable = share(
        rows, YES, of=ANSWERED, by="kriterium", name=f"{name}_uppfyllt",
        title=f"Uppfyllda kriterier, {label(FORM, 'lagrum', law)}",
    )  # fmt: skip
    table: Joined = (
        column("svar = 'delvis'", "delvis", "Delvis")
        | column("svar = 'nej'", "nej", "Nej")
        | column("svar__bortfall = 'ej_tillampligt'", "ej_tillampligt", "Ej tillämpligt")
        | column("svar IS NULL AND svar__bortfall IS NULL", "obesvarat", "Obesvarat")
        | met.only(*keys).headed("Uppfyllt")
    )
    lacking = column("svar IN ('delvis', 'nej')", "brister", "Brister")
    author.chart(
        "bars", table, _finding(lacking),
        "Hur många av de granskade kunderna som kriteriet är uppfyllt för",
        "Alla utvalda kunder är granskade: det finns ingen osäkerhet från urvalet att räkna med. "
        "Det som inte är tillämpligt för en kund räknas inte med i underlaget.",
    )  # fmt: skip


def _finding(lacking: FactTable) -> str:
    """What is most often not fulfilled, as the picture's title."""
    found = largest(lacking)
    if found is None:
        return "Hur många som uppfyller varje kriterium"
    return f"Brister oftast, helt eller delvis: ”{found[0]}”, hos {found[1]} av kunderna"


def show_interviews(d: Document) -> None:
    """What the head and the staff said, in summary."""
    rows = sorted(d.rows(INTERVIEWS), key=lambda r: r["nr"])
    if not rows:
        display(missing("intervjuer"))
        return
    for role in dict.fromkeys(r["roll"] for r in rows):
        author.heading(label(INTERVIEWS, "roll", role), 4)
        facts: Registry = {}
        told = []
        for r in (r for r in rows if r["roll"] == role):
            one = p.both(p.equals("roll", role), p.equals("nr", r["nr"]))
            many: Fact = total(
                d.data(INTERVIEWS), "antal", p.to_sql(one), name=f"intervjuade_{role}_{r['nr']}",
                title=f"Intervjuade, {label(INTERVIEWS, 'roll', role).lower()}, en fråga",
            )  # fmt: skip
            number = runs("–" if r["antal"] is None else f"{many}", facts)
            area = label(INTERVIEWS, "omrade", r["omrade"])
            told.append(
                (text(r["fraga"], "Frågan saknas"), [text(area), text(r["svar"], "Inget svar"),
                                                    number])
            )  # fmt: skip
        heads = ("Fråga", "Område", "Vad som framkom", "Antal")
        lay("Sammanfattade svar", heads, told, facts, right=(3,))


def show_deviations(d: Document) -> None:
    """What was reported, and what became of it."""
    rows = sorted(d.rows(REPORTED), key=lambda r: (LAWS.index(r["lagrum"]), r["typ"]))
    if not rows:
        _nothing(d, (DEVIATIONS,), "granskning av avvikelser")
        return
    facts: Registry = {}
    told: list[tuple[Runs, Sequence[Runs]]] = []
    columns = (("rapporterade", "Rapporterade"), *STEPS)
    again: dict[str, int] = {}
    for r in rows:
        one = p.both(p.equals("lagrum", r["lagrum"]), p.equals("typ", r["typ"]))
        kind = r["typ"] if not re.search(r"\d", r["typ"]) else "ett slag"
        called = f"{r['lagrum']}_{slug(r['typ'])}"
        again[called] = again.get(called, 0) + 1  # ”Fall” and ”Fall!” are two kinds
        called += f"_{again[called]}" if again[called] > 1 else ""
        cells = []
        for name, title in columns:
            number: Fact = total(
                d.data(REPORTED), name, p.to_sql(one), title=f"{title} avvikelser, {kind}",
                name=f"avvikelser_{name}_{called}",
            )  # fmt: skip
            cells.append(runs("–" if r[name] is None else f"{number}", facts))
        law: Runs = [label(REPORTED, "lagrum", r["lagrum"])]
        told.append(([quoted(r["typ"])], [law, *cells]))
    every = [runs(f"{_reported(d, name, title)}", facts) for name, title in columns]
    taken = [runs(f"{_taken(d, name, title)}", facts) for name, title in STEPS]
    told += [(["Alla"], [["–"], *every]), (["Av de rapporterade"], [["–"], ["–"], *taken])]
    note = (
        "Antalet säger hur mycket som rapporteras, inte hur god kvaliteten är: få avvikelser är "
        "inget gott betyg och bedöms inte."
    )
    heads = ("Slag av avvikelse", "Lagrum", *(title for _, title in columns))
    lay("Avvikelser under den granskade perioden", heads, told, facts, note, (2, 3, 4, 5))
    _comments(rows, "typ")


def _reported(d: Document, column: str, title: str) -> Fact:
    made: Fact = total(
        d.data(REPORTED), column, name=f"avvikelser_{column}", title=f"{title} avvikelser"
    )
    return made


def _taken(d: Document, column: str, title: str) -> Fact:
    """How many of the reported ones came so far, of those about which it is known."""
    whole: Fact = total(
        d.data(REPORTED), "rapporterade", f"{column} IS NOT NULL",
        name=f"avvikelser_rapporterade_{column}",
        title=f"Rapporterade avvikelser där det är känt hur många som är {title.lower()}",
    )  # fmt: skip
    top = _reported(d, column, title)
    named = f"avvikelser_{column}_andel"
    return ratio(top, whole, name=named, title=f"{title} av rapporterade avvikelser")


def show_routines(d: Document) -> None:
    """The routines that were asked about."""
    rows = sorted(d.rows(WRITTEN), key=lambda r: str(r["rutin"]))
    if not rows:
        _nothing(d, (ROUTINES,), "följsamhet till rutiner")
        return
    exists, known, kept = _routines(d)
    author.say(
        f"Av rutinerna som granskades finns {exists}, {known} är kända av personalen och {kept} "
        "följs helt. En rutin där frågan inte är granskad räknas inte med."
    )
    told = [
        (text(r["rutin"]), [
            text({True: "Ja", False: "Nej"}.get(r["finns"]), "Inte granskat"),
            *(text(label(WRITTEN, c, r[c]), "Inte granskat") for c in ("kand", "foljsamhet")),
        ])
        for r in rows
    ]  # fmt: skip
    lay("Granskade rutiner", ("Rutin", "Finns", "Känd av personalen", "Följs"), told)
    _comments(rows, "rutin")


def _routines(d: Document) -> tuple[Fact, ...]:
    """How many of the routines exist, are known and are kept."""
    return tuple(
        share(d.data(WRITTEN), where, of=f"{column} IS NOT NULL", name=f"rutiner_{column}",
              title=title)
        for column, where, title in (
            ("finns", "finns", "Rutiner som finns"),
            ("kand", "kand = 'ja'", "Rutiner som personalen känner till"),
            ("foljsamhet", "foljsamhet = 'ja'", "Rutiner som följs"),
        )
    )  # fmt: skip


def show_documents(d: Document) -> None:
    """The documents that were asked for."""
    rows = sorted(d.rows(ASKED), key=lambda r: str(r["dokument"]))
    if not rows:
        display(missing("begärda dokument"))
        return
    data = d.data(ASKED)
    came: Fact = share(
        data, "mottagen IS NOT NULL", of="dokument IS NOT NULL", name="dokument_mottagna",
        title="Begärda dokument som är mottagna",
    )  # fmt: skip
    read: Fact = share(
        data, "granskat", of="mottagen IS NOT NULL", name="dokument_granskade",
        title="Mottagna dokument som är granskade",
    )  # fmt: skip
    author.say(f"Mottagna: {came} begärda dokument. Granskade: {read} mottagna.")
    told = [
        (text(r["dokument"]), [
            text(r["begard"]), text(r["mottagen"], "Inte mottaget"),
            text({True: "Ja", False: "Nej"}.get(r["granskat"])),
        ])
        for r in rows
    ]  # fmt: skip
    lay("Begärda dokument", ("Dokument", "Begärt", "Mottaget", "Granskat"), told)
    _comments(rows, "dokument")


def shares(d: Document, area: str) -> list[tuple[Runs, Fact]]:
    """What an area's grade is proposed from: each with what it is about. None where the area is
    judged by what people say alone."""
    if area in DOCUMENTED:
        laws, involved = DOCUMENTED[area]
        return _criteria(d, area, laws, involved)
    if area == DEVIATIONS and d.rows(REPORTED):
        return [([f"{title} av rapporterade"], _taken(d, name, title)) for name, title in STEPS]
    if area == ROUTINES and d.rows(WRITTEN):
        return [([fact.title], fact) for fact in _routines(d)]
    return []


def _criteria(
    d: Document, area: str, laws: Iterable[str], involved: bool
) -> list[tuple[Runs, Fact]]:
    criteria = p.is_in("kriterium", map(p.literal, INVOLVEMENT))
    within = p.both(
        p.is_in("lagrum", map(p.literal, laws)), criteria if involved else p.negate(criteria)
    )
    rows: Dataset = d.data(FORM).where(p.to_sql(within))
    table: FactTable = share(
        rows, YES, of=ANSWERED, by="kriterium", name=f"forslag_{area}",
        title="Uppfyllda kriterier som förslaget bygger på",
    )  # fmt: skip
    if table.missing:
        return []
    return [
        ([table.label(0, key)], table[key]) for key in table.classes[0] if table[key].n
    ]  # fmt: skip


def _nothing(d: Document, about: Sequence[str], what: str) -> None:
    """What stands where nothing is noted: it was no part of the visit, or it is missing."""
    if set(about) & set(followed(d)):
        display(missing(what))
    else:
        author.say("Området ingick inte i uppföljningen.", "note")


def _comments(rows: Iterable[Mapping[str, Any]], about: str) -> None:
    """What people have added in their own words."""
    for r in rows:
        if r["kommentar"]:
            said: list[Run] = [quoted(r[about]), ": ", quoted(r["kommentar"])]
            tell(*said, style="note")
