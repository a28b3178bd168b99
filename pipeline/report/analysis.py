"""What people have concluded, as the report tells it: section by section, with date, roles,
decision and protocol; what nobody has written is said to be unwritten.

The texts name their numbers. While an edition is planned they are left out: a text may name
numbers of chapters that come later, and asks for none of its own.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from pipeline import markdown
from pipeline.analys import BRIEF, SECTOR, Analys, analyses
from pipeline.facts.fact import Fact, spliced
from pipeline.kalender import MONTHS
from pipeline.report import author, blocks, hidden
from pipeline.report.blocks import Block, Registry, Runs
from pipeline.report.context import current
from pipeline.report.named import FIELD, filled
from pipeline.workspace import load_kommun

UNWRITTEN = "Inte skriven än."
WHOLE = "Hela sektorn"
_ISO = re.compile(r"\b(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b")
_HELD = re.compile("\ue010(\\d+)\ue011")  # a number by name, while the text is read as Markdown


def show_analyses() -> None:
    """The analyses of every unit and of the sector; in the public edition those of the sector's
    that are marked as public."""
    here = current()
    if here.recorder is not None:
        return
    # The sector's few words about the year stand first in the report.
    written = [a for a in analyses(here.workspace, here.year) if a.avsnitt != BRIEF]
    if here.edition != "intern":
        outward = [a for a in written if a.enhet == SECTOR and a.publik and a.skriven]
        if not outward:
            author.say("Ingen analys är skriven för den här utgåvan än.", "missing")
        for each in outward:
            author.heading(each.titel, 3)
            _show(each)
        return
    names = {o.value: o.label for o in load_kommun(here.workspace.raw).enheter} | {SECTOR: WHOLE}
    for unit, name in names.items():
        author.heading(name, 3)
        for each in (a for a in written if a.enhet == unit):
            author.heading(each.titel, 4)
            _show(each)


def show_section(unit: str, section: str) -> None:
    """One analysis; in the public edition only a public one of the sector's."""
    here = current()
    if here.recorder is not None:
        return
    [each] = [
        a for a in analyses(here.workspace, here.year) if (a.enhet, a.avsnitt) == (unit, section)
    ]
    if here.edition == "intern" or each.publik or not each.skriven:
        _show(each)
    else:
        author.say("Analysen är inte skriven för den här utgåvan.", "missing")


def _show(each: Analys) -> None:
    if not each.skriven:
        author.say(UNWRITTEN, "missing")
        return
    for block in _blocks(each):
        blocks.display(block)
    author.say(_head(each), "note")


def _head(each: Analys) -> str:
    """When, by whom, with which decision."""
    day = each.datum
    assert day is not None
    roles = ", ".join(each.deltog)
    told = [f"Skriven {_day(day)}. Deltog: {roles}."]
    told += [f"Beslut: {filled(each.beslut).rstrip('.')}."] if each.beslut else []
    told += [f"{protocol(each)}."] if each.protokoll else []
    return " ".join(told)


def protocol(each: Analys) -> str:
    """How the protocol of a decision is told; its number is no number of ours."""
    told = _ISO.sub(_in_words, each.protokoll.rstrip("."))
    return f"Protokoll: {told}"


def _in_words(match: re.Match[str]) -> str:
    try:
        return _day(dt.date.fromisoformat(match[0]))
    except ValueError:  # the thirtieth of February
        return match[0]


def _day(day: dt.date) -> str:
    """In words: a printed line does not break inside them as it does at a hyphen."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _blocks(each: Analys) -> Iterator[Block]:
    """The text as blocks, each with the facts it shows."""
    fields: list[str] = []

    def held(match: re.Match[str]) -> str:
        fields.append(match[0])
        return f"\ue010{len(fields) - 1}\ue011"

    for block in markdown.blocks(FIELD.sub(held, each.text), each.file):
        facts: Registry = {}
        made = _filled(block, fields, facts)
        yield {**made, "facts": {k: facts[k].record() for k in sorted(facts)}}


def _filled(data: Any, fields: list[str], facts: Registry) -> Any:
    """A block, or what is in one, with its numbers as traced runs."""
    if isinstance(data, dict):
        return {
            k: _runs(v, fields, facts) if k in ("runs", "strong", "emphasis")
            else _filled(v, fields, facts)
            for k, v in data.items()
        }  # fmt: skip
    return [_filled(d, fields, facts) for d in data] if isinstance(data, list) else data


def _runs(given: Runs, fields: list[str], facts: Registry) -> Runs:
    made: Runs = []
    for run in given:
        if isinstance(run, str):
            text = _HELD.sub(lambda m: fields[int(m[1])], run)
            made += blocks.runs(_told(text), facts)
        else:
            made.append(_filled(run, fields, facts))
    return made


def _told(text: str) -> str:
    """A text with its numbers; what an edition hides, or has no source for, says so."""
    ends = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    made = filled(text.strip())
    gone = [f.title for f in _facts(made) if f.status == "saknas"]
    said = f"Underlag saknas: {gone[0]}." if gone else hidden.sentences(made)
    return ends[0] + said + ends[1]


def _facts(text: str) -> Iterator[Fact]:
    for piece in spliced(text):
        if not isinstance(piece, str):
            yield from (f for f in piece[0].family() if not f.parents and f.kind != "cited")
