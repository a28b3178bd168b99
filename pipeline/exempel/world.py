"""Exempelkommun: four units, their insatser and clients, and the truth about them.

Everything here is invented. What the data are drawn from, so that a computed share can be held
against it:

- unit of a started insats `Enhet.andel`, women `Enhet.kvinnor` of those with a known sex
  (2.5 % have another sex or none), problems `Enhet.problem` (but `Insats.galler`, `NOT_FOR`)
- broken off `Enhet.avbryter`, falling on `BREAKS`; the other ends on `ENDS` (in the first year
  the share is higher, for those that are broken off end sooner)
- a conversation offered `offered(year)`, answered `Enhet.svarar` (0.7 times it when broken off)
- satisfied (4 or 5) among those with an opinion `satisfied(...)`: by unit, rising 3 points a
  year, lower for the result than for the contact and lower when broken off
- of each question 4 % answer `vet_ej` and 2 % of the rest leave it; 12 % of answers come late
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NAMN, KOD, SEKTOR = "Exempelkommun", "9999", "Öppenvård"
KONTAKT = "kontaktcenter@exempelkommun.example"
EPOCH = 2023  # the year that the levels below are stated for
TOLD_AS_OF = (5, 29)  # month and day after the newest year: analyses and plan are there


@dataclass(frozen=True, slots=True)
class Insats:
    """`dagar`: mean length, lengths are uniform between 0.4 and 1.6 times it; `galler`: the
    problem that everyone with this insats has."""

    namn: str
    kod: str  # in the case system
    dagar: int
    malgrupper: tuple[str, ...]
    alias: tuple[str, ...] = ()
    galler: str = ""


@dataclass(frozen=True, slots=True)
class Enhet:
    """`nojda`: share satisfied (4 or 5) with the contact in EPOCH among those who did not break
    off; `svarar`: share of those offered who answer; `avbryter`: share broken off."""

    namn: str
    prefix: str
    alias: tuple[str, ...]
    felstavad: str  # no alias has this one
    andel: float
    kvinnor: float
    nojda: float
    svarar: float
    avbryter: float
    malgrupper: Mapping[str, tuple[float, int, int]]  # weight, lowest and highest age
    insatser: tuple[str, ...]
    problem: Mapping[str, float]


BARN, FORALDER, FAMILJ, VUXEN, NARSTAENDE = (
    "barn_ungdom", "foralder", "familj", "vuxen", "narstaende",
)  # fmt: skip

INSATSER: Mapping[str, Insats] = {
    "familjebehandling": Insats("Familjebehandling", "4101", 210, (FAMILJ, BARN, FORALDER)),
    "fft": Insats("Funktionell familjeterapi", "4102", 150, (FAMILJ, BARN), ("FFT",)),
    "komet": Insats("Komet", "4103", 90, (FORALDER,), ("Komet föräldrar",)),
    "cosp": Insats("Trygghetscirkeln", "4104", 75, (FORALDER,), ("COS-P", "COSP")),
    "foraldrastod": Insats("Föräldrastöd i hemmet", "4105", 180, (FORALDER,), ("Föräldrastöd",)),
    "hap": Insats("HAP", "4201", 80, (BARN, VUXEN), ("Hasch-HAP",), "narkotika"),
    "repulse": Insats("Repulse", "4202", 85, (BARN,)),
    "art": Insats("ART", "4203", 100, (BARN,), ("Aggression Replacement Training",)),
    "ungdomssamtal": Insats("Stödsamtal ungdom", "4204", 120, (BARN, VUXEN), ("Ungdomssamtal",)),
    "skkp": Insats("Särskilt kvalificerad kontaktperson", "4205", 240, (BARN,), ("SKKP",)),
    "met": Insats("MET", "4301", 70, (VUXEN,), ("Motivationshöjande behandling",)),
    "cra": Insats("CRA", "4302", 160, (VUXEN,), ("Community Reinforcement Approach",)),
    "aterfallsprevention": Insats("Återfallsprevention", "4303", 110, (VUXEN,), ("ÅP",)),
    "kbt": Insats("KBT", "4304", 140, (VUXEN,), ("Kognitiv beteendeterapi",)),
    "tolvsteg": Insats("Tolvstegsbehandling", "4305", 120, (VUXEN,), ("12-steg", "Tolvsteg")),
    "boendestod": Insats("Boendestöd", "4306", 420, (VUXEN,)),
    "craft": Insats("CRAFT", "4307", 60, (NARSTAENDE,), ("Anhörigstöd",)),
    "trappan": Insats("Trappan", "4401", 95, (BARN,), ("Trappansamtal",), "bevittnat_vald"),
    "stodsamtal_vald": Insats(
        "Stödsamtal våldsutsatta", "4402", 150, (VUXEN,), ("Stödsamtal våld",), "vald_utsatt"
    ),
    "atv": Insats("ATV", "4403", 200, (VUXEN,), ("Alternativ till våld",), "vald_utovat"),
    "project_support": Insats("Project Support", "4404", 170, (FORALDER,)),
}

ENHETER: Mapping[str, Enhet] = {
    "familj": Enhet(
        "Familjeteamet", "FT", ("Familjeteam", "Fam.teamet", "Familje teamet"), "Famljeteamet",
        andel=0.30, kvinnor=0.56, nojda=0.78, svarar=0.78, avbryter=0.16,
        malgrupper={BARN: (0.35, 4, 17), FORALDER: (0.45, 22, 52), FAMILJ: (0.20, 2, 17)},
        insatser=("familjebehandling", "fft", "komet", "cosp", "foraldrastod"),
        problem={
            "foraldraformaga": 0.58, "familjekonflikt": 0.52, "psykisk_ohalsa": 0.30,
            "skola": 0.26, "npf": 0.28, "skolfranvaro": 0.20, "vardnad_umgange": 0.18,
            "ekonomi": 0.12, "bevittnat_vald": 0.10, "natverk_ensamhet": 0.12, "annat": 0.04,
        },
    ),
    "ungdom": Enhet(
        "Ungdomsmottagningen", "UM", ("Ungdomsmottagning", "Ungdomsmott.", "UM"), "Ungdomsmotagn",
        andel=0.25, kvinnor=0.40, nojda=0.72, svarar=0.66, avbryter=0.24,
        malgrupper={BARN: (0.86, 13, 20), VUXEN: (0.14, 21, 24)},
        insatser=("hap", "repulse", "art", "ungdomssamtal", "skkp"),
        problem={
            "narkotika": 0.40, "alkohol": 0.22, "normbrytande": 0.34, "kriminalitet": 0.22,
            "skola": 0.30, "skolfranvaro": 0.34, "psykisk_ohalsa": 0.38, "familjekonflikt": 0.28,
            "sjalvskada": 0.12, "npf": 0.24, "spel": 0.05, "hedersvald": 0.04, "annat": 0.03,
        },
    ),
    "beroende": Enhet(
        "Beroendeteamet", "BT", ("Beroendeteam", "Beroende teamet"), "Beroendetemat",
        andel=0.27, kvinnor=0.34, nojda=0.70, svarar=0.60, avbryter=0.28,
        malgrupper={VUXEN: (0.90, 18, 72), NARSTAENDE: (0.10, 25, 78)},
        insatser=("met", "cra", "aterfallsprevention", "kbt", "tolvsteg", "boendestod", "craft"),
        problem={
            "alkohol": 0.62, "narkotika": 0.36, "lakemedel": 0.16, "spel": 0.09,
            "psykisk_ohalsa": 0.46, "ekonomi": 0.32, "boende": 0.22, "natverk_ensamhet": 0.34,
            "kriminalitet": 0.12, "foraldraformaga": 0.10, "vald_utsatt": 0.08, "annat": 0.03,
        },
    ),
    "relation": Enhet(
        "Relationsvåldsteamet", "RT", ("Relationsvåldsteam", "Våld i nära relation", "VINR"),
        "Relationsteamet",
        andel=0.18, kvinnor=0.70, nojda=0.82, svarar=0.74, avbryter=0.14,
        malgrupper={BARN: (0.25, 6, 17), VUXEN: (0.60, 18, 68), FORALDER: (0.15, 24, 50)},
        insatser=("trappan", "stodsamtal_vald", "atv", "project_support"),
        problem={
            "vald_utsatt": 0.56, "vald_utovat": 0.22, "bevittnat_vald": 0.38, "hedersvald": 0.14,
            "psykisk_ohalsa": 0.40, "vardnad_umgange": 0.28, "ekonomi": 0.20, "boende": 0.18,
            "foraldraformaga": 0.16, "familjekonflikt": 0.20, "natverk_ensamhet": 0.22,
        },
    ),
}  # fmt: skip

# Problems that a target group does not have.
NOT_FOR = {
    BARN: ("vald_utovat", "ekonomi", "boende"),
    VUXEN: ("bevittnat_vald", "vardnad_umgange", "skola", "skolfranvaro"),
    NARSTAENDE: ("kriminalitet", "boende", "foraldraformaga"),
}
# Share of ended insatser by cause: `avbryter` of the unit falls on the first three.
BREAKS = {"avbrots_klient": 0.55, "uteblev": 0.33, "avbrots_verksamhet": 0.12}
ENDS = {
    "planenligt": 0.83, "annan_insats": 0.06, "flytt": 0.05, "placering": 0.025,
    "annat": 0.02, "avliden": 0.005, "saknas": 0.01,
}  # fmt: skip
INITIATIV = {
    "vuxen": {"sjalv": 0.38, "socialsekreterare": 0.24, "vard": 0.14, "frivard": 0.08,
              "narstaende": 0.08, "polis": 0.04, "annan": 0.04},
    "barn": {"foralder": 0.26, "orosanmalan": 0.24, "socialsekreterare": 0.18, "skola": 0.14,
             "elevhalsa": 0.10, "polis": 0.05, "sjalv": 0.03},
}  # fmt: skip
BORTFALL = {
    True: {"avbojt": 0.48, "ej_nadd": 0.40, "sprak": 0.05, "olampligt": 0.07},
    False: {"ej_erbjuden": 0.78, "olampligt": 0.12, "ej_nadd": 0.10},
}
VET_EJ, UNANSWERED = 0.04, 0.02  # of each question, in this order
FEWER_SATISFIED_WHEN_BROKEN_OFF = 0.28
FEWER_SATISFIED_WITH_RESULT = 0.08
LATE = 0.12  # answers that come 32 to 90 days after the end; the others within 25


def offered(year: int) -> float:
    """Share of ended insatser where a conversation or survey is offered: 80 % and rising."""
    return min(0.95, max(0.5, 0.80 + 0.05 * (year - EPOCH)))


def satisfied(enhet: str, year: int, broken_off: bool, with_result: bool = False) -> float:
    """Share of answers 4 or 5 among those with an opinion: rises by 3 points a year."""
    level = ENHETER[enhet].nojda + 0.03 * (year - EPOCH)
    level -= FEWER_SATISFIED_WHEN_BROKEN_OFF if broken_off else 0
    level -= FEWER_SATISFIED_WITH_RESULT if with_result else 0
    return min(0.97, max(0.05, level))
