"""The plan of the year's visits for SAS and MAS: visits by month, days to keep, every unit's last
visit, areas, documents asked for, what has changed since January. It holds days and what people
have written; counts of visits are the report's business."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.audit import january as j
from pipeline.audit import visits as v
from pipeline.audit.records import Protocol
from pipeline.kalender import MONTHS
from pipeline.publish.blocks import Data
from pipeline.publish.document import Meta
from pipeline.publish.handling import Handling, heading, paragraph, points, table
from pipeline.publish.text import date_words

NAME = "plan"
TITLE = "Uppföljningsplan"
NONE = "–"


@dataclass(frozen=True, slots=True)
class Requested:
    """A document asked for. `reviewed` None: nobody has said."""

    besok_id: str
    name: str
    asked: dt.date | None
    received: dt.date | None
    reviewed: bool | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What the document tells. `areas`: code → label, all there are; `regi`, `status`: code →
    label; `draws`: besok_id → the draw in force."""

    year: int
    visits: Sequence[v.Visit]
    standings: Sequence[v.Standing]
    january: j.January | None
    areas: Mapping[str, str]
    regi: Mapping[str, str]
    status: Mapping[str, str]
    documents: Sequence[Requested] = ()
    draws: Mapping[str, Protocol] = field(default_factory=dict)


def handling(plan: Plan, meta: Meta) -> Handling:
    """The plan as a document, as of the edition's day."""
    head = (
        ("Uppgifter per", date_words(meta.per_datum)),
        ("För", "SAS och MAS"),
        ("Planen", _fixed(plan)),
    )
    blocks = [
        *_warnings(plan, meta.per_datum), *_months(plan), *_days(plan), *_units(plan),
        *_areas(plan), *_documents(plan), *_changes(plan),
    ]  # fmt: skip
    return Handling(
        f"{TITLE} {plan.year}", meta.kommun, meta.sektor, meta.per_datum, "Endast internt",
        head, blocks, wide=True, logo=meta.logo,
    )  # fmt: skip


def warnings(plan: Plan, day: dt.date) -> list[tuple[str, str]]:
    """(visit or unit, what to see to), of visits first."""
    found = [(x.besok_id, text) for x in plan.visits for text in v.remarks(x, plan.year, day)]
    for one in plan.standings:
        found += [(one.name, t) for t in (v.neglected(one, plan.year), v.disagreement(one)) if t]
    return found


def _fixed(plan: Plan) -> str:
    if plan.january is None:
        return "inte fastställd"
    return f"fastställd {plan.january.day}, SHA-256 {plan.january.sha256[:16]}…"


def _warnings(plan: Plan, day: dt.date) -> Iterator[Data]:
    yield heading("Att se över")
    found = warnings(plan, day)
    if found:
        yield points([f"{what}: {text}" for what, text in found])
    else:
        yield paragraph("Inget: besök och besked följer rutinens kalender.")


def _months(plan: Plan) -> Iterator[Data]:
    yield heading("Besök månad för månad")
    if not plan.visits:
        yield paragraph("Underlag saknas: det finns ingen uppföljningsplan för året.", "missing")
    months = {x.besoksdatum and (x.besoksdatum.year, x.besoksdatum.month) for x in plan.visits}
    for month in sorted(months, key=lambda m: m or (9999, 0)):
        these = [
            x for x in plan.visits
            if (x.besoksdatum and (x.besoksdatum.year, x.besoksdatum.month)) == month
        ]  # fmt: skip
        name = MONTHS[month[1] - 1].capitalize() if month else "Utan datum"
        if month and month[0] != plan.year:
            name += f" {month[0]}"
        yield table(
            name,
            ("Besök", "Dag", "Verksamhet", "Regi", "Områden", "Läge"),
            [
                (x.besok_id, _iso(x.besoksdatum), x.name, _run_by(plan, x),
                 ", ".join(x.omraden.values()) or NONE, plan.status.get(x.status, NONE))
                for x in these
            ],
        )  # fmt: skip


def _days(plan: Plan) -> Iterator[Data]:
    going = [x for x in plan.visits if x.besoksdatum and not x.cancelled]
    if not going:
        return
    yield heading("Dagar att hålla")
    yield paragraph(
        "Beskedet om urvalet lämnas skriftligt kalenderveckan före besöket, måndag till fredag, "
        "inte tidigare. När informationen ska gå säger rutinen inte: det som står som förslag är "
        "fyra veckor före besöket."
    )
    rows = []
    for x in going:
        assert x.besoksdatum is not None
        sent = x.informationsdatum
        monday, friday = v.week_before(x.besoksdatum)
        draw = plan.draws.get(x.besok_id)
        told = [f"lämnat {x.urvalsbesked}"] if x.urvalsbesked else []
        told += [f"urvalet draget {draw['datum']}"] if draw else []
        rows.append((
            x.besok_id, x.dnr or NONE, str(x.besoksdatum),
            f"skickad {sent}" if sent else f"förslag {v.information_proposed(x.besoksdatum)}",
            f"vecka {monday.isocalendar().week}: {monday}–{friday}",
            ", ".join(told) or NONE,
        ))  # fmt: skip
    headers = ("Besök", "Dnr", "Besöksdag", "Information", "Besked om urval", "Läge")
    yield table("Information, besked och besök", headers, rows)


def _units(plan: Plan) -> Iterator[Data]:
    yield heading("Verksamheterna och deras senaste besök")
    rows = [
        (
            one.name,
            _iso(one.last) if one.last else "inget känt",
            ", ".join(f"{x.besok_id} {_iso(x.besoksdatum)}" for x in one.visits) or "inte i år",
            v.neglected(one, plan.year) or NONE,
        )
        for one in plan.standings
    ]
    headers = ("Verksamhet", "Senast följd upp, före årets besök", "I år", "Att se över")
    yield table("Alla verksamheter som kan följas upp", headers, rows)


def _areas(plan: Plan) -> Iterator[Data]:
    yield heading("Områden")
    rows = []
    for code, label in plan.areas.items():
        names = [x.name for x in plan.visits if code in x.omraden and not x.cancelled]
        rows.append((label, ", ".join(dict.fromkeys(names)) or "ingen verksamhet i år"))
    yield table("Vad som följs upp var", ("Område", "Verksamheter"), rows)


def _documents(plan: Plan) -> Iterator[Data]:
    yield heading("Begärda dokument")
    if not plan.documents:
        yield paragraph("Inga dokument är antecknade som begärda.")
        return
    reviewed = {True: "ja", False: "nej", None: NONE}
    rows = [
        (d.besok_id, d.name, _iso(d.asked), _iso(d.received) if d.received else "inte mottaget",
         reviewed[d.reviewed])
        for d in plan.documents
    ]  # fmt: skip
    headers = ("Besök", "Dokument", "Begärt", "Mottaget", "Granskat")
    yield table("Vad som begärts in och kommit", headers, rows)


def _changes(plan: Plan) -> Iterator[Data]:
    yield heading("Ändringar sedan januari")
    if plan.january is None:
        yield paragraph("Planen är inte fastställd än: det finns inget att jämföra med.")
        return
    found = list(j.changes(plan.january, plan.visits))
    if found:
        yield points([f"{besok}: {text}" for besok, text in found])
    else:
        yield paragraph("Inga, förutom dagar som flyttats.")


def _run_by(plan: Plan, visit: v.Visit) -> str:
    told = [plan.regi.get(visit.regi, ""), visit.utforare]
    return ", ".join(filter(None, told)) or NONE


def _iso(day: dt.date | None) -> str:
    return day.isoformat() if day else NONE
