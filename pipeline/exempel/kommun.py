"""`kommun.toml` and the survey's codebook of Exempelkommun."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from pipeline.exempel import besok, world
from pipeline.workspace import Kommun, Option

SURVEY = Path(__file__).parent / "brukarenkat.json"
LOGO = Path(__file__).parent / "logotyp.svg"


OWN_MEASURES = """\
# Egna mått: de visas bland årets nyckeltal. where: raderna som räknas. Med of blir måttet en
# andel av de raderna, och målet är i procent.
[[matt]]
namn = "informerade_vid_start"
titel = "Informerade om uppföljningen vid start"
tabell = "bakgrund"
where = "informerad_datum IS NOT NULL"
of = "startdatum IS NOT NULL"
mal = 95
riktning = "högre"

[[matt]]
namn = "lang_vantan"
titel = "Väntade mer än fyra veckor på första besöket"
tabell = "brukarenkat"
where = "veckor_vantan > 4"
of = "veckor_vantan IS NOT NULL"
mal = 50
riktning = "lägre"

[[matt]]
namn = "inget_samtal_erbjudet"
titel = "Avslut där inget samtal erbjöds"
tabell = "avslut"
where = "NOT erbjuden"
mal = 15
riktning = "lägre"
enhet = "antal"
"""

MEETINGS = (  # of ledningsgruppen in the year after the newest one measured
    ("03-25", "Årets diagram: vad ska analyserna svara på?"),
    ("05-13", "Enheternas analyser och slutsatser"),
    ("05-27", "Handlingsplan och prioriteringar"),
    ("10-14", "Uppföljning av handlingsplanen"),
    ("12-02", "Kvalitetsberättelsen"),
)


def kommun() -> Kommun:
    """The lists that `kommun.toml` holds, for codebooks."""
    return Kommun(
        namn=world.NAMN,
        kod=world.KOD,
        sektor=world.SEKTOR,
        enheter=tuple(Option(k, e.namn, e.alias) for k, e in world.ENHETER.items()),
        insatser=tuple(Option(k, i.namn, i.alias) for k, i in world.INSATSER.items()),
        foljs_upp=besok.FOLJS_UPP,
    )


def toml_bytes(years: Sequence[int]) -> bytes:
    """The file as a municipality would keep it."""
    lines = [
        "# Exempelkommun finns inte. Alla enheter, klienter och svar är påhittade.",
        f'namn = "{world.NAMN}"',
        f'kod = "{world.KOD}"  # finns inte bland Sveriges kommunkoder',
        f'sektor = "{world.SEKTOR}"',
        f"per_datum = {dt.date(max(years) + 1, *world.TOLD_AS_OF)}",
        f'logotyp = "{LOGO.name}"  # påhittad, till omslagen',
        f'kontakt = "{world.KONTAKT}"  # finns inte',
        "",
        "# Kommuner att jämföra med. Värdena i mappen kolada är påhittade, också rikets.",
        "[kommuner]",
        f'"{world.KOD}" = "{world.NAMN}"',
        '"0000" = "Riket (påhittade värden)"',
        "",
        "# Enheterna. alias: andra sätt att skriva namnet som förekommer i filerna.",
    ]
    for code, enhet in world.ENHETER.items():
        lines += ["[[enheter]]", *_option(code, enhet.namn, enhet.alias), ""]
    lines += ["# Det som SAS och MAS följer upp utöver enheterna."]
    for o in besok.FOLJS_UPP:
        lines += ["[[verksamheter]]", *_option(o.value, o.label, o.aliases), ""]
    lines += ["# Kommunens egen katalog av insatser."]
    for code, insats in world.INSATSER.items():
        lines += ["[[insatser]]", *_option(code, insats.namn, insats.alias), ""]
    lines += [OWN_MEASURES]
    lines += [
        "# Instrumentens mätsäkerhet: standardavvikelse vid start och reliabilitet, med källa.",
        "[instrument.asi]",
        "sd = 2.5",
        "reliabilitet = 0.85",
        'kalla = "påhittade värden för Exempelkommun"',
        "",
        "# Årshjulet: det som rutinen lämnar öppet, och ledningsgruppens egen kalender (FLG).",
        "[arshjul.utskick]",
        'ansvarig = "kvalitetsutvecklare"',
        "",
        "[arshjul.svar]",
        'ansvarig = "kvalitetsutvecklare"',
        "",
        "[arshjul.kvalitetsberattelse]",
        'senast = "18 december"',
        'ansvarig = "SAS"',
    ]
    for day, what in MEETINGS:
        lines += ["", "[[flg]]", f"datum = {max(years) + 1}-{day}", f'vad = "{what}"']
    return ("\n".join(lines) + "\n").encode()


def _option(code: str, name: str, aliases: Sequence[str]) -> list[str]:
    made = [f'kod = "{code}"', f'namn = "{name}"']
    if aliases:
        made.append("alias = [" + ", ".join(f'"{a}"' for a in aliases) + "]")
    return made
