"""Short names of fields, and what a question's words say of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipeline.forms.codebook import slug

LONGEST = 40
# Words of SQL that no column may be called.
_RESERVED = frozenset(
    "all analyse analyze and anti any array as asc asof at authorization binary both by case cast "
    "check collate column columns constraint create cross default deferrable desc describe "
    "distinct do else end except false fetch for foreign freeze from full generated glob group "
    "having ilike in initially inner intersect into is isnull join lambda lateral leading left "
    "like limit map natural not notnull null offset on only or order outer overlaps pivot placing "
    "positional primary qualify references returning right select semi show similar some struct "
    "summarize symmetric table tablesample then to trailing true try_cast tuple union unique "
    "unpack unpivot using variadic verbose when where window with".split()
)
_SENSITIVE = re.compile(
    r"diagnos|sjukdom|hälsa|hälso|psykisk|funktionsned|funktionshind|missbruk|\bberoende|alkohol|"
    r"narkotik|läkemed|våld|övergrepp|religio|etnisk|etnicit|hudfärg|sexuell|läggning|politisk|"
    r"fackförbund|fackligt|diabetes|health|disab|diagnos|illness|disease|abuse|violence|ethnic|"
    r"\brace\b|religion|sexual|union member|trade union|gender identity|könsidentitet|suicid|"
    r"självmord|\bbrott|crimin",
    re.IGNORECASE,
)
_GENDER = re.compile(r"\b(kön|gender|sex|juridiskt kön)\b|är du \.{3}|är du …", re.IGNORECASE)
_GENDERS = frozenset("kvinna man kvinnor män female male woman women men flicka pojke".split())


@dataclass(slots=True)
class Names:
    """Names that have been given; no two are the same."""

    used: set[str] = field(default_factory=set)

    def of(self, text: str) -> str:
        made = slug(text)
        if len(made) > LONGEST:
            cut = made[: LONGEST + 1].rpartition("_")[0]
            made = cut if len(cut) >= LONGEST // 2 else made[:LONGEST].strip("_")
        if made in _RESERVED:
            made = f"{made}_"
        if not made[0].isalpha():
            made = f"f_{made}"
        name, number = made.rstrip("_") if made not in _RESERVED else made, 2
        if name in _RESERVED:
            name = f"{name}_fraga"
        base = name
        while name in self.used:
            name, number = f"{base}_{number}", number + 1
        self.used.add(name)
        return name


def sensitive(text: str) -> bool:
    """Whether a question seems to be about what is sensitive (GDPR art. 9, or violence, crime)."""
    return bool(_SENSITIVE.search(text))


def about_gender(text: str, labels: list[str]) -> bool:
    """Whether a question asks for sex or gender, by its words or its answers."""
    answers = {w for label in labels for w in re.findall(r"\w+", label.casefold())}
    return bool(answers & _GENDERS) and (bool(_GENDER.search(text)) or len(labels) <= 4)
