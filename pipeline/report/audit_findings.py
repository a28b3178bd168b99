"""The findings of a visit, area by area: what the figures propose beside what people decided, the
unit's plan for what is red, kommunledningen's decision about what is blue, and questions for the
working group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.audit.answers import plan_standing, remedied
from pipeline.audit.grades import BLUE, DECIDED, DEVIATIONS, PROPOSED, RED, YELLOW
from pipeline.audit.questions import questions
from pipeline.facts.fact import Fact
from pipeline.facts.grade import agreement, proposal
from pipeline.report import author, context
from pipeline.report.audit import (
    GRADES,
    Document,
    areas,
    decided,
    followed,
    grade_words,
    graded,
)
from pipeline.report.audit_figures import shares
from pipeline.report.blocks import Registry, Run, Runs, display, quoted, runs
from pipeline.report.red import red
from pipeline.report.tables import missing
from pipeline.report.written import Row as Line
from pipeline.report.written import lay, tell, text
from pipeline.workspace import load_kommun

Row = Mapping[str, Any]
NO_PROPOSAL = "Inget förslag"
NO_REASON = "Motivering saknas"


def show_findings(d: Document) -> None:
    """Every area: proposed beside decided, and its findings."""
    if author.data(GRADES).missing:
        display(missing("bedömningen"))
        return
    for area in followed(d):
        author.heading(areas()[area], 4)
        _show_area(d, area, [r for r in _findings(d) if r["omrade"] == area])


def _show_area(d: Document, area: str, findings: Sequence[Row]) -> None:
    behind = shares(d, area)
    proposed, made = _proposed(d, area, [fact for _, fact in behind]), decided(d, area)
    known: Registry = {}
    sides = (("Föreslagen av regeln", proposed), ("Beslutad", made))
    lay(
        f"Förslag och beslut: {areas()[area]}", ("Bedömning", "Färg"),
        [([head], [runs(f"{grade}", known)]) for head, grade in sides], known,
        f"{_agreement(area, proposed, made, findings)}",
    )  # fmt: skip
    if behind:
        facts: Registry = {}
        rows = [(about, [runs(f"{fact}", facts)]) for about, fact in behind]
        title = f"Talen bakom förslaget: {areas()[area]}"
        lay(title, ("Vad som granskats", "Uppfyllt"), rows, facts, right=(1,))
    else:
        author.say(_why_none(area), "note")
    for r in findings:
        _show_finding(r, d)
    if not findings:
        author.say("Inga iakttagelser är antecknade för området.", "note")


def _why_none(area: str) -> str:
    if area == DEVIATIONS:
        return "Inget förslag: inga avvikelser är granskade, och antalet i sig bedöms inte."
    return "Inget förslag: här finns inget räknat, bara det som framkom vid besöket."


def _proposed(d: Document, area: str, parents: Sequence[Fact]) -> Fact:
    limits = load_kommun(context.current().workspace.raw).bedomning
    told = grade_words(NO_PROPOSAL)
    return proposal(
        parents, [*(told[g] for g in PROPOSED), told[""]], limits.gron_minst, limits.rod_under,
        f"forslag_till_bedomning_{area}", f"Föreslagen bedömning, {areas()[area]}",
    )  # fmt: skip


def _agreement(area: str, proposed: Fact, made: Fact, findings: Sequence[Row]) -> Fact:
    """Whether people follow the proposal; where they do not, their reasons are asked for."""
    held = [g for g in DECIDED if any(r["farg"] == g for r in findings)]
    reasons = [r for r in findings if held and r["farg"] == held[-1] and r["motivering"]]
    why = "Motiveringen står vid iakttagelsen." if reasons else f"{NO_REASON}."
    words = (
        "Beslutet följer förslaget.",
        f"Beslutet skiljer sig från förslaget. {why}",
        _incomparable(held),
    )
    return agreement(
        proposed, made, words, f"bedomning_mot_forslag_{area}",
        f"Beslut mot förslag, {areas()[area]}",
    )  # fmt: skip


def _incomparable(held: Sequence[str]) -> str:
    """Why a decision is not held against a proposal. `held`: the grades of an area's findings."""
    if not held:
        return "Området är inte bedömt."
    if held == [BLUE]:
        return "Blått föreslås aldrig: det säger vem som ska åtgärda."
    return "Det finns inget förslag att jämföra beslutet med."


def _show_finding(r: Row, d: Document) -> None:
    rows: tuple[tuple[str, Runs], ...] = (
        ("Iakttagelse", text(r["iakttagelse"], "Uppgift saknas")),
        ("Bedömning", [graded(r["farg"])]),
        ("Motivering", text(r["motivering"])),
        ("Förslag till åtgärd", text(r["forslag"], "Inget förslag är lämnat")),
        ("Beslutad", _decided_by(r)),
    )
    lay(_named(r), ("Uppgift", "Om iakttagelsen"), [([head], [cell]) for head, cell in rows])


def _decided_by(r: Row) -> Runs:
    if not r["beslutad_av"] or not r["beslutad_datum"]:
        return ["Inte beslutad: roll eller dag saknas"]
    return [*text(r["beslutad_datum"]), " av ", *text(r["beslutad_av"])]


def show_plan(d: Document) -> None:
    """What is red: the plan that was asked for, and how far it has come by the day."""
    found = [r for r in _findings(d) if r["farg"] == RED]
    if not found:
        author.say("Inget är rött: ingen handlingsplan begärs.")
        return
    every, come, late, overdue = (
        red(d.data(GRADES), state, d.day)
        for state in ("roda", "roda_med_plan", "roda_med_sen_plan", "roda_utan_plan_i_tid")
    )
    author.say(
        f"Röda iakttagelser: {every}. Handlingsplan har kommit för {come}, varav {late} för sent. "
        f"För {overdue} saknas den fast sista dagen har gått."
    )
    rows: list[Line] = []
    for r in found:
        state = plan_standing(r, d.day)
        assert state is not None
        rows.append((_about(r), [[quoted(state.text)], text(r["hur"]), text(r["nar"]),
                                 [quoted(remedied(r, d.day))]]))  # fmt: skip
    heads = ("Iakttagelse", "Handlingsplanen", "Hur", "När", "Åtgärdat")
    lay("Handlingsplan för det röda", heads, rows)


def show_blue(d: Document) -> None:
    """What kommunledningen is to act on, with owner and decision."""
    blue = [r for r in _findings(d) if r["farg"] == BLUE]
    if not blue:
        author.say("Inget lämnas till kommunledningen.")
        return
    every = d.count(GRADES, "farg = 'bla'", "bla", "Blå iakttagelser")
    left = d.count(GRADES, "farg = 'bla' AND (agare IS NULL OR beslut IS NULL)",
                   "bla_utan_beslut", "Blå iakttagelser utan ägare eller beslut")  # fmt: skip
    author.say(f"Till kommunledningen: {every}. Utan ägare eller beslut: {left}.")
    rows: list[Line] = []
    for r in blue:
        rows.append((_about(r), [
            text(r["forslag"]), text(r["agare"], "Ägare saknas"),
            text(r["beslut"], "Beslut saknas"),
        ]))  # fmt: skip
    heads = ("Iakttagelse", "Förslag", "Ägare", "Beslut")
    lay("Vad kommunledningen ska åtgärda", heads, rows)


def show_questions(d: Document) -> None:
    """Questions for the working group, from what is yellow and red."""
    chosen = [r for r in _findings(d) if r["farg"] in (RED, YELLOW)]
    if not chosen:
        author.say("Det finns inget rött eller gult att arbeta vidare med.")
        return
    for area in dict.fromkeys(r["omrade"] for r in chosen):
        author.heading(areas()[area], 4)
        for r in (r for r in chosen if r["omrade"] == area):
            tell({"strong": [graded(r["farg"])]}, ". ", *text(r["iakttagelse"]))
            asked: list[Run] = [
                {"kind": "paragraph", "runs": [q], "style": "body"}
                for q in questions(area, r["farg"])
            ]
            display({"kind": "list", "ordered": False, "items": [[q] for q in asked], "facts": {}})


def _findings(d: Document) -> list[Row]:
    order = list(areas())
    return sorted(d.rows(GRADES), key=lambda r: (order.index(r["omrade"]), r["nr"]))


def _named(r: Row) -> Runs:
    return [quoted(f"Iakttagelse {r['nr']}: {areas()[r['omrade']]}")]


def _about(r: Row) -> Runs:
    return [quoted(f"{areas()[r['omrade']]} {r['nr']}. "), *text(r["iakttagelse"])]
