"""What the year's visits leave to be done: the red, with how far the units' plans have come, and
the blue, which kommunledningen is asked to act on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.audit.answers import plan_standing, remedied
from pipeline.audit.grades import BLUE, RED
from pipeline.facts.measure import count
from pipeline.report import author
from pipeline.report.audit import GRADES, areas
from pipeline.report.blocks import quoted
from pipeline.report.context import current
from pipeline.report.red import red
from pipeline.report.visits import Seen, nothing_found, planned, rows_of, seen
from pipeline.report.written import Row, lay, text


def show_red() -> None:
    """What must be remedied, and how far the plans have come by the edition's day."""
    if nothing_found():
        return
    rows = author.data(GRADES)
    told = {
        "Röda iakttagelser": "roda", "Handlingsplan har kommit": "roda_med_plan",
        "varav för sent": "roda_med_sen_plan",
        "varav utan hur eller när, underkänd": "roda_plan_underkand",
        "Handlingsplan saknas efter sista dag": "roda_utan_plan_i_tid",
        "Åtgärdade": "roda_atgardade",
    }  # fmt: skip
    author.grid(
        "Läget för det röda", ["Läge", "Iakttagelser"],
        {head: [red(rows, state, current().day)] for head, state in told.items()},
    )  # fmt: skip
    if current().edition == "intern":
        _list_red()


def _list_red() -> None:
    if planned() is None:
        return
    told: list[Row] = []
    for visit, r in _findings(RED):
        state = plan_standing(r, current().day)
        assert state is not None
        told.append(([f"{visit.label}: {areas()[r['omrade']]}"], [
            text(r["iakttagelse"]), [quoted(state.text)], [quoted(remedied(r, current().day))],
        ]))  # fmt: skip
    if told:
        heads = ("Verksamhet och område", "Iakttagelse", "Handlingsplanen", "Åtgärdat")
        lay("Det röda, iakttagelse för iakttagelse", heads, told)


def show_blue() -> None:
    """What kommunledningen is asked to act on."""
    if nothing_found():
        return
    rows = author.data(GRADES)
    every = count(rows, "farg = 'bla'", name="bla", title="Blå iakttagelser")
    owned = count(rows, "farg = 'bla' AND agare IS NOT NULL", name="bla_med_agare",
                  title="Blå iakttagelser med ägare")  # fmt: skip
    settled = count(
        rows, "farg = 'bla' AND agare IS NOT NULL AND beslut IS NOT NULL", name="bla_beslutade",
        title="Blå iakttagelser med ägare och beslut",
    )  # fmt: skip
    author.say(
        f"Iakttagelser som kommunledningen ska åtgärda: {every}. Med ägare: {owned}. "
        f"Med ägare och beslut: {settled}."
    )
    if current().edition != "intern" or planned() is None:
        return
    told: list[Row] = [
        ([f"{visit.label}: {areas()[r['omrade']]}"], [
            text(r["iakttagelse"]), text(r["forslag"]), text(r["agare"], "Ägare saknas"),
            text(r["beslut"], "Beslut saknas"),
        ])
        for visit, r in _findings(BLUE)
    ]  # fmt: skip
    if told:
        heads = ("Verksamhet och område", "Iakttagelse", "Förslag", "Ägare", "Beslut")
        lay("Till kommunledningen", heads, told)


def _findings(colour: str) -> Iterator[tuple[Seen, Mapping[str, Any]]]:
    by_visit = {v.id: v for v in seen()}
    order = list(areas())
    rows = [r for r in rows_of(GRADES) if r["farg"] == colour and r["besok_id"] in by_visit]
    visits = list(by_visit)
    for r in sorted(
        rows, key=lambda r: (visits.index(r["besok_id"]), order.index(r["omrade"]), r["nr"])
    ):
        yield by_visit[r["besok_id"]], r
