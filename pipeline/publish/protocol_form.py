"""The forms of a visit: the protocol that SAS and MAS fill in, and the sheet where the unit writes
its remarks on the draft. No kund's number but that of the order in the draw."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.audit.fragor import Question
from pipeline.audit.kriterier import KRITERIER, reviewed
from pipeline.forms.codebook import Codebook, Field
from pipeline.publish.form_book import FormSheet, Row, form_bytes

PLAN, PROTOCOL, REMARKS = "uppfoljningsplan", "protokoll.xlsx", "korrektur.xlsx"
SHEETS = ("granskning", "intervjuer", "rutiner", "dokument", "avvikelsegranskning", "bedomning")
VISIT = "besok_id"
MORE = 30  # rows to fill in beside what is there
REMARK_ROWS = 60
NO_NAMES = "Skriv roller, aldrig namn. Kunden anges med sitt nummer i urvalet."
ABOVE = {
    "granskning": "En rad för varje kund och kriterium: välj om kravet är uppfyllt.",
    "intervjuer": "Sammanfatta svaren. Egna frågor skrivs på raderna under.",
    "rutiner": "En rad för varje rutin som granskats.",
    "dokument": "Dokument som begärts in: när de kom och om de är granskade.",
    "avvikelsegranskning": "En rad för varje lagrum och slag av avvikelse.",
    "bedomning": "Minst en iakttagelse för varje område. Fler skrivs under, med eget nr.",
}


@dataclass(frozen=True, slots=True)
class Visit:
    """What the forms of a visit say of it. `areas`: values of the plan's `omraden`."""

    besok_id: str
    unit: str
    areas: Collection[str]

    @classmethod
    def of(cls, row: Mapping[str, Any], books: Mapping[str, Codebook]) -> Visit:
        """From a row of the plan, as processed."""
        plan = books[PLAN]
        areas = plan.field("omraden")
        chosen = [str(c.value) for c in areas.categories if row.get(areas.option_column(c.value))]
        labels = {str(c.value): c.label for c in plan.field("enhet").categories}
        return cls(row[VISIT], labels.get(row["enhet"], row["enhet"] or ""), chosen)


def protocol_form(
    books: Mapping[str, Codebook],
    visit: Visit,
    drawn: Sequence[Collection[str]] | None,
    questions: Sequence[Question],
    creator: str,
    day: dt.date,
    asked: Sequence[Row] = (),
) -> bytes:
    """The protocol of a visit, a sheet a form, with the rows that are to be filled in.

    `drawn`: for each drawn kund, in the order of the draw, the laws under which there is
    documentation; None before the draw. `asked`: rows of `dokument` as processed. Equal content
    gives equal bytes.
    """
    rows: dict[str, Sequence[Row]] = {
        "granskning": _review(visit, drawn),
        "intervjuer": _questions(visit, questions),
        "dokument": [_asked(visit, row) for row in asked],
        "bedomning": [
            {VISIT: visit.besok_id, "omrade": area, "nr": 1}
            for area in _values(books["bedomning"].field("omrade"))
            if area in visit.areas
        ],
    }
    names = {"rutin": [row["dokument"] for row in asked]}
    sheets = [
        _sheet(books[name], visit, ABOVE[name], rows.get(name, []), MORE, names) for name in SHEETS
    ]
    return form_bytes(sheets, creator, day)


def remark_sheet(
    books: Mapping[str, Codebook],
    visit: Visit,
    sections: Sequence[str],
    creator: str,
    day: dt.date,
) -> bytes:
    """The sheet for the unit's remarks on the draft; `sections`: its headings, to choose among."""
    rows = [{VISIT: visit.besok_id, "nr": nr} for nr in range(1, REMARK_ROWS + 1)]
    above = "En rad för varje synpunkt på utkastet. Vad som gjordes fyller SAS och MAS i."
    sheet = _sheet(books["korrektur"], visit, above, rows, 0, {"avsnitt": sections})
    return form_bytes([sheet], creator, day)


def _sheet(
    book: Codebook, visit: Visit, above: str, rows: Sequence[Row], more: int,
    lists: Mapping[str, Sequence[str]],
) -> FormSheet:  # fmt: skip
    spare: list[Row] = [{VISIT: visit.besok_id}] * more
    given = {name for row in rows for name in row} | {VISIT}
    proposed = {n: texts for n, texts in lists.items() if texts and book.has(n)}
    return FormSheet(
        book,
        f"{book.title}, {visit.besok_id} {visit.unit}".strip(),
        (above, NO_NAMES),
        rows=[*rows, *spare],
        prefilled=[f.name for f in book.fields if f.name in given],
        lists=proposed,
        empty=0,
    )


def _review(visit: Visit, drawn: Sequence[Collection[str]] | None) -> list[Row]:
    return [
        {VISIT: visit.besok_id, "kund_nr": nr, "lagrum": law, "kriterium": criterion}
        for nr, law in reviewed(visit.areas, drawn)
        for criterion in KRITERIER[law]
    ]


def _questions(visit: Visit, questions: Sequence[Question]) -> list[Row]:
    """The guide's questions about the areas of the visit, numbered for each who is asked."""
    made: list[Row] = []
    asked: dict[str, int] = {}
    for q in questions:
        if q.omrade in visit.areas:
            asked[q.roll] = asked.get(q.roll, 0) + 1
            made.append({
                VISIT: visit.besok_id, "roll": q.roll, "nr": asked[q.roll], "omrade": q.omrade,
                "fraga": q.fraga,
            })  # fmt: skip
    return sorted(made, key=lambda row: [q.roll for q in questions].index(row["roll"]))


def _asked(visit: Visit, row: Row) -> Row:
    """What was asked for, and when; whether it has come is filled in."""
    return {VISIT: visit.besok_id} | {n: row[n] for n in ("dokument", "begard")}


def _values(field: Field) -> list[str]:
    return [str(c.value) for c in field.categories]
