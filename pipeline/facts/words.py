"""A definition in Swedish words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from pipeline.facts.statistics import STATISTICS

Words = tuple[str, tuple[tuple[str, str], ...]]


def definition_words(definition: Mapping[str, Any]) -> Words:
    """A definition as a Swedish sentence, and its conditions as (label, SQL)."""
    tell = _TELLERS.get(definition.get("kind", ""))
    if tell is None:
        rest = json.dumps(definition, ensure_ascii=False, sort_keys=True)
        return "Annat slag av faktum.", (("Definition", rest),)
    return tell(definition)


def _condition(label: str, sql: str | None) -> tuple[tuple[str, str], ...]:
    return () if not sql or sql.upper() == "TRUE" else ((label, sql),)


def _counted(d: Mapping[str, Any]) -> str:
    return f"olika {d['distinct']}" if d.get("distinct") else "rader"


def _count(d: Mapping[str, Any]) -> Words:
    rows = _condition("Rader", d.get("where"))
    return f"Antal {_counted(d)} i {d['dataset']}{', alla' if not rows else ''}.", rows


def _share(d: Mapping[str, Any]) -> Words:
    return (
        f"Andel av {_counted(d)} i {d['dataset']}.",
        _condition("Täljare", d.get("where")) + _condition("Nämnare", d.get("of")),
    )


def _mean(d: Mapping[str, Any]) -> Words:
    text = f"Medelvärde av {d['column']} i {d['dataset']}."
    return text, _condition("Rader", d.get("where"))


def _sum(d: Mapping[str, Any]) -> Words:
    return f"Summan av {d['column']} i {d['dataset']}.", _condition("Rader", d.get("where"))


def _sd(d: Mapping[str, Any]) -> Words:
    text = f"Standardavvikelsen (delad med n − 1) för {d['column']} i {d['dataset']}."
    return text, _condition("Rader", d.get("where"))


def _gas(d: Mapping[str, Any]) -> Words:
    what = "Standardavvikelsen för" if "spread" in d else "Medelvärdet av"
    text = (
        f"{what} T-värdet enligt Goal Attainment Scaling (Kiresuk & Sherman 1968), ett T "
        f"för varje {d['distinct']} i {d['dataset']}, av {d['column']} vägt med {d['weight']}: "
        "50 + 10Σwx / √(0,7Σw² + 0,3(Σw)²)."
    )
    return text, _condition("Rader", d.get("where"))


def _quantile(d: Mapping[str, Any]) -> Words:
    q = str(d["q"])
    what = "Median" if q in ("0.5", "1/2") else f"Kvantilen {q.replace('.', ',')}"
    return f"{what} av {d['column']} i {d['dataset']}.", _condition("Rader", d.get("where"))


def _statistic(d: Mapping[str, Any]) -> Words:
    part = f", {d['part']}" if d.get("part") else ""
    level = f", konfidensgrad {str(d['confidence']).replace('.', ',')}" if "confidence" in d else ""
    known = STATISTICS.get(d["function"])
    what = known.words if known else f"Statistiskt mått {d['function']}"
    return f"{what}{part}{level}.", ()


def _derived(d: Mapping[str, Any]) -> Words:
    what = {
        "+": "Summan av de två fakta som det bygger på",
        "-": "Det första av de två fakta som det bygger på minus det andra",
        "/": "Det första av de två fakta som det bygger på delat med det andra",
    }
    return f"{what.get(d['op'], d['op'])}.", ()


def _cited(d: Mapping[str, Any]) -> Words:
    text = f"Citerat från {d['source']}: kolumnen {d['column']} i {d['dataset']}."
    return text, _condition("Rad", d.get("where"))


def _constant(d: Mapping[str, Any]) -> Words:
    return f"Fast värde: {d['why']}.", ()


def _word(d: Mapping[str, Any]) -> Words:
    words = ", ".join(f"”{w}”" for w in d["words"])
    if d.get("rule") == "largest":
        return f"Vilken av {words} som har det största talet.", ()
    if d.get("rule") == "grade":
        low, high = (str(d[k]).replace(".", ",") for k in ("rod_under", "gron_minst"))
        return (
            f"Förslag efter den minsta av andelarna: {words} (minst {high}, däremellan, under "
            f"{low}, inget att räkna). Regeln är kommunens egen och gäller bara förslaget.", ()
        )  # fmt: skip
    if d.get("rule") == "gravest":
        return f"Den allvarligaste bedömningen som någon iakttagelse har, av {words}.", ()
    if d.get("rule") == "agreement":
        return f"Ordval mellan {words}: om beslutet är det som föreslogs.", ()
    return f"Ordval mellan {words} (lika, större, mindre) efter talet som det visas.", ()


_TELLERS: Mapping[str, Callable[[Mapping[str, Any]], Words]] = {
    "count": _count, "share": _share, "mean": _mean, "quantile": _quantile, "sum": _sum,
    "sd": _sd, "gas": _gas,
    "statistic": _statistic, "derived": _derived, "cited": _cited, "constant": _constant,
    "word": _word,
}  # fmt: skip
