"""`Avstämning <år>.xlsx`: what the case system counts of each unit's insatser, and who says so.

The counts are those that the year's files give, so that they agree; but for `PLANTED`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence

from pipeline.exempel import world
from pipeline.exempel.lives import Record
from pipeline.exempel.sheets import Cell, Row, Sheet, Style, Words, headers
from pipeline.forms.codebook import Codebook

COUNTED = ("bakgrund", "avslut")
COLUMNS = ("enhet", "tabell", "antal", "uttagsdatum", "intygat_av", "forklaring")
ROLE = "Systemförvaltare"
EXPLAINED = "Insatser som avslutades i december har inte fått något formulär."
# (year, unit, form) → how many more the case system knows of, and what is said about it.
PLANTED: Mapping[tuple[int, str, str], tuple[int, str | None]] = {
    (2024, "ungdom", "avslut"): (2, None),
    (2025, "beroende", "avslut"): (3, EXPLAINED),
}


def sheet(book: Codebook, year: int, tables: Mapping[str, Sequence[Mapping[str, object]]]) -> Sheet:
    """One row a unit and form. `tables`: form → the year's processed rows."""
    words = Words(book)
    drawn = dt.date(year + 1, 1, 20)
    made = []
    for table in COUNTED:
        known = {(str(r["enhet"]), str(r["insats_id"])) for r in tables[table]}
        counts = Counter(unit for unit, _ in known)
        for unit in world.ENHETER:
            more, said = PLANTED.get((year, unit, table), (0, None))
            clean: Record = {
                "enhet": unit, "tabell": table, "antal": counts[unit] + more,
                "uttagsdatum": drawn, "intygat_av": ROLE, "forklaring": said,
            }  # fmt: skip
            cells: dict[str, Cell] = {k: words.write(k, v, Style()) for k, v in clean.items()}
            made.append(Row(cells, clean, dt.datetime.combine(drawn, dt.time(9))))
    return Sheet(
        year, f"Avstämning {year}.xlsx", "Avstämning", "avstamning", headers(book, COLUMNS, {}),
        made,
        above=(
            "Avstämning mot verksamhetssystemet",
            f"{world.NAMN}, {year}",
            "En insats räknas en gång, också när flera har svarat om den.",
            "",
        ),
    )  # fmt: skip
