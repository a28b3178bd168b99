"""What is read at a visit: each kund's papers by criterion, and the events of six months.

A criterion is met with the probability of `LEVELS` for the area's colour; what the law asks only
of some is `ej_tillampligt` for the share `NOT_ASKED` of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from pipeline.exempel import besok, mess
from pipeline.exempel.besok import GRON, GUL, HSL, ROD, SOL, Visit
from pipeline.exempel.besok_texter import KINDS, LACKING, WHERE
from pipeline.exempel.chance import Stream
from pipeline.exempel.lives import Record
from pipeline.exempel.mess import Fault, answered, text
from pipeline.exempel.phrases import TEST_PERSONNUMMER
from pipeline.exempel.sheets import Cell, Effect, Row, Style, Words
from pipeline.forms.codebook import Codebook

KUND_COLUMNS = (
    "besok_id", "kund_nr", "lagrum", "kriterium", "svar", "granskare", "andra_granskare",
    "var_i_akten", "kommentar",
)  # fmt: skip
EVENT_COLUMNS = (
    "besok_id", "lagrum", "typ", "rapporterade", "utredda", "atgardade", "aterkopplade",
    "kommentar",
)  # fmt: skip
BOTH_ACTS = (
    "uppdrag", "samtycke", "plan_finns", "plan_aktuell", "mal", "vad_hur_nar", "delaktighet",
    "lopande", "handelser", "sakligt", "daterat_signerat", "uppfoljt", "avslut", "sip",
    "skyddsatgarder",
)  # fmt: skip
CRITERIA: Mapping[str, tuple[str, ...]] = {
    "sol": BOTH_ACTS,
    "lss": BOTH_ACTS,
    "hsl": ("samtycke", "vardplan", "risk_fall", "risk_trycksar", "risk_nutrition",
            "risk_munhalsa", "lakemedel", "delegering", "signering", "installning",
            "daterat_signerat", "uppfoljt", "sip", "skyddsatgarder"),
}  # fmt: skip
ONLY_AT = {"omsorgskontakt": ("hemtjanst_norr",), "barnets_rost": ("familj", "ungdom", "relation")}
NOT_ASKED = {"avslut": 0.8, "sip": 0.5, "skyddsatgarder": 0.6, "delegering": 0.3, "samtycke": 0.1,
             "barnets_rost": 0.3}  # fmt: skip
LEVELS: Mapping[str, Mapping[str, float]] = {
    GRON: {"ja": 0.97, "delvis": 0.03},
    GUL: {"ja": 0.80, "delvis": 0.13, "nej": 0.07},
    ROD: {"ja": 0.52, "delvis": 0.20, "nej": 0.28},
}
TAKEN_CARE_OF = {GRON: 0.97, GUL: 0.8, ROD: 0.45}  # of the events that were reported
AREA = {"sol": SOL, "lss": SOL, "hsl": HSL}


def _revealing(row: Row, stream: Stream) -> Cell:
    return f"Planen ligger på {stream.pick(TEST_PERSONNUMMER)}."


KUND_FAULTS = (
    Fault("svar", "okänd kod", Effect.BLANKED, text("Nja"), 0, answered("svar")),
    Fault("kriterium", "okänt kriterium", Effect.QUARANTINED, text("Trivsel"), 0),
    Fault("kund_nr", "utanför urvalet", Effect.QUARANTINED, text(11), 0),
    Fault("kommentar", "personuppgift", Effect.MASKED, _revealing, 0),
)


def _more_than_reported(row: Row, stream: Stream) -> Cell:
    many = row.clean["rapporterade"]
    assert isinstance(many, int)
    return many + stream.integer(1, 4)


EVENT_FAULTS = (
    Fault("utredda", "fler utredda än rapporterade", Effect.BLANKED, _more_than_reported, 0),
    Fault("aterkopplade", "text i tal", Effect.BLANKED, text("de flesta"), 0),
)


def papers(book: Codebook, seed: int, visits: Sequence[Visit]) -> list[Row]:
    """One row a kund, law and criterion; one of them handed in again with another answer."""
    year, words = visits[0].year, Words(book)
    made = [
        _row(words, clean, visit.besoksdatum)
        for visit in visits
        for nr, kund in enumerate(besok.reviewed(seed, visit), start=1)
        for clean in _answers(seed, visit, nr, kund)
    ]
    stream = Stream(seed, "granskning", year)
    mess.vary(made, ("svar",), stream, 0.01)
    mess.spoil(made, KUND_FAULTS, stream)

    def change(row: Row, _: Stream) -> None:
        row.clean["svar"] = "delvis" if row.clean["svar"] == "ja" else "ja"
        row.cells["svar"] = words.write("svar", row.clean["svar"], Style())

    return made + mess.repeat(made, stream, 0, change, answered("svar"))


def events(book: Codebook, seed: int, visits: Sequence[Visit]) -> list[Row]:
    """One row a law and kind of event, at visits that look at events."""
    words = Words(book)
    made = [
        _row(words, clean, visit.besoksdatum)
        for visit in visits
        if visit.colour("avvikelser")
        for law in visit.place.lagrum
        for kind, usual in KINDS[law].items()
        for clean in [_counted(seed, visit, law, kind, usual)]
    ]
    mess.spoil(made, EVENT_FAULTS, Stream(seed, "avvikelsegranskning", visits[0].year))
    return made


def _answers(seed: int, visit: Visit, nr: int, kund: Record) -> Iterator[Record]:
    laws = kund["lagrum"]
    assert isinstance(laws, tuple)
    for law in laws:
        s = Stream(seed, "granskning", visit.besok_id, nr, law)
        level = LEVELS[visit.colour(AREA[law]) or GRON]
        own = [c for c, places in ONLY_AT.items() if visit.planned.place in places and law != "hsl"]
        second = s.chance(0.25)
        for criterion in (*CRITERIA[law], *own):
            answer = s.weighted(level)
            if s.chance(NOT_ASKED.get(criterion, 0)):
                answer = "ej_tillampligt"
            wanting = answer in ("delvis", "nej")
            yield {
                "besok_id": visit.besok_id,
                "kund_nr": nr,
                "lagrum": law,
                "kriterium": criterion,
                "svar": answer,
                "granskare": "MAS" if law == "hsl" else "SAS",
                "andra_granskare": "Kvalitetsutvecklare" if second else None,
                "var_i_akten": s.pick(WHERE) if s.chance(0.3) else None,
                "kommentar": s.pick(LACKING) if wanting and s.chance(0.6) else None,
            }


def _counted(seed: int, visit: Visit, law: str, kind: str, usual: int) -> Record:
    s = Stream(seed, "avvikelsegranskning", visit.besok_id, law, kind)
    share = TAKEN_CARE_OF[visit.colour("avvikelser")]
    many = s.integer(usual // 2 + 1, usual + usual // 2)
    looked_into = sum(s.chance(share) for _ in range(many))
    mended = sum(s.chance(0.9) for _ in range(looked_into))
    told = sum(s.chance(share) for _ in range(looked_into))
    return {
        "besok_id": visit.besok_id, "lagrum": law, "typ": kind, "rapporterade": many,
        "utredda": looked_into, "atgardade": mended, "aterkopplade": told,
        "kommentar": "Samma händelser återkommer." if share < 0.5 and s.chance(0.5) else None,
    }  # fmt: skip


def _row(words: Words, clean: Record, day: dt.date) -> Row:
    style = Style(short=day.year % 2 == 0)
    cells = {name: words.write(name, value, style) for name, value in clean.items()}
    return Row(cells, clean, dt.datetime.combine(day, dt.time(13)))
