"""The papers of the visits: `Protokoll <besök>.xlsx`, a workbook a visit with a sheet a table, and
`Begärda dokument <år>.xlsx`. In the year after a full one all visits share one workbook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from pipeline.exempel import bedomning, besok, granskning, mess
from pipeline.exempel.besok import Visit
from pipeline.exempel.besok_texter import ANSWERS, DOCUMENTS, QUESTIONS, ROUTINES_READ
from pipeline.exempel.chance import Stream, working_day
from pipeline.exempel.lives import Record
from pipeline.exempel.mess import Fault, answered, text
from pipeline.exempel.sheets import Effect, Row, Sheet, Style, Words, headers
from pipeline.forms.codebook import Codebook

ASKED_COLUMNS = ("besok_id", "roll", "nr", "omrade", "fraga", "svar", "antal")
ROUTINE_COLUMNS = ("besok_id", "rutin", "finns", "kand", "foljsamhet", "kommentar")
DOCUMENT_COLUMNS = ("besok_id", "dokument", "begard", "mottagen", "granskat", "kommentar")
KNOWN: Mapping[str, Mapping[str, float]] = {
    besok.GRON: {"ja": 0.9, "delvis": 0.1},
    besok.GUL: {"ja": 0.5, "delvis": 0.4, "ej_granskat": 0.1},
    besok.ROD: {"ja": 0.2, "delvis": 0.3, "nej": 0.5},
}
ASKED_FAULTS = (Fault("antal", "text i tal", Effect.BLANKED, text("ett par"), 0),)
ROUTINE_FAULTS = (
    Fault("foljsamhet", "okänd kod", Effect.BLANKED, text("Ibland"), 0, answered("foljsamhet")),
)
DOCUMENT_FAULTS = (
    Fault("mottagen", "text i datum", Effect.BLANKED, text("vid besöket"), 0,
          answered("mottagen")),
)  # fmt: skip


def sheets(books: Mapping[str, Codebook], seed: int, visits: Sequence[Visit]) -> list[Sheet]:
    """All sheets of the year's visits; those of one workbook side by side."""
    held = [v for v in visits if v.made]
    year = visits[0].year
    tables = (
        ("Granskning", "granskning", granskning.KUND_COLUMNS,
         granskning.papers(books["granskning"], seed, held)),
        ("Intervjuer", "intervjuer", ASKED_COLUMNS, _asked(books["intervjuer"], seed, held)),
        ("Rutiner", "rutiner", ROUTINE_COLUMNS, _routines(books["rutiner"], seed, held)),
        ("Avvikelser", "avvikelsegranskning", granskning.EVENT_COLUMNS,
         granskning.events(books["avvikelsegranskning"], seed, held)),
        ("Bedömning", "bedomning", bedomning.COLUMNS,
         bedomning.findings(books["bedomning"], seed, held)),
    )  # fmt: skip
    together = (year - besok.FIRST_FULL) % len(besok.ROTA) == 1
    made = []
    for name, mine in [(str(year), held)] if together else [(v.besok_id, [v]) for v in held]:
        ids = {v.besok_id for v in mine}
        for title, table, columns, rows in tables:
            own = [r for r in rows if r.clean["besok_id"] in ids]
            if own:
                made.append(
                    Sheet(year, f"Protokoll {name}.xlsx", title, table,
                          headers(books[table], columns, {}), own)
                )  # fmt: skip
    return [*made, _documents(books["dokument"], seed, held)]


def _asked(book: Codebook, seed: int, visits: Sequence[Visit]) -> list[Row]:
    """What the head and the staff were asked, and what they said, by area."""
    words = Words(book)
    made = [
        _row(words, clean, visit.besoksdatum)
        for visit in visits
        for role in ("verksamhetsansvarig", "personal")
        for clean in _interview(seed, visit, role)
    ]
    mess.spoil(made, ASKED_FAULTS, Stream(seed, "intervjuer", visits[0].year))
    return made


def _interview(seed: int, visit: Visit, role: str) -> Iterator[Record]:
    s = Stream(seed, "intervjuer", visit.besok_id, role)
    head = role == "verksamhetsansvarig"
    many = 1 if head else s.integer(3, 6)
    areas = dict.fromkeys(f.omrade for f in visit.planned.findings)
    for nr, area in enumerate(areas, start=1):
        yield {
            "besok_id": visit.besok_id, "roll": role, "nr": nr, "omrade": area,
            "fraga": QUESTIONS[area][0 if head else 1],
            "svar": s.pick(ANSWERS[visit.colour(area) or besok.GUL]), "antal": many,
        }  # fmt: skip


def _routines(book: Codebook, seed: int, visits: Sequence[Visit]) -> list[Row]:
    """The routines of the laws that the place works under, at every visit."""
    words = Words(book)
    made = [
        _row(words, clean, visit.besoksdatum)
        for visit in visits
        for clean in _read_routines(seed, visit)
    ]
    # One is said to be followed although there is none.
    odd = next((r for r in made if r.clean["foljsamhet"] == "ja" and r.clean["finns"]), made[0])
    odd.clean["foljsamhet"], odd.cells["foljsamhet"] = (
        "ja",
        words.write("foljsamhet", "ja", Style()),
    )
    mess.flag(odd, "finns", "följs fast den saknas", False, "Nej")
    mess.spoil(made, ROUTINE_FAULTS, Stream(seed, "rutiner", visits[0].year))
    return made


def _read_routines(seed: int, visit: Visit) -> Iterator[Record]:
    level = KNOWN[visit.colour(besok.ROUTINES) or besok.GRON]
    names = [n for law in visit.place.lagrum for n in ROUTINES_READ[law]]
    for name in dict.fromkeys(names):
        s = Stream(seed, "rutiner", visit.besok_id, name)
        known = s.weighted(level)
        there = known in ("ja", "delvis") or s.chance(0.7)
        followed = "nej" if not there else s.weighted(level)
        yield {
            "besok_id": visit.besok_id, "rutin": name, "finns": there, "kand": known,
            "foljsamhet": followed,
            "kommentar": "Senast sedd över för länge sedan." if s.chance(0.2) else None,
        }  # fmt: skip


def _documents(book: Codebook, seed: int, visits: Sequence[Visit]) -> Sheet:
    """Asked for with the information about the visit; one in ten never comes."""
    year, words = visits[0].year, Words(book)
    made = []
    for visit in visits:
        names = [n for law in visit.place.lagrum for n in DOCUMENTS[law]]
        for name in dict.fromkeys(names):
            s = Stream(seed, "dokument", visit.besok_id, name)
            assert visit.informationsdatum
            come = working_day(visit.informationsdatum + dt.timedelta(s.integer(5, 28)))
            there = not s.chance(0.1)
            clean: Record = {
                "besok_id": visit.besok_id, "dokument": name, "begard": visit.informationsdatum,
                "mottagen": come if there else None, "granskat": there,
                "kommentar": "Påmind vid besöket." if not there else None,
            }  # fmt: skip
            made.append(_row(words, clean, visit.besoksdatum))
    asked = made[-1].clean["begard"]
    assert isinstance(asked, dt.date)
    mess.flag(made[-1], "mottagen", "mottaget före begäran", asked - dt.timedelta(7))
    made[-1].cells["granskat"], made[-1].clean["granskat"] = "Ja", True
    mess.spoil(made, DOCUMENT_FAULTS, Stream(seed, "dokument", year))
    return Sheet(
        year, f"Begärda dokument {year}.xlsx", "Dokument", "dokument",
        headers(book, DOCUMENT_COLUMNS, {}), made,
        above=("Begärda dokument inför verksamhetsuppföljning", str(year), ""),
    )  # fmt: skip


def _row(words: Words, clean: Record, day: dt.date) -> Row:
    cells = {name: words.write(name, value, Style()) for name, value in clean.items()}
    return Row(cells, clean, dt.datetime.combine(day, dt.time(13)))
