"""Answers in free text, those that may be quoted, and the themes that people found in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow.compute as pc

from pipeline.facts.dataset import codebooks, open_dataset
from pipeline.forms.codebook import Codebook, Field
from pipeline.privacy.screen import KINDS, mask_answer
from pipeline.workspace import Workspace

THEMES, APPROVED = "fritext_teman", "fritext_godkand"
_MASKED = re.compile(r"\[(?:" + "|".join(map(re.escape, KINDS)) + r")\]")
Place = tuple[str, str, int, str]  # form, source, row, field


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, screened. `approved_by`: the role that let it be quoted as it now stands;
    `lapsed`: it was approved with another wording, or holds something that tells who."""

    form: str
    field: str
    source: str
    row: int
    text: str
    themes: tuple[str, ...] = ()
    approved_by: str = ""
    lapsed: bool = False


def forms(workspace: Workspace) -> Mapping[str, Codebook]:
    """The forms that ask for answers in free text, or take such beside their alternatives."""
    books = codebooks(workspace.raw)
    return {n: b for n, b in books.items() if n != APPROVED and any(map(column_of, b.fields))}


def column_of(field: Field) -> str:
    """The column of a question that holds answers in free text; empty where it takes none."""
    if field.freetext:
        return field.name
    return field.own_words_column if field.own_words else ""


def answers(workspace: Workspace, year: int, form: str) -> Iterator[Answer]:
    """Every answer in free text of a form and year, by field and then as the rows lie."""
    table = open_dataset(workspace, form, year, year).table
    if table is None:
        return
    themes, approved = _themes(workspace, year), _approved(workspace, year)
    asked = ((f, c) for f in codebooks(workspace.raw)[form].fields if (c := column_of(f)))
    for field, column in ((f, c) for f, c in asked if c in table.column_names):
        there = table.select(["_kalla", "_rad", column]).filter(pc.is_valid(table[column]))
        for r in there.to_pylist():
            place = (form, r["_kalla"], r["_rad"], field.name)
            text, kinds = mask_answer(r[column])
            let = approved.get(place)
            same = let is not None and let[0].strip() == r[column].strip()
            telling = bool(kinds) or _MASKED.search(text) is not None
            yield Answer(
                form, field.name, r["_kalla"], r["_rad"], text, themes.get(place, ()),
                let[1] if let and same and not telling else "",
                let is not None and (not same or telling),
            )  # fmt: skip


def _themes(workspace: Workspace, year: int) -> dict[Place, tuple[str, ...]]:
    found: dict[Place, set[str]] = {}
    for r in _rows(workspace, year, THEMES):
        found.setdefault(_place(r), set()).add(r["tema"])
    return {place: tuple(sorted(themes)) for place, themes in found.items()}


def _approved(workspace: Workspace, year: int) -> dict[Place, tuple[str, str]]:
    return {_place(r): (r["text"], r["godkand_av"]) for r in _rows(workspace, year, APPROVED)}


def _rows(workspace: Workspace, year: int, name: str) -> list[dict[str, str]]:
    table = open_dataset(workspace, name, year, year).table
    return [] if table is None else table.to_pylist()


def _place(row: Mapping[str, str]) -> Place:
    return row["formular"], row["kalla"], int(row["rad"]), row["fraga"]
