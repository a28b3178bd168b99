"""Free-text answers that somebody has read: their themes, and two that may be quoted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from pipeline.exempel.phrases import FORSLAG, SYNPUNKTER, TEMAN
from pipeline.exempel.sheets import Cell, Row, Sheet, headers
from pipeline.forms.codebook import Codebook

FORM = "avslut"
ROLE = "kvalitetsutvecklare"
QUOTED = (("synpunkter", SYNPUNKTER[3]), ("forslag", FORSLAG[3]))
THEME_COLUMNS = ("formular", "kalla", "rad", "fraga", "tema", "kodad_av", "datum")
QUOTE_COLUMNS = ("formular", "kalla", "rad", "fraga", "text", "godkand_av", "godkand_den")


def sheets(books: Mapping[str, Codebook], year: int, handed_in: Sequence[Sheet]) -> list[Sheet]:
    """The workbook about the answers in the year's numbered `avslut` sheets."""
    day = dt.date(year + 1, 2, 20)
    told = [
        (sheet.source, row.number, field, str(row.clean[field]))
        for sheet in handed_in
        if sheet.table == FORM
        for row in sheet.rows
        for field in ("synpunkter", "forslag")
        if row.status == "behandlad" and row.clean.get(field) in TEMAN
    ]
    themes = [
        _row(THEME_COLUMNS, (FORM, source, number, field, TEMAN[text], ROLE, day), day)
        for source, number, field, text in told
    ]
    quotes = [
        _row(QUOTE_COLUMNS, (FORM, *place, text, ROLE, day), day)
        for field, text in QUOTED
        for place in list(_places(told, field, text))[:1]
    ]
    file = f"Fritext {year}.xlsx"
    made = [
        Sheet(year, file, name, table, headers(books[table], columns, {}), rows)
        for name, table, columns, rows in (
            ("Teman", "fritext_teman", THEME_COLUMNS, themes),
            ("Godkända citat", "fritext_godkand", QUOTE_COLUMNS, quotes),
        )
        if rows
    ]
    for sheet in made:
        sheet.number_rows()
    return made


def _places(
    told: Sequence[tuple[str, int, str, str]], field: str, text: str
) -> Iterator[tuple[str, int, str]]:
    return ((s, n, f) for s, n, f, t in told if f == field and t == text)


def _row(columns: Sequence[str], values: Sequence[Cell], day: dt.date) -> Row:
    cells = dict(zip(columns, values, strict=True))
    return Row(cells, dict(cells), dt.datetime.combine(day, dt.time(9)))
