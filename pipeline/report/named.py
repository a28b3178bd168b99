"""Numbers of other chapters, in chapters and texts that come after them: `named("uppfoljda")`,
and `{{uppfoljda}}` in what people have written."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.facts import named as facts
from pipeline.facts.fact import Fact
from pipeline.facts.named import MergedAwayError, Names, OtherYearError, parse
from pipeline.report import hidden
from pipeline.report.context import current

FIELD = re.compile(r"\{\{\s*(?P<reference>[^{}:]*?)\s*(?::\s*(?P<spec>[^{}]*?)\s*)?\}\}")


def named(reference: str, title: str = "") -> Fact:
    """The fact that another chapter shows under that name: `uppfoljda`, `uppfoljda[enhet=familj]`,
    `uppfoljda@-1` (last year's). With a title a name that no chapter shows, or not of that year
    since its source is not there, is a number whose source is missing: its sentence says so.
    Raises UnknownNameError, and MergedAwayError where the public edition shows the classes
    together with others."""
    wanted, known = parse(reference), names()
    if title and wanted.name not in known:
        return facts.missing(wanted.name, title)
    try:
        return known.find(wanted)
    except OtherYearError as other:
        if title and not _has_source(other.unsourced):
            return other.unsourced
        raise


def is_told(name: str) -> bool:
    """Whether any chapter shows, or has asked for, a number of this name."""
    return name in names()


def filled(text: str) -> str:
    """A text with each `{{name}}` (`{{name:n}}`: with a part or format) as a traced number, for
    `say`. A sentence about classes that the edition has merged with others says that it is not
    shown. Raises UnknownNameError."""
    return " ".join(_sentence(s) for s in hidden.BETWEEN.split(text))


def _has_source(fact: Fact) -> bool:
    folder = current().workspace.processed / fact.period
    return (folder / f"{fact.definition['dataset']}.parquet").is_file()


def _sentence(text: str) -> str:
    try:
        return FIELD.sub(lambda m: format(named(m["reference"]), m["spec"] or ""), text)
    except MergedAwayError:
        return hidden.NOT_SHOWN


def names() -> Names:
    """The numbers that the chapters before this one have told, by name."""
    here = current()
    if here.recorder is not None:  # what the chapters before this one have told
        return here.recorder.names(here.year, here.edition)
    file = facts.path(here.workspace.processed, here.year, here.edition)
    if not file.is_file():
        raise UsageError(
            f"Talen för {here.year} är inte framtagna än.\nGör så här: kör make annual först."
        )
    return _read(file, here.year, here.edition)


@lru_cache(maxsize=2)
def _read(file: Path, year: int, edition: str) -> Names:
    return Names(facts.from_json(file.read_text(encoding="utf-8")), year, edition)
