"""What one column holds, by its structure where there is one, else by its answers alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.intake.choices import text_of
from pipeline.intake.drafting.answers import HIGHEST, Options, dates, numbers, options, parts, texts
from pipeline.intake.drafting.categories import (
    Listed,
    Values,
    from_labels,
    from_texts,
    missing_codes,
    with_own_words,
)
from pipeline.intake.drafting.material import (
    DATE,
    GRID,
    ID,
    NUMBER,
    SEVERAL,
    SINGLE,
    TEXT,
    Asked,
    Material,
)
from pipeline.intake.drafting.scales import agrees, is_missing
from pipeline.intake.drafting.series import same_answers

# Tools that put an answer in own words among those that are chosen.
MIXING = frozenset(("microsoft_forms", "google_forms"))
Doc = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """What one column holds: a part of its field, and how it was told. `kind`: as in material."""

    kind: str
    doc: Doc
    listed: Listed | None = None
    found: Options | None = None
    asks: tuple[tuple[str, str, str], ...] = ()  # text, what to do, topic


def shape(column: Asked, material: Material) -> Shape:
    """What a column holds, by its structure where there is one, else by its answers."""
    answers = column.answers
    counts = texts(answers)
    if column.kind == ID:
        return Shape(ID, {"type": "string", "identifies": True})
    if column.kind == TEXT:
        return Shape(TEXT, _free())
    if column.labels:
        return _labelled(column, counts)
    if column.kind == DATE or (not column.kind and dates(answers)):
        return Shape(DATE, {"type": "date"})
    values = numbers(answers)
    if column.kind == NUMBER and (values or not counts):
        return Shape(NUMBER, _number(column, values or []))
    if values is not None and not column.delimiter:
        return _counted(column, values)
    listed = material.closed or column.kind in (SINGLE, GRID)
    found = options(counts, listed, column.delimiter, material.tool)
    if found is None or not found.counts:
        return _own_words(column, counts)
    return _chosen(column, found, material)


def _labelled(column: Asked, counts: Counter[str]) -> Shape:
    if column.kind == SEVERAL:
        listed = from_labels(column.labels, Counter())
        entries = listed.categories if listed else ()
        doc = {"type": "list", "categories": [{**c, "value": str(c["value"])} for c in entries]}
        return Shape(SEVERAL, doc | {"delimiter": column.delimiter or ";"}, listed)
    listed = from_labels(column.labels, counts)
    if listed is None:
        values = numbers(Counter({t: n for t, n in counts.items()}))
        if values is None and counts:
            return Shape(TEXT, _free())
        gone = missing_codes(column.labels)
        doc = _number(column, values or []) | ({"missingValues": gone} if gone else {})
        return Shape(NUMBER, doc)
    asks = []
    if listed.reversed:
        asks.append(
            (
                f"Filens siffror för ”{column.whole}” går från högt till lågt. Svaren visas i "
                "skalans ordning, med filens siffror som värden.",
                "",
                "bakvänd",
            )
        )
    return Shape(column.kind or SINGLE, closed(listed), listed, asks=tuple(asks))


def _counted(column: Asked, values: Sequence[float | int]) -> Shape:
    asks = []
    whole = all(isinstance(n, int) or float(n).is_integer() for n in values)
    if whole and len({*values}) > 1 and min(values) >= 0 and max(values) <= HIGHEST:
        asks.append(
            (
                f"Svaren på ”{column.whole}” är heltal från {int(min(values))} till "
                f"{int(max(values))} och läses som ett antal.",
                "Är det en skala: lägg till categories med vad siffrorna betyder.",
                "antal",
            )
        )
    return Shape(NUMBER, _number(column, values), asks=tuple(asks))


def _number(column: Asked, values: Sequence[float | int]) -> Doc:
    whole = bool(values) and all(isinstance(n, int) or float(n).is_integer() for n in values)
    whole = whole and not any("%" in t for t in texts(column.answers))
    doc: Doc = {"type": "integer" if whole else "number"}
    limits: Doc = {}
    if column.minimum is not None:
        limits["minimum"] = column.minimum
    elif values and min(values) >= 0:
        limits["minimum"] = 0
    if column.maximum is not None:
        limits["maximum"] = column.maximum
    if limits:
        doc["constraints"] = limits
    gone = [t for t in texts(column.answers) if is_missing(t)]
    return doc | ({"missingValues": gone} if gone else {})


def _own_words(column: Asked, counts: Counter[str]) -> Shape:
    asks = []
    again = sum(n for n in counts.values() if n > 1)
    longest = max(map(len, counts), default=0)
    if counts and longest <= 60 and (again > 0.4 * sum(counts.values()) or len(counts) < 4):
        asks.append(
            (
                f"Svaren på ”{column.whole}” är korta, men för olika eller för få för att vara "
                "säkra alternativ. De läses som fritext och visas inte.",
                "Är det en fråga med svarsalternativ: skriv dem i categories och ta bort freetext.",
                "kort",
            )
        )
    return Shape(TEXT, _free(), asks=tuple(asks))


def _chosen(column: Asked, found: Options, material: Material) -> Shape:
    by_file = [_by_option(g, found) for g in column.given]
    renamed, unsure = same_answers(by_file)
    aliases: dict[str, list[str]] = {}
    for old, new in renamed.items():
        aliases.setdefault(new, []).append(old)
    kept = [t for t in _ordered(found.counts, by_file) if t not in renamed]
    listed = from_texts(kept, aliases)
    asks = [
        (
            f"Svaret ”{old}” på ”{column.whole}” räknas som ”{new}”.",
            "Är det två svar: ta bort det gamla ur aliases och lägg det som en egen kategori.",
            "",
        )
        for old, new in unsure
    ]
    own = bool(found.own) and material.tool in MIXING
    if found.delimiter:
        categories = [{**c, "value": str(c["value"])} for c in from_texts(kept, aliases).categories]
        names = Values.among([*kept, *renamed])
        for c in categories:
            c["value"] = names.of(c["label"])
        doc: Doc = {"type": "list", "delimiter": found.delimiter, "categories": categories}
        if own:
            doc["categories"] = with_own_words(categories)
        elif not material.closed:
            doc["severity"] = "info"  # somebody's own words beside what was ticked: the ticks count
        return Shape(SEVERAL, doc, listed, found, tuple(asks))
    made = closed(listed)
    if own and made["type"] == "string":
        made["categories"] = with_own_words(made["categories"])
    return Shape(SINGLE, made, listed, found, tuple(asks))


def _by_option(given: Mapping[Any, int], found: Options) -> dict[str, int]:
    """How many of one file gave each answer that is written down."""
    counts: dict[str, int] = {}
    for cell, n in given.items():
        whole = text_of(cell)
        these = parts(whole, found.delimiter) if found.delimiter else (whole,)
        for t in [whole] if whole in found.counts else these:
            if t in found.counts:
                counts[t] = counts.get(t, 0) + n
    return counts


def _ordered(counts: Mapping[str, int], by_file: Sequence[Mapping[str, int]]) -> list[str]:
    """Most given first; the same order from the same answers."""
    return sorted(counts, key=lambda t: (not agrees(t), -counts[t], t))


def closed(listed: Listed) -> Doc:
    """The part of a field that its categories are."""
    doc: Doc = {"type": listed.type, "categories": [dict(c) for c in listed.categories]}
    return doc | ({"categoriesOrdered": True} if listed.ordered else {})


def _free() -> Doc:
    return {"type": "string", "freetext": True}
