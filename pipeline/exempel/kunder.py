"""`Kunder <år>.xlsx`: the frames that the visits' kunder are drawn from, a sheet a visit.

Kunder with protected identity ought not to be there; two frames have some. The mess is in the
largest frame of a year gone by alone: the others have exactly the kunder that the rota says, and
the newest year's have been mended, since kunder were drawn from them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pipeline.exempel import besok, mess
from pipeline.exempel.besok import Visit
from pipeline.exempel.chance import Stream
from pipeline.exempel.lives import Record
from pipeline.exempel.mess import Fault, text
from pipeline.exempel.sheets import Effect, Mark, Row, Sheet, Style, Words, headers
from pipeline.forms.codebook import Codebook

COLUMNS = ("besok_id", "kund_id", "lagrum", "insats_fran", "insats_till", "skyddad")
FAULTS = (Fault("insats_fran", "text i datum", Effect.BLANKED, text("sedan länge"), 0),)


def sheets(book: Codebook, seed: int, visits: Sequence[Visit], newest: bool) -> list[Sheet]:
    """A sheet a visit that was made, with headers alone where there are no kunder."""
    year = visits[0].year
    words = Words(book)
    largest = max(visits, key=lambda v: v.planned.kunder if v.made else 0)
    made = []
    for visit in visits:
        if not visit.made:
            continue
        rows = [_row(words, kund, visit.besoksdatum) for kund in besok.kunder(seed, visit)]
        if visit is largest and not newest:
            rows = _spoilt(rows, Stream(seed, "kunder", year))
        made.append(
            Sheet(year, f"Kunder {year}.xlsx", visit.besok_id, "kunder",
                  headers(book, COLUMNS, {}), rows)
        )  # fmt: skip
    return made


def _spoilt(rows: list[Row], stream: Stream) -> list[Row]:
    """Two rows more, which are nobody's: one handed in twice, one without a number."""
    nobody = rows[1].copy(rows[1].when)
    nobody.cells["kund_id"], nobody.status = None, "karantan"
    nobody.marks.append(Mark("kund_id", "saknat id", Effect.QUARANTINED))
    clean = [r for r in rows if not r.marks]
    ended = next((r for r in clean if r.clean["insats_till"]), clean[0])
    start = ended.clean["insats_fran"]
    assert isinstance(start, dt.date)
    before = start - dt.timedelta(stream.integer(5, 40))
    mess.flag(ended, "insats_till", "slut före start", before)
    mess.spoil(rows, FAULTS, stream)
    return [*rows, *mess.repeat(rows, stream, 0), nobody]


def _row(words: Words, clean: Record, day: dt.date) -> Row:
    cells = {name: words.write(name, value, Style()) for name, value in clean.items()}
    row = Row(cells, dict(clean), dt.datetime.combine(day, dt.time(9)))
    if clean["skyddad"]:
        row.marks.append(Mark("skyddad", "skyddad i ramen", Effect.FLAGGED))
    return row
