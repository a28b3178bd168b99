"""The kvalitetsberättelse: how the year's work was done, which measures were taken and what came
of it, for the sector and for each of its parts. Its numbers are those of the other chapters, found
by name; what nobody has done or written is said to be missing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby

from pipeline.analys import SECTIONS, Analys, analyses
from pipeline.facts.action_plan import measures as written
from pipeline.facts.dataset import codebooks
from pipeline.facts.fact import Fact
from pipeline.facts.measure import count
from pipeline.facts.named import MergedAwayError
from pipeline.report import author, blocks, comparison, locks, stakeholders
from pipeline.report.context import current
from pipeline.report.key_figures import key_figure, own_key_figures
from pipeline.report.named import is_told, named
from pipeline.report.tabular import KeyFigure, KeyFigures, TextGrid
from pipeline.workspace import Option, load_kommun

LACKING = "underlag saknas"
ELSEWHERE = "visas tillsammans med andra"  # a class that the public edition has merged
WHOLE = "Hela sektorn"
PLAN = "handlingsplan"
PLAN_NOTE = "Planen utifrån ett år bygger på det årets resultat och genomförs året därpå."
COMPLETED = "sammanstalld_av IS NOT NULL AND datum IS NOT NULL"
# Names of the results that the year is judged by, as their chapters define them.
RESULTS = {
    "uppfoljda": "Uppföljda insatser",
    "nojd_med_kontakten": "Nöjda med kontakten",
    "nojd_med_resultatet": "Nöjda med resultatet",
    "behov_motta": "Behoven mötta",
    "mal_nadda": "Målen nådda",
    "situation_battre": "Bättre situation",
    "avbrutna": "Avbrutna insatser",
}
# What each part of the organisation is told by: header → a name with the unit's code in it.
OF_UNIT = {
    "Påbörjade insatser": "paborjade_per_enhet[enhet={}]",
    "Uppföljda av avslutade": "uppfoljda_per_enhet[enhet={}]",
    "Rapporterade avvikelser": "avvikelser_per_enhet[enhet={}]",
}
# What came of it on each part, internally: the numbers are small.
RESULTS_OF_UNIT = {
    "Behoven mötta": "analys_behov_motta_enhet[enhet={}]",
    "Målen nådda": "analys_mal_nadda_enhet[enhet={}]",
    "Bättre situation": "analys_situation_battre_enhet[enhet={}]",
}
# The forms of the routine: what the berättelse would be poorer without.
FORMS = (
    "bakgrund", "avslut", "mal", "matning", "sammanstallning", "intressenter", "utskick",
    "riktlinjer", "avvikelser", "riskanalys", "klagomal", "handlingsplan",
)  # fmt: skip


def units() -> tuple[Option, ...]:
    """The parts of the organisation, in the catalogue's order."""
    return load_kommun(current().workspace.raw).enheter


def last_year(name: str) -> Fact:
    """A result of the year before."""
    return named(f"{name}@-1", RESULTS[name])


def compiled() -> None:
    """How many units have compiled each tertial."""
    forms = author.data("sammanstallning")
    title = "Enheter som har sammanställt tertialet"
    done = count(forms, COMPLETED, by="tertial", name="kvalitet_sammanstallda", title=title)
    every = author.const(len(units()), why="enheter i kommunens katalog")
    called = author.agree(every, "enhet", "enheter")
    author.show(
        done, f"Kommunen har {every} {called}. Sammanställningen har en roll och ett datum."
    )


def responses() -> None:
    """How many were asked and answered of each role in the yearly survey."""
    rows = []
    for role in stakeholders.roles():
        names = [f"{what}_{role.value}" for what in ("skickade", "svar", "svarsandel")]
        rows.append((role.label, tuple(_cell(name, role.label) for name in names)))
    heads = ("Roll", "Skickade", "Svar", "Svarsandel")
    if is_told("intressenter_svar") and author.data(stakeholders.FORM).missing:
        comparison.lacking("Synpunkter från medarbetare, beställare och samarbetspartner")
    else:
        author.show(TextGrid(f"Enkäten om året {current().year}", heads, tuple(rows)))


def analysed() -> None:
    """Who has analysed what, and when: a row a part of the organisation. In the public edition
    the sector alone."""
    rows = tuple(
        (name, tuple(_written(one) for one in found if one.avsnitt in SECTIONS))
        for name, found in _parts_analysed()
        if current().edition == "intern" or name == WHOLE
    )
    heads = ("Del av verksamheten", *SECTIONS.values())
    _text_table("Vem har analyserat, och när?", heads, rows)


def analysed_of(unit: str) -> None:
    """The same for one unit, in a sentence."""
    for _, found in _parts_analysed(unit):
        days = sorted({one.datum.isoformat() for one in found if one.skriven and one.datum})
        roles = list(dict.fromkeys(r for one in found if one.skriven for r in one.deltog))
        if days:
            author.say(f"Analysen skrevs {_listed(days)}. I arbetet deltog {_listed(roles)}.")
        left = [one.titel.rstrip("?").lower() for one in found if not one.skriven]
        if left:
            author.say(f"Analysen är inte skriven: {'; '.join(left)}.", "note")


def compared() -> None:
    """Which of the routine's ten sources the results are compared with."""
    there = comparison.sources()
    have = [what for what, is_there in there.items() if is_there]
    if have:
        author.say(
            f"Årets resultat har jämförts med {_listed([h[0].lower() + h[1:] for h in have])}."
        )
    for what, is_there in there.items():
        if not is_there:
            comparison.lacking(what)


def results() -> None:
    """The year's results beside last year and target; the municipality's own measures last."""
    gone = [title for name, title in RESULTS.items() if not _has_source(name)]
    if gone:
        comparison.lacking(", ".join(gone))
    author.show(KeyFigures("Resultat, år och mål", tuple(key_figures())))


def key_figures() -> list[KeyFigure]:
    """Those results that have a source, each with its target where it has one."""
    known = filter(_has_source, RESULTS)
    return [*(key_figure(partial(_of_year, name)) for name in known), *own_key_figures()]


def _has_source(name: str) -> bool:
    return is_told(name) and named(name, RESULTS[name]).status != "saknas"


def measures() -> None:
    """The measures of last year's plan and of this year's: how far they have come, and of which
    kind this year's are."""
    plan = author.data(PLAN)
    known = [
        (f"Planen utifrån {year}", at)
        for year, at in ((current().year - 1, "@-1"), (current().year, ""))
        if not author.data(PLAN, year).missing
    ]
    for at, what in (("@-1", "Förra årets"), ("", "Årets")):
        if at not in dict(known).values():
            comparison.lacking(f"{what} handlingsplan")
    if known:
        rows = {
            c.label: f"plan_status[status={c.value}]" for c in plan.dimension("status").categories
        }
        _named_grid("Åtgärder efter status", "Status", rows, dict(known), PLAN_NOTE)
    if not plan.missing:
        rows = {c.label: f"plan_typ[typ={c.value}]" for c in plan.dimension("typ").categories}
        _named_grid("Årets åtgärder efter slag", "Slag", rows, {"Antal": ""})


def late() -> None:
    """How many measures of each plan should have been done and are not."""
    for at, what in (("@-1", "förra årets"), ("", "årets")):
        title = f"Försenade åtgärder i {what} handlingsplan"
        overdue = named(f"plan_forsenade{at}", title)
        author.say(
            f"{overdue} {author.agree(overdue, 'åtgärd', 'åtgärder')} i {what} plan är "
            f"{author.agree(overdue, 'försenad', 'försenade')}."
        )


def _named_grid(
    title: str, head: str, rows: Mapping[str, str], columns: Mapping[str, str], note: str = ""
) -> None:
    """`rows`: label → a number's name; `columns`: header → the year (`@-1`) added to it."""
    made = tuple(
        (label, tuple(_cell(f"{name}{at}", label) for at in columns.values()))
        for label, name in rows.items()
    )
    author.show(TextGrid(title, (head, *columns), made), note)


def parts() -> None:
    """Every part of the organisation on one row."""
    note = "Få rapporterade avvikelser är inget tecken på god kvalitet."
    _unit_grid(f"Verksamhetens delar, {current().year}", OF_UNIT, note)
    if current().edition == "intern":
        title = f"Resultat i verksamhetens delar, {current().year}"
        _unit_grid(title, RESULTS_OF_UNIT, "Av dem som har besvarat frågan.")


def _unit_grid(title: str, columns: Mapping[str, str], note: str) -> None:
    rows = tuple(
        (unit.label, tuple(_cell(ref.format(unit.value), head) for head, ref in columns.items()))
        for unit in units()
    )
    author.show(TextGrid(title, ("Enhet", *columns), rows), note)


def compiled_by(unit: str) -> None:
    """How one unit's compilations stand, tertial by tertial."""
    here = current()
    path = here.workspace.processed / str(here.year) / locks.FILE
    if here.recorder is not None or not path.is_file():
        return  # planned before the locks are written down
    told = json.loads(path.read_text(encoding="utf-8"))["las"]
    rows = tuple((e["tertial"], (e["text"],)) for e in told if e["enhet"] == _label(unit))
    _text_table("Tertialens sammanställningar", ("Tertial", "Läge"), rows)


def followed_up(unit: str) -> None:
    """One unit's year, in sentences."""
    began = _unit_fact("Påbörjade insatser", unit)
    followed = _unit_fact("Uppföljda av avslutade", unit)
    reported = _unit_fact("Rapporterade avvikelser", unit)
    insatser = author.agree(began, "insats", "insatser")
    avvikelser = author.agree(reported, "avvikelse", "avvikelser")
    author.say(f"{began} {insatser} påbörjades och {followed:denominator} avslutades.")
    author.say(f"{followed:numerator} av de avslutade följdes upp ({followed}).")
    author.say(f"{reported} {avvikelser} rapporterades.")


def measures_of(unit: str) -> None:
    """One unit's measures in last year's plan and in this year's, as they are written."""
    here = current()
    for year, which in ((here.year - 1, "Förra årets"), (here.year, "Årets")):
        mine = [m for m in written(here.workspace, year) or () if m.codes["enhet"] == unit]
        if mine:
            rows = [
                (blocks.quoted(m.atgard), tuple(map(blocks.quoted, (m.typ, m.status))))
                for m in mine
            ]
            _text_table(f"Åtgärder i planen utifrån {year}", ("Åtgärd", "Slag", "Status"), rows)
        elif author.data(PLAN, year).missing:
            comparison.lacking(f"{which} handlingsplan")
        else:
            author.say(f"Enheten har ingen egen åtgärd i planen utifrån {year}.")


def ahead() -> None:
    """What is planned and not done yet."""
    if author.data(PLAN).missing:
        comparison.lacking("Handlingsplan")
    else:
        author.say(f"{waiting()} i årets handlingsplan.")
    author.say(
        "Handlingsplanen följs upp under hösten. Nästa års berättelse visar vad åtgärderna ledde "
        "till."
    )


def waiting() -> str:
    """How many measures of this year's plan are still to be done, in words: the beginning of a
    sentence."""
    many = left()
    called = author.agree(many, "åtgärd är planerad", "åtgärder är planerade")
    return f"{many} {called} eller pågår"


def left() -> Fact:
    """How many measures of this year's plan are still to be done."""
    planned, begun = (named(f"plan_status[status={s}]", "Åtgärder") for s in ("planerad", "pagar"))
    return (planned + begun).named("kvalitet_atgarder_kvar", "Åtgärder som inte är klara")


def lacking_forms() -> None:
    """Which of the routine's forms nobody has handed in."""
    books = codebooks(current().workspace.raw)
    gone = [books[name].title for name in FORMS if comparison.table_of(name) is None]
    if gone:
        author.say(f"Underlag saknas för {_listed(gone)}.", "note")
    else:
        author.say("Alla underlag som rutinen nämner finns.")


def _parts_analysed(unit: str = "") -> Iterator[tuple[str, list[Analys]]]:
    here = current()
    labels = {u.value: u.label for u in units()}
    found = analyses(here.workspace, here.year)
    for part, sections in groupby(found, key=lambda a: a.enhet):
        if unit in ("", part):
            yield labels.get(part, WHOLE), list(sections)


def _written(one: Analys) -> str:
    if not one.skriven:
        return "inte skriven"
    return ", ".join([f"{one.datum}", *one.deltog])


def _of_year(name: str, year: int) -> Fact:
    return named(f"{name}@{year - current().year}" if year != current().year else name,
                 RESULTS[name])  # fmt: skip


def _label(unit: str) -> str:
    return next(u.label for u in units() if u.value == unit)


def _unit_fact(head: str, unit: str) -> Fact:
    return named(OF_UNIT[head].format(unit), head)


def _cell(reference: str, title: str) -> str:
    """A number of another chapter as a table's cell; words where its source is missing or its
    class is shown with others."""
    try:
        fact = named(reference, title)
    except MergedAwayError:
        return ELSEWHERE
    return LACKING if fact.status == "saknas" else f"{fact}"


def _text_table(
    title: str, heads: Sequence[str], rows: Sequence[tuple[blocks.Run, Sequence[blocks.Run]]]
) -> None:
    columns = [{"header": [head], "align": "left"} for head in heads]
    made = [{"header": [label], "cells": [[c] for c in cells], "total": False}
            for label, cells in rows]  # fmt: skip
    blocks.display(blocks.table([title], columns, made, [], {}))


def _listed(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} och {last}" if first else last
