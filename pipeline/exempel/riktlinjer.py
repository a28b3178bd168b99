"""`Riktlinjer <år>.xlsx`: the year's targets and where they come from."""

from __future__ import annotations

import datetime as dt

from pipeline.exempel import world
from pipeline.exempel.lives import Record
from pipeline.exempel.sheets import Cell, Effect, Mark, Row, Sheet, Style, Words, headers
from pipeline.forms.codebook import Codebook

COLUMNS = ("matt", "titel", "mal", "mats_i", "riktning", "kalla", "galler_fran")
PLAN = "Verksamhetsplanen (påhittad)"
# Measure → what it is about, target in per cent, direction, first year.
TARGETS = {
    "nojd_med_kontakten": ("Nöjda med kontakten", 80, "hogre", 2022),
    "situation_battre": ("Bättre situation efter insatsen", 75, "hogre", 2022),
    "avbrutna": ("Avbrutna insatser", 20, "lagre", 2023),
    "motsvarade_behov": ("Insatsen motsvarade behoven", 85, "hogre", 2023),
}
AS_A_PART = {(2025, "motsvarade_behov"): 0.85}  # (year, measure): written as a part of one


def sheet(book: Codebook, year: int) -> Sheet:
    """The targets that apply to `year`."""
    words, made = Words(book), []
    for measure, (title, target, direction, first) in TARGETS.items():
        clean: Record = {
            "matt": measure, "titel": title, "mal": target, "mats_i": "procent",
            "riktning": direction, "kalla": PLAN, "galler_fran": dt.date(min(first, year), 1, 1),
        }  # fmt: skip
        cells: dict[str, Cell] = {k: words.write(k, v, Style()) for k, v in clean.items()}
        row = Row(cells, clean, dt.datetime(year, 1, 15, 9))
        if (year, measure) in AS_A_PART:
            row.cells["mal"], row.clean["mal"] = AS_A_PART[year, measure], None
            row.marks.append(Mark("mal", "utanför skalan", Effect.BLANKED))
        made.append(row)
    return Sheet(
        year, f"Riktlinjer {year}.xlsx", "Mål", "riktlinjer", headers(book, COLUMNS, {}), made,
        above=(f"Riktlinjer och mål {year}", world.NAMN, ""),
    )  # fmt: skip
