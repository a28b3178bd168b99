"""One edition's numbers recomputed, and its files against them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.disposal.record import digest_of
from pipeline.forms.codebook import Codebook
from pipeline.trace.verify.disposed import Disposed
from pipeline.trace.verify.edition import notebooks, read_notebook
from pipeline.trace.verify.figures import MEASURES, Figures
from pipeline.trace.verify.ledger import Ledger
from pipeline.trace.verify.opened import PUBLIC, REPORT, Opened
from pipeline.trace.verify.public import public_differences, read_tables
from pipeline.trace.verify.recomputed import Recomputed, needed
from pipeline.trace.verify.register import Told, register_differences
from pipeline.trace.verify.shown import Shows, registered
from pipeline.trace.verify.stratsys import FILE as STRATSYS
from pipeline.trace.verify.stratsys import stratsys_differences
from pipeline.trace.verify.verdict import Difference
from pipeline.workspace import Kommun


@dataclass(frozen=True, slots=True)
class Part:
    """What was found of one edition. `wrong` of `total` numbers differ; `without`: those whose rows
    have been destroyed; `recalled`: of the others, those that rest on what an earlier build
    recomputed."""

    wrong: int
    total: int
    without: int
    recalled: int
    facts: list[Difference]
    texts: list[Difference]
    elsewhere: list[Difference]


def compared(
    again: Recomputed, one: Opened, gone: Disposed, hides: Set[str],
    books: Mapping[str, Codebook], kommun: Kommun, year: int, edition: Path,
) -> Part:  # fmt: skip
    """Compare an edition with what is recomputed. `hides`: the tables whose numbers it may hide;
    `edition`: the folder of the internal edition."""
    sound = {r["id"]: r for r in one.ledger if gone.digests.get(r["id"]) == digest_of(r)}
    kept = {key: r for key, r in sound.items() if r["kind"] in MEASURES}
    made = Figures(again.answers, again.raw.tables, year, one.ledger, hides, kept)
    told = Ledger(made, again.raw, again.rows, needed(books, {t for _, t in again.raw.tables}))
    wrong = [d for r in one.ledger if (d := told.fact(r)) is not None]
    facts_of = one.facts
    shown = [d for o in one.occurrences if (d := told.occurrence(o, facts_of))]
    around = _files(one)
    if one.prefix == PUBLIC:
        sent = edition / STRATSYS
        around += stratsys_differences(sent, one.facts, one.occurrences, kommun, year)
    elif not one.words:  # the public ledger is compared with its own files
        for name, ledger, occurrences in one.documents():
            seen = {r["id"]: made.seen(r) for r in ledger}
            said = Told(ledger, seen, occurrences, f"{name}.html")
            if (page := one.page(one.out / said.page)) is not None:  # else said above
                around += register_differences(page, one.out, said)
    known = {d.id for d in (*wrong, *shown)}
    others = {d.id for d in around if d.id} - known
    without = len(sound) + sum(o["fact"] in sound for o in one.occurrences)
    without -= sum(d.id in sound for d in (*wrong, *shown)) + len(others & set(sound))
    recalled = made.recalled - set(sound)
    told_of = [*(r["id"] for r in one.ledger), *(o["fact"] for o in one.occurrences)]
    return Part(
        len(wrong) + len(shown) + len(others),
        len(one.ledger) + len(one.occurrences),
        without,
        sum(key in recalled for key in told_of),
        _placed(wrong, one.prefix),
        _placed(shown, one.prefix),
        _placed(around, one.prefix),
    )


def _placed(found: Iterable[Difference], prefix: str) -> list[Difference]:
    """Differences with the edition in their place."""
    if not prefix:
        return list(found)
    return [replace(d, where=f"{prefix}{d.where}") for d in found]


def _files(one: Opened) -> list[Difference]:
    """What the edition's own files say, against its ledger."""
    edition, occurrences = one.folder, one.occurrences
    shows = Shows(one.facts)
    found: list[Difference] = []
    books = []
    for path in notebooks(edition):
        try:
            books.append(read_notebook(path))
        except (ValueError, KeyError, TypeError, AttributeError):
            found.append(Difference("block", f"notebooks/{path.name}", "går inte att läsa"))
    order = list(dict.fromkeys(o["notebook"] for o in occurrences))
    books = [b for b in books if b.shown or b.records or b.name in order]
    books.sort(key=lambda b: order.index(b.name) if b.name in order else len(order))
    found += shows.notebooks(books, occurrences)
    texts = {b.name: registered(b, occurrences) for b in books}
    for b in books:
        name = f"notebooks/{b.name}.html"
        found += shows.page(one.page(edition / name), name, texts[b.name])
    for name, pages in one.pages.items():
        some = books if name == REPORT else [b for b in books if b.name == name]
        shown = [s for b in some for s in texts[b.name]]
        if name in one.words:
            found += shows.word(one.words[name], some)
        else:
            page = f"{name}.html"
            found += shows.page(one.page(one.out / page), page, shown)
        found += shows.pdf(pages, some)
    if one.prefix == PUBLIC:
        tables = [t for path in notebooks(edition) for t in read_tables(path)]
        found += public_differences(one.out, one.facts, occurrences, tables)
    return found
