"""What Kolada's measures of the survey of users of individual and family care are called: Kolada's
own titles, shortened (ages and units left out; kolada.se, the list of measures of March 2026)."""

from __future__ import annotations

from collections.abc import Mapping

_ITEMS = (
    "få kontakt", "tydlig information", "visar förståelse", "inflytande", "påverka hjälp",
    "helhetssyn", "förbättrad situation",
)  # fmt: skip
_OPEN = ("få kontakt", "tydlig information", "visar förståelse", "prata om viktiga saker",
         "inflytande")  # fmt: skip
_OPEN_LAST = (
    "helhetssyn", "framföra synpunkter eller klagomål", "träffat behandlaren flera gånger",
    "antal svar", "svarsfrekvens",
)  # fmt: skip
_GROUPS = (
    ("U", 30447, "Individ- och familjeomsorg totalt", _ITEMS),
    ("U", 35538, "Missbruksvård", _ITEMS),
    ("U", 33575, "Barn- och ungdomsvård", _ITEMS),
    ("N", 33840, "Öppna insatser, omsorgspersoner",
     (*_OPEN, "förbättrad situation för dig", "förbättrad situation för barnen", *_OPEN_LAST)),
    ("N", 33852, "Öppna insatser, ungdomar",
     (*_OPEN, "förbättrad situation för dig", *_OPEN_LAST)),
)  # fmt: skip
SURVEY: Mapping[str, str] = {
    f"{letter}{first + place}": f"{group}: {item}"
    for letter, first, group, items in _GROUPS
    for place, item in enumerate(items)
}


def parted(kpi: str) -> tuple[str, str]:
    """A survey measure's part of care and its question; of one that is not known here the id."""
    group, _, item = SURVEY.get(kpi, "").partition(": ")
    return group, item[:1].upper() + item[1:] or kpi


def per_cent(kpi: str) -> bool:
    """Whether a measure is known to be told in per cent."""
    return kpi in SURVEY and not SURVEY[kpi].endswith("antal svar")


def called(kpi: str) -> str:
    """A measure's name and id; the id alone of one that is not known here."""
    return f"{SURVEY[kpi]} ({kpi})" if kpi in SURVEY else kpi
