"""The names a chapter's author writes: `data count share mean cite stat say chart`, `word`,
`const`, and beside them `named` for a number of another chapter, `heading`, `show`, `years` for
chapters that are written in a loop, `agree` for words beside a number, and `reconciliation`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.errors import PredicateError, UsageError
from pipeline.facts import derive
from pipeline.facts.dataset import Dataset, open_dataset
from pipeline.facts.fact import Fact, spliced
from pipeline.facts.measure import count, gas, mean, ratio, sd, share, total
from pipeline.facts.table import FactTable, Joined
from pipeline.report import blocks, completeness_table, figures, hidden, tables, tabular
from pipeline.report.blocks import display as _display
from pipeline.report.completeness import completeness
from pipeline.report.context import context_of, current, enter
from pipeline.report.intervals import uncertain
from pipeline.report.named import named
from pipeline.report.pairs import pairs
from pipeline.report.swedish import SMALL, agree
from pipeline.workspace import Workspace, load_kommun

Rows = Mapping[str, Sequence[Fact | None]]
GENDERS = {"T": "", "K": ", kvinnor", "M": ", män"}


def open_chapter(year: int, edition: str, date: str = "") -> None:
    """First line of every chapter: which year, which edition, and with it what may be shown, and
    which day its numbers are told as of (`2026-05-29`; empty: the settings'). Also tells Jupyter
    how tables of facts are displayed.

    Raises UsageError for an edition that is not known or not yet planned, and for a date that is
    none.
    """
    enter(context_of(Workspace.from_environment(), int(year), edition, _day(date)))
    try:
        from IPython import get_ipython
    except ImportError:  # a chapter's facts can be computed without Jupyter
        return
    shell = get_ipython()
    if shell is not None:
        formatter = shell.display_formatter.mimebundle_formatter
        for kind in (FactTable, Joined):
            formatter.for_type(kind, lambda t, include=None, exclude=None: _bundle(t))


def data(name: str, year: int | None = None) -> Dataset:
    """A table of a year (by default the edition's). A missing source is a Dataset without rows:
    what is built from it says *underlag saknas*."""
    here = current()
    chosen = here.year if year is None else year
    return open_dataset(here.workspace, name, chosen, here.year, here.pattern, here.recorder)


def years(name: str) -> list[int]:
    """The years, up to the edition's, for which the table exists, oldest first."""
    here = current()
    folders = [p.parent.name for p in here.workspace.processed.glob(f"*/{name}.parquet")]
    return sorted(int(f) for f in folders if f.isdigit() and int(f) <= here.year)


def say(text: str, style: str = "body") -> None:
    """A paragraph. Every number in it is a fact put there by an f-string. `style`: body, note.

    A fact whose source is missing makes the paragraph say so. A sentence with a hidden wording,
    or whose numbers are all hidden, says that it is not shown.
    """
    rooted = [root for f in _facts(text) for root in f.family() if not root.parents]
    missing = [f for f in rooted if f.status == "saknas" and f.kind != "cited"]
    if missing:
        _display(tables.missing(missing[0].title))
        return
    told = hidden.sentences(text, style == "note")
    _display(blocks.paragraph(told, "missing" if told == hidden.NOT_SHOWN else style))


def heading(text: str, level: int = 3) -> None:
    """A heading inside a chapter that is written in a loop."""
    _display(blocks.heading(text, level))


def show(table: FactTable | Joined | tabular.Tabular, note: str = "") -> None:
    """A table, for a cell that displays several."""
    if not _planned(table, note):
        _display(tables.block(table, note))


def grid(title: str, columns: Sequence[str], rows: Rows, note: str = "") -> None:
    """A table of facts of any kinds. `columns`: the header of the labels, then one a fact, with
    its format after a bar where it has one of its own (`"Skillnad|+.1pp"`). `rows`: label → facts.
    A fact may stand as None: an empty cell."""
    show(tabular.grid(title, columns, rows), note)


def chart(
    form: str, table: Any, title: str, subtitle: str = "", note: str = "",
    interval: bool = False, caption: str = "",
) -> None:  # fmt: skip
    """A figure with its table. `form`: arrows, bars, columns, diverging, line, run (shared with
    VISUAL's table of questions); `title` is the finding in a sentence, with its traced number.
    Where that is hidden or missing the figure has its table's own title. Several lines over years
    are label → facts, and `caption` is their table's. `interval`: the shares are answers, and have
    their uncertainty with them."""
    shown = figures.as_table(table, caption or title)
    if interval and isinstance(shown, FactTable | Joined | tabular.Series):
        shown = uncertain(shown)
    if not _planned(shown, title + subtitle + note):
        _display(figures.figure(form, shown, title, subtitle, note))


def reconciliation() -> None:
    """What was handed in beside the case system's own count, by unit, and who attests it. In the
    internal edition only: the units' totals are counts of persons that few may see."""
    here = current()
    if here.edition != "intern":
        _display(blocks.paragraph(
            "Avstämningen mot verksamhetssystemet redovisas i den interna utgåvan.", "note"
        ))  # fmt: skip
        return
    found = completeness(here.workspace, here.year)
    for block in completeness_table.blocks(found, here.year):
        _display(block)


def stat(name: str, *facts: Fact, as_: str = "", title: str = "") -> tuple[Fact, ...]:
    """A named statistic of facts: `lo, hi = stat("wilson", nojd)`. `as_` and `title` name its
    values, instead of after the first fact."""
    return derive.statistic(name, *facts, as_=as_, title=title)


def word(fact: Fact, up: str, down: str, same: str) -> Fact:
    """The word that fits a difference as it is shown: `word(a - b, "ökade", "minskade", "…")`."""
    return derive.wording(fact, up, down, same)


def finding(table: FactTable, sentence: str, otherwise: str) -> str:
    """A chart's title from its largest number: `{label}` and `{value}` in `sentence` are filled
    in, traced. `otherwise` where two share the place or there is no number."""
    found = derive.largest(table)
    return otherwise if found is None else sentence.format(label=found[0], value=found[1])


def trend(what: str, facts: Sequence[Fact], sample: bool = False) -> str:
    """A chart's title of a measure over years: what has become of it since the year before, as far
    as that is known. `what` takes "ökade" ("Andelen nöjda"). Of a `sample` it is said only where
    Newcombe's interval of the difference leaves no doubt which way."""
    if not facts:
        return what
    now, before = facts[-1], facts[-2] if len(facts) > 1 else None
    if before is None or before.value is None:
        return f"{what}: {now} i år"
    few = any(f.denominator is not None and f.denominator < SMALL for f in (now, before))
    unsure = few or (sample and not _sure(now, before))
    moved = "" if unsure else f" {word(now - before, 'ökade', 'minskade', 'var oförändrad')}"
    return f"{what}{moved}: {now} i år, {before} året före"


def _sure(now: Fact, before: Fact) -> bool:
    """Whether the interval of the difference is on one side of none."""
    _, low, high = stat("difference", now, before)
    return low.value is not None and high.value is not None and (low.value > 0 or high.value < 0)


def const(value: float, why: str, unit: str = "") -> Fact:
    """A number that policy sets, with its reason."""
    return derive.constant(value, why, unit)


def cite(
    source: str,
    *,
    kpi: str,
    municipality: str,
    year: int | None = None,
    gender: str = "T",
) -> Fact:
    """A value as Kolada published it, unprocessed. `gender`: T, K or M."""
    if source != "kolada":
        raise PredicateError(f"Källan ”{source}” finns inte (finns: kolada).")
    here = current()
    names = load_kommun(here.workspace.raw).kommuner
    where = names.get(municipality, municipality)
    return derive.cited(
        data("jamforelser"), "varde", "ar", here.year if year is None else year, here.year,
        source=source,
        name=f"kolada_{kpi.lower()}_{municipality}_{gender.lower()}",
        title=f"{kpi}, {where}{GENDERS[gender]} (Källa: Kolada)",
        unit="kolada",
        kpi=kpi, kommun=municipality, kon=gender,
    )  # fmt: skip


def cited_series(kpi: str, gender: str = "T") -> dict[str, list[Fact]]:
    """Every municipality's values of a Kolada measure, by municipality: all years there are."""
    found = data("jamforelser")
    if found.table is None:
        return {}
    names = load_kommun(current().workspace.raw).kommuner
    rows = {
        (r["kommun"], r["ar"])
        for r in found.table.select(["kpi", "kommun", "ar", "kon"]).to_pylist()
        if r["kpi"] == kpi and r["kon"] == gender
    }
    every_year = sorted({y for _, y in rows})
    return {
        names.get(k, k): [
            cite("kolada", kpi=kpi, municipality=k, year=y, gender=gender) for y in every_year
        ]
        for k in sorted({k for k, _ in rows})
    }


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"”{text}” är inget datum (ÅÅÅÅ-MM-DD).") from None


def _facts(text: str) -> Sequence[Fact]:
    return [piece[0] for piece in spliced(text) if not isinstance(piece, str)]


def _planned(table: Any, text: str = "") -> bool:
    """Whether the chapter is only planned; tables side by side are then noted, and what facts the
    table and the text around it show."""
    recorder = current().recorder
    if recorder is None:
        return False
    recorder.beside([t.key for t in tabular.parts(table)])
    for block in (tables.block(table), blocks.paragraph(text)):
        recorder.tell(block["facts"])
    return True


def _bundle(table: FactTable | Joined) -> dict[str, Any]:
    return blocks.bundle(tables.block(table))


__all__ = [
    "agree", "chart", "cite", "cited_series", "const", "count", "data", "finding", "gas", "grid",
    "heading", "mean", "named", "open_chapter", "pairs", "ratio", "reconciliation", "say", "sd",
    "share", "show", "stat", "total", "trend", "word", "years",
]  # fmt: skip
