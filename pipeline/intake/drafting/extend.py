"""A further year in a codebook that is in use: what is new in the file is added, and nothing that
stands in the codebook is changed or taken away."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline.forms.codebook import Codebook, codebook_of
from pipeline.intake.choices import Choices
from pipeline.intake.drafting.answers import alike
from pipeline.intake.drafting.asks import Ask, gathered
from pipeline.intake.drafting.categories import Values
from pipeline.intake.drafting.draft import Drafted
from pipeline.intake.drafting.fields import Draft, drafted
from pipeline.intake.drafting.material import Asked, Material
from pipeline.intake.drafting.series import SAME_ANSWER, SAME_QUESTION, SURE, joined
from pipeline.intake.drafting.sources import explained
from pipeline.intake.headers import fit
from pipeline.workspace import Kommun

Doc = dict[str, Any]


def extended(doc: Mapping[str, Any], found: Sequence[Material], kommun: Kommun) -> Drafted:
    """The codebook `doc` with the questions and answers of further files."""
    made = copy.deepcopy(dict(doc))
    whole = joined(explained(found))
    new = drafted(whole.material)
    where = f"Kodboken {made['name']}"
    book = codebook_of(made, where, kommun)
    known = _matched(book, new)
    asks = list(whole.asks)
    said = list(whole.material.said) + new.said
    by_name = {f["name"]: f for f in made["fields"]}
    free = [f for f in made["fields"] if f["name"] not in known.values()]
    for field in new.fields:
        name = field["name"]
        column = new.columns[name][0]
        if name in known:
            asks += _answers(by_name[known[name]], field, book, column)
            continue
        near = _nearest(field, column, free)
        if near is not None:
            score, old = near
            free.remove(old)
            asks += _renamed(old, field, column, score)
            asks += _answers(old, field, codebook_of(made, where, kommun), column)
        else:
            _added(made, field, new, by_name)
            asks.append(
                Ask(
                    column.where,
                    f"Frågan ”{column.whole}” är ny och har lagts till som {field['name']}.",
                    "Har den hetat något annat: flytta rubriken till det fältets aliases.",
                )
            )
    if free:
        titles = ", ".join(f"”{f.get('title', f['name'])}”" for f in free[:10])
        rest = f" och {len(free) - 10} till" if len(free) > 10 else ""
        said.append(f"Kodboken har frågor som inte finns i filen: {titles}{rest}. De står kvar.")
    codebook_of(made, where, kommun)
    return Drafted(made, tuple(said), tuple(gathered(asks)))


def _matched(book: Codebook, new: Draft) -> dict[str, str]:
    """New field → the codebook's field that its columns are read as."""
    rows = [(name, c) for name, found in new.columns.items() for c in found]
    at = {
        j: name
        for name, places in fit([c.headers for _, c in rows], book).columns.items()
        for j in places
        if j >= 0
    }
    found: dict[str, str] = {}
    for j, (name, _) in enumerate(rows):
        if j in at:
            found.setdefault(name, at[j])
    return found


def _nearest(field: Doc, column: Asked, free: Sequence[Doc]) -> tuple[float, Doc] | None:
    """The field without a column in the file whose question is most like this one's."""
    several = "columns" in field
    scored = [
        (max(alike(t, o) for t in _texts(field, column) for o in _old(f)), -i, f)
        for i, f in enumerate(free)
        if ("columns" in f) == several and bool(f.get("freetext")) == bool(field.get("freetext"))
    ]
    best = max(scored, key=lambda s: (s[0], s[1]), default=None)
    return (best[0], best[2]) if best is not None and best[0] >= SAME_QUESTION else None


def _texts(field: Doc, column: Asked) -> tuple[str, ...]:
    """What a question is called. A row of a grid is compared by its row alone."""
    return (column.option,) if column.option and "columns" not in field else (str(field["title"]),)


def _old(field: Doc) -> tuple[str, ...]:
    return (str(field.get("title", field["name"])),)


def _renamed(old: Doc, field: Doc, column: Asked, score: float) -> list[Ask]:
    if "columns" in old:
        labels = {c["value"]: c.get("label", c["value"]) for c in old["categories"]}
        words = {c["value"]: c["label"] for c in field["categories"]}
        for entry in field["columns"]:
            text = words[entry["value"]]
            best = max(labels, key=lambda v: alike(str(labels[v]), text), default=None)
            if best is not None and alike(str(labels[best]), text) >= SAME_ANSWER:
                old["columns"].append({"header": entry["header"], "value": best})
            else:
                value = Values({str(v) for v in labels}).of(text)
                old["categories"].append({"value": value, "label": text})
                old["columns"].append({"header": entry["header"], "value": value})
    else:
        fresh = [h for h in (field["title"], *field.get("aliases", ())) if h not in _names(old)]
        old["aliases"] = [*old.get("aliases", ()), *dict.fromkeys(fresh)]
    if score >= SURE:
        return []
    return [
        Ask(
            column.where,
            f"Frågan ”{column.whole}” verkar vara den som har hetat ”{old.get('title')}”. Den nya "
            f"rubriken har lagts till i {old['name']}.",
            "Stämmer det inte: ta bort rubriken ur aliases och lägg frågan som ett eget fält.",
        )
    ]


def _names(field: Doc) -> set[str]:
    return {field["name"], field.get("title", ""), *field.get("aliases", ())}


def _answers(old: Doc, field: Doc, book: Codebook, column: Asked) -> list[Ask]:
    """Answers of the file that the codebook does not know, as aliases or as new ones."""
    if not isinstance(old.get("categories"), list) or "columns" in old:
        return []
    choices = Choices(book.field(old["name"]))
    entries = field.get("categories", ())
    seen = {f.value for c in entries if (f := choices.find(c["label"])) is not None}
    asks = []
    for entry in entries:
        text = entry["label"]
        if choices.find(text) is not None or choices.find(entry["value"]) is not None:
            continue
        near = [
            (alike(str(c.get("label", c["value"])), text), -i, c)
            for i, c in enumerate(_open(old, seen))
        ]
        score, _, best = max(near, key=lambda n: n[:2], default=(0.0, 0, None))
        if best is not None and score >= SAME_ANSWER:
            best["aliases"] = [*best.get("aliases", ()), text]
            seen.add(best["value"])
            what = f"räknas som ”{best.get('label', best['value'])}”"
            if score < SURE:
                asks.append(_asked(column, text, what))
            continue
        values = {str(c["value"]) for c in old["categories"] if isinstance(c, dict)}
        value: object = Values(values).of(text)
        if old.get("type") == "integer" and not entry.get("missing"):
            numbers = [
                c["value"]
                for c in old["categories"]
                if isinstance(c, dict) and isinstance(c["value"], int)
            ]
            free = isinstance(entry["value"], int) and entry["value"] not in numbers
            value = entry["value"] if free else max(numbers, default=0) + 1
        made = {"value": value, "label": text} | ({"missing": True} if entry.get("missing") else {})
        old["categories"].append(made)
        what = "är nytt och har lagts till sist"
        asks.append(_asked(column, text, what))
    return asks


def _open(old: Doc, seen: set[Any]) -> list[Doc]:
    """Categories that do not occur in the file: only these may have been renamed."""
    return [c for c in old["categories"] if isinstance(c, dict) and c["value"] not in seen]


def _asked(column: Asked, text: str, what: str) -> Ask:
    return Ask(
        column.where,
        f"Svaret ”{text}” på ”{column.whole}” {what}.",
        "Rätta categories i kodboken om det inte stämmer: ordning, värde eller aliases.",
    )


def _added(made: Doc, field: Doc, new: Draft, by_name: dict[str, Doc]) -> None:
    name, number = field["name"], 2
    while name in by_name:
        name, number = f"{field['name']}_{number}", number + 1
    columns = new.columns[field["name"]]
    field["name"] = name
    by_name[name] = field
    new.columns[name] = [replace(c) for c in columns]
    made["fields"].append(field)
    group = field.get("group")
    if group and all(g["name"] != group for g in made.setdefault("groups", [])):
        made["groups"].append(next(g for g in new.groups if g["name"] == group))
