"""The letters of a visit, each as page, PDF and a draft of an e-mail with the PDF: information to
the head of unit, that a draw has been made, request for an action plan.

What they say of the visit comes from the plan, the register of documents, the findings' areas and
the draw's protocol. They never read the list of kunder: who was drawn stands in no letter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.audit.draw import DRAWN
from pipeline.audit.visits import Visit, information_proposed, reviewed_from, week_before
from pipeline.logotyp import Logotyp
from pipeline.publish import eml, handling
from pipeline.publish.letter_templates import Filled, Values, filled
from pipeline.publish.text import date_words
from pipeline.report.completeness import role

INFORMATION, NOTICE, ACTIONS = "information", "urvalsbesked", "handlingsplan"
SENDER = "SAS och MAS"  # the routine: "ska SAS och MAS tillsammans planera"
LATER = "Vi återkommer om det."
FILES = ("html", "pdf", "eml")


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose letters they are. `raw`: where the municipality's own templates lie."""

    kommun: str
    sektor: str
    raw: Path
    logo: Logotyp | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of one visit. `name`: of its template and its files; `values`: of placeholders."""

    name: str
    day: dt.date
    values: Values


@dataclass(frozen=True, slots=True)
class Red:
    """A red finding: its area's label, when the plan was asked for and is due."""

    area: str
    asked: dt.date | None
    due: dt.date | None


def information(visit: Visit, kommun: str, documents: Sequence[str]) -> Letter | str:
    """The information to the head of unit, or why it cannot be made. Dated as it was sent, else
    as it is proposed to be."""
    if lack := _lacks(visit):
        return lack
    assert visit.besoksdatum is not None
    values = _common(visit, kommun) | {
        "omraden": tuple(visit.omraden.values()) or (LATER,),
        "yrkeskategorier": tuple(visit.yrkeskategorier.values()) or (LATER,),
        "dokument": tuple(documents) or (LATER,),
        "beskedsvecka": _week(visit.besoksdatum),
    }
    day = visit.informationsdatum or information_proposed(visit.besoksdatum)
    return Letter(INFORMATION, day, values)


def notice(visit: Visit, kommun: str, protocol: Mapping[str, object] | None) -> Letter | str:
    """That a draw has been made, by its protocol, or why it cannot be made. Dated as it was given,
    else the first day of the calendar week before the visit, or of the draw if that is later."""
    if lack := _lacks(visit):
        return lack
    if protocol is None:
        return "urvalet är inte draget"
    assert visit.besoksdatum is not None
    drawn_on = dt.date.fromisoformat(str(protocol["datum"]))
    attested: Mapping[str, str] = protocol["intyg"]  # type: ignore[assignment]
    values = _common(visit, kommun) | {
        "urvalet": _which(protocol),
        "urvalsdag": date_words(drawn_on),
        "dragen_av": str(protocol["dragen_av"]),
        "intygad_av": attested["av"],
        "beskedsvecka": _week(visit.besoksdatum),
    }
    monday, _ = week_before(visit.besoksdatum)
    return Letter(NOTICE, visit.urvalsbesked or max(monday, drawn_on), values)


def request(visit: Visit, kommun: str, red: Sequence[Red]) -> Letter | str | None:
    """The request for an action plan; None where nothing is red; or why it cannot be made. Dated
    as it was asked for, else as the report was decided."""
    if not red:
        return None
    if lack := _lacks(visit):
        return lack
    asked = max((r.asked for r in red if r.asked), default=visit.rapport_beslutad)
    if asked is None:
        return "rapporten är inte beslutad, och ingen plan är begärd"
    due = sorted({r.due for r in red if r.due})
    if not due or any(r.due is None for r in red):
        return "en röd iakttagelse har inget datum för handlingsplanen"
    by_area: dict[str, dt.date] = {}
    for each in red:
        assert each.due is not None
        by_area[each.area] = min(each.due, by_area.get(each.area, each.due))
    one = len(due) == 1
    values = _common(visit, kommun) | {
        "roda_omraden": tuple(
            area if one else f"{area}, senast {date_words(by)}" for area, by in by_area.items()
        ),
        "plan_senast": date_words(due[0]) if one else "de dagar som står ovan",
    }
    return Letter(ACTIONS, asked, values)


def write(letter: Letter, visit: Visit, sender: Sender, folder: Path) -> list[Path]:
    """Write page, PDF and draft of e-mail. Raises ConfigError about a template."""
    values = {**letter.values, "brevdatum": date_words(letter.day)}
    text = filled(sender.raw, letter.name, values)
    mail = filled(sender.raw, f"epost_{letter.name}", values)
    printed = handling.write(_handling(text, letter, visit, sender), folder, letter.name)
    name = f"{letter.name}-{visit.besok_id}.pdf"
    draft = eml.draft(mail.title, mail.plain(), name, printed)
    (folder / f"{letter.name}.eml").write_bytes(draft)
    return [folder / f"{letter.name}.{suffix}" for suffix in FILES]


def _handling(text: Filled, letter: Letter, visit: Visit, sender: Sender) -> handling.Handling:
    to = f"Verksamhetsansvarig, {visit.name}"
    if visit.utforare and visit.regi == "extern":
        to += f", {visit.utforare}"
    head = (
        ("Datum", date_words(letter.day)),
        ("Diarienummer", visit.dnr),
        ("Besök", visit.besok_id),
        ("Till", to),
    )
    stamp = f"Dnr {visit.dnr}"
    return handling.Handling(
        text.title,
        sender.kommun,
        sender.sektor,
        letter.day,
        stamp,
        head,
        text.blocks,
        logo=sender.logo,
    )


def _lacks(visit: Visit) -> str:
    if not visit.dnr:
        return "diarienumret saknas i planen"
    return "" if visit.besoksdatum else "besöksdatumet saknas i planen"


def _common(visit: Visit, kommun: str) -> dict[str, str | Sequence[str]]:
    assert visit.besoksdatum is not None
    return {
        "verksamhet": visit.name,
        "kommun": kommun,
        "dnr": visit.dnr,
        "besok": visit.besok_id,
        "utforare": visit.utforare,
        "besoksdag": date_words(visit.besoksdatum),
        "granskas_fran": date_words(reviewed_from(visit.besoksdatum)),
        "avsandare": role(visit.ansvarig) or SENDER,
    }


def _week(visit: dt.date) -> str:
    monday, friday = week_before(visit)
    first = str(monday.day) if monday.month == friday.month else date_words(monday)
    return f"vecka {monday.isocalendar().week}, {first}–{date_words(friday)}"


def _which(protocol: Mapping[str, object]) -> str:
    """In words: a letter tells no numbers."""
    frame: Mapping[str, int] = protocol["ram"]  # type: ignore[assignment]
    if not frame["antal"]:
        return "Inga kunder omfattas, och ingen dokumentation granskas."
    if frame["antal"] <= DRAWN:
        return "Verksamheten har åtta kunder eller färre, och dokumentationen för alla granskas."
    return "Åtta kunder är dragna slumpmässigt bland dem som verksamheten har."
